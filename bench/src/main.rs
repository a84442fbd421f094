//! The benchmark: the cost of a message, a connection and a sign-in for the service.
//!
//! `cargo run --release -p papillon-bench` measures everything, `… -- relay`, `memory`, `sign-in`,
//! `gateway`, `handshakes` or `transfer` one thing. The service runs in a process of its own on one core, the load comes
//! from this one on another. Costs are CPU time, system calls and memory of the service's
//! process, never time on the clock, so that a busy machine disturbs them little. Transfers of files are measured on the clock, as ratios
//! to something plainer that takes turns with them; there everything runs on any core.
//!
//! | to find | look in |
//! |---|---|
//! | the measurements and their targets | `relay.rs`, `memory.rs`, `sign_in.rs`, `gateway.rs`, `handshakes.rs`, `transfer.rs` |
//! | the service under measurement | `service.rs`; the comparison: `ceiling.rs` |
//! | the load | `client.rs`, `conversation.rs`, `traffic.rs` |
//! | the meters | `process.rs`, `system_calls.rs` |

mod ceiling;
mod client;
mod conversation;
mod gateway;
mod handshakes;
mod memory;
mod process;
mod relay;
mod service;
mod sign_in;
mod system_calls;
mod table;
mod traffic;
mod transfer;

use anyhow::{Result, bail};

use crate::table::Table;

const USAGE: &str = "usage: papillon-bench [relay | memory | sign-in | gateway | handshakes | transfer]";

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut table = Table::default();
    match words.as_slice() {
        // The processes this program starts of itself.
        ["--server", population @ ..] => return service::serve(population),
        ["--old-tls"] => return handshakes::serve(),
        ["--ceiling"] => return ceiling::serve(),
        ["--transfer-service"] => return transfer::service::serve(),
        ["--sender", words @ ..] => return transfer::end::send(words),
        ["--receiver", words @ ..] => return transfer::end::receive(words),
        [] => {
            process::step_aside();
            relay::measure(&mut table)?;
            memory::measure(&mut table)?;
            sign_in::measure(&mut table)?;
            gateway::measure(&mut table)?;
            handshakes::measure(&mut table)?;
            process::spread_out();
            transfer::measure(&mut table)?;
        }
        ["relay"] => {
            process::step_aside();
            relay::measure(&mut table)?;
        }
        ["memory"] => {
            process::step_aside();
            memory::measure(&mut table)?;
        }
        ["sign-in"] => {
            process::step_aside();
            sign_in::measure(&mut table)?;
        }
        ["gateway"] => {
            process::step_aside();
            gateway::measure(&mut table)?;
        }
        ["handshakes"] => {
            process::step_aside();
            handshakes::measure(&mut table)?;
        }
        ["transfer"] => transfer::measure(&mut table)?,
        ["--help" | "-h"] => {
            println!("{USAGE}");
            return Ok(());
        }
        _ => bail!(USAGE),
    }
    table.print();
    Ok(())
}
