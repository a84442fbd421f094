//! The counts of what was dropped and refused: those of `/metrics` where the program has it, and those of the log.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use msnp_testkit::http;

/// The families of `/metrics` that tell of drops, refusals and failures.
const FAMILIES: [&str; 6] = [
    "papillon_refusals_total",
    "papillon_clients_dropped_total",
    "papillon_deliveries_dropped_total",
    "papillon_store_failures_total",
    "papillon_sign_ins_total",
    "papillon_connections_panicked_total",
];

/// Counts by name, such as `clients_dropped stalled`.
#[derive(Debug, Clone, Default)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Reads `/metrics`.
    pub async fn of_metrics(address: SocketAddr) -> Self {
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        let answer = http::request(address, request.as_bytes()).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let mut counts = BTreeMap::new();
        for line in text.lines() {
            let Some((name, value)) = line.rsplit_once(' ') else { continue };
            let (family, labels) = name.split_once('{').unwrap_or((name, ""));
            // Right sign-ins are no failures.
            if FAMILIES.contains(&family)
                && !labels.contains("\"ok\"")
                && let Ok(value) = value.parse::<f64>()
            {
                let family = family.trim_start_matches("papillon_").trim_end_matches("_total");
                let labels: Vec<&str> = labels.split('"').skip(1).step_by(2).collect();
                counts.insert(format!("{family} {}", labels.join(" ")).trim().to_owned(), value as u64);
            }
        }
        Self(counts)
    }

    /// Counts the lines of the log, from warnings up and those about clients that were dropped. A line about refusals
    /// says how many.
    pub fn of_log(log: &str) -> Self {
        let mut counts = BTreeMap::new();
        for line in log.lines() {
            let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let text = |name: &str| line.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
            let message = text("message");
            if text("level") == "INFO" && !message.contains("drop") {
                continue;
            }
            let count = line.get("count").and_then(serde_json::Value::as_u64).unwrap_or(1);
            let name = format!("log: {message} {}", text("reason"));
            *counts.entry(name.trim().to_owned()).or_default() += count;
        }
        Self(counts)
    }

    /// What has been added since `before`.
    pub fn since(&self, before: &Self) -> Self {
        let grown = |(name, count): (&String, &u64)| {
            let more = count.saturating_sub(before.0.get(name).copied().unwrap_or(0));
            (more > 0).then(|| (name.clone(), more))
        };
        Self(self.0.iter().filter_map(grown).collect())
    }

    /// Both.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The most of the counts whose names hold one of these words.
    pub fn of(&self, words: &[&str]) -> u64 {
        let fits = |name: &String| words.iter().any(|word| name.contains(word));
        self.0.iter().filter(|(name, _)| fits(name)).map(|(_, count)| *count).max().unwrap_or(0)
    }

    /// All of them, for people.
    pub fn told(&self) -> String {
        if self.0.is_empty() {
            return "nothing".into();
        }
        let all: Vec<String> = self.0.iter().map(|(name, count)| format!("{name} {count}")).collect();
        all.join("; ")
    }
}

/// The lines of panics in a log: their places.
pub fn panics(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("panicked at")).collect()
}

/// The last line of a log.
pub fn last_line(log: &str) -> &str {
    log.lines().last().unwrap_or("its log is empty")
}
