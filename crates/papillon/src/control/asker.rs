//! The client of the control protocol in a command of one deed: it asks a program that is signed in, or signs in itself.
//! Either way it says the same lines and hears the same.

use anyhow::{Context as _, anyhow};
use msnp_client::{Client, Events};
use serde_json::Value;
use tokio::sync::mpsc;

use super::desk::Origin;
use super::lines::Line;
use super::session::serve;
use super::{Command, Context, Rejection};

/// So many lines wait each way.
const MAX_WAITING: usize = 16;

/// The program that carries out commands for this one.
pub(crate) struct Asker {
    lines: mpsc::Sender<Line>,
    answers: mpsc::Receiver<Value>,
    asked: u64,
    own: Option<(Client, Events)>,
}

impl Asker {
    /// Asks a client of this program's own.
    pub(crate) fn signed_in(client: Client, events: Events) -> Self {
        let (lines, incoming) = mpsc::channel(MAX_WAITING);
        let (out, answers) = mpsc::channel(MAX_WAITING);
        let context = Context { client: client.clone(), folder: ".".into(), said: None };
        // The same session as over the socket, so a command does the same with and without a running program.
        tokio::spawn(serve(context, Origin::Guest, incoming, out));
        Self { lines, answers, asked: 0, own: Some((client, events)) }
    }

    /// Asks a program that runs.
    #[cfg(unix)]
    pub(crate) fn running(running: super::socket::Running) -> Self {
        let super::socket::Running { lines, answers, .. } = running;
        Self { lines, answers, asked: 0, own: None }
    }

    /// Whether the account signs out with this.
    pub(crate) const fn signs_out(&self) -> bool {
        self.own.is_some()
    }

    /// Asks for something; gives the number that its answer has.
    pub(crate) async fn begin(&mut self, command: &Command) -> anyhow::Result<u64> {
        let mut line = serde_json::to_value(command)?;
        self.asked += 1;
        line["id"] = self.asked.into();
        let line = Line::Text(line.to_string().into_bytes());
        self.lines.send(line).await.ok().context("the papillon that was asked has ended")?;
        Ok(self.asked)
    }

    /// The next that is said. Cancel-safe.
    pub(crate) async fn hear(&mut self) -> anyhow::Result<Value> {
        self.answers.recv().await.context("the papillon that was asked has ended before it answered")
    }

    /// Asks for something and waits for the answer.
    pub(crate) async fn ask(&mut self, command: &Command) -> anyhow::Result<Result<Value, Rejection>> {
        let id = self.begin(command).await?;
        loop {
            let line = self.hear().await?;
            if let Some(outcome) = outcome(id, line)? {
                return Ok(outcome);
            }
        }
    }

    /// Signs out, if it is this program that has signed in.
    pub(crate) async fn leave(self) {
        if let Some((client, events)) = self.own {
            client.sign_out().await;
            // Held until here: the client lives as long as its events.
            drop(events);
        }
    }
}

/// The outcome in a line, if it is the answer to the command with that number.
pub(crate) fn outcome(id: u64, mut line: Value) -> anyhow::Result<Option<Result<Value, Rejection>>> {
    if line["event"] != "answer" || line["id"] != id {
        return Ok(None);
    }
    if line["ok"] == true {
        return Ok(Some(Ok(line)));
    }
    let rejection = serde_json::from_value(line["error"].take());
    let rejection = rejection.map_err(|error| anyhow!("the answer cannot be read: {error}"))?;
    Ok(Some(Err(rejection)))
}
