//! Conversations: in switchboards of the service, or in groups of a raw relay.

use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result};

use super::client::Client;
use super::form::Form;
use crate::population::{display_name, user};
use crate::service::Service;

/// A conversation: the first client writes, the others read.
#[derive(Debug)]
pub struct Conversation {
    /// Their connections, the writer's first.
    pub people: Vec<TcpStream>,
    /// The form of its messages.
    pub form: Form,
    /// Further connections that are kept open, such as those to the notification server.
    pub kept: Vec<Client>,
}

impl Conversation {
    /// Signs in the users from number `first` on and brings them together.
    pub fn open(service: &Service, first: usize, people: usize) -> Result<Self> {
        let mut sessions = Vec::new();
        for number in first..first + people {
            sessions.push(Client::sign_in(service, number)?.0);
        }
        let inside = bring_together(service, first, &mut sessions)?;
        let people = inside.into_iter().map(Client::into_stream).collect::<Result<_>>()?;
        let envelope = format!("MSG {} {} ", user(first), display_name(first)).len();
        Ok(Self { people, form: Form::Switchboard { envelope }, kept: sessions })
    }

    /// The same at a raw relay; the number tells conversations apart.
    pub fn open_at_relay(relay: SocketAddr, number: usize, people: usize) -> Result<Self> {
        let mut inside = Vec::new();
        for _ in 0..people {
            let mut client = Client::connect(number * people, relay)?;
            // From 1: the relay takes 0 for a connection that has named no group.
            client.send(&format!("{}\r\n", number + 1))?;
            client.expect("OK")?;
            inside.push(client.into_stream()?);
        }
        Ok(Self { people: inside, form: Form::Raw, kept: Vec::new() })
    }
}

/// Brings users that are signed in into one switchboard: the first calls the others, in turn.
pub fn bring_together(service: &Service, first: usize, sessions: &mut [Client]) -> Result<Vec<Client>> {
    let msnp = service.doors().msnp;
    sessions[0].send("XFR 8 SB\r\n")?;
    let reply = sessions[0].until("XFR 8 SB ")?;
    let cookie = reply.rsplit(' ').next().context("no cookie")?;
    let mut caller = Client::connect(first, msnp)?;
    caller.send(&format!("USR 1 {} {cookie}\r\n", user(first)))?;
    caller.expect("USR 1 OK ")?;
    let mut inside = vec![caller];
    for (number, session) in sessions.iter_mut().enumerate().skip(1) {
        let handle = user(first + number);
        inside[0].send(&format!("CAL 2 {handle}\r\n"))?;
        inside[0].expect("CAL 2 RINGING ")?;
        let ring = session.until("RNG ")?;
        let words: Vec<&str> = ring.split(' ').collect();
        let (number_of_switchboard, cookie) =
            words.get(1).zip(words.get(4)).context("a ring without a cookie")?;
        let mut callee = Client::connect(first + number, msnp)?;
        callee.send(&format!("ANS 1 {handle} {cookie} {number_of_switchboard}\r\n"))?;
        callee.until("ANS 1 OK")?;
        for other in &mut inside {
            other.expect("JOI ")?;
        }
        inside.push(callee);
    }
    Ok(inside)
}
