//! The rows of the file: people, and lines that cannot be taken.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Seen;

use anyhow::bail;
use csv::ByteRecord;
use msnp::{FriendlyName, Handle};
use papillon_server::passport::check_new_password;
use zeroize::Zeroizing;

use super::super::{display_name, email};

/// A row: a person to be added.
pub(super) struct Entry {
    /// The line on which that begins, from 1.
    pub(super) line: u64,
    pub(super) handle: Handle,
    pub(super) name: FriendlyName,
    /// `None`: one is to be made.
    pub(super) password: Option<Zeroizing<String>>,
}

/// A line that is not taken, and the reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) line: u64,
    /// In words. It never shows a field that may be a password.
    pub(super) why: String,
}

impl Refused {
    /// There is such an account.
    pub(super) fn exists(line: u64, handle: &Handle) -> Self {
        Self { line, why: format!("the account {handle} exists already") }
    }
}

/// The names of the columns, in their usual order.
const COLUMNS: [&str; 3] = ["email", "name", "password"];

/// The index of each column, where the file has it.
type Order = [Option<usize>; 3];

/// Reads the file. Each address is taken once, at its first line.
///
/// # Errors
/// The file is not text in UTF-8, is no CSV, or its first line names columns wrongly.
pub(super) fn read(bytes: &[u8]) -> anyhow::Result<(Vec<Entry>, Vec<Refused>)> {
    // UTF-16, as some spreadsheets write it, has a mark at the beginning or, for ASCII, every other byte zero.
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
        bail!("this is not text in UTF-8, and no account was added: save the file as CSV in UTF-8");
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut entries, mut refused) = (Vec::new(), Vec::new());
    let mut first_lines = HashMap::new();
    let mut order = [Some(0), Some(1), Some(2)];
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        // Rows may have fewer columns than others. Too many are reported by `entry`, with their line.
        .flexible(true)
        .delimiter(delimiter(bytes))
        .from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut lines = Lines { bytes, at: 0, line: 1 };
    let mut is_first = true;
    while reader.read_byte_record(&mut record)? {
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        if std::mem::take(&mut is_first)
            && let Some(found) = header(&record)?
        {
            order = found;
            continue;
        }
        // Spreadsheets write rows of separators for empty rows.
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            continue;
        }
        let entry =
            entry(&record, line, &order).and_then(|entry| match first_lines.entry(entry.handle.clone()) {
                Seen::Vacant(vacant) => {
                    vacant.insert(line);
                    Ok(entry)
                }
                Seen::Occupied(first) => {
                    Err(format!("the address {} stands in line {} already", entry.handle, first.get()))
                }
            });
        match entry {
            Ok(entry) => entries.push(entry),
            Err(why) => refused.push(Refused { line, why }),
        }
    }
    Ok((entries, refused))
}

/// Numbers of lines. The reader's own are one behind where lines end in CR and LF.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the row that begins at this byte or, where empty lines stand there, behind them. The bytes have to be asked
    /// for in order.
    fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) = self.bytes.get(self.at) {
            let ends_line = *here == b'\n' || (*here == b'\r' && self.bytes.get(self.at + 1) != Some(&b'\n'));
            if self.at >= byte && !matches!(here, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(ends_line);
            self.at += 1;
        }
        self.line
    }
}

/// The separator of the columns, by the first line: in some countries spreadsheets write semicolons.
fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes
        .split(|byte| *byte == b'\n' || *byte == b'\r')
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let first = line.iter().copied().find(|byte| b",;\t".contains(byte));
    first.unwrap_or(b',')
}

/// The order of the columns, if this is a line with their names.
fn header(record: &ByteRecord) -> anyhow::Result<Option<Order>> {
    let names: Vec<_> =
        record.iter().map(|field| String::from_utf8_lossy(field).trim().to_ascii_lowercase()).collect();
    // No address is `email`: such a line names columns, and one without it is a person.
    if !names.iter().any(|name| name == COLUMNS[0]) {
        return Ok(None);
    }
    let mut order = [None; 3];
    for (index, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let Some(slot) = COLUMNS.iter().position(|known| known == name) else {
            bail!(
                "unknown column {name:?} in the first line, and no account was added: the columns are email, name and password"
            );
        };
        if order[slot].replace(index).is_some() {
            bail!("the column {name} stands twice in the first line, and no account was added");
        }
    }
    Ok(Some(order))
}

/// The person on a line; the error says why there is none.
fn entry(record: &ByteRecord, line: u64, order: &Order) -> Result<Entry, String> {
    let [address, name, password] =
        order.map(|index| index.and_then(|index| record.get(index)).unwrap_or_default());
    // CSV allows it, and no field here needs it. A quote that is never closed swallows all lines up to the next one.
    if [address, name, password].iter().any(|field| field.contains(&b'\n') || field.contains(&b'\r')) {
        return Err("a field holds a line end: is a quote missing, or one too many?".into());
    }
    let used = |index: usize| order.contains(&Some(index));
    if record.iter().enumerate().any(|(index, field)| !used(index) && !field.trim_ascii().is_empty()) {
        return Err("there are too many columns: a field that holds a comma needs quotes around it".into());
    }
    let text = |field, what| std::str::from_utf8(field).map_err(|_| format!("{what} is not text in UTF-8"));
    let handle =
        email(text(address, "the address")?.trim()).map_err(|expected| format!("the address: {expected}"))?;
    let name = match text(name, "the name")?.trim() {
        "" => FriendlyName::from(&handle),
        name => display_name(name).map_err(|expected| format!("the name: {expected}"))?,
    };
    // Not trimmed, unlike the others: blanks may belong to a password.
    let password = match text(password, "the password")? {
        "" => None,
        password => {
            check_new_password(password).map_err(|unfit| unfit.to_string())?;
            Some(Zeroizing::new(password.to_owned()))
        }
    };
    Ok(Entry { line, handle, name, password })
}

#[cfg(test)]
mod tests;
