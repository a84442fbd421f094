//! The bystanders: pairs of people that talk while the service is under attack, and miss nothing.

use std::net::SocketAddr;
use std::ops::AddAssign;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use msnp_testkit::{Ns, Sb, display_name, message, person};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::people::{People, Population};

/// Messages that follow each other without waiting: their order is what is checked.
const BURST: usize = 4;
/// Between two rounds of a pair.
const PAUSE: Duration = Duration::from_millis(150);
/// So many rounds are between two changes of status. A client may change its status three times a second.
const ROUNDS_PER_STATUS: usize = 8;
const STATUSES: [&str; 4] = ["BSY", "AWY", "BRB", "NLN"];

/// The pairs, until they are told to stop.
#[derive(Debug)]
pub struct Bystanders {
    stop: watch::Sender<bool>,
    pairs: JoinSet<Tally>,
}

/// The count of a pair, or of all of them.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Pairs that talked to the end.
    pub pairs: usize,
    /// Messages that were sent.
    pub sent: usize,
    /// Messages that came, each the one that was due.
    pub received: usize,
    /// Messages of which the sender was told that they came.
    pub acknowledged: usize,
    /// Changes of status that the other saw.
    pub statuses: usize,
    /// The time of each burst, from the write to the last message.
    pub times: Vec<Duration>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.sent += other.sent;
        self.received += other.received;
        self.acknowledged += other.acknowledged;
        self.statuses += other.statuses;
        self.times.extend(other.times);
    }
}

impl Tally {
    /// The time within which this many of a hundred bursts were there.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(at).copied().unwrap_or_default()
    }
}

/// Adds the accounts of so many pairs.
pub fn populate(population: &mut Population, pairs: usize) {
    for pair in 0..pairs {
        let [one, other] = handles(pair);
        population.add(&one);
        population.add(&other);
        population.befriend(&one, &other);
    }
}

fn handles(pair: usize) -> [String; 2] {
    [person(&format!("stander{pair}a")), person(&format!("stander{pair}b"))]
}

impl Bystanders {
    /// Signs all pairs in and has them talk.
    pub async fn start(msnp: SocketAddr, people: &Arc<People>, pairs: usize) -> Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut signing_in = JoinSet::new();
        for number in 0..pairs {
            let people = Arc::clone(people);
            signing_in.spawn(async move { Pair::meet(msnp, &people, number).await });
        }
        let mut talking = JoinSet::new();
        while let Some(pair) = signing_in.join_next().await {
            match pair {
                Ok(pair) => talking.spawn(pair.talk(stopped.clone())),
                Err(error) => bail!("a bystander cannot sign in: {}", panic_message(error)),
            };
        }
        Ok(Self { stop, pairs: talking })
    }

    /// Has them finish the round that they are at, and counts. The other value are the failures.
    pub async fn stop(mut self) -> (Tally, Vec<String>) {
        // Pairs that have failed listen no more.
        let _ = self.stop.send(true);
        let mut sum = Tally::default();
        let mut failures = Vec::new();
        while let Some(pair) = self.pairs.join_next().await {
            match pair {
                Ok(tally) => sum += tally,
                Err(error) => failures.push(format!("a bystander: {}", panic_message(error))),
            }
        }
        (sum, failures)
    }
}

/// The most characters of a panic that are shown.
const SHOWN: usize = 300;

/// The text of a panic, on one line. What the testkit panics with has the last lines of the connection in it.
pub fn panic_message(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "a task was cancelled".into() };
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    let text = text.unwrap_or_else(|| "a panic without a text".into());
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.filter(|line| line.starts_with("S: ") || line.starts_with("C: ")).collect();
    let last = rest[rest.len().saturating_sub(3)..].join(" ⏎ ");
    format!("{first} {last}").chars().take(SHOWN).collect()
}

/// Two people in one conversation.
struct Pair {
    number: usize,
    sessions: [Ns; 2],
    seats: [Sb; 2],
}

impl Pair {
    async fn meet(msnp: SocketAddr, people: &People, number: usize) -> Self {
        let [one, other] = handles(number);
        let mut one = people.online(msnp, &one).await;
        let mut other = people.online(msnp, &other).await;
        // The second one's first status.
        one.expect_prefix("NLN NLN ").await;
        let mut seat = Sb::open(&mut one).await;
        let guest = seat.invite(&mut other).await;
        Self { number, sessions: [one, other], seats: [seat, guest] }
    }

    async fn talk(mut self, stopped: watch::Receiver<bool>) -> Tally {
        let mut tally = Tally { pairs: 1, ..Tally::default() };
        // Pairs take their turns at different times.
        sleep(PAUSE / 50 * (self.number as u32 % 50)).await;
        for round in 0.. {
            self.say(0, 1, &mut tally).await;
            self.say(1, 0, &mut tally).await;
            if round % ROUNDS_PER_STATUS == 0 {
                self.change_status(round / ROUNDS_PER_STATUS, &mut tally).await;
            }
            if *stopped.borrow() {
                break;
            }
            sleep(PAUSE).await;
        }
        // Nothing came that was not due.
        for session in &mut self.sessions {
            session.quiet().await;
        }
        tally
    }

    /// One says some things at once; the other hears each in its turn.
    async fn say(&mut self, from: usize, to: usize, tally: &mut Tally) {
        let sender = self.seats[from].handle.clone();
        let mut bytes = Vec::new();
        let mut texts = Vec::new();
        for _ in 0..BURST {
            let number = tally.sent + texts.len();
            // All lengths from 20 to 400 in a mixed order.
            let text = format!("{number:<width$}", width = 20 + number * 37 % 381).into_bytes();
            bytes.extend(message(transaction(number), 'A', &text));
            texts.push(text);
        }
        let begun = Instant::now();
        self.seats[from].send_raw(&bytes).await;
        tally.sent += texts.len();
        for text in &texts {
            let heard = self.seats[to].receive(&sender).await;
            assert!(heard == *text, "message out of turn: {:?}", String::from_utf8_lossy(&heard));
            tally.received += 1;
        }
        tally.times.push(begun.elapsed());
        for number in tally.sent - texts.len()..tally.sent {
            self.seats[from].expect(&format!("ACK {}", transaction(number))).await;
            tally.acknowledged += 1;
        }
    }

    async fn change_status(&mut self, number: usize, tally: &mut Tally) {
        let status = STATUSES[number % STATUSES.len()];
        let [one, other] = &mut self.sessions;
        one.chg(status).await;
        let (handle, name) = (&one.handle, display_name(&one.handle));
        other.expect_prefix(&format!("NLN {status} {handle} {name} ")).await;
        tally.statuses += 1;
    }
}

fn transaction(number: usize) -> u32 {
    u32::try_from(1 + number % 1_000_000).unwrap_or(1)
}
