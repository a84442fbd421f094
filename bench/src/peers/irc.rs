//! IRC servers and their clients.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};

use crate::load::client::Client;
use crate::load::conversation::Conversation;
use crate::load::form::Form;

/// The settings of InspIRCd.
pub(super) fn inspircd_settings(address: SocketAddr, folder: &Path) -> String {
    let (ip, port, folder) = (address.ip(), address.port(), folder.display());
    format!(
        "<config format=\"xml\">\n\
         <server name=\"irc.bench.example.com\" description=\"Bench\" network=\"Bench\" id=\"001\">\n\
         <admin name=\"Bench\" nick=\"bench\" email=\"bench@example.com\">\n\
         <bind address=\"{ip}\" port=\"{port}\" type=\"clients\">\n\
         <connect name=\"main\" allow=\"*\" timeout=\"60\" pingfreq=\"3600\" hardsendq=\"4194304\" softsendq=\"1048576\" \
         recvq=\"1048576\" threshold=\"1000000\" commandrate=\"100000000\" fakelag=\"no\" localmax=\"10000\" \
         globalmax=\"10000\" resolvehostnames=\"no\">\n\
         <performance softlimit=\"10000\" somaxconn=\"128\">\n\
         <dns server=\"127.0.0.1\" timeout=\"1\">\n\
         <pid file=\"{folder}/pid\">\n\
         <log method=\"file\" type=\"* -USERINPUT -USEROUTPUT\" level=\"default\" target=\"{folder}/log\">\n"
    )
}

/// The settings of ngIRCd.
pub(super) fn ngircd_settings(address: SocketAddr) -> String {
    let (ip, port) = (address.ip(), address.port());
    format!(
        "[Global]\nName = irc.bench.example.com\nInfo = Bench\nListen = {ip}\nPorts = {port}\nMotdPhrase = Bench\n\
         [Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxJoins = 0\nMaxPenaltyTime = 0\nPingTimeout = 3600\n\
         [Options]\nDNS = no\nIdent = no\nPAM = no\n"
    )
}

/// Pairs of clients.
pub(super) fn pairs(address: SocketAddr, count: usize) -> Result<Vec<Conversation>> {
    let mut pairs = Vec::new();
    for number in 0..count {
        pairs.push((ask(address, number, &nick('w', number))?, ask(address, number, &nick('r', number))?));
    }
    // A server may take a second for each, but not one after the other.
    let mut conversations = Vec::new();
    for (number, (mut writer, mut reader)) in pairs.into_iter().enumerate() {
        await_registration(&mut writer)?;
        await_registration(&mut reader)?;
        let to = nick('r', number);
        writer.send(&format!("PRIVMSG {to} :x\r\n"))?;
        let line = heard(&mut reader, |line| line.contains(" PRIVMSG "))?;
        let prefix = line.len() - 1;
        let people = vec![writer.into_stream()?, reader.into_stream()?];
        conversations.push(Conversation { people, form: Form::Irc { to, prefix }, kept: Vec::new() });
    }
    Ok(conversations)
}

/// Five digits, so that all lines of all pairs have the same length.
fn nick(letter: char, number: usize) -> String {
    format!("{letter}{number:05}")
}

/// Connects and asks to be registered.
fn ask(address: SocketAddr, person: usize, nick: &str) -> Result<Client> {
    let mut client = Client::connect(person, address)?;
    client.send(&format!("NICK {nick}\r\nUSER bench 0 * :Bench\r\n"))?;
    Ok(client)
}

fn await_registration(client: &mut Client) -> Result<()> {
    // The end of the message of the day, or that there is none.
    heard(client, |line| line.contains(" 376 ") || line.contains(" 422 "))?;
    client.send("PING :all\r\n")?;
    // The lines that the server sends unasked after a registration are over then.
    heard(client, |line| line.contains("PONG") && line.ends_with("all"))?;
    Ok(())
}

/// The first line that is wanted; the server's own questions are answered.
fn heard(client: &mut Client, is_wanted: impl Fn(&str) -> bool) -> Result<String> {
    loop {
        let line = client.line().context("the IRC server has ended a connection")?;
        if let Some(question) = line.strip_prefix("PING ") {
            client.send(&format!("PONG {question}\r\n"))?;
        } else if is_wanted(&line) {
            return Ok(line);
        }
    }
}
