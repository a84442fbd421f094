//! The tables: of one program with the targets, and of two programs side by side.

use super::Entry;
use crate::measure::{Measured, Outcome};
use crate::row::{Figure, Verdict};
use crate::statistics::Samples;

/// Prints everything as a table that can go into a document.
pub fn print(entries: &[Entry]) {
    println!("\n| row | figure | median | least – greatest | n | must | want | verdict | how |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for (row, outcome) in entries {
        let name = row.name;
        match outcome {
            Outcome::Measured(programs) => {
                let Some(own) = programs.first() else { continue };
                for (number, (figure, samples)) in row.figures.iter().zip(&own.figures).enumerate() {
                    let how = if number == 0 { row.method } else { "″" };
                    println!("| `{name}` | {} |{} {how} |", figure.what, cells(figure, samples));
                }
            }
            Outcome::Missing(what) => {
                println!("| `{name}` | {} | – | – | 0 | – | – | not measured | {what} |", row.what)
            }
            Outcome::Failed(why) => {
                println!("| `{name}` | {} | – | – | 0 | – | – | **FAILED** | {} |", row.what, clean(why));
            }
        }
    }
}

fn cells(figure: &Figure, samples: &Samples) -> String {
    let median = samples.median();
    let (least, greatest) = samples.range();
    let verdict = match figure.target.judge(median) {
        Verdict::None => "–",
        Verdict::Wanted => "as wanted",
        Verdict::Met => "met",
        Verdict::Missed => "**MISSED**",
        Verdict::Unfulfilled => "not as wanted",
    };
    let limit = |limit: Option<f64>| {
        limit.map_or("–".to_owned(), |limit| format!("{} {}", figure.target.sign(), round(limit)))
    };
    format!(
        " {} {} | {} – {} | {} | {} | {} | {verdict} |",
        number(median),
        figure.unit,
        number(least),
        number(greatest),
        samples.count(),
        limit(figure.target.must()),
        limit(figure.target.want()),
    )
}

/// Prints which rows work. The figures of a short run mean nothing.
pub fn print_short(entries: &[Entry]) {
    println!("\n| row | does it work |\n|---|---|");
    for (row, outcome) in entries {
        let said = match outcome {
            Outcome::Measured(_) => "works".to_owned(),
            Outcome::Missing(what) => format!("not measured: {what}"),
            Outcome::Failed(why) => format!("**FAILED**: {}", clean(why)),
        };
        println!("| `{}` | {said} |", row.name);
    }
}

/// Prints how two programs compare: the ratios are those of the same rounds.
pub fn comparison(entries: &[Entry]) {
    println!("\n| row | figure | new | other | new / other | least – greatest | n |");
    println!("|---|---|---|---|---|---|---|");
    for (row, outcome) in entries {
        let name = row.name;
        match outcome {
            Outcome::Measured(programs) => {
                let [new, other] = programs.as_slice() else { continue };
                for (at, figure) in row.figures.iter().enumerate() {
                    println!("| `{name}` | {} |{}", figure.what, ratio(figure, at, new, other));
                }
            }
            Outcome::Missing(what) => println!("| `{name}` | {} | not measured: {what} | | | | |", row.what),
            Outcome::Failed(why) => {
                println!("| `{name}` | {} | **FAILED**: {} | | | | |", row.what, clean(why))
            }
        }
    }
}

fn ratio(figure: &Figure, at: usize, new: &Measured, other: &Measured) -> String {
    let ratios = new.raw[figure.value].next_to(&other.raw[figure.value]);
    let (least, greatest) = ratios.range();
    format!(
        " {} {unit} | {} {unit} | {} | {} – {} | {} |",
        number(new.figures[at].median()),
        number(other.figures[at].median()),
        number(ratios.median()),
        number(least),
        number(greatest),
        ratios.count(),
        unit = figure.unit,
    )
}

/// A figure in a few words, for the line of progress.
pub fn figure(figure: &Figure, samples: &Samples) -> String {
    format!("{} {} {}", figure.what, number(samples.median()), figure.unit)
}

/// As many digits as tell something.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100_000.0 => format!("{:.0} k", value / 1000.0),
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => {
            let text = format!("{value:.2}");
            text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
        }
    }
}

/// The same of a number that is exact: it needs no digits to show that.
fn round(value: f64) -> String {
    let text = number(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A bar within a cell would end it.
fn clean(text: &str) -> String {
    text.replace('|', "¦").replace('\n', " ⏎ ")
}
