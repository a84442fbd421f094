//! A client's connection to a switchboard.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};

use crate::{Message, Ns, TestServer, Wire, display_name, person, words};

/// The admission to a conversation, as `XFR SB` and `RNG` give it: its address and its cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The switchboard.
    pub address: SocketAddr,
    /// The cookie.
    pub cookie: String,
    /// The conversation's number; empty for a new one.
    pub session: String,
    /// The caller; empty for a new conversation.
    pub caller: String,
}

impl Admission {
    /// Reads `XFR n SB address CKI cookie`.
    pub fn of_xfr(line: &str) -> Self {
        let ["XFR", _, "SB", address, "CKI", cookie] = words(line)[..] else { panic!("not an XFR: {line}") };
        let address = address.parse().expect("an address");
        Self { address, cookie: cookie.into(), session: String::new(), caller: String::new() }
    }

    /// Reads `RNG session address CKI cookie caller name`.
    pub fn of_rng(line: &str) -> Self {
        let ["RNG", session, address, "CKI", cookie, caller, _] = words(line)[..] else {
            panic!("not an RNG: {line}")
        };
        let address = address.parse().expect("an address");
        Self { address, cookie: cookie.into(), session: session.into(), caller: caller.into() }
    }
}

/// A switchboard connection.
#[derive(Debug)]
pub struct Sb {
    /// The lines.
    pub wire: Wire,
    /// The account.
    pub handle: String,
}

impl Deref for Sb {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        &self.wire
    }
}

impl DerefMut for Sb {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }
}

impl Sb {
    /// Opens a new conversation.
    pub async fn open(ns: &mut Ns) -> Self {
        let name = ns.name();
        Self::open_as(ns, &name).await
    }

    /// Opens a new conversation, for an account that has been renamed.
    pub async fn open_as(ns: &mut Ns, name: &str) -> Self {
        let door = ns.door().await;
        let mut wire = Wire::connect(door.address).await;
        wire.send(&format!("USR 901 {} {}", ns.handle, door.cookie)).await;
        wire.expect(&format!("USR 901 OK {} {name}", ns.handle)).await;
        Self { wire, handle: ns.handle.clone() }
    }

    /// Joins the session of a call; returns the `IRO` lines too.
    pub async fn answer(handle: &str, door: &Admission) -> (Self, Vec<String>) {
        Self::answer_over(Wire::connect(door.address).await, handle, door).await
    }

    /// As [`answer`](Self::answer), over a connection that is there already.
    pub async fn answer_over(mut wire: Wire, handle: &str, door: &Admission) -> (Self, Vec<String>) {
        wire.send(&format!("ANS 902 {handle} {} {}", door.cookie, door.session)).await;
        let present = wire.lines_until(|line| line == "ANS 902 OK").await;
        (Self { wire, handle: handle.to_owned() }, present)
    }

    /// Calls an account; returns the number of the conversation.
    pub async fn call(&mut self, handle: &str) -> String {
        self.send(&format!("CAL 903 {handle}")).await;
        let line = self.expect_prefix("CAL 903 RINGING ").await;
        words(&line)[3].to_owned()
    }

    /// Calls an account, which joins; takes the `JOI`.
    pub async fn invite(&mut self, ns: &mut Ns) -> Self {
        self.call(&ns.handle).await;
        let door = ns.ring().await;
        let (guest, _) = Self::answer(&ns.handle, &door).await;
        self.expect(&format!("JOI {} {}", ns.handle, ns.name())).await;
        guest
    }

    /// Sends a message.
    pub async fn msg(&mut self, transaction: u32, class: char, payload: &[u8]) {
        self.send_raw(&message(transaction, class, payload)).await;
    }

    /// The next thing is a message from this person; returns its payload.
    pub async fn receive(&mut self, from: &str) -> Vec<u8> {
        let Message { from: sender, name, payload } = self.message().await;
        assert_eq!((sender.as_str(), name), (from, display_name(from)));
        payload
    }

    /// The lines that have come so far: calls an impossible account, and returns the lines before the error.
    pub async fn fence(&mut self) -> Vec<String> {
        self.send("CAL 999 nobody").await;
        self.lines_until(|line| line == "208 999").await
    }

    /// Nothing has come so far.
    pub async fn quiet(&mut self) {
        assert_eq!(self.fence().await, Vec::<String>::new(), "to {} in a conversation", self.handle);
    }
}

/// A message as it goes to a switchboard.
pub fn message(transaction: u32, class: char, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("MSG {transaction} {class} {}\r\n", payload.len()).into_bytes();
    bytes.extend(payload);
    bytes
}

/// People in one conversation, in the order in which they came in.
#[derive(Debug)]
pub struct Table {
    /// Their notification connections.
    pub people: Vec<Ns>,
    /// Their places.
    pub seats: Vec<Sb>,
}

impl Table {
    /// Signs these people in and puts them into a conversation that the first one opens.
    pub async fn of(server: &TestServer, names: &[&str], dialect: u32) -> Self {
        let mut people = Vec::new();
        for name in names {
            people.push(Ns::online(server, &person(name), dialect).await);
        }
        let mut seats = vec![Sb::open(&mut people[0]).await];
        for guest in &mut people[1..] {
            let newcomer = seats[0].invite(guest).await;
            for seat in &mut seats[1..] {
                seat.expect(&format!("JOI {} {}", guest.handle, guest.name())).await;
            }
            seats.push(newcomer);
        }
        Self { people, seats }
    }

    /// Two places to work with at once.
    pub fn two(&mut self) -> (&mut Sb, &mut Sb) {
        match &mut self.seats[..] {
            [one, other, ..] => (one, other),
            _ => panic!("not two people"),
        }
    }
}
