//! Commands for `listen`, on its standard input and over its local socket.

mod commands;
#[cfg(unix)]
mod script;
#[cfg(unix)]
mod socket;

use serde_json::{Value, json};

use crate::clients::listener::Listener;

/// Sends a command with a number and waits for its answer.
#[track_caller]
fn ask(bot: &mut Listener, mut command: Value) -> Value {
    let id = json!(["ask", command["command"]]);
    command["id"] = id.clone();
    bot.write(&command.to_string());
    bot.wait_for("answer", |answer| answer["id"] == id)
}

/// The same, of a command that is refused.
#[track_caller]
fn refused(bot: &mut Listener, command: Value) -> String {
    let answer = ask(bot, command);
    assert_eq!(answer["ok"], false, "{answer}");
    assert!(answer["error"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
    answer["error"]["code"].as_str().unwrap().to_owned()
}

#[track_caller]
fn fine(bot: &mut Listener, command: Value) -> Value {
    let answer = ask(bot, command);
    assert_eq!(answer["ok"], true, "{answer}");
    answer
}
