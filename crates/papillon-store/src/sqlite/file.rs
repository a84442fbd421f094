//! A connection to the file, called on a thread that may wait.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, Value as Cell, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};

use crate::sql::{Fault, Value};

/// The number of statements that are kept ready: more than there are.
const STATEMENTS: usize = 128;

/// The connection.
pub(crate) struct File(Connection);

impl File {
    /// Opens a file that exists, and runs these statements first.
    pub(super) fn open(path: &Path, settings: &str) -> Result<Self, Fault> {
        // One thread has it, so SQLite needs no locks of its own.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(settings)?;
        Ok(Self(connection))
    }

    /// Runs a statement, and returns the number of rows that it changed.
    pub(crate) fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let mut statement = self.0.prepare_cached(text)?;
        bind(&mut statement, values)?;
        Ok(u64::try_from(statement.raw_execute()?).unwrap_or_default())
    }

    /// Runs a statement, and returns its rows. All are read: only then is the statement at its end.
    pub(crate) fn rows(&mut self, text: &str, values: &[Value<'_>]) -> Result<Vec<Vec<Cell>>, Fault> {
        let mut found = Vec::new();
        self.each(text, values, |row| {
            found.push(row.cells()?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Runs a statement, and hands its rows over one by one, until `take` fails. Outside a transaction, a statement that
    /// `take` runs sees the same moment.
    pub(crate) fn each(
        &self,
        text: &str,
        values: &[Value<'_>],
        mut take: impl FnMut(&Record<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut statement = self.0.prepare_cached(text)?;
        bind(&mut statement, values)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            take(&Record { row, columns })?;
        }
        Ok(())
    }
}

/// A row that was found, until the next one.
pub(crate) struct Record<'r> {
    row: &'r rusqlite::Row<'r>,
    columns: usize,
}

impl Record<'_> {
    /// Copies all columns.
    pub(crate) fn cells(&self) -> Result<Vec<Cell>, Fault> {
        (0..self.columns).map(|column| Ok(cell(self.row.get_ref(column)?))).collect()
    }

    /// A number.
    pub(crate) fn number(&self, column: usize) -> Result<i64, Fault> {
        match self.row.get_ref(column)? {
            ValueRef::Integer(number) => Ok(number),
            _ => Err(Fault::Corrupt(format!("column {column}"))),
        }
    }

    /// A text; no value is an empty one.
    pub(crate) fn text(&self, column: usize) -> Result<&str, Fault> {
        let text = match self.row.get_ref(column)? {
            ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
            ValueRef::Null => Some(""),
            _ => None,
        };
        text.ok_or_else(|| Fault::Corrupt(format!("column {column}")))
    }
}

/// To SQLite `$1` is a name: the values have numbers by the order in which their names appear.
fn bind(statement: &mut Statement<'_>, values: &[Value<'_>]) -> Result<(), Fault> {
    for index in 1..=statement.parameter_count() {
        let number =
            statement.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| Fault::Outage("a statement lacks a value".into()))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Null => ValueRef::Null,
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A text that is no UTF-8 is no text.
fn cell(value: ValueRef<'_>) -> Cell {
    Cell::try_from(value).unwrap_or(Cell::Null)
}
