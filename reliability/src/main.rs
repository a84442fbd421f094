//! The fault suite: the real program under faults and hostile input, while people talk.
//!
//! `cargo run --release -p papillon-reliability -- all|short|CASE… [--program PATH]` runs all cases in full, all of them
//! shortened, or the named ones in full. With `--metrics ADDRESS:PORT` a Prometheus can watch the services. Each case starts `papillon serve` on the loopback address with a database of
//! its own, keeps pairs of bystanders talking, and then does its worst. A case passes when the process is alive without
//! a panic, the bystanders have lost nothing and their order held, the memory is back and what was dropped is counted.
//!
//! | to find | look in |
//! |---|---|
//! | the cases | `cases.rs`, and one file for each in `cases/` |
//! | the accounts, the settings and the start of a service | `ground.rs` |
//! | a service with bystanders, and the judgement at the end | `stage.rs` |
//! | the bystanders | `bystanders.rs` |
//! | which cases run at once | `turn.rs` |
//! | the tasks of an attack | `attackers.rs` |
//! | the program's process and its figures | `program.rs`, `figures.rs` |
//! | the counts of the log and of `/metrics` | `counts.rs` |
//! | the service whose store panics | `panicking.rs` |
//! | networks that lose packets | `namespace.rs` |
//! | accounts and their tickets | `people.rs` |
//! | the table | `report.rs` |

// The testkit panics when the expected line does not come. A panic in a case is the failure of that case.
#![allow(clippy::missing_panics_doc)]

mod attackers;
mod bystanders;
mod cases;
mod counts;
mod doors;
mod figures;
mod ground;
mod namespace;
mod needs;
mod panicking;
mod people;
mod program;
mod report;
mod stage;
mod turn;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::cases::Case;
use crate::ground::Arena;
use crate::turn::Turn;

const USAGE: &str =
    "usage: papillon-reliability all | short | list | CASE… [--program PATH] [--metrics ADDRESS:PORT]";

fn main() -> Result<ExitCode> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let program = option(&mut words, "--program")?.map(PathBuf::from);
    let metrics = option(&mut words, "--metrics")?.unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let ["serve", words @ ..] = words.as_slice() {
        panicking::serve(words)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (cases, short): (Vec<&Case>, bool) = match words.as_slice() {
        [] | ["--help" | "-h"] => {
            println!("{USAGE}");
            return Ok(ExitCode::SUCCESS);
        }
        ["list"] => {
            cases::ALL.iter().for_each(|case| println!("{}: {}", case.name, case.what));
            return Ok(ExitCode::SUCCESS);
        }
        ["all"] => (cases::ALL.iter().collect(), false),
        ["short", names @ ..] if !names.is_empty() => (named(names)?, true),
        ["short"] => (cases::ALL.iter().filter(|case| !case.is_long).collect(), true),
        names => (named(names)?, false),
    };
    let program = program.map_or_else(beside, Ok)?;
    let metrics = metrics.parse().context("--metrics wants an address and a port")?;
    let metrics = has_metrics(&program)?.then_some(metrics);
    let table = turn::run(&cases, &Arena { metrics, program, short, turn: Turn::default() });
    table.print();
    Ok(if table.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Takes an option with its value out of the words.
fn option(words: &mut Vec<String>, name: &str) -> Result<Option<String>> {
    let Some(at) = words.iter().position(|word| word == name) else { return Ok(None) };
    words.remove(at);
    if at == words.len() {
        bail!("{name} wants a value\n{USAGE}");
    }
    Ok(Some(words.remove(at)))
}

fn named(names: &[&str]) -> Result<Vec<&'static Case>> {
    let find = |name: &&str| {
        let found = cases::ALL.iter().find(|case| case.name == *name);
        found.with_context(|| {
            format!("there is no case {name:?}; `papillon-reliability list` has all\n{USAGE}")
        })
    };
    names.iter().map(find).collect()
}

/// The program that was built with the same profile.
fn beside() -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("papillon");
    if !program.is_file() {
        bail!(
            "{} is missing: `cargo build --release` makes it, or --program names another",
            program.display()
        );
    }
    Ok(program)
}

/// Whether the program shows metrics. An older one is tried as well, for comparison.
fn has_metrics(program: &Path) -> Result<bool> {
    let help = Command::new(program).args(["serve", "--help"]).output();
    let help = help.with_context(|| format!("{} cannot be run", program.display()))?;
    Ok(String::from_utf8_lossy(&help.stdout).contains("--metrics"))
}
