//! A sender and a receiver, in processes of their own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use msnp_client::TransferRoute;

use super::end;
use crate::cores::Cores;
use crate::population::{friend, user};
use crate::process::Process;
use crate::service::Service;

/// The two of them, signed in.
#[derive(Debug)]
pub struct Courier {
    sender: End,
    receiver: End,
    route: TransferRoute,
}

/// The process of one, and its output.
#[derive(Debug)]
struct End {
    process: Process,
    says: BufReader<ChildStdout>,
}

impl Courier {
    /// Starts user 0 and friend 0, which are each other's contacts, and has them send over this route only.
    ///
    /// # Errors
    /// When they cannot sign in.
    pub fn start(service: &Service, route: TransferRoute) -> Result<Self> {
        let sender = End::start(end::SENDER, service, &user(0), route)?;
        Ok(Self { sender, receiver: End::start(end::RECEIVER, service, &friend(0), route)?, route })
    }

    /// Sends a file, from the offer until both are done. The received file is compared and removed.
    ///
    /// # Errors
    /// When it does not arrive as it was.
    pub fn carry(&mut self, file: &Path, folder: &Path) -> Result<Duration> {
        self.receiver.say(&folder.display().to_string())?;
        let start = Instant::now();
        self.sender.say(&format!("{} {}", friend(0), file.display()))?;
        let route = self.sender.hear()?;
        let arrived = self.receiver.hear()?;
        let time = start.elapsed();
        ensure!(route == format!("{:?}", Some(self.route)), "it went over {route}");
        ensure!(fs::read(file)? == fs::read(&arrived)?, "another file arrived");
        fs::remove_file(arrived)?;
        Ok(time)
    }

    /// The most memory that sender and receiver ever occupied, in KiB.
    ///
    /// # Errors
    /// When one of them has ended.
    pub fn peaks(&self) -> Result<[f64; 2]> {
        Ok([self.sender.process.peak()?, self.receiver.process.peak()?])
    }
}

impl End {
    fn start(role: &str, service: &Service, who: &str, route: TransferRoute) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(role).args(end::words(service, who, route)?);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Process::start(&mut command, Cores::All)?;
        let says = BufReader::new(process.child().stdout.take().context("no output")?);
        let mut end = Self { process, says };
        let ready = end.hear()?;
        ensure!(ready == "ready", "the end of a transfer says {ready:?}");
        Ok(end)
    }

    fn say(&mut self, line: &str) -> Result<()> {
        let input = self.process.child().stdin.as_mut().context("no input")?;
        Ok(writeln!(input, "{line}")?)
    }

    fn hear(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.says.read_line(&mut line)? > 0, "the end of a transfer has ended");
        Ok(line.trim_end().to_owned())
    }
}
