//! The failure of a subcommand with one action, for people and for programs.

use msnp::Handle;
use serde_json::{Value, json};

use super::Rejection;
use super::answer::answer;

/// The failure of one action.
#[derive(Debug)]
pub(crate) struct Failure {
    /// For programs.
    rejection: Rejection,
    /// For people.
    error: anyhow::Error,
}

impl Failure {
    /// The client that was asked refused; `error` is for people.
    pub(crate) fn refused(rejection: Rejection, error: anyhow::Error) -> Self {
        Self { rejection, error }
    }

    /// Nobody could be asked; `code` is one of the words in `docs/bots.md`.
    pub(crate) fn new(code: &str, error: anyhow::Error) -> Self {
        Self { rejection: Rejection::new(code, crate::sentence::of(&error)), error }
    }

    /// The error for people.
    pub(crate) fn into_error(self) -> anyhow::Error {
        self.error
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new("failed", error)
    }
}

/// The outcome as one object: that of `listen`'s answers, with whom it was for in place of an `id`.
pub(crate) fn outcome_as_json(to: &Handle, outcome: &Result<Value, Failure>) -> Value {
    let outcome = match outcome {
        Ok(told) => Ok(told.as_object().cloned().unwrap_or_default()),
        Err(failure) => Err(failure.rejection.clone()),
    };
    let mut line = answer(&Value::Null, outcome);
    if let Some(line) = line.as_object_mut() {
        line.shift_remove("id");
    }
    line["to"] = json!(to.as_str());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_an_answer_without_a_number() {
        let ada: Handle = "ada@example.com".parse().unwrap();
        let told = json!({ "event": "answer", "id": 7, "ok": true, "conversation": 3 });
        let expected = json!({ "event": "answer", "ok": true, "conversation": 3, "to": "ada@example.com" });
        assert_eq!(outcome_as_json(&ada, &Ok(told)), expected);
        let failure =
            Failure::new("not-signed-in", anyhow::anyhow!("a wrong password").context("not signed in"));
        let expected = json!({
            "event": "answer", "ok": false,
            "error": { "code": "not-signed-in", "text": "not signed in: a wrong password" }, "to": "ada@example.com"
        });
        assert_eq!(outcome_as_json(&ada, &Err(failure)), expected);
    }
}
