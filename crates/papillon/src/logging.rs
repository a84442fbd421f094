//! Logs: to standard error, as text or as JSON.

use std::io::{self, IsTerminal};

use anyhow::{Context, anyhow};
use tracing_subscriber::EnvFilter;

/// The variable that says what is logged, in the words of `EnvFilter`: `debug`,
/// `warn,papillon_server=trace`.
const VARIABLE: &str = "PAPILLON_LOG";

/// What a line of the log looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl LogFormat {
    /// Reads the format's name; the error says what is expected.
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        clap::ValueEnum::from_str(word, true).map_err(|_| String::from("expected text or json"))
    }
}

/// Starts logging what is at least as important as `level`, unless `PAPILLON_LOG` says otherwise.
pub(crate) fn start(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let builder = tracing_subscriber::fmt().with_env_filter(filter(level)?).with_writer(io::stderr);
    match format {
        LogFormat::Text => builder.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow!("logging cannot be started: {error}"))
}

/// What is to be logged.
pub(crate) fn filter(level: &str) -> anyhow::Result<EnvFilter> {
    let words = std::env::var(VARIABLE).ok().filter(|words| !words.is_empty());
    EnvFilter::try_new(words.as_deref().unwrap_or(level)).with_context(|| {
        format!(
            "the environment variable {VARIABLE} is not a log filter: use error, warn, info, debug or trace"
        )
    })
}
