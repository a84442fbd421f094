//! The speed of files, next to the least work that moves the same bytes, and their memory.
//!
//! | to find | look in |
//! |---|---|
//! | the sender and the receiver | `transfer/end.rs`, started by `transfer/courier.rs` |
//! | the service | `transfer/service.rs` |
//! | the comparison | `transfer/opaque.rs`, `transfer/plain.rs` |

mod courier;
pub mod end;
mod opaque;
mod plain;
pub mod service;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use msnp_client::TransferRoute;
use tempfile::TempDir;

use crate::process::Process;
use crate::table::Table;
use courier::Courier;
use opaque::Opaque;

const MB: usize = 1_000_000;
const FILE: usize = 50 * MB;
/// Bytes of a file in one packet of the switchboard.
const PACKET: usize = 1202;
const ROUNDS: usize = 7;
/// The share of the opaque relay, and of the plain copy, in per cent.
const SWITCHBOARD: f64 = 60.0;
const DIRECT: f64 = 50.0;
/// Files whose peaks of memory are compared, and how much more the larger one may take.
const SMALL: usize = 5 * MB;
const LARGE: usize = 200 * MB;
const GROWTH: f64 = 4096.0;

/// Moves files both ways, compares, and looks at the memory.
pub fn measure(table: &mut Table) -> Result<()> {
    let service = Process::start_unbound(&["--transfer-service"])?;
    let folder = tempfile::tempdir()?;
    over_switchboard(table, &service, &folder)?;
    over_direct(table, &service, &folder)?;
    for route in [TransferRoute::Switchboard, TransferRoute::Direct] {
        weigh(table, &service, &folder, route)?;
    }
    Ok(())
}

/// The relay and the transfer take turns, so that both meet the same machine.
fn over_switchboard(table: &mut Table, service: &Process, folder: &TempDir) -> Result<()> {
    let file = make(folder, FILE)?;
    let mut opaque = Opaque::open(service)?;
    let mut courier = Courier::start(service, TransferRoute::Switchboard)?;
    let messages = FILE.div_ceil(PACKET);
    let (mut raw, mut ours) = (Vec::new(), Vec::new());
    let mut costs = [const { Vec::new() }; 4];
    for round in 0..=ROUNDS {
        let before = service.cpu()?;
        let relayed = rate(messages * opaque::SIZE, opaque.relay(messages)?);
        let between = service.cpu()?;
        let ends = courier.cpu()?;
        let moved = rate(FILE, courier.carry(&file, folder.path())?);
        let spent = courier.cpu()?;
        let after = service.cpu()?;
        // The first round warms up.
        if round > 0 {
            raw.push(relayed);
            ours.push(moved);
            let spent = [between - before, after - between, spent[0] - ends[0], spent[1] - ends[1]];
            costs.iter_mut().zip(spent).for_each(|(all, one)| all.push(one / messages as f64));
        }
    }
    let method = format!("{ROUNDS} rounds in turn of {messages} messages, median of the rates");
    let relayed = format!("{:.0} MB/s", median(&raw));
    table.note("opaque messages of 1,344 bytes, one pair, 64 in flight", relayed, method);
    let share = median(&shares(&ours, &raw));
    let method = format!("50 MB, median of {ROUNDS} ratios to the relay in turn; {:.0} MB/s", median(&ours));
    table.judge_least("a file over the switchboard", share, "%", SWITCHBOARD, method);
    let [relay, service, sender, receiver] = costs.map(|costs| median(&costs));
    table.note(
        "CPU of the service, a message",
        format!("opaque {relay:.2} µs, file {service:.2} µs"),
        "schedstat, the same rounds",
    );
    table.note(
        "CPU of the clients, a packet of 1,202 bytes",
        format!("sender {sender:.2} µs, receiver {receiver:.2} µs"),
        "schedstat, the same rounds, with reading and writing the file",
    );
    Ok(())
}

/// The plain copy and the transfer take turns.
fn over_direct(table: &mut Table, service: &Process, folder: &TempDir) -> Result<()> {
    let file = make(folder, FILE)?;
    let copied = folder.path().join("plain");
    let mut courier = Courier::start(service, TransferRoute::Direct)?;
    let (mut plain, mut ours) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let copying = rate(FILE, plain::copy(&file, &copied)?);
        fs::remove_file(&copied)?;
        let moved = rate(FILE, courier.carry(&file, folder.path())?);
        // The first round warms up.
        if round > 0 {
            plain.push(copying);
            ours.push(moved);
        }
    }
    let share = median(&shares(&ours, &plain));
    let method = format!(
        "50 MB, median of {ROUNDS} ratios in turn; {:.0} MB/s, plain copy in one process {:.0} MB/s",
        median(&ours),
        median(&plain)
    );
    table.judge_least("a file over a direct connection, of a plain TCP copy", share, "%", DIRECT, method);
    Ok(())
}

/// Each file is carried by processes of its own.
fn weigh(table: &mut Table, service: &Process, folder: &TempDir, route: TransferRoute) -> Result<()> {
    let mut peaks = Vec::new();
    for size in [SMALL, LARGE] {
        let mut courier = Courier::start(service, route)?;
        courier.carry(&make(folder, size)?, folder.path())?;
        peaks.push(courier.peaks()?);
    }
    for (at, side) in ["sender", "receiver"].into_iter().enumerate() {
        let [small, large] = [peaks[0][at], peaks[1][at]];
        let what = format!("growth of the {side} with the file, {route:?}").to_lowercase();
        let method = format!("VmHWM with 200 MB ({large:.0} KiB) less that with 5 MB ({small:.0} KiB)");
        table.judge(&what, large - small, "KiB", GROWTH, method);
    }
    Ok(())
}

/// A file of so many bytes that are not all the same.
fn make(folder: &TempDir, size: usize) -> Result<PathBuf> {
    let path: &Path = folder.path();
    let path = path.join("file");
    // Neighbouring packets differ: one in the place of the other makes another file.
    let bytes: Vec<u8> = (0..size).map(|at| (at * 31 + at / 251) as u8).collect();
    fs::write(&path, bytes)?;
    Ok(path)
}

/// In MB a second.
fn rate(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / MB as f64 / time.as_secs_f64()
}

/// Round by round, in per cent.
fn shares(ours: &[f64], reference: &[f64]) -> Vec<f64> {
    ours.iter().zip(reference).map(|(ours, reference)| 100.0 * ours / reference).collect()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
