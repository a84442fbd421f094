//! The cost of a sign-in: a ticket, a list of a hundred, the first state, the first challenge.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::client::Client;
use crate::process::Process;
use crate::service::{Population, friend, user};
use crate::table::Table;

const TARGET: f64 = 500.0;
const CONTACTS: usize = 100;
const ONLINE: usize = 50;
/// The accounts that sign in one after the other, and the number of rounds.
const PEOPLE: usize = 200;
const TIMES: usize = 10;

/// Measures sign-ins with no contact online, with half the list online, and with a notice to each of these.
pub fn measure(table: &mut Table) -> Result<()> {
    let alone = weigh(0, 0)?;
    let seeing = weigh(ONLINE, 0)?;
    let telling = weigh(ONLINE, ONLINE)?;
    let method = format!(
        "schedstat over {} sign-ins one by one (VER, CVR, USR, USR, SYN 0, CHG, QRY), {CONTACTS} contacts",
        PEOPLE * TIMES
    );
    let none = "a sign-in, nobody online";
    table.judge(none, alone, "µs", TARGET, method.clone());
    let seen = format!("a sign-in, {ONLINE} contacts online (ILN)");
    table.judge(&seen, seeing, "µs", TARGET, method.clone());
    let told = format!("a sign-in, {ONLINE} contacts online who are told (ILN, NLN)");
    table.judge(&told, telling, "µs", TARGET, method);
    Ok(())
}

fn weigh(online: usize, mutual: usize) -> Result<f64> {
    let words = Population { users: PEOPLE, friends: CONTACTS, mutual }.words(1);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let service = Process::start(&words)?;
    let mut friends = Vec::new();
    for number in 0..online {
        friends.push(Client::sign_in(&service, &friend(number))?.0);
    }
    let mut spent = 0.0;
    for time in 0..=TIMES {
        let before = service.cpu()?;
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            let (client, welcome) = Client::sign_in(&service, &user(number))?;
            ensure!(welcome.contacts == CONTACTS, "{} contacts came", welcome.contacts);
            ensure!(welcome.online == online, "{} are online", welcome.online);
            people.push(client);
        }
        // The first time warms up.
        if time > 0 {
            spent += service.cpu()? - before;
        }
        drop(people);
        settle(&mut friends[..mutual])?;
    }
    Ok(spent / (PEOPLE * TIMES) as f64)
}

/// Waits until the service is done with the clients that have gone. Contacts read their last `FLN`, so
/// that none is disconnected for not reading either.
fn settle(told: &mut [Client]) -> Result<()> {
    for client in told.iter_mut() {
        for _ in 0..PEOPLE {
            client.until("FLN ")?;
        }
    }
    // No line tells that the service is done: it is given time.
    if told.is_empty() {
        std::thread::sleep(Duration::from_millis(300));
    }
    Ok(())
}
