//! The log on standard error, as text or as JSON.

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, anyhow};
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::clean;

/// The variable with the filter of the log: a level, levels of modules, or both, as `debug` and
/// `warn,papillon_server=trace`.
const VARIABLE: &str = "PAPILLON_LOG";

/// The format of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl LogFormat {
    /// Reads the format's name; the error lists the names.
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        clap::ValueEnum::from_str(word, true).map_err(|_| String::from("expected text or json"))
    }
}

/// Starts the log with events of `level` and above, unless `PAPILLON_LOG` sets another filter.
pub(crate) fn start(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let filter = filter(level)?;
    let builder = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE);
    // The log would print its own errors on standard error. Where that is gone, with its terminal or its reader,
    // printing there is a panic.
    let builder = builder.log_internal_errors(false);
    match format {
        LogFormat::Text => builder
            .fmt_fields(fields())
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .finish()
            .with(filter)
            .try_init(),
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            // A connection is one span: the list would say the same again.
            .with_span_list(false)
            .with_writer(|| Escaped(io::stderr()))
            .finish()
            .with(filter)
            .try_init(),
    }
    .map_err(|error| anyhow!("logging cannot be started: {error}"))
}

/// The filter of the log.
pub(crate) fn filter(level: &str) -> anyhow::Result<Targets> {
    let words = std::env::var(VARIABLE).ok().filter(|words| !words.is_empty());
    words.as_deref().unwrap_or(level).parse().with_context(|| {
        format!(
            "the environment variable {VARIABLE} is not a log filter: use error, warn, info, debug or trace"
        )
    })
}

/// The message and the fields of a line for people: names in italics where there are colours. Values hold texts of
/// others, and are cleaned.
fn fields() -> impl for<'w> FormatFields<'w> + Send + Sync + 'static {
    debug_fn(|writer, field, value| {
        let value = clean::logged(&format!("{value:?}"));
        match field.name() {
            "message" => write!(writer, "{value}"),
            name if writer.has_ansi_escapes() => write!(writer, "\u{1b}[3m{name}\u{1b}[0m={value}"),
            name => write!(writer, "{name}={value}"),
        }
    })
    .delimited(" ")
}

/// Escapes characters in lines of JSON that control a terminal. Each line is written at once.
struct Escaped<W>(W);

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Escaping keeps the meaning of JSON, so it can be done to the finished line.
        self.0.write_all(clean::json(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;
    use crate::clean::tests::{any_text, is_harmless};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The log of one event whose message and fields somebody else has written.
    fn log(format: LogFormat, colours: bool, text: &str) -> String {
        let log = Log::default();
        let out = log.clone();
        let builder = tracing_subscriber::fmt();
        let event = || tracing::info!(name = %text, debug = ?text, text, "{text}");
        match format {
            LogFormat::Text => {
                let builder =
                    builder.fmt_fields(fields()).with_writer(move || out.clone()).with_ansi(colours);
                tracing::subscriber::with_default(builder.finish(), event);
            }
            LogFormat::Json => {
                let builder = builder.json().flatten_event(true).with_writer(move || Escaped(out.clone()));
                tracing::subscriber::with_default(builder.finish(), event);
            }
        }
        let bytes = log.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_reads_as_it_always_did() {
        let line = log(LogFormat::Text, false, "a b");
        assert!(
            line.ends_with(" INFO papillon::logging::tests: a b name=a b debug=\"a b\" text=\"a b\"\n"),
            "{line}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nobody_plays_with_the_terminal_by_way_of_the_log(text in any_text()) {
            let plain = log(LogFormat::Text, false, &text);
            prop_assert!(is_harmless(&plain.replace('\t', " ")), "{plain:?}");
            prop_assert_eq!(plain.matches('\n').count(), 1, "{:?}", plain);
            let json = log(LogFormat::Json, false, &text);
            prop_assert!(is_harmless(&json), "{json:?}");
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(value["name"].as_str(), Some(text.as_str()));
            // With colours, every escape sequence is one of the log's own.
            let coloured = log(LogFormat::Text, true, &text);
            let own = log(LogFormat::Text, true, "x");
            prop_assert_eq!(coloured.matches('\u{1b}').count(), own.matches('\u{1b}').count(), "{:?}", coloured);
        }
    }
}
