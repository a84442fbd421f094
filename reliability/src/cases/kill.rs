//! The service is killed (`kill -9`) in the middle of list changes, again and again. After each restart the lists hold
//! what was acknowledged, and both sides agree.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_testkit::{Lists, Ns, person, words};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::figures::mebibytes;
use crate::ground::{Arena, Ground, Setup};
use crate::people::People;
use crate::report::Report;

/// The people that put each other on their lists.
const PEOPLE: usize = 6;
/// The service is killed within so many milliseconds after the first change.
const LIFE: u64 = 150;
/// The bits of `LST`: forward and reverse list (HYP, *Lists*).
const FORWARD: u32 = 1;
const REVERSE: u32 = 8;

/// What an account knows of its forward list.
#[derive(Debug, Clone, Default)]
struct Known {
    /// As it was acknowledged.
    listed: [bool; PEOPLE],
    /// The change that was asked for last, unless it was answered.
    open: Option<usize>,
    changes: usize,
}

pub async fn run(arena: &Arena) -> Result<Report> {
    let kills = arena.pick(20, 500);
    let mut setup = Setup::default();
    for number in 0..PEOPLE {
        setup.population.add(changer(number));
    }
    // On a disk, which is what has to keep it.
    let disk = tempfile::tempdir()?;
    setup.data = Some(disk.path().join("data"));
    let Ground { people, launch, folder: _folder } = Ground::lay(arena, &setup).await?;
    let mut known: Vec<Known> = vec![Known::default(); PEOPLE];
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let (mut slowest, mut undecided, mut carried_out) = (Duration::ZERO, 0, 0);
    let mut memory = Vec::new();
    for _ in 0..kills {
        let begun = Instant::now();
        let program = launch.start().await?;
        slowest = slowest.max(begun.elapsed());
        let mut sessions = Vec::new();
        for number in 0..PEOPLE {
            sessions.push(people.sign_in(program.doors.msnp, &changer(number), 9).await);
        }
        let lists = all_lists(&mut sessions).await;
        let (open, done) = compare(&lists, &mut known)?;
        (undecided, carried_out) = (undecided + open, carried_out + done);
        memory.push(program.figures()?.memory);
        let mut changers = JoinSet::new();
        for (number, (session, known)) in sessions.into_iter().zip(known.drain(..)).enumerate() {
            let seed = random.next();
            changers.spawn(async move { (number, change(session, number, known, Random(seed)).await) });
        }
        sleep(Duration::from_millis(20 + random.next() % LIFE)).await;
        program.kill().await?;
        let mut outcome = changers.join_all().await;
        outcome.sort_unstable_by_key(|(number, _)| *number);
        known = outcome.into_iter().map(|(_, known)| known).collect();
    }
    // After the last one, too.
    let program = launch.start().await?;
    let lists = lists_of(&people, program.doors.msnp).await;
    compare(&lists, &mut known)?;
    let log = program.log();
    let panics = crate::counts::panics(&log).len();
    ensure!(panics == 0, "{panics} panics");
    let changes: usize = known.iter().map(|known| known.changes).sum();
    ensure!(changes > kills, "only {changes} changes were acknowledged");
    let least = memory.iter().min().copied().unwrap_or_default();
    let most = memory.iter().max().copied().unwrap_or_default();
    Ok(Report {
        done: vec![
            format!("{kills} kills, {changes} changes acknowledged, all there, both sides consistent"),
            format!("{undecided} changes without an answer, {carried_out} of them made"),
            format!("ready again after at most {:.1} s", slowest.as_secs_f64()),
        ],
        bystanders: "none: it is killed".into(),
        alive: "killed, no panic".into(),
        memory: format!("{} to {} after restarts", mebibytes(least), mebibytes(most)),
        ..Report::default()
    })
}

fn changer(number: usize) -> String {
    person(&format!("changer{number}"))
}

async fn lists_of(people: &Arc<People>, msnp: std::net::SocketAddr) -> Vec<Lists> {
    let mut sessions = Vec::new();
    for number in 0..PEOPLE {
        sessions.push(people.sign_in(msnp, &changer(number), 9).await);
    }
    all_lists(&mut sessions).await
}

async fn all_lists(sessions: &mut [Ns]) -> Vec<Lists> {
    let mut lists = Vec::new();
    for session in sessions {
        lists.push(session.syn().await);
    }
    lists
}

/// Compares the lists with what was acknowledged; adopts the changes without an answer as they turned out. Returns the
/// number of these, and of those that were made.
fn compare(lists: &[Lists], known: &mut [Known]) -> Result<(usize, usize)> {
    let has = |owner: usize, contact: usize, bit: u32| {
        let line = lists[owner].contact(&changer(contact));
        line.and_then(|line| words(line)[3].parse::<u32>().ok()).is_some_and(|flags| flags & bit != 0)
    };
    let (mut open, mut made) = (0, 0);
    for (owner, known) in known.iter_mut().enumerate() {
        for contact in (0..PEOPLE).filter(|contact| *contact != owner) {
            let listed = has(owner, contact, FORWARD);
            ensure!(
                has(contact, owner, REVERSE) == listed,
                "{} has {} on the forward list: {listed}, and the reverse list disagrees",
                changer(owner),
                changer(contact)
            );
            if known.open == Some(contact) {
                open += 1;
                made += usize::from(listed != known.listed[contact]);
                known.listed[contact] = listed;
            }
            ensure!(
                known.listed[contact] == listed,
                "{} was told that {} is on the list: {}, but the list says {listed}",
                changer(owner),
                changer(contact),
                known.listed[contact]
            );
        }
        known.open = None;
    }
    Ok((open, made))
}

/// Puts others on the list and takes them off it until the connection ends.
async fn change(mut session: Ns, number: usize, mut known: Known, mut random: Random) -> Known {
    for transaction in 10.. {
        let others = PEOPLE as u64 - 1;
        let contact = (number + 1 + (random.next() % others) as usize) % PEOPLE;
        let handle = changer(contact);
        known.open = Some(contact);
        match known.listed[contact] {
            true => session.send(&format!("REM {transaction} FL {handle}")).await,
            false => session.send(&format!("ADD {transaction} FL {handle} Somebody 0")).await,
        }
        let answer = loop {
            // Pushes have the transaction 0.
            let Some(line) = session.try_line().await else { return known };
            if words(&line).get(1) == Some(&transaction.to_string().as_str()) {
                break line;
            }
        };
        known.open = None;
        // Anything else is an error: nothing has changed.
        if answer.starts_with("ADD ") || answer.starts_with("REM ") {
            known.listed[contact] = !known.listed[contact];
            known.changes += 1;
        }
    }
    known
}

/// Numbers without a pattern, the same ones in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
