//! Two runs side by side, from the JSON that they have left.
//!
//! They were made at different times, so their difference has the noise of the machine in it. `compare PROGRAM` has not.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::table::number;

/// A figure of a run.
#[derive(Debug, PartialEq)]
struct Kept {
    row: String,
    figure: String,
    unit: String,
    median: f64,
    verdict: String,
}

/// Prints a table of the figures that either run has.
///
/// # Errors
/// When a file cannot be read, or is not the JSON of a run.
pub fn compare(files: &[PathBuf; 2]) -> Result<()> {
    let [first, second] = [read(&files[0])?, read(&files[1])?];
    println!("A: {}\nB: {}\n\n{}", files[0].display(), files[1].display(), table(&first, &second));
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Kept>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    figures(&text).with_context(|| format!("{} is not the JSON of a run of this program", path.display()))
}

/// The figures of the first program of a run. Rows that were not measured have none.
fn figures(text: &str) -> Result<Vec<Kept>> {
    let run: Value = serde_json::from_str(text)?;
    let mut all = Vec::new();
    for row in run["rows"].as_array().context("no rows")? {
        let name = word(row, "row")?;
        for figure in row["programs"][0].as_array().into_iter().flatten() {
            all.push(Kept {
                row: name.clone(),
                figure: word(figure, "figure")?,
                unit: word(figure, "unit")?,
                // One that is no number, such as 0 by 0, is null in JSON.
                median: figure["median"].as_f64().unwrap_or(f64::NAN),
                verdict: word(figure, "verdict")?,
            });
        }
    }
    Ok(all)
}

fn word(value: &Value, name: &str) -> Result<String> {
    Ok(value[name].as_str().with_context(|| format!("no {name:?}"))?.to_owned())
}

fn table(first: &[Kept], second: &[Kept]) -> String {
    let find = |run: &[Kept], wanted: &Kept| {
        run.iter().position(|kept| kept.row == wanted.row && kept.figure == wanted.figure)
    };
    let mut lines = vec!["| row | figure | A | B | A / B |".to_owned(), "|---|---|---|---|---|".to_owned()];
    for one in first {
        let other = find(second, one).map(|at| &second[at]);
        lines.push(line(one, Some(one), other));
    }
    for other in second.iter().filter(|other| find(first, other).is_none()) {
        lines.push(line(other, None, Some(other)));
    }
    lines.join("\n")
}

fn line(named: &Kept, first: Option<&Kept>, second: Option<&Kept>) -> String {
    let cell = |kept: Option<&Kept>| {
        kept.map_or("–".to_owned(), |kept| {
            let missed = if kept.verdict == "missed" { " **MISSED**" } else { "" };
            format!("{} {}{missed}", number(kept.median), kept.unit)
        })
    };
    let ratio = first.zip(second).map(|(first, second)| number(first.median / second.median));
    let ratio = ratio.unwrap_or("–".to_owned());
    format!("| `{}` | {} | {} | {} | {ratio} |", named.row, named.figure, cell(first), cell(second))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(row: &str, median: f64, verdict: &str) -> String {
        let figure = json!({ "figure": "CPU", "unit": "µs", "median": median, "verdict": verdict });
        let missing = json!({ "row": "peer", "missing": "needs a server" });
        json!({ "at": 1, "rows": [{ "row": row, "programs": [[figure]] }, missing] }).to_string()
    }

    #[test]
    fn figures_stand_side_by_side_also_where_one_run_lacks_them() {
        let [first, second] =
            [run("relay", 3.0, "met"), run("relay", 4.0, "missed")].map(|text| figures(&text).unwrap());
        assert_eq!(
            table(&first, &second).lines().last(),
            Some("| `relay` | CPU | 3 µs | 4 µs **MISSED** | 0.75 |")
        );
        let other = figures(&run("burst", 2.0, "none")).unwrap();
        let text = table(&first, &other);
        assert_eq!(
            text.lines().skip(2).collect::<Vec<_>>(),
            ["| `relay` | CPU | 3 µs | – | – |", "| `burst` | CPU | – | 2 µs | – |"]
        );
    }

    #[test]
    fn another_file_is_no_run() {
        assert!(figures("{}").is_err());
        assert!(figures("no JSON").is_err());
    }
}
