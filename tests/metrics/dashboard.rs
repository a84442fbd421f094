//! The dashboard for Grafana and the alerts, as far as they can be judged without Grafana: their form, and each
//! expression by Prometheus' own program.

use std::collections::HashSet;
use std::process::Command;

use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../docs/metrics.md");
const DASHBOARD: &str = include_str!("../../docs/grafana/papillon.json");

/// The units that are used, of Grafana's catalogue of units (`getValueFormats` of its package `@grafana/data` 13.2).
const UNITS: [&str; 8] = ["short", "percentunit", "s", "bytes", "Bps", "mps", "cps", "ops"];
/// Grafana's grid.
const COLUMNS: u64 = 24;

fn dashboard() -> Value {
    serde_json::from_str(DASHBOARD).expect("JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Columns and rows that a panel takes.
fn cells(panel: &Value) -> impl Iterator<Item = (u64, u64)> {
    let number = |key: &str| panel["gridPos"][key].as_u64().expect("a place on the grid");
    let (x, y, width, height) = (number("x"), number("y"), number("w"), number("h"));
    assert!(width > 0 && height > 0 && x + width <= COLUMNS, "{panel}");
    (x..x + width).flat_map(move |column| (y..y + height).map(move |row| (column, row)))
}

#[test]
fn panels_have_places_of_their_own() {
    let dashboard = dashboard();
    let (mut ids, mut taken) = (HashSet::new(), HashSet::new());
    for panel in list(&dashboard["panels"]) {
        assert!(ids.insert(panel["id"].as_u64().expect("a number")), "{panel}");
        for cell in cells(panel) {
            assert!(taken.insert(cell), "{} lies over another at {cell:?}", panel["title"]);
        }
    }
    assert!(ids.len() > 20);
}

#[test]
fn panels_ask_the_chosen_prometheus_and_have_units() {
    let dashboard = dashboard();
    let variables: Vec<_> = list(&dashboard["templating"]["list"]).iter().map(|one| &one["name"]).collect();
    assert_eq!(variables, ["datasource", "job", "instance"]);
    let chosen = json!({"type": "prometheus", "uid": "${datasource}"});
    for panel in list(&dashboard["panels"]).iter().filter(|panel| panel["type"] != "row") {
        let title = panel["title"].as_str().expect("a title");
        assert!(["stat", "timeseries"].contains(&panel["type"].as_str().expect("a type")), "{title}");
        let unit = panel["fieldConfig"]["defaults"]["unit"].as_str().expect("a unit");
        assert!(UNITS.contains(&unit), "{title}: {unit}");
        let mut names = HashSet::new();
        for source in [panel].into_iter().chain(list(&panel["targets"])) {
            assert_eq!(source["datasource"], chosen, "{title}");
        }
        for target in list(&panel["targets"]) {
            let expression = target["expr"].as_str().expect("an expression");
            assert!(names.insert(&target["refId"]), "{title}: {target}");
            for filter in ["job=~\"$job\"", "instance=~\"$instance\""] {
                assert!(expression.contains(filter), "{title}: {expression}");
            }
        }
        assert!(!names.is_empty(), "{title} shows nothing");
    }
}

/// The alerts of the document, and a rule for each expression of the dashboard.
fn rules() -> [String; 2] {
    let dashboard = dashboard();
    let targets = list(&dashboard["panels"]).iter().flat_map(|panel| list(&panel["targets"]));
    let rules: Vec<_> = targets
        .enumerate()
        .map(|(number, target)| {
            let expression = target["expr"].as_str().expect("an expression");
            // As Grafana fills them in.
            let expression = expression.replace("$__rate_interval", "1m").replace("$job", "papillon");
            let expression = expression.replace("$instance", ".*");
            assert!(!expression.contains('$'), "{expression}");
            json!({"record": format!("dashboard:expression_{number}"), "expr": expression})
        })
        .collect();
    assert!(rules.len() > 30);
    let (_, alerts) = DOCUMENT.split_once("\n## Alerts\n").expect("the alerts");
    let (_, alerts) = alerts.split_once("```yaml\n").expect("a block");
    let (alerts, _) = alerts.split_once("```").expect("its end");
    // JSON is YAML.
    [alerts.to_owned(), json!({"groups": [{"name": "dashboard", "rules": rules}]}).to_string()]
}

#[test]
fn promtool_reads_each_expression() {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, text) in rules().into_iter().enumerate() {
        let file = folder.path().join(format!("{number}.yml"));
        std::fs::write(&file, text).expect("written");
        let Ok(said) = Command::new("promtool").args(["check", "rules"]).arg(&file).output() else {
            assert!(std::env::var_os("PAPILLON_REQUIRE_PROMTOOL").is_none(), "promtool is not there");
            return eprintln!("SKIPPED: promtool is not there");
        };
        let words = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success() && words.contains("SUCCESS"), "{words}");
    }
}
