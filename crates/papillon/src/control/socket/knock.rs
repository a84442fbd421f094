//! The search for the socket of a program that is signed in.

use std::time::Duration;

use anyhow::bail;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{MAX_WAITING, SocketName, is_ours, place, read};
use crate::control::lines::Line;

/// The longest line that is read of an answer: one with a display picture or a long contact list.
const LONGEST_ANSWER: usize = 8 << 20;
/// The time limit of the first line.
const GREETING: Duration = Duration::from_secs(5);

/// A running program that is signed in.
pub(crate) struct Running {
    /// For commands.
    pub(in crate::control) lines: mpsc::Sender<Line>,
    /// Its answers, and the events meanwhile.
    pub(in crate::control) answers: mpsc::Receiver<Value>,
    direct: bool,
}

impl Running {
    /// Whether it makes direct connections.
    pub(crate) const fn direct(&self) -> bool {
        self.direct
    }
}

/// Looks for a program of this user that is signed in with this account at this service.
pub(crate) async fn knock(name: &SocketName) -> anyhow::Result<Option<Running>> {
    for path in place::all(name) {
        let Ok(stream) = UnixStream::connect(&path).await else { continue };
        if !is_ours(&stream) {
            continue;
        }
        let mut running = talk_to(stream);
        // A stopped program has its socket open and answers nothing. Signing in beside it would sign it out.
        let Ok(greeting) = timeout(GREETING, running.answers.recv()).await else {
            bail!(
                "a papillon that runs with the account {} does not answer at {}: end it, or wake it up",
                name.account,
                path.display()
            );
        };
        // It may end at this very moment.
        let Some(greeting) = greeting else { continue };
        if greeting["account"] == name.account.as_str() && greeting["server"] == name.server.as_str() {
            running.direct = greeting["direct"] == true;
            return Ok(Some(running));
        }
    }
    Ok(None)
}

fn talk_to(stream: UnixStream) -> Running {
    let (reader, mut writer) = stream.into_split();
    let (lines, mut commands) = mpsc::channel(MAX_WAITING);
    let (said, answers) = mpsc::channel(MAX_WAITING);
    tokio::spawn(async move {
        while let Some(line) = commands.recv().await {
            let Line::Text(mut text) = line else { continue };
            text.push(b'\n');
            if writer.write_all(&text).await.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        let parse = |line| match line {
            Line::Text(text) => serde_json::from_slice(&text).unwrap_or(Value::Null),
            Line::TooLong => Value::Null,
        };
        read(reader, LONGEST_ANSWER, |line| said.send(parse(line))).await;
    });
    Running { lines, answers, direct: false }
}
