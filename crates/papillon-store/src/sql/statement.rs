//! A statement with its values, and the rows that it returns.
//!
//! Both databases run the same texts. PostgreSQL answers over a connection and is awaited; SQLite is called, and its
//! answers are there at once.

use std::borrow::Cow;

use rusqlite::types::Value as Cell;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, Decode, Executor, Type};

use super::Fault;
use crate::sqlite::{File, Record};

/// A statement. Its values stand in the text as `$1`, `$2` and so on.
pub(crate) struct Statement<'q> {
    text: &'static str,
    values: Vec<Value<'q>>,
}

/// A statement without values yet.
pub(crate) fn statement<'q>(text: &'static str) -> Statement<'q> {
    Statement { text, values: Vec::new() }
}

/// A value that a statement is about.
pub(crate) enum Value<'q> {
    Integer(i64),
    /// No integer.
    Null,
    Text(Cow<'q, str>),
    Bytes(&'q [u8]),
}

/// Where a statement runs.
pub(crate) enum At<'c> {
    File(&'c mut File),
    Server(&'c mut AnyConnection),
}

/// A database, or a transaction on it.
pub(crate) trait Runs: Send {
    fn at(&mut self) -> At<'_>;
}

impl<'q> Statement<'q> {
    /// The next value.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it, and returns the number of rows that it changed.
    pub(crate) async fn execute(self, on: &mut impl Runs) -> Result<u64, Fault> {
        match on.at() {
            At::File(file) => file.execute(self.text, &self.values),
            At::Server(connection) => Ok(connection.execute(self.into_query()).await?.rows_affected()),
        }
    }

    /// Runs it, and returns all rows.
    pub(crate) async fn fetch_all(self, on: &mut impl Runs) -> Result<Vec<Row>, Fault> {
        match on.at() {
            At::File(file) => Ok(file
                .rows(self.text, &self.values)?
                .into_iter()
                .map(|cells| Row(Cells::File(cells)))
                .collect()),
            At::Server(connection) => {
                let rows = connection.fetch_all(self.into_query()).await?;
                Ok(rows.into_iter().map(|row| Row(Cells::Server(row))).collect())
            }
        }
    }

    /// Runs it, and returns the first row.
    pub(crate) async fn fetch_optional(self, on: &mut impl Runs) -> Result<Option<Row>, Fault> {
        match on.at() {
            At::File(file) => {
                let first = file.rows(self.text, &self.values)?.into_iter().next();
                Ok(first.map(|cells| Row(Cells::File(cells))))
            }
            At::Server(connection) => {
                let row = connection.fetch_optional(self.into_query()).await?;
                Ok(row.map(|row| Row(Cells::Server(row))))
            }
        }
    }

    /// Runs it, and returns the one row that it always has.
    pub(crate) async fn fetch_one(self, on: &mut impl Runs) -> Result<Row, Fault> {
        self.fetch_optional(on).await?.ok_or_else(|| Fault::corrupt("an answer without a row"))
    }

    fn into_query(self) -> Query<'q, Any, AnyArguments> {
        self.values.into_iter().fold(sqlx::query(self.text), |query, value| match value {
            Value::Integer(number) => query.bind(number),
            Value::Null => query.bind(None::<i64>),
            Value::Text(text) => query.bind(text.into_owned()),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }
}

/// A row of an answer.
pub(crate) struct Row(Cells);

enum Cells {
    File(Vec<Cell>),
    Server(AnyRow),
}

impl Row {
    /// A row of a file.
    pub(super) fn of_file(record: &Record<'_>) -> Result<Self, Fault> {
        Ok(Self(Cells::File(record.cells()?)))
    }

    /// The value of a column, counted from 0.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] when it is of another type, or there is no such column.
    pub(crate) fn try_get<'r, T: Column<'r>>(&'r self, index: usize) -> Result<T, Fault> {
        match &self.0 {
            Cells::File(cells) => {
                let value = cells.get(index).and_then(T::of_cell);
                value.ok_or_else(|| Fault::Corrupt(format!("column {index}")))
            }
            Cells::Server(row) => Ok(sqlx::Row::try_get(row, index)?),
        }
    }
}

/// A type that a column can have.
pub(crate) trait Column<'r>: Decode<'r, Any> + Type<Any> {
    fn of_cell(cell: &'r Cell) -> Option<Self>;
}

impl Column<'_> for i64 {
    fn of_cell(cell: &Cell) -> Option<Self> {
        if let Cell::Integer(number) = cell { Some(*number) } else { None }
    }
}

impl<'r> Column<'r> for &'r str {
    fn of_cell(cell: &'r Cell) -> Option<Self> {
        if let Cell::Text(text) = cell { Some(text) } else { None }
    }
}

impl<'r> Column<'r> for Option<&'r str> {
    fn of_cell(cell: &'r Cell) -> Option<Self> {
        if let Cell::Null = cell { Some(None) } else { <&str>::of_cell(cell).map(Some) }
    }
}

impl Column<'_> for String {
    fn of_cell(cell: &Cell) -> Option<Self> {
        <&str>::of_cell(cell).map(str::to_owned)
    }
}

impl Column<'_> for Vec<u8> {
    fn of_cell(cell: &Cell) -> Option<Self> {
        if let Cell::Blob(bytes) = cell { Some(bytes.clone()) } else { None }
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Integer)
    }
}

impl<'q> From<&'q str> for Value<'q> {
    fn from(text: &'q str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'q> From<&'q [u8]> for Value<'q> {
    fn from(bytes: &'q [u8]) -> Self {
        Self::Bytes(bytes)
    }
}
