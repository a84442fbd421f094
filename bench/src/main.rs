//! The benchmark: what the service costs, next to the least that it could cost.
//!
//! `cargo run --release -p papillon-bench -- all` measures everything, `… -- ROW…` single rows, `… -- list` names
//! them, `… -- short` sees that every row works, `… -- compare PROGRAM ROW…` lets two programs take turns, and
//! `… -- compare A.json B.json` puts two runs side by side. The service is the program that operators run, in a process
//! of its own, with its log, its database and its default limits. CPU time, system calls, instructions and memory are
//! those of that process. Its reference takes part in the same rounds, and a figure is the median of the rounds.
//!
//! | to find | look in |
//! |---|---|
//! | the rows with their targets | `rows.rs`, and one file for each in `rows/` |
//! | what a row is; its rounds | `row.rs`, `measure.rs`, `statistics.rs` |
//! | the service, its accounts | `service.rs`, `population.rs` |
//! | what it is compared with | `contestant.rs`, `raw_relay.rs`, `peers.rs` |
//! | the load | `load.rs` |
//! | the meters | `process.rs`, `meters.rs` |
//! | the table, the JSON, the plot | `report.rs` |
//! | what a machine has to have | `bench.rs`, `open_files.rs` |

mod bench;
mod contestant;
mod cores;
mod load;
mod measure;
mod meters;
mod open_files;
mod options;
mod peers;
mod population;
mod postgres;
mod process;
mod progress;
mod raw_relay;
mod report;
mod row;
mod rows;
mod service;
mod statistics;

use std::process::ExitCode;

use anyhow::Result;

use crate::bench::Bench;
use crate::contestant::Program;
use crate::load::transfer::end;
use crate::measure::{Outcome, measure};
use crate::meters::slow_disk;
use crate::options::{Options, Wish};
use crate::progress::Progress;
use crate::report::Entry;
use crate::row::Row;

fn main() -> Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // The processes that this program starts of itself.
    if let [raw_relay::WORD, kind] = words.as_slice() {
        raw_relay::serve(*kind == "ack")?;
        return Ok(ExitCode::SUCCESS);
    }
    if let [slow_disk::WORD, folder, milliseconds] = words.as_slice() {
        slow_disk::print_rate(folder, milliseconds)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let [role @ (end::SENDER | end::RECEIVER), words @ ..] = words.as_slice() {
        if *role == end::SENDER {
            end::send(words)?
        } else {
            end::receive(words)?
        }
        return Ok(ExitCode::SUCCESS);
    }
    let options = Options::read(&words)?;
    match &options.wish {
        Wish::Usage => println!("{}", options::USAGE),
        Wish::List => rows::ALL.iter().for_each(|row| println!("{}: {}", row.name, row.what)),
        Wish::Measure(rows) => return run(&options, rows, &[options.program()?]),
        Wish::CompareRuns(runs) => report::compare_runs(runs)?,
        Wish::Compare(other, rows) => {
            let other = Program { path: other.clone(), workers: None };
            return run(&options, rows, &[options.program()?, other]);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn run(options: &Options, rows: &[&'static Row], programs: &[Program]) -> Result<ExitCode> {
    process::machine()?;
    open_files::raise();
    let bench = Bench { is_short: options.is_short };
    let mut progress = Progress::new(rows.len());
    let mut entries: Vec<Entry> = Vec::new();
    for row in rows {
        progress.begin(row.name);
        let outcome = measure(&bench, row, programs, &mut progress);
        progress.end(&in_short(row, &outcome));
        entries.push((row, outcome));
    }
    let (failed, missed) = report::failures(&entries);
    let mut is_bad = failed > 0;
    if options.is_short {
        report::print_short(&entries);
        println!("\n{} rows, {failed} failed", entries.len());
    } else {
        if programs.len() > 1 {
            report::comparison(&entries);
        } else {
            report::print(&entries);
        }
        println!("\n{} rows, {failed} failed; {missed} figures miss their targets", entries.len());
        is_bad |= options.is_strict && missed > 0;
    }
    let [json, plot] = report::write(&options.output()?, &entries)?;
    println!("{} and {}", json.display(), plot.display());
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn in_short(row: &Row, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Measured(programs) => {
            let figures = programs.iter().map(|program| {
                let figures = row.figures.iter().zip(&program.figures);
                figures
                    .map(|(figure, samples)| report::figure(figure, samples))
                    .collect::<Vec<_>>()
                    .join(", ")
            });
            figures.collect::<Vec<_>>().join(" ¦ ")
        }
        Outcome::Missing(what) => format!("not measured: {what}"),
        Outcome::Failed(why) => format!("FAILED: {why}"),
    }
}
