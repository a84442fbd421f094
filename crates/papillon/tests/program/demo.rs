//! `serve --demo`: two accounts, a bot, and nothing left behind.
#![cfg(unix)]

mod guest;
mod monarch;

use std::path::PathBuf;
use std::process::Command;

use msnp_client::{Client, Events, Trust};

use self::guest::Guest;
use crate::papillon::{Ended, Papillon, end};
use crate::running::Running;

/// A demo on free ports, in a temporary folder of its own.
struct Demo {
    papillon: Papillon,
    running: Running,
    /// Accounts and passwords as they were printed.
    accounts: Vec<(String, String)>,
}

impl Demo {
    fn start() -> Self {
        let papillon = Papillon::new();
        let running = Running::launch(&mut command(&papillon, &[]));
        let accounts = ["ada@papillon.test", "grace@papillon.test"].map(|account| {
            let line = running.wait_for_log(&format!("{account} "));
            let password = line.split_whitespace().last().unwrap_or_default().to_owned();
            (account.to_owned(), password)
        });
        Self { papillon, running, accounts: accounts.into() }
    }

    /// The demo's folder.
    fn folder(&self) -> PathBuf {
        let mut folders = folders(&self.papillon);
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0)
    }

    /// Signs in with one of the printed passwords.
    async fn sign_in(&self, index: usize) -> Guest {
        let (account, password) = &self.accounts[index];
        let authority = std::fs::read(self.folder().join("tls/ca.pem")).unwrap();
        let signed_in: (Client, Events) = Client::builder(account.parse().unwrap(), password)
            .server(self.running.address("msnp").to_string())
            .nexus(format!("https://{}/rdr/pprdr.asp", self.running.address("https")))
            .trust(Trust::Authorities(authority))
            .sign_in()
            .await
            .unwrap();
        Guest::new(signed_in, self.papillon.home())
    }
}

/// `serve --demo` with these options as well.
fn command(papillon: &Papillon, more: &[&str]) -> Command {
    let all = ["serve", "--demo", "--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];
    let mut command = papillon.bare(all.iter().chain(more));
    command.env("TMPDIR", papillon.home());
    command
}

fn folders(papillon: &Papillon) -> Vec<PathBuf> {
    let all = papillon.home().read_dir().unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("papillon-demo-")).collect()
}

#[test]
fn nothing_is_left_behind() {
    for signal in ["TERM", "INT", "HUP"] {
        let mut demo = Demo::start();
        assert!(demo.folder().join("papillon.db").is_file());
        demo.running.signal(signal);
        let ended = demo.running.end();
        assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{ended:?}");
        assert_eq!(folders(&demo.papillon), [] as [PathBuf; 0], "{signal}");
    }
}

#[test]
fn the_printed_command_signs_in() {
    let demo = Demo::start();
    let line = demo.running.wait_for_log(" chat ");
    let (account, password) = &demo.accounts[0];
    let authority = demo.folder().join("tls/ca.pem");
    for words in [
        format!("PAPILLON_PASSWORD={password} "),
        format!("--account {account} "),
        format!("--ca {}", authority.display()),
    ] {
        assert!(line.contains(&words), "{words} is not in {line}");
    }
    // The messenger needs a terminal; this takes the same options.
    let line = line.replace(" chat ", " contacts ");
    let mut shell = Command::new("sh");
    let ended: Ended = end(shell.arg("-c").arg(&line).env_clear().env("HOME", demo.papillon.home()));
    ended.is_fine();
    assert!(ended.out.contains("monarch@papillon.test"), "{ended:?}");
}

#[test]
fn as_json_the_passwords_are_fields() {
    let papillon = Papillon::new();
    let mut running = Running::launch(&mut command(&papillon, &["--log-format", "json"]));
    running.signal("TERM");
    let log = running.end().err;
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    let accounts: Vec<_> = lines.iter().filter(|line| line["password"].is_string()).collect();
    assert_eq!(accounts.len(), 2, "{log}");
    assert_eq!(accounts[0]["account"], "ada@papillon.test");
    let (command, password) = (accounts[0]["command"].as_str(), accounts[0]["password"].as_str());
    assert!(command.unwrap().contains(password.unwrap()), "{log}");
}

#[test]
fn every_demo_has_passwords_of_its_own() {
    let (one, other) = (Demo::start(), Demo::start());
    assert_ne!(one.accounts, other.accounts);
    assert_ne!(one.accounts[0].1, one.accounts[1].1);
}

#[test]
fn what_a_demo_cannot_be_is_explained() {
    let papillon = Papillon::new();
    let run = |args: &[&str]| end(papillon.bare(args).env("TMPDIR", papillon.home()));
    run(&["serve", "--demo", "--data", "x"]).fails(2, &["--demo", "--data"]);
    run(&["serve", "--demo", "--database", "x.db"]).fails(2, &["--demo", "--database"]);
    run(&["serve", "--demo", "--https", "none"]).fails(1, &["--https ADDR"]);
    run(&["serve", "--demo", "--msnp", "none"]).fails(1, &["--msnp ADDR"]);
    run(&["serve", "--demo", "--check"]).is_fine();
    assert_eq!(folders(&papillon), [] as [PathBuf; 0]);
}
