//! Failures of the database, before they become a [`StoreError`].

use crate::{Outage, Refusal, StoreError};

/// A failure with the driver's error still inside, which tells whether to try again.
#[derive(Debug)]
pub(crate) enum Fault {
    Refused(Refusal),
    Driver(sqlx::Error),
    Sqlite(rusqlite::Error),
    Corrupt(String),
    /// The database gave no answer within its time limit.
    TimedOut,
    /// The database is not even asked, for this reason.
    Outage(String),
}

impl Fault {
    /// Whether the transaction met another one, and may succeed when it is tried again.
    pub(crate) fn is_conflict(&self) -> bool {
        // PostgreSQL: serialization failure and deadlock. SQLite: a snapshot overtaken by another
        // process. A plain SQLITE_BUSY has waited for five seconds already.
        matches!(self.code().as_deref(), Some("40001" | "40P01" | "517"))
    }

    /// Whether SQLite was kept waiting by another process.
    pub(crate) fn is_busy(&self) -> bool {
        // The lowest byte is the primary code; the extended ones tell which lock it waited for.
        self.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
    }

    /// Whether it leaves the connection in an unknown state.
    pub(crate) fn is_of_connection(&self) -> bool {
        // A future that was dropped at its deadline may have left a statement half sent.
        matches!(self, Self::Driver(_) | Self::Sqlite(_) | Self::TimedOut)
    }

    /// Whether the connection has been lost, and others of the same age with it.
    pub(crate) fn is_disconnect(&self) -> bool {
        match self {
            Self::Driver(sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed) => true,
            // PostgreSQL: it shuts down, or the connection has failed.
            _ => self.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08")),
        }
    }

    /// For a request that has waited in vain for a connection.
    pub(crate) fn busy() -> Self {
        Self::Outage("all connections to it are in use".into())
    }

    /// For a request that would only wait in vain.
    pub(crate) fn silent() -> Self {
        Self::Outage("it does not answer".into())
    }

    fn code(&self) -> Option<String> {
        match self {
            Self::Driver(sqlx::Error::Database(error)) => error.code().map(|code| code.into_owned()),
            Self::Sqlite(error) => error.sqlite_error().map(|error| error.extended_code.to_string()),
            _ => None,
        }
    }

    /// The same failure for one of many requests that fail together.
    pub(crate) fn shared(&self) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(*refusal),
            Self::Corrupt(what) => Self::Corrupt(what.clone()),
            Self::TimedOut => Self::TimedOut,
            Self::Outage(words) => Self::Outage(words.clone()),
            Self::Driver(error) => Self::Outage(words_of_driver(error)),
            Self::Sqlite(error) => Self::Outage(words_of_sqlite(error)),
        }
    }

    /// For a value that this program never writes; `what` must not quote it.
    pub(crate) fn corrupt(what: &str) -> Self {
        Self::Corrupt(what.to_owned())
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match error {
            // A value of another type than the column's. The source is left out: it can quote the value.
            sqlx::Error::ColumnDecode { index, .. } => Self::Corrupt(format!("column {index}")),
            other => Self::Driver(other),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => Self::Refused(refusal),
            Fault::Corrupt(what) => Self::Corrupt(what),
            Fault::TimedOut => Self::Unavailable(Outage::new("it did not answer in time")),
            Fault::Outage(words) => Self::Unavailable(Outage::new(words)),
            Fault::Driver(error) => Self::Unavailable(Outage::new(words_of_driver(&error))),
            Fault::Sqlite(error) => Self::Unavailable(Outage::new(words_of_sqlite(&error))),
        }
    }
}

/// Only the message: an error's details can quote the row it is about.
fn words_of_driver(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        error => error.to_string(),
    }
}

/// The message as SQLite gives it, without the statement.
fn words_of_sqlite(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::error::Error;
    use std::{fmt, io};

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    /// An answer of a database with this code.
    #[derive(Debug)]
    struct Answer(&'static str);

    impl fmt::Display for Answer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.message())
        }
    }

    impl Error for Answer {}

    impl DatabaseError for Answer {
        fn message(&self) -> &str {
            "the words of the database"
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    fn answer(code: &'static str) -> Fault {
        Fault::Driver(sqlx::Error::Database(Box::new(Answer(code))))
    }

    #[test]
    fn codes_tell_what_to_do() {
        for (code, is_conflict, is_busy, is_disconnect) in [
            // PostgreSQL: no such table, a conflict, a deadlock, a shutdown, a failed connection.
            ("42P01", false, false, false),
            ("40001", true, false, false),
            ("40P01", true, false, false),
            ("57P01", false, false, true),
            ("08006", false, false, true),
            // SQLite: an error, busy, busy with a snapshot that was overtaken, busy in recovery, a full disk.
            ("1", false, false, false),
            ("5", false, true, false),
            ("517", true, true, false),
            ("261", false, true, false),
            ("13", false, false, false),
        ] {
            let fault = answer(code);
            assert_eq!(
                (fault.is_conflict(), fault.is_busy(), fault.is_disconnect(), fault.is_of_connection()),
                (is_conflict, is_busy, is_disconnect, true),
                "{code}"
            );
        }
    }

    #[test]
    fn a_lost_connection_is_told_from_a_slow_one() {
        for (fault, is_disconnect, is_of_connection) in [
            (Fault::Driver(sqlx::Error::Io(io::ErrorKind::BrokenPipe.into())), true, true),
            (Fault::Driver(sqlx::Error::Protocol("x".into())), true, true),
            (Fault::Driver(sqlx::Error::WorkerCrashed), true, true),
            (Fault::Driver(sqlx::Error::RowNotFound), false, true),
            (Fault::TimedOut, false, true),
            (Fault::busy(), false, false),
            (Fault::silent(), false, false),
            (Fault::Refused(Refusal::ListFull), false, false),
            (Fault::corrupt("x"), false, false),
        ] {
            assert_eq!(
                (fault.is_disconnect(), fault.is_of_connection(), fault.is_conflict(), fault.is_busy()),
                (is_disconnect, is_of_connection, false, false),
                "{fault:?}"
            );
        }
        assert_eq!(
            StoreError::from(answer("1")).to_string(),
            "the database is not available: the words of the database"
        );
    }
}
