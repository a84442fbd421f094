//! `papillon listen`: events as JSON lines, and commands on standard input.

mod declined;
mod json;
mod limits;
mod reactions;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, bail};
use msnp_client::{Event, Events, SignedOut};
use serde_json::Value;

use crate::client::{self, ClientArgs, ENVIRONMENT, Login};
use crate::control::{self, StandardInput, Step};
use crate::failures::why_signed_out;
use crate::interrupt::Interrupt;
use crate::stdout;
use limits::Limits;
use reactions::Reactions;

static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
Examples:
  papillon listen --account ada@example.com
  papillon listen --auto-accept ~/Downloads | jq -c 'select(.event == \"message\")'
  echo '{{\"command\": \"send\", \"to\": \"grace@example.com\", \"text\": \"Lunch?\"}}' | papillon listen

Each line is a JSON object whose \"event\" is one of: signed-in, presence, contact-added,
contact-removed, roster-changed, joined, left, message, typing, nudge, raw, not-shown, emoticon, picture,
file-offered, file-declined, file-progress, file-received, file-sent, file-failed, conversation-closed,
service-message, missed, error, signed-out. docs/events.md tells their fields.

Each line of standard input is a command: a JSON object whose \"command\" is one of: {commands}.
An object with the event \"answer\" and the same \"id\" answers it. docs/bots.md tells their keys.
The end of standard input ends nothing.

A connection that breaks is made again. SIGINT and SIGTERM end it with exit code 0, after signed-out;
being signed out by the service for good ends it with 1.

{ENVIRONMENT}",
        commands = control::names()
    )
});

/// The options of `listen`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP.as_str())]
pub(crate) struct ListenArgs {
    /// Takes the files that are offered, into this folder; nothing there is overwritten. Files beyond the limits
    /// below are declined.
    #[arg(long, value_name = "DIR")]
    auto_accept: Option<PathBuf>,
    #[command(flatten)]
    limits: Limits,
    /// Adds each person that adds this account.
    #[arg(long)]
    auto_add: bool,
    /// Fetches the display pictures of contacts as they come online and change them.
    #[arg(long)]
    fetch_pictures: bool,
    #[command(flatten)]
    client: ClientArgs,
}

/// The reason for which it ends.
enum End {
    /// The reader of the output is gone.
    NobodyReads,
    /// SIGINT, SIGTERM or `quit`.
    Told,
    /// By the service.
    SignedOut(SignedOut),
}

/// Prints everything that happens.
pub(crate) fn run(args: &ListenArgs) -> anyhow::Result<()> {
    client::log()?;
    if let Some(folder) = &args.auto_accept {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    let runtime = crate::runtime::start()?;
    let outcome = runtime.block_on(listen(args));
    // A file may be half on the disk; nothing else is worth waiting for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn listen(args: &ListenArgs) -> anyhow::Result<()> {
    let mut login = Login::prepare(&args.client)?;
    // After the questions on the terminal, which Ctrl-C is to end at once.
    let mut stop = Interrupt::new()?;
    let (client, mut events) = tokio::select! {
        signed_in = login.sign_in() => signed_in?,
        () = stop.wait() => return Ok(()),
    };
    let context = control::Context { client: client.clone(), folder: folder(args)?, said: None };
    #[cfg(unix)]
    let socket = open_socket(&login, &context);
    let end = tell_all(args, context, &mut events, &mut stop).await?;
    #[cfg(unix)]
    drop(socket);
    // Also when nobody listens any more: others should not see this account online.
    client.sign_out().await;
    // The events up to `signed-out` are still in the queue. A reader that is gone needs none.
    if let End::Told = end {
        while let Some(event) = events.next().await {
            print(&json::event(&client, &event))?;
        }
    }
    match end {
        End::NobodyReads | End::Told | End::SignedOut(SignedOut::Asked) => Ok(()),
        End::SignedOut(reason) => bail!(why_signed_out(reason)),
    }
}

/// The folder for files that a command accepts.
fn folder(args: &ListenArgs) -> anyhow::Result<PathBuf> {
    let folder = args.auto_accept.as_deref().unwrap_or(Path::new("."));
    std::path::absolute(folder).context("the current folder cannot be found")
}

/// Lets other commands in. Without that they sign in by themselves.
#[cfg(unix)]
fn open_socket(login: &Login, context: &control::Context) -> Option<control::LocalSocket> {
    let socket = login.open_socket(context.clone());
    if let Err(error) = &socket {
        tracing::warn!(error = crate::sentence::of(error), "other commands will sign this one out");
    }
    socket.ok()
}

/// The commands on standard input, unless the password came from there or nobody can write any.
fn commands(args: &ListenArgs, context: control::Context) -> anyhow::Result<Option<StandardInput>> {
    if args.client.reads_standard_input() || !control::is_for_us() {
        return Ok(None);
    }
    StandardInput::begin(context).map(Some)
}

/// Prints events and answers until there is a reason to end.
async fn tell_all(
    args: &ListenArgs,
    context: control::Context,
    events: &mut Events,
    stop: &mut Interrupt,
) -> anyhow::Result<End> {
    let client = &context.client.clone();
    let mut reactions = Reactions::new(args, client);
    if !print(&json::signed_in(client))? {
        return Ok(End::NobodyReads);
    }
    let mut commands = commands(args, context)?;
    loop {
        let line = tokio::select! {
            event = events.next() => match event {
                Some(event) => {
                    // Before the line is printed: a slow reader must not delay the answer to an offer.
                    reactions.react(&event);
                    let line = json::event(client, &event);
                    if let Event::SignedOut { reason, will_retry: false } = event {
                        print(&line)?;
                        return Ok(End::SignedOut(reason));
                    }
                    line
                }
                None => return Ok(End::SignedOut(SignedOut::ConnectionLost)),
            },
            line = reactions.line() => line,
            step = next_step(&mut commands) => match step {
                Step::Line(line) => line,
                Step::Quit => return Ok(End::Told),
            },
            () = stop.wait() => return Ok(End::Told),
        };
        if !print(&line)? {
            return Ok(End::NobodyReads);
        }
    }
}

/// The next step of the commands; pending for ever where there can be none.
async fn next_step(commands: &mut Option<StandardInput>) -> Step {
    match commands {
        Some(commands) => commands.next().await,
        None => std::future::pending().await,
    }
}

/// Prints a line. Whether the reader is still there.
fn print(line: &Value) -> anyhow::Result<bool> {
    stdout::print_json_line(line)
}
