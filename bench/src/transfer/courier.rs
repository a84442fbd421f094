//! A sender and a receiver, in processes of their own.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use msnp_client::TransferRoute;

use super::end;
use super::service::FILES;
use crate::process::Process;
use crate::service::user;

/// The two of them, signed in.
#[derive(Debug)]
pub struct Courier {
    sender: Process,
    receiver: Process,
    route: TransferRoute,
}

impl Courier {
    /// Starts them, and has them send over this route only.
    pub fn start(service: &Process, route: TransferRoute) -> Result<Self> {
        let [from, to] = FILES.map(user);
        let start = |role, who: &str| {
            let words = end::words(role, service, who, route);
            Process::start_unbound(&words.each_ref().map(String::as_str))
        };
        Ok(Self { sender: start("--sender", &from)?, receiver: start("--receiver", &to)?, route })
    }

    /// Sends a file, from the offer until both are done. The received file is compared and removed.
    pub fn carry(&mut self, file: &Path, folder: &Path) -> Result<Duration> {
        self.receiver.say(&folder.display().to_string())?;
        let start = Instant::now();
        self.sender.say(&format!("{} {}", user(FILES[1]), file.display()))?;
        let route = self.sender.hear()?;
        let arrived = self.receiver.hear()?;
        let time = start.elapsed();
        ensure!(route == format!("{:?}", Some(self.route)), "it went over {route}");
        ensure!(fs::read(file)? == fs::read(&arrived)?, "another file arrived");
        fs::remove_file(arrived)?;
        Ok(time)
    }

    /// The CPU time of sender and receiver in microseconds.
    pub fn cpu(&self) -> Result<[f64; 2]> {
        Ok([self.sender.cpu()?, self.receiver.cpu()?])
    }

    /// The most memory that sender and receiver ever occupied, in KiB.
    pub fn peaks(&self) -> Result<[f64; 2]> {
        Ok([self.sender.peak()?, self.receiver.peak()?])
    }
}
