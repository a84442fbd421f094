//! The report: findings, for people and for programs.

use anyhow::bail;
use serde::Serialize;

use crate::stdout;

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// Some clients may fail.
    Warn,
    /// Clients cannot get in.
    Fail,
}

/// The finding of one check. Scripts rely on the names in JSON.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Finding {
    pub(super) check: &'static str,
    pub(super) verdict: Verdict,
    pub(super) seen: String,
    pub(super) advice: Option<String>,
}

impl Finding {
    /// All is well.
    pub(super) fn ok(check: &'static str, seen: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, seen: seen.into(), advice: None }
    }

    /// Not quite.
    pub(super) fn warn(check: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warn, seen: seen.into(), advice: Some(advice.into()) }
    }

    /// Not at all.
    pub(super) fn fail(check: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Fail, seen: seen.into(), advice: Some(advice.into()) }
    }

    /// For people: a line, and one more with the advice.
    fn to_text(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        let line = format!("{verdict:<5} {:<12} {}\n", self.check, self.seen);
        match &self.advice {
            Some(advice) => format!("{line}{:18} -> {advice}\n", ""),
            None => line,
        }
    }
}

/// All findings. People see each one as soon as it is there.
#[derive(Debug)]
pub(super) struct Report {
    json: bool,
    findings: Vec<Finding>,
}

impl Report {
    /// Nothing yet.
    pub(super) fn new(json: bool) -> Self {
        Self { json, findings: Vec::new() }
    }

    /// One more.
    pub(super) fn add(&mut self, finding: Finding) -> anyhow::Result<()> {
        if !self.json {
            // At once: some checks wait for seconds, and the report should not look stuck. JSON is one array, and waits
            // for the end.
            stdout::print(&finding.to_text())?;
        }
        self.findings.push(finding);
        Ok(())
    }

    /// The end. An error when anything failed.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        if self.json {
            stdout::print_json(&self.findings)?;
        }
        let failed = self.findings.iter().filter(|finding| finding.verdict == Verdict::Fail);
        let mut failed: Vec<_> = failed.map(|finding| finding.check).collect();
        failed.dedup();
        if !failed.is_empty() {
            bail!("something is wrong with: {}", failed.join(", "));
        }
        Ok(())
    }
}

/// Several things in a sentence: `a, b and c`.
pub(super) fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::from("none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_tells_what_failed() {
        let mut report = Report::new(true);
        report.add(Finding::ok("msnp", "answers")).unwrap();
        report.add(Finding::warn("clock", "late", "set it")).unwrap();
        report.add(Finding::fail("https", "gone", "start it")).unwrap();
        report.add(Finding::fail("https", "gone", "start it")).unwrap();
        assert_eq!(report.finish().unwrap_err().to_string(), "something is wrong with: https");
    }

    #[test]
    fn what_to_do_stands_under_what_was_seen() {
        let text = Finding::fail("https", "no program listens", "start it").to_text();
        assert_eq!(text, "FAIL  https        no program listens\n                   -> start it\n");
    }

    #[test]
    fn lists_are_sentences() {
        assert_eq!(list(["a", "b", "c"]), "a, b and c");
        assert_eq!(list(["a", "b"]), "a and b");
        assert_eq!(list(["a"]), "a");
        assert_eq!(list::<&str>([]), "none");
    }
}
