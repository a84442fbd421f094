//! Clients of NATS.

use std::net::SocketAddr;

use anyhow::Result;

use crate::load::client::Client;
use crate::load::conversation::Conversation;
use crate::load::form::Form;

/// Pairs of a client that publishes and one that subscribes.
pub(super) fn pairs(address: SocketAddr, count: usize) -> Result<Vec<Conversation>> {
    let mut pairs = Vec::new();
    for number in 0..count {
        let mut writer = connect(address, number)?;
        let mut reader = connect(address, number)?;
        let subject = format!("pair{number:05}");
        reader.send(&format!("SUB {subject} 1\r\nPING\r\n"))?;
        reader.until("PONG")?;
        writer.send("PING\r\n")?;
        writer.until("PONG")?;
        pairs.push((writer, reader, subject));
    }
    let mut conversations = Vec::new();
    for (mut writer, mut reader, subject) in pairs {
        // The server asks once, two seconds after a connection, and then not for two minutes.
        for client in [&mut writer, &mut reader] {
            client.until("PING")?;
            client.send("PONG\r\n")?;
        }
        let people = vec![writer.into_stream()?, reader.into_stream()?];
        conversations.push(Conversation { people, form: Form::Nats { subject }, kept: Vec::new() });
    }
    Ok(conversations)
}

fn connect(address: SocketAddr, person: usize) -> Result<Client> {
    let mut client = Client::connect(person, address)?;
    client.expect("INFO ")?;
    client.send("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n")?;
    Ok(client)
}
