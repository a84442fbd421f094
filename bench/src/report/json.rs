//! Everything as JSON, with the samples of every round.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde_json::{Value, json};

use super::Entry;
use crate::measure::{Measured, Outcome};
use crate::row::{Row, Verdict};

/// The text.
pub(super) fn text(entries: &[Entry]) -> Result<String> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let rows: Vec<Value> = entries.iter().map(|(row, outcome)| value(row, outcome)).collect();
    Ok(serde_json::to_string_pretty(&json!({ "at": at, "rows": rows }))? + "\n")
}

fn value(row: &Row, outcome: &Outcome) -> Value {
    let mut value = json!({ "row": row.name, "what": row.what, "method": row.method });
    let (name, content) = match outcome {
        Outcome::Measured(programs) => {
            let programs = programs.iter().map(|program| figures(row, program)).collect();
            ("programs", Value::Array(programs))
        }
        Outcome::Missing(what) => ("missing", Value::from(what.as_str())),
        Outcome::Failed(why) => ("failed", Value::from(why.as_str())),
    };
    value[name] = content;
    value
}

fn figures(row: &Row, program: &Measured) -> Value {
    let figures = row.figures.iter().zip(&program.figures).map(|(figure, samples)| {
        let (least, greatest) = samples.range();
        let median = samples.median();
        let verdict = match figure.target.judge(median) {
            Verdict::None => "none",
            Verdict::Wanted => "wanted",
            Verdict::Met => "met",
            Verdict::Missed => "missed",
            Verdict::Unfulfilled => "unfulfilled",
        };
        let reference = program.reference.get(figure.value).map(|samples| samples.values());
        json!({
            "figure": figure.what,
            "unit": figure.unit,
            "median": median,
            "least": least,
            "greatest": greatest,
            "n": samples.count(),
            "sign": figure.target.sign(),
            "must": figure.target.must(),
            "want": figure.target.want(),
            "verdict": verdict,
            "samples": samples.values(),
            "values": program.raw[figure.value].values(),
            "reference": reference,
        })
    });
    Value::Array(figures.collect())
}
