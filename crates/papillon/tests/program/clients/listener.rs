//! `papillon listen`, and what it prints.

use msnp_client::msnp::invisible_characters::has_invisible;
use serde_json::Value;

use crate::running::Started;

pub struct Listener(Started);

impl Listener {
    /// Waits until it is signed in.
    pub fn new(started: Started) -> Self {
        let mut listener = Self(started);
        listener.wait_for("signed-in", |_| true);
        listener
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
