//! A request: a line, parsed into a command.

use serde_json::{Map, Value};

use super::lines::Line;
use super::{Command, Rejection};

/// The longest line that is read, in bytes. The longest text has 1,664, and six letters of JSON stand for some.
pub(super) const LONGEST: usize = 64 * 1024;

/// The content of a line.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    /// Copied to its answer; null where it cannot be read.
    pub(super) id: Value,
    /// The command, or the fault of it.
    pub(super) command: Result<Command, Rejection>,
}

impl Request {
    /// Reads a line.
    pub(super) fn read(line: &Line) -> Self {
        match keys(line) {
            Ok(mut keys) => {
                let id = keys.remove("id").unwrap_or_default();
                Self { id, command: command(keys.into()) }
            }
            Err(why) => Self { id: Value::Null, command: Err(Rejection::new("unreadable", why)) },
        }
    }
}

fn keys(line: &Line) -> Result<Map<String, Value>, String> {
    let text = match line {
        Line::Text(text) => text,
        Line::TooLong => return Err(format!("the line is longer than {LONGEST} bytes")),
    };
    // Some programs on Windows begin their output with it.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match serde_json::from_slice(text) {
        Ok(Value::Object(keys)) => Ok(keys),
        Ok(_) => Err(String::from("the line is not a JSON object")),
        Err(error) => Err(format!("the line is not JSON in UTF-8: {error}")),
    }
}

fn command(keys: Value) -> Result<Command, Rejection> {
    let Some(name) = keys.get("command").and_then(Value::as_str) else {
        return Err(Rejection::new("unknown-command", "the object has no \"command\" that is a text"));
    };
    if !Command::NAMES.contains(&name) {
        let all = Command::NAMES.join(", ");
        return Err(Rejection::new("unknown-command", format!("there is no command {name:?}, but {all}")));
    }
    let name = name.to_owned();
    serde_json::from_value(keys).map_err(|error| Rejection::bad_argument(format!("{name}: {error}")))
}
