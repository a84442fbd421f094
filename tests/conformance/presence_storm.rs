//! A storm of presence: all clients change status, block, hide, leave and return at once, on several threads. In the
//! end each client has been told the truth (6.4). None got `FLN` of a contact that it did not see, nor `ILN` of one that
//! it saw.

use std::collections::{HashMap, HashSet};

use msnp_testkit::{Ns, TestServer, person, words};

use crate::support::Dice;

const NAMES: [&str; 5] = ["ann", "ben", "cat", "dan", "eve"];
const STEPS: usize = 60;

/// A client, with its own settings and the presence that it was told.
struct Client {
    ns: Ns,
    status: String,
    strict: bool,
    allowed: HashSet<String>,
    blocked: HashSet<String>,
    /// The status of the contacts that were said to be online.
    seen: HashMap<String, String>,
}

impl Client {
    /// Goes online; all lists are empty but for the friends.
    async fn new(server: &TestServer, handle: &str) -> Self {
        let ns = Ns::sign_in(server, handle, if handle < "c" { 8 } else { 9 }).await;
        let (allowed, blocked) = (HashSet::new(), HashSet::new());
        let mut client =
            Self { ns, status: String::new(), strict: false, allowed, blocked, seen: HashMap::new() };
        client.show("NLN").await;
        client
    }

    async fn show(&mut self, status: &str) {
        let lines = self.ns.chg(status).await;
        self.follow(&lines);
        self.status = status.to_owned();
    }

    fn follow(&mut self, lines: &[String]) {
        for line in lines {
            let parts = words(line);
            let (handle, status) = match parts[0] {
                "ILN" => (parts[3], Some(parts[2])),
                "NLN" => (parts[2], Some(parts[1])),
                "FLN" => (parts[1], None),
                _ => continue,
            };
            match status {
                Some(status) => {
                    let known = self.seen.insert(handle.to_owned(), status.to_owned());
                    let twice = parts[0] == "ILN" && known.is_some();
                    assert!(!twice, "{} was told of {handle} before: {line}", self.ns.handle);
                }
                None => {
                    let known = self.seen.remove(handle);
                    assert!(known.is_some(), "{} was told twice that {handle} went", self.ns.handle);
                }
            }
        }
    }

    /// Sends a command; whether it was carried out.
    async fn carry_out(&mut self, line: &str) -> bool {
        self.ns.send(line).await;
        let lines = self.ns.fence().await;
        self.follow(&lines);
        !lines.iter().any(|line| line.len() == 5 && line.ends_with(" 1"))
    }

    async fn step(&mut self, server: &TestServer, dice: &mut Dice) {
        let other = person(dice.one_of(&NAMES));
        match dice.below(16) {
            0..=5 => self.show(dice.one_of(&["NLN", "BSY", "AWY"])).await,
            6 | 7 => self.show("HDN").await,
            8 | 9 if self.carry_out(&format!("ADD 1 BL {other} x")).await => {
                self.blocked.insert(other);
            }
            10 | 11 if self.carry_out(&format!("REM 1 BL {other}")).await => {
                self.blocked.remove(&other);
            }
            12 if self.carry_out(&format!("ADD 1 AL {other} x")).await => {
                self.allowed.insert(other);
            }
            13 if self.carry_out(&format!("REM 1 AL {other}")).await => {
                self.allowed.remove(&other);
            }
            14 => {
                let setting = if self.strict { "AL" } else { "BL" };
                assert!(self.carry_out(&format!("BLP 1 {setting}")).await);
                self.strict = !self.strict;
            }
            15 => self.come_back(server, dice.below(2) == 0).await,
            _ => {}
        }
    }

    async fn come_back(&mut self, server: &TestServer, politely: bool) {
        let handle = self.ns.handle.clone();
        if politely {
            self.ns.send("OUT").await;
            self.ns.rest().await;
        }
        self.ns = Ns::sign_in(server, &handle, self.ns.dialect).await;
        self.seen.clear();
        self.show("NLN").await;
    }

    fn shows_itself_to(&self, watcher: &str) -> bool {
        let allowed = self.allowed.contains(watcher) || !self.strict;
        self.status != "HDN" && !self.blocked.contains(watcher) && allowed
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_everybody_was_told_in_the_end_is_true() {
    let server = TestServer::with(|config| config.limits.changes_per_ten_seconds = 100_000).await;
    let server = std::sync::Arc::new(server);
    for one in NAMES {
        for other in NAMES.into_iter().filter(|other| *other != one) {
            server.list(&person(one), &person(other)).await;
        }
    }
    let mut tasks = Vec::new();
    for (seed, name) in NAMES.into_iter().enumerate() {
        let server = std::sync::Arc::clone(&server);
        tasks.push(tokio::spawn(async move {
            let mut client = Client::new(&server, &person(name)).await;
            let mut dice = Dice::new(seed as u64);
            for _ in 0..STEPS {
                client.step(&server, &mut dice).await;
            }
            client
        }));
    }
    let mut clients = Vec::new();
    for task in tasks {
        clients.push(task.await.expect("no panic"));
    }
    for client in &mut clients {
        let lines = client.ns.fence().await;
        client.follow(&lines);
    }
    for watcher in &clients {
        for other in clients.iter().filter(|other| other.ns.handle != watcher.ns.handle) {
            let expected = other.shows_itself_to(&watcher.ns.handle).then_some(&other.status);
            let seen = watcher.seen.get(&other.ns.handle);
            assert_eq!(seen, expected, "{} sees {}", watcher.ns.handle, other.ns.handle);
        }
    }
}
