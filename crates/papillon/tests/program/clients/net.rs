//! A service with two people on it.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use msnp_client::msnp::Handle;
use msnp_client::{Client, Events, Trust};

use super::listener::Listener;
use crate::papillon::{Ended, Papillon, end};
use crate::running::{Running, Started};

pub const ADA: &str = "ada@example.com";
pub const GRACE: &str = "grace@example.com";
pub const SECRET: &str = "papillon, 2003";

pub struct Net {
    pub papillon: Papillon,
    pub service: Running,
}

impl Net {
    pub fn new() -> Self {
        let papillon = Papillon::new();
        papillon.add(ADA, SECRET);
        papillon.add(GRACE, SECRET);
        let service = Running::start(&papillon);
        Self { papillon, service }
    }

    /// A client command for somebody that is not told whom to trust.
    pub fn bare<I: AsRef<OsStr>>(&self, who: &str, args: impl IntoIterator<Item = I>) -> Command {
        let mut command = self.papillon.bare(args);
        let nexus = format!("https://{}/rdr/pprdr.asp", self.service.address("https"));
        command.env("PAPILLON_ACCOUNT", who).env("PAPILLON_PASSWORD", SECRET);
        command.env("XDG_RUNTIME_DIR", self.runtime());
        command.env("PAPILLON_SERVER", self.service.address("msnp").to_string()).env("PAPILLON_NEXUS", nexus);
        command
    }

    pub fn command<I: AsRef<OsStr>>(&self, who: &str, args: impl IntoIterator<Item = I>) -> Command {
        let mut command = self.bare(who, args);
        command.env("PAPILLON_CA", self.papillon.data().join("tls/ca.pem"));
        command
    }

    /// Where sockets are.
    pub fn runtime(&self) -> std::path::PathBuf {
        self.papillon.home().join("run")
    }

    /// A script for somebody.
    pub fn script(&self, who: &str, path: &str) -> Command {
        let model = self.command(who, ["listen"]);
        let mut command = Command::new(path);
        command.env_clear().envs(model.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.papillon.home()).process_group(0);
        command
    }

    /// Runs a client command to its end.
    pub fn run<I: AsRef<OsStr>>(&self, who: &str, args: impl IntoIterator<Item = I>) -> Ended {
        end(&mut self.command(who, args))
    }

    /// Starts a client command.
    pub fn start<I: AsRef<OsStr>>(&self, who: &str, args: impl IntoIterator<Item = I>) -> Started {
        Started::new(&mut self.command(who, args))
    }

    /// Somebody signed in with the library.
    pub async fn sign_in(&self, who: &str) -> (Client, Events) {
        let builder = Client::builder(Handle::parse(who).unwrap(), SECRET)
            .server(self.service.address("msnp").to_string())
            .nexus(format!("https://{}/rdr/pprdr.asp", self.service.address("https")))
            .trust(Trust::Anybody);
        builder.sign_in().await.unwrap()
    }

    /// The same, and commands can be written to it.
    pub fn bot(&self, who: &str, args: &[&str]) -> Listener {
        let words = std::iter::once("listen").chain(args.iter().copied());
        Listener::of_bot(Started::with_input(&mut self.command(who, words)))
    }

    /// Somebody who listens, signed in.
    pub fn listen(&self, who: &str, args: &[&str]) -> Listener {
        let words = std::iter::once("listen").chain(args.iter().copied());
        Listener::new(Started::new(&mut self.command(who, words)))
    }
}
