//! Commands on standard input.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use serde_json::Value;
use tokio::sync::mpsc;

use super::Context;
use super::desk::Origin;
use super::lines::{Line, Splitter};
use super::request::LONGEST;
use super::session::{End, serve};

/// So many answers wait to be printed.
const MAX_WAITING: usize = 64;

/// The commands that come, and the answers to them.
pub(crate) struct StandardInput {
    out: mpsc::Receiver<Value>,
    quit: Arc<AtomicBool>,
}

/// The next item.
pub(crate) enum Step {
    /// A line to print.
    Line(Value),
    /// The program is to end.
    Quit,
}

impl StandardInput {
    /// Begins to read and to carry out.
    pub(crate) fn begin(context: Context) -> anyhow::Result<Self> {
        let (out, lines) = (mpsc::channel(MAX_WAITING), mpsc::channel(1));
        let quit = Arc::new(AtomicBool::new(false));
        let quits = Arc::clone(&quit);
        let (answers, sender) = (out.0, lines.0);
        tokio::spawn(async move {
            let end = serve(context, Origin::Owner, lines.1, answers.clone()).await;
            // Before the channel closes: `next` looks at it when it sees the end.
            quits.store(end == End::Quit, Ordering::Release);
            // The last sender. All answers are in the queue by now, and are printed before the program ends.
            drop(answers);
        });
        // A thread of its own: the program's end does not wait for the next command.
        std::thread::Builder::new()
            .name(String::from("commands"))
            .spawn(move || read(&sender))
            .context("standard input cannot be read")?;
        Ok(Self { out: out.1, quit })
    }

    /// The next item; pending forever after the last. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Step {
        match self.out.recv().await {
            Some(line) => Step::Line(line),
            None if self.quit.load(Ordering::Acquire) => Step::Quit,
            None => std::future::pending().await,
        }
    }
}

/// Whether commands can be expected: a program in the background that reads from its terminal is stopped.
pub(crate) fn is_for_us() -> bool {
    #[cfg(unix)]
    {
        let foreground = rustix::termios::tcgetpgrp(io::stdin());
        !rustix::termios::isatty(io::stdin())
            || foreground.is_ok_and(|group| group == rustix::process::getpgrp())
    }
    #[cfg(not(unix))]
    true
}

fn read(lines: &mpsc::Sender<Line>) {
    let (mut input, mut buffer) = (io::stdin().lock(), [0; 8192]);
    let mut splitter = Splitter::new(LONGEST);
    loop {
        let read = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                tracing::warn!(%error, "standard input cannot be read any more");
                break;
            }
        };
        for line in splitter.push(&buffer[..read]) {
            if lines.blocking_send(line).is_err() {
                return;
            }
        }
    }
    if let Some(line) = splitter.end() {
        // An error means that the program ends.
        let _ = lines.blocking_send(line);
    }
}
