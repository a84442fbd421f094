//! The outcome of a case, and the table of all of them.

use std::time::Duration;

use anyhow::Result;

use crate::cases::Case;
use crate::needs::{self, Skipped};

/// What a case has seen.
#[derive(Debug, Default)]
pub struct Report {
    /// The figures that tell what was done: so many connections, so many bytes.
    pub done: Vec<String>,
    /// The bystanders' messages.
    pub bystanders: String,
    /// Whether the process lived, and without a panic.
    pub alive: String,
    /// Memory before and after.
    pub memory: String,
    /// What was dropped or refused, as the program counts it.
    pub counted: String,
    /// The reasons for which the case has failed.
    pub failures: Vec<String>,
}

/// The table.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<String>,
    passed: usize,
    failed: Vec<&'static str>,
    skipped: Vec<&'static str>,
}

impl Table {
    /// Adds a row.
    pub fn add(&mut self, case: &Case, outcome: Result<Report>, took: Duration) {
        let report = match outcome {
            Ok(report) => report,
            Err(error) => match error.downcast_ref::<Skipped>() {
                Some(reason) if !needs::required() => {
                    eprintln!("{}: SKIPPED: {reason}", case.name);
                    self.skipped.push(case.name);
                    self.rows.push(format!(
                        "| `{}` | {} | – | – | – | – | SKIPPED: {reason} |",
                        case.name, case.what
                    ));
                    return;
                }
                _ => Report { failures: vec![format!("{error:#}")], ..Report::default() },
            },
        };
        let verdict = if report.failures.is_empty() {
            self.passed += 1;
            "passed".to_owned()
        } else {
            self.failed.push(case.name);
            format!("**FAILED**: {}", report.failures.join("; "))
        };
        eprintln!("{}: {verdict}", case.name);
        let done =
            if report.done.is_empty() { String::new() } else { format!(": {}", report.done.join(", ")) };
        let cells = [
            format!("`{}`", case.name),
            format!("{}{done}", case.what),
            report.bystanders,
            report.alive,
            report.memory,
            report.counted,
            format!("{verdict} ({:.0} s)", took.as_secs_f64()),
        ];
        // A bar within a cell would end it.
        let cells = cells.map(|cell| cell.replace('|', "¦").replace('\n', " ⏎ "));
        self.rows.push(format!("| {} |", cells.join(" | ")));
    }

    /// Whether a case has failed.
    pub fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Prints everything as a table that can go into a document.
    pub fn print(&self) {
        println!(
            "\n| case | what was done | bystanders' messages | alive, no panic | memory, MiB, before → after | counted | verdict |\n\
             |---|---|---|---|---|---|---|"
        );
        for row in &self.rows {
            println!("{row}");
        }
        let list = |names: &[&str]| {
            if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
        };
        println!(
            "\n{} passed, {} failed{}, {} skipped{}",
            self.passed,
            self.failed.len(),
            list(&self.failed),
            self.skipped.len(),
            list(&self.skipped)
        );
    }
}
