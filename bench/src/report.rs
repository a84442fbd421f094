//! The report: the table, the JSON and the plot.

mod json;
mod plot;
mod runs;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::measure::Outcome;
use crate::row::{Row, Verdict};

pub use self::runs::compare as compare_runs;
pub use self::table::{comparison, figure, print, print_short};

/// A row, and what came of it.
pub type Entry = (&'static Row, Outcome);

/// Writes the JSON and the plot into a folder; returns their names.
///
/// # Errors
/// When they cannot be written.
pub fn write(folder: &Path, entries: &[Entry]) -> Result<[PathBuf; 2]> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let (json, plot) = (folder.join("papillon-bench.json"), folder.join("papillon-bench.svg"));
    let put = |path: &Path, text: String| {
        fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
    };
    put(&json, json::text(entries)?)?;
    put(&plot, plot::svg(entries))?;
    Ok([json, plot])
}

/// The number of rows that failed, and of figures that miss what they must be.
pub fn failures(entries: &[Entry]) -> (usize, usize) {
    let failed = entries.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_))).count();
    let missed = entries.iter().map(|(row, outcome)| match outcome {
        Outcome::Measured(programs) => {
            let own = programs.first().into_iter().flat_map(|own| &own.figures);
            let verdicts = row.figures.iter().zip(own).map(|(figure, own)| figure.target.judge(own.median()));
            verdicts.filter(|verdict| *verdict == Verdict::Missed).count()
        }
        _ => 0,
    });
    (failed, missed.sum())
}
