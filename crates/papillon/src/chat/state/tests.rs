//! Keys and events in, actions and state out.

mod commands;
mod conversations;
mod files;
mod keys;
mod list;
mod questions;
mod session;
mod waiting;

use super::*;
use crate::chat::fixtures::{app, handle, joined, key, message, talk};

/// The texts of a tab.
fn texts(tab: &Tab) -> Vec<String> {
    tab.transcript
        .entries()
        .map(|entry| match &entry.body {
            Body::Day => String::from("day"),
            Body::Heard { name, text, .. } => format!("{name}: {text}"),
            Body::Said { text, delivery: Delivery::Failed(why) } => format!("me: {text} ({why})"),
            Body::Said { text, .. } => format!("me: {text}"),
            Body::Note { text, .. } => format!("- {text}"),
            Body::File(id) => format!("file {}", id.0),
        })
        .collect()
}

fn notice(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| notice.text.as_str())
}
