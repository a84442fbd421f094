//! `papillon listen`, and what it prints.

use std::io::Write;
use std::process::ChildStdin;

use msnp_client::msnp::invisible_characters::has_invisible;
use serde_json::Value;

use crate::running::Started;

pub struct Listener(Started, Option<ChildStdin>);

impl Listener {
    /// Waits until it is signed in.
    pub fn new(started: Started) -> Self {
        let mut listener = Self(started, None);
        listener.wait_for("signed-in", |_| true);
        listener
    }

    /// The same with somebody who writes commands.
    pub fn of_bot((started, input): (Started, ChildStdin)) -> Self {
        Self { 1: Some(input), ..Self::new(started) }
    }

    /// Writes a line to its standard input.
    pub fn write(&mut self, line: &str) {
        self.write_bytes(line.as_bytes());
    }

    /// The same with any bytes.
    pub fn write_bytes(&mut self, line: &[u8]) {
        self.1.as_mut().unwrap().write_all(&[line, b"\n"].concat()).unwrap();
    }

    /// Writes these bytes, and no more.
    pub fn close_with(&mut self, bytes: &[u8]) {
        self.1.take().unwrap().write_all(bytes).unwrap();
    }

    /// Whether it runs no more.
    pub fn has_ended(&mut self) -> bool {
        self.0.has_ended()
    }

    /// The next event of this name of which this is true; others are passed over.
    #[track_caller]
    pub fn wait_for(&mut self, name: &str, is: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.0.line().unwrap_or_else(|| panic!("{name} never came: {:?}", self.0.end()));
            let event: Value = serde_json::from_str(&line).unwrap();
            assert!(line.starts_with(r#"{"event":"#), "{line}");
            assert!(!has_invisible(&line), "{line:?}");
            if event["event"] == name && is(&event) {
                return event;
            }
        }
    }

    /// The next event of this name; none of the others comes before.
    #[track_caller]
    pub fn wait_while(&mut self, name: &str, others: &[&str]) -> Value {
        let event = self.wait_for_any(&[&[name], others].concat());
        assert_eq!(event["event"], name, "{event}");
        event
    }

    #[track_caller]
    fn wait_for_any(&mut self, names: &[&str]) -> Value {
        loop {
            let line = self.0.line().unwrap_or_else(|| panic!("{names:?} never came: {:?}", self.0.end()));
            let event: Value = serde_json::from_str(&line).unwrap();
            if names.iter().any(|name| event["event"] == *name) {
                return event;
            }
        }
    }

    /// Sends a signal; the exit code.
    pub fn stop(&mut self, signal: &str) -> i32 {
        self.0.signal(signal);
        self.end()
    }

    /// The exit code.
    pub fn end(&mut self) -> i32 {
        self.0.end().code
    }
}
