//! `docs/metrics.md` and `/metrics` say the same.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use msnp_testkit::TestServer;

use crate::scrape::{Family, Scrape};

const DOCUMENT: &str = include_str!("../../docs/metrics.md");
const DASHBOARD: &str = include_str!("../../docs/grafana/papillon.json");

/// The families in the tables: `| name | type | unit | labels | meaning |`.
fn documented() -> BTreeMap<String, Family> {
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    let families = rows.filter_map(|row| {
        let cells: Vec<_> = row.split(" | ").collect();
        let &[name, kind, unit, labels, help] = &cells[..] else { return None };
        assert!(["bytes", "seconds"].iter().all(|word| name.contains(word) == (unit == *word)), "{row}");
        let labels = labels.split(", ").filter(|label| *label != "–");
        let labels = labels.map(|label| label.trim_matches('`').to_owned()).collect();
        Some((name.trim_end_matches('`').to_owned(), Family { kind: kind.into(), help: help.into(), labels }))
    });
    families.collect()
}

#[tokio::test]
async fn the_document_has_every_metric_and_no_other() {
    let server = TestServer::start().await;
    let shown = Scrape::of(&server).await.families;
    let documented = documented();
    for (name, family) in &shown {
        assert_eq!(documented.get(name), Some(family), "{name}: shown on the right, documented on the left");
    }
    for name in documented.keys() {
        assert!(shown.contains_key(name), "{name} is documented and not shown");
    }
}

/// The values of labels are few, and known.
#[tokio::test]
async fn the_document_names_every_value_of_a_label() {
    let server = TestServer::start().await;
    let scrape = Scrape::of(&server).await;
    let samples = scrape.text.lines().filter(|line| !line.starts_with('#') && !line.contains("build_info"));
    for line in samples {
        let Some((_, labels)) = line.split_once('{') else { continue };
        for pair in labels.split_once('}').expect("the end of the labels").0.split(',') {
            let (label, value) = pair.split_once('=').expect("a label with a value");
            let value = value.trim_matches('"');
            assert!(
                label == "le" || DOCUMENT.contains(&format!("`{value}`")),
                "{label}={value} is not documented"
            );
        }
    }
}

/// Prometheus' own program finds nothing wrong with names and texts.
#[tokio::test]
async fn promtool_has_nothing_to_say() {
    let server = TestServer::start().await;
    let text = Scrape::of(&server).await.text;
    let mut command = Command::new("promtool");
    let command = command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut promtool) = command.stderr(Stdio::piped()).spawn() else {
        assert!(std::env::var_os("PAPILLON_REQUIRE_PROMTOOL").is_none(), "promtool is not there");
        return eprintln!("SKIPPED: promtool is not there");
    };
    promtool.stdin.take().expect("its input").write_all(text.as_bytes()).expect("it reads");
    let said = promtool.wait_with_output().expect("its end");
    let words = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success() && words.is_empty(), "{words}");
}

/// The names that begin so, without what a histogram or an expression puts behind them.
fn names<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let word = |at: usize| {
        let rest = &text[at..];
        &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())]
    };
    text.match_indices(prefix).map(move |(at, _)| word(at))
}

/// The dashboard and the alerts ask for nothing that there is not.
#[test]
fn the_dashboard_and_the_alerts_use_documented_names() {
    let documented = documented();
    let (_, alerts) = DOCUMENT.split_once("\n## Alerts\n").expect("the alerts");
    for (what, text) in [("the dashboard", DASHBOARD), ("the alerts", alerts)] {
        let all: Vec<_> = ["papillon_", "process_"].iter().flat_map(|prefix| names(text, prefix)).collect();
        assert!(all.len() > 5, "{what}: {all:?}");
        for name in all {
            let family = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end));
            let family = family.filter(|family| documented.contains_key(*family)).unwrap_or(name);
            assert!(documented.contains_key(family), "{what} asks for {name}");
        }
    }
}
