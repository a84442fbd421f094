//! Conversations, with the service and with the ceiling.

use std::net::TcpStream;

use anyhow::{Context, Result};

use crate::client::Client;
use crate::process::Process;
use crate::service::{NAME, user};

/// A conversation: the first client writes, the others read.
#[derive(Debug)]
pub struct Conversation {
    /// Their connections, the writer's first.
    pub people: Vec<TcpStream>,
    /// The part before the length in a delivered message; `None` when it comes as it was sent.
    pub envelope: Option<usize>,
    /// The notification connections, kept open.
    _sessions: Vec<Client>,
}

impl Conversation {
    /// Signs in the users from number `first` on and brings them together.
    pub fn open(service: &Process, first: usize, people: usize) -> Result<Self> {
        let handles: Vec<String> = (first..first + people).map(user).collect();
        let mut sessions = Vec::new();
        for handle in &handles {
            sessions.push(Client::sign_in(service, handle)?.0);
        }
        sessions[0].send("XFR 8 SB\r\n")?;
        let reply = sessions[0].expect("XFR 8 SB ")?;
        let cookie = reply.rsplit(' ').next().context("no cookie")?;
        let mut caller = Client::connect(service.port())?;
        caller.send(&format!("USR 1 {} {cookie}\r\n", handles[0]))?;
        caller.expect("USR 1 OK ")?;
        let mut inside = vec![caller];
        for (session, handle) in sessions.iter_mut().zip(&handles).skip(1) {
            inside[0].send(&format!("CAL 2 {handle}\r\n"))?;
            inside[0].expect("CAL 2 RINGING ")?;
            let ring = session.expect("RNG ")?;
            let words: Vec<&str> = ring.split(' ').collect();
            let (number, cookie) = words.get(1).zip(words.get(4)).context("a ring without a cookie")?;
            let mut callee = Client::connect(service.port())?;
            callee.send(&format!("ANS 1 {handle} {cookie} {number}\r\n"))?;
            callee.until("ANS 1 OK")?;
            for other in &mut inside {
                other.expect("JOI ")?;
            }
            inside.push(callee);
        }
        let people = inside.into_iter().map(Client::into_stream).collect::<Result<_>>()?;
        let envelope = Some(format!("MSG {} {NAME} ", handles[0]).len());
        Ok(Self { people, envelope, _sessions: sessions })
    }

    /// The same at the ceiling; the number tells conversations apart.
    pub fn open_at_ceiling(ceiling: &Process, number: usize, people: usize) -> Result<Self> {
        let mut inside = Vec::new();
        for _ in 0..people {
            let mut client = Client::connect(ceiling.port())?;
            client.send(&format!("{number}\r\n"))?;
            client.expect("OK")?;
            inside.push(client.into_stream()?);
        }
        Ok(Self { people: inside, envelope: None, _sessions: Vec::new() })
    }
}
