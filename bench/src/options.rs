//! The command line.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::contestant::Program;
use crate::row::Row;
use crate::rows;

/// The help.
pub const USAGE: &str = "\
usage: papillon-bench all | short | ROW… | compare PROGRAM ROW… | compare A.json B.json | list

  all                     measures every row
  short                   sees within a minute that every row works; its figures mean nothing
  ROW…                    measures these rows; a name without its last part, such as relay, means all that begin so
  compare PROGRAM ROW…    measures this build and another `papillon` in the same rounds
  compare A.json B.json   puts the figures of two runs side by side
  list                    names the rows

  --program PATH          the `papillon` to measure; without it the release build is made and taken
  --output FOLDER         the place of papillon-bench.json and papillon-bench.svg (default: target/bench,
                          target/bench/short for `short`)
  --strict                fails when a figure misses what it must be";

/// The task of a run.
#[derive(Debug)]
pub struct Options {
    /// The task.
    pub wish: Wish,
    /// Whether everything is small.
    pub is_short: bool,
    /// Whether a missed target is a failure.
    pub is_strict: bool,
    program: Option<PathBuf>,
    output: Option<PathBuf>,
}

/// The task.
#[derive(Debug)]
pub enum Wish {
    /// The help.
    Usage,
    /// The names of the rows.
    List,
    /// These rows.
    Measure(Vec<&'static Row>),
    /// These rows for two programs.
    Compare(PathBuf, Vec<&'static Row>),
    /// The JSON of two runs.
    CompareRuns([PathBuf; 2]),
}

impl Options {
    /// Reads the words of the command line.
    ///
    /// # Errors
    /// With the usage, when they mean nothing.
    pub fn read(words: &[&str]) -> Result<Self> {
        let mut words = words.to_vec();
        let is_strict = flag(&mut words, "--strict");
        let program = option(&mut words, "--program")?.map(PathBuf::from);
        let output = option(&mut words, "--output")?.map(PathBuf::from);
        let all = || rows::ALL.to_vec();
        let is_short = words.first() == Some(&"short");
        let wish = match words.as_slice() {
            [] | ["--help" | "-h"] => Wish::Usage,
            ["list"] => Wish::List,
            ["all" | "short"] => Wish::Measure(all()),
            ["short", names @ ..] => Wish::Measure(named(names)?),
            ["compare", first, second] if first.ends_with(".json") && second.ends_with(".json") => {
                Wish::CompareRuns([first, second].map(PathBuf::from))
            }
            ["compare", other, names @ ..] if !names.is_empty() => {
                Wish::Compare(PathBuf::from(other), if names == ["all"] { all() } else { named(names)? })
            }
            ["compare", ..] => {
                bail!("compare wants a program and the names of rows, or the JSON of two runs\n{USAGE}")
            }
            names => Wish::Measure(named(names)?),
        };
        Ok(Self { wish, is_short, is_strict, program, output })
    }

    /// The program to measure.
    ///
    /// # Errors
    /// When there is none, and none can be made.
    pub fn program(&self) -> Result<Program> {
        let path = match &self.program {
            Some(path) => path.clone(),
            None => build()?,
        };
        ensure!(
            path.is_file(),
            "{} is missing: `cargo build --release` makes it, or --program names another",
            path.display()
        );
        // The service works in a folder of its own.
        Ok(Program { path: path.canonicalize()?, workers: None })
    }

    /// The folder for the JSON and the plot.
    ///
    /// # Errors
    /// When this program has no place.
    pub fn output(&self) -> Result<PathBuf> {
        if let Some(output) = &self.output {
            return Ok(output.clone());
        }
        let program = std::env::current_exe()?;
        let target = program.parent().and_then(|folder| folder.parent()).context("no folder to write to")?;
        // The figures of a real run stay.
        Ok(target.join(if self.is_short { "bench/short" } else { "bench" }))
    }
}

/// The program of the same build as this one. Under cargo it is made anew: an old one would be measured unnoticed.
fn build() -> Result<PathBuf> {
    if let Some(cargo) = std::env::var_os("CARGO") {
        let made = Command::new(cargo).args(["build", "--release", "--locked", "-p", "papillon"]).status()?;
        ensure!(made.success(), "the program cannot be built");
    }
    Ok(std::env::current_exe()?.with_file_name("papillon"))
}

/// Takes a flag out of the words.
fn flag(words: &mut Vec<&str>, name: &str) -> bool {
    let before = words.len();
    words.retain(|word| *word != name);
    words.len() < before
}

/// Takes an option with its value out of the words.
fn option(words: &mut Vec<&str>, name: &str) -> Result<Option<String>> {
    let Some(at) = words.iter().position(|word| *word == name) else { return Ok(None) };
    words.remove(at);
    if at == words.len() {
        bail!("{name} wants a value\n{USAGE}");
    }
    Ok(Some(words.remove(at).to_owned()))
}

fn named(names: &[&str]) -> Result<Vec<&'static Row>> {
    let mut found = Vec::new();
    for name in names {
        let exact = rows::ALL.iter().filter(|row| row.name == *name);
        let group = rows::ALL
            .iter()
            .filter(|row| row.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')));
        let rows: Vec<&Row> = exact.chain(group).copied().collect();
        ensure!(!rows.is_empty(), "there is no row {name:?}; `papillon-bench list` has all\n{USAGE}");
        found.extend(rows);
    }
    Ok(found)
}
