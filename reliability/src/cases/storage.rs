//! Clients that change their lists while the database fails.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use msnp_testkit::{Ns, person, words};
use tokio::time::{Instant, sleep};

use crate::ground::Setup;
use crate::people::People;
use crate::stage::Stage;

/// After a fault is over, the next change is made within it.
const RECOVERY: Duration = Duration::from_secs(30);
/// With a fault, a change is refused at the latest after so many: what has been prepared on the disk takes some.
const UNTIL_REFUSED: usize = 300;
/// The contacts of a changer.
const CONTACTS: usize = 700;
/// So many changes of each client are refused before the fault has been seen enough.
const FAILURES: usize = 3;
/// The error for a database that cannot be asked.
const UNAVAILABLE: &str = "501";

/// A client that puts one contact after the other on its block list, and remembers what it was told.
pub struct Changer {
    msnp: std::net::SocketAddr,
    people: Arc<People>,
    handle: String,
    session: Option<Ns>,
    next: usize,
    made: Vec<usize>,
    /// Without an answer: the connection ended.
    open: Vec<usize>,
}

/// The answer to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was made.
    Made,
    /// It was refused with this error.
    Refused(String),
    /// The connection was ended, or no new one could be signed in.
    Ended,
}

/// Adds the accounts of so many changers, and the contacts that all of them use.
pub fn populate(setup: &mut Setup, changers: usize) {
    for number in 0..changers {
        setup.population.add(handle(number));
    }
    for number in 0..CONTACTS {
        setup.population.add(contact(number));
    }
}

fn handle(number: usize) -> String {
    person(&format!("changer{number}"))
}

fn contact(number: usize) -> String {
    person(&format!("blocked{number}"))
}

impl Changer {
    /// Changer number `number`; it signs in with its first change.
    pub fn new(stage: &Stage, number: usize) -> Self {
        let people = Arc::clone(&stage.people);
        let msnp = stage.program.doors.msnp;
        Self {
            msnp,
            people,
            handle: handle(number),
            session: None,
            next: 0,
            made: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Asks for one change.
    pub async fn change(&mut self) -> Answer {
        if self.session.is_none() {
            self.session = self.sign_in().await;
        }
        let Some(session) = &mut self.session else { return Answer::Ended };
        let number = self.next;
        self.next += 1;
        let transaction = (1_000 + number).to_string();
        session.send(&format!("ADD {transaction} BL {} Somebody", contact(number % CONTACTS))).await;
        loop {
            let Some(line) = session.try_line().await else {
                self.session = None;
                self.open.push(number);
                return Answer::Ended;
            };
            match words(&line)[..] {
                ["ADD", word, ..] if word == transaction => {
                    self.made.push(number);
                    return Answer::Made;
                }
                [error, word] if word == transaction => return Answer::Refused(error.to_owned()),
                _ => {}
            }
        }
    }

    /// Signs in; `None` when that is refused, as it may be without a database.
    async fn sign_in(&self) -> Option<Ns> {
        let mut ns = Ns::connect(self.msnp).await;
        ns.identify(&self.handle, 9).await;
        ns.send(&format!("USR 904 TWN S {}", self.people.ticket(&self.handle))).await;
        let line = ns.try_line().await?;
        if !line.starts_with("USR 904 OK ") {
            return None;
        }
        ns.message().await;
        Some(ns)
    }

    /// What is on the block list is what was acknowledged, and at most what had no answer besides.
    pub async fn verify(&mut self) -> Result<()> {
        // From the database: a new sign-in reads it.
        self.session = None;
        let Some(mut session) = self.sign_in().await else { bail!("{} cannot sign in", self.handle) };
        let lists = session.syn().await;
        for number in 0..self.next.min(CONTACTS) {
            let line = lists.contact(&contact(number));
            let blocked =
                line.and_then(|line| words(line)[3].parse::<u32>().ok()).is_some_and(|flags| flags & 4 != 0);
            let expected = self.made.contains(&number);
            let either = self.open.contains(&number);
            ensure!(blocked == expected || either, "blocked {number}: {blocked}, acknowledged: {expected}");
        }
        Ok(())
    }
}

/// A fault that comes and may go again: each change is answered, with an error as long as the fault lasts.
pub struct Faulty {
    changers: Vec<Changer>,
}

impl Faulty {
    /// Changes work before the fault.
    pub async fn begin(stage: &Stage, changers: usize) -> Result<Self> {
        let mut changers: Vec<Changer> = (0..changers).map(|number| Changer::new(stage, number)).collect();
        for changer in &mut changers {
            let answer = changer.change().await;
            ensure!(answer == Answer::Made, "before the fault: {answer:?}");
        }
        Ok(Self { changers })
    }

    /// With the fault: every request is answered, and soon all changes are refused. The figure tells how many were.
    pub async fn refused(&mut self) -> Result<String> {
        let (mut refused, mut ended, mut slowest) = (0, 0, Duration::ZERO);
        for changer in &mut self.changers {
            let (mut tries, mut failures) = (0, 0);
            while failures < FAILURES {
                let begun = Instant::now();
                let answer = changer.change().await;
                slowest = slowest.max(begun.elapsed());
                match &answer {
                    Answer::Refused(error) if error == UNAVAILABLE => refused += 1,
                    Answer::Ended => ended += 1,
                    Answer::Made => {}
                    Answer::Refused(error) => bail!("error {error} in place of {UNAVAILABLE}"),
                }
                tries += 1;
                failures += usize::from(answer != Answer::Made);
                ensure!(tries < UNTIL_REFUSED, "{tries} changes were made in spite of the fault");
            }
        }
        ensure!(refused > 0, "no change was refused with {UNAVAILABLE}");
        Ok(format!(
            "{refused} changes refused with {UNAVAILABLE}, {ended} clients disconnected, answers within {:.1} s",
            slowest.as_secs_f64()
        ))
    }

    /// After the fault: changes are made again without a restart, and the lists hold what was acknowledged.
    pub async fn recovered(&mut self) -> Result<String> {
        let begun = Instant::now();
        for changer in &mut self.changers {
            while changer.change().await != Answer::Made {
                ensure!(begun.elapsed() < RECOVERY, "no change is made after the fault is over");
                sleep(Duration::from_millis(100)).await;
            }
        }
        let took = begun.elapsed();
        for changer in &mut self.changers {
            changer.verify().await?;
        }
        Ok(format!("changes again after {:.1} s, lists as acknowledged", took.as_secs_f64()))
    }
}
