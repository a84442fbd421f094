//! The memory of an idle signed-in connection.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::client::Client;
use crate::process::Process;
use crate::service::{Population, user};
use crate::table::Table;

/// Connections before the first measurement: one-time allocations are over then.
const WARM_UP: usize = 200;
/// Until the service has come to rest.
const REST: Duration = Duration::from_millis(500);

/// Signs people in and looks how the service has grown.
pub fn measure(table: &mut Table) -> Result<()> {
    grow(table, "an idle connection, no contacts", 0, 4_000, 6.0)?;
    grow(table, "an idle connection, 100 contacts", 100, 1_000, 20.0)
}

fn grow(table: &mut Table, what: &str, contacts: usize, people: usize, target: f64) -> Result<()> {
    let words = Population { users: WARM_UP + people, friends: contacts, mutual: 0 }.words(1);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let service = Process::start(&words)?;
    let mut online = Vec::new();
    let mut before = 0.0;
    for number in 0..WARM_UP + people {
        if number == WARM_UP {
            std::thread::sleep(REST);
            before = service.memory()?;
        }
        let (client, welcome) = Client::sign_in(&service, &user(number))?;
        ensure!(welcome.contacts == contacts, "{} contacts came", welcome.contacts);
        online.push(client);
    }
    std::thread::sleep(REST);
    let each = (service.memory()? - before) / people as f64;
    let method =
        format!("growth of Anonymous in smaps_rollup over {people} sign-ins (VER … QRY), after {WARM_UP}");
    table.judge(what, each, "KiB", target, method);
    Ok(())
}
