//! What the metrics listener says, taken apart.

use std::collections::{BTreeMap, BTreeSet};

use msnp_testkit::http::{Answer, request};
use msnp_testkit::{DEADLINE, TestServer};
use tokio::time::Instant;

/// Asks the metrics listener for a path.
pub async fn get(server: &TestServer, path: &str) -> Answer {
    let words = format!("GET {path} HTTP/1.1\r\nHost: metrics\r\nConnection: close\r\n\r\n");
    request(server.addresses.metrics, words.as_bytes()).await
}

/// A family of metrics.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Family {
    pub kind: String,
    pub help: String,
    /// The names of the labels, but for `le` of a histogram.
    pub labels: BTreeSet<String>,
}

/// One reading.
#[derive(Debug, Default)]
pub struct Scrape {
    pub text: String,
    pub families: BTreeMap<String, Family>,
    samples: BTreeMap<String, f64>,
}

impl Scrape {
    /// Reads the metrics of now.
    pub async fn of(server: &TestServer) -> Self {
        let answer = get(server, "/metrics").await;
        assert_eq!(answer.status(), 200, "{}", answer.head);
        assert_eq!(answer.header("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
        Self::read(String::from_utf8(answer.body).expect("text"))
    }

    /// Reads them until a sample has this value.
    pub async fn until(server: &TestServer, sample: &str, value: f64) -> Self {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let scrape = Self::of(server).await;
            if scrape.sample(sample) == value {
                return scrape;
            }
            assert!(Instant::now() < deadline, "{sample} is {}, not {value}", scrape.sample(sample));
        }
    }

    fn read(text: String) -> Self {
        let mut scrape = Self::default();
        for line in text.lines() {
            let mut words = line.splitn(4, ' ');
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("#"), Some("HELP"), Some(name), Some(help)) => {
                    scrape.families.entry(name.into()).or_default().help = help.into();
                }
                (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                    scrape.families.entry(name.into()).or_default().kind = kind.into();
                }
                _ => scrape.take(line),
            }
        }
        scrape.text = text;
        scrape
    }

    fn take(&mut self, line: &str) {
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
        let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let ends = ["_bucket", "_sum", "_count"];
        let of_histogram = ends.iter().find_map(|end| name.strip_suffix(end));
        let of_histogram = of_histogram.filter(|name| self.families.contains_key(*name));
        let family = self.families.get_mut(of_histogram.unwrap_or(name));
        let family = family.unwrap_or_else(|| panic!("a sample without a family: {line}"));
        let names = labels.split('"').step_by(2).filter_map(|part| part.strip_suffix('='));
        let names = names.map(|name| name.trim_start_matches(',').to_owned());
        family.labels.extend(names.filter(|name| name != "le"));
        assert_eq!(self.samples.insert(series.into(), value), None, "twice: {series}");
    }

    /// The value of a sample, with its labels as they are written.
    #[track_caller]
    pub fn sample(&self, series: &str) -> f64 {
        *self.samples.get(series).unwrap_or_else(|| panic!("{series} is not in {}", self.text))
    }
}
