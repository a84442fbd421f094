//! `FND`: the member directory is searched.
//!
//! ```text
//! C: FND <trid> <field>=<value>…
//! S: FND <trid> <index> <count> <field>=<value>…
//! S: FND <trid> 0 0
//! ```
//! One reply a match, counted from 1; `0 0` says that there is none. The fields are `fname`,
//! `lname`, `city`, `state` and `country`. The service switched this off in 2003 and answered
//! everything with error 502.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, TransactionId};

/// A field's name and its value, which may be empty.
type Field = (Box<str>, Box<str>);

fn parse_fields(words: &mut Words<'_>) -> Result<Vec<Field>, Invalid> {
    std::iter::from_fn(|| words.optional())
        .map(|word| match word.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.into(), value.into())),
            _ => Err(Invalid::Parameter("search field")),
        })
        .collect()
}

fn write_fields(line: Line<'_>, fields: &[Field]) {
    fields.iter().fold(line, |line, (name, value)| line.word(format_args!("{name}={value}"))).end();
}

/// A search of the member directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The fields and what has to be in them.
    pub fields: Vec<(Box<str>, Box<str>)>,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self { transaction, fields: parse_fields(words)? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        write_fields(Line::new(out, "FND").word(self.transaction), &self.fields);
    }
}

/// A match, or that there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The number of this match, from 1; 0 when there is none.
    pub index: usize,
    /// The number of matches.
    pub count: usize,
    /// The fields of the match.
    pub fields: Vec<(Box<str>, Box<str>)>,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let (index, count) = (words.count("index")?, words.count("count")?);
        Ok(Self { transaction, index, count, fields: parse_fields(words)? })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "FND").word(self.transaction).word(self.index).word(self.count);
        write_fields(line, &self.fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "FND 9 fname=Bob lname=\r\n");
    vectors!(Reply: "FND 9 1 2 fname=Bob city=\r\n", "FND 9 0 0\r\n");

    #[test]
    fn searches_and_matches() {
        let transaction = TransactionId(24);
        let fields: Vec<Field> = vec![
            ("fname".into(), "Bob".into()),
            ("lname".into(), "".into()),
            ("country".into(), "US".into()),
        ];
        let request = Request { transaction, fields: fields.clone() };
        both_ways("FND 24 fname=Bob lname= country=US\r\n", NotificationRequest::Fnd(request));
        let found = Reply { transaction, index: 1, count: 2, fields };
        both_ways("FND 24 1 2 fname=Bob lname= country=US\r\n", NotificationEvent::Fnd(found));
        let nobody = Reply { transaction, index: 0, count: 0, fields: vec![] };
        both_ways("FND 24 0 0\r\n", NotificationEvent::Fnd(nobody));
        for line in ["FND 24 Bob\r\n", "FND 24 =Bob\r\n"] {
            assert_eq!(refused::<NotificationRequest>(line), Invalid::Parameter("search field"));
        }
        assert_eq!(refused::<NotificationEvent>("FND 24 1\r\n"), Invalid::Missing("count"));
    }

    #[test]
    fn a_field_has_a_name() {
        assert_eq!(refused::<NotificationRequest>("FND 7 =x\r\n"), Invalid::Parameter("search field"));
        assert_eq!(refused::<NotificationRequest>("FND 7 fname\r\n"), Invalid::Parameter("search field"));
        assert!(read::<NotificationRequest>("FND 7 fname=\r\n").is_ok());
    }
}
