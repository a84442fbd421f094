//! `VER`: client and service agree on the dialect.
//!
//! ```text
//! C: VER <trid> <dialect>+ [CVR0]
//! S: VER <trid> <dialect>+ [CVR0]
//! S: VER <trid> 0
//! ```
//! The client names its dialects, best first. The service repeats those that it speaks too, in the
//! same order, and the connection speaks the first of them. `CVR0` stands for "at least tell me
//! where a newer client is"; at least one client refuses a reply without it. `0` means
//! that there is no common dialect.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Dialect, Invalid, TransactionId};

const CVR0: &str = "CVR0";

/// The dialects that the client offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// Every name the client sent, in its order of preference; most may be unknown here.
    pub offered: Vec<Box<str>>,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let first = words.required("dialect")?;
        let rest = std::iter::from_fn(|| words.optional());
        Ok(Self { transaction, offered: std::iter::once(first).chain(rest).map(Box::from).collect() })
    }
}

impl Request {
    /// The offer of a client that speaks this dialect and older ones.
    pub fn offer(transaction: TransactionId, newest: Dialect) -> Self {
        let names = newest.and_older().map(Dialect::name).chain([CVR0]);
        Self { transaction, offered: names.map(Box::from).collect() }
    }

    /// The offered dialects that this crate speaks, in the client's order, none twice.
    pub fn common(&self) -> Vec<Dialect> {
        let mut common = Vec::new();
        for dialect in self.offered.iter().filter_map(|name| Dialect::from_name(name)) {
            // A name that comes twice would be repeated in the reply.
            if !common.contains(&dialect) {
                common.push(dialect);
            }
        }
        common
    }

    /// Whether the client offered `CVR0`.
    pub fn offers_cvr0(&self) -> bool {
        self.offered.iter().any(|name| &**name == CVR0)
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "VER").word(self.transaction);
        self.offered.iter().fold(line, Line::word).end();
    }
}

/// The dialects that both sides speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The common dialects; the connection speaks the first.
    pub dialects: Vec<Dialect>,
    /// Whether `CVR0` is repeated.
    pub cvr0: bool,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let mut reply = Self { transaction, dialects: Vec::new(), cvr0: false };
        let mut next = Some(words.required("dialect")?);
        while let Some(name) = next {
            // A server names only dialects that were offered, so this drops `0` and `CVR0` and nothing else.
            reply.dialects.extend(Dialect::from_name(name));
            reply.cvr0 |= name == CVR0;
            next = words.optional();
        }
        Ok(reply)
    }
}

impl Reply {
    /// Whether the connection speaks this dialect from now on.
    pub fn agrees_on(&self, dialect: Dialect) -> bool {
        // Equality, written as a range: dialects are compared in `dialect.rs` alone.
        self.dialects.first().is_some_and(|first| first.is_in(&(dialect..=dialect)))
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let nothing = self.dialects.is_empty() && !self.cvr0;
        let line = Line::new(out, "VER").word(self.transaction);
        self.dialects
            .iter()
            .fold(line, Line::word)
            .maybe(self.cvr0.then_some(CVR0))
            .maybe(nothing.then_some("0"))
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "VER 1 MSNP9 MSNP8 CVR0\r\n");
    vectors!(Reply: "VER 1 MSNP9 MSNP8 CVR0\r\n", "VER 1 0\r\n");

    fn request(line: &str) -> Request {
        match read(line) {
            Ok(NotificationRequest::Ver(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_common_dialects_keep_the_clients_order() {
        let official = request("VER 1 MSNP9 MSNP8 CVR0\r\n");
        assert_eq!(official.common(), [Dialect::Msnp9, Dialect::Msnp8]);
        assert!(official.offers_cvr0());
        assert_eq!(official.to_bytes(), "VER 1 MSNP9 MSNP8 CVR0\r\n");

        assert_eq!(request("VER 1 MSNP10 MSNP9\r\n").common(), [Dialect::Msnp9]);
        assert_eq!(request("VER 1 MSNP8 MSNP9 MSNP8\r\n").common(), [Dialect::Msnp8, Dialect::Msnp9]);
        let old = request("VER 0 MSNP7 msnp8 cvr0\r\n");
        assert!(old.common().is_empty() && !old.offers_cvr0());
    }

    #[test]
    fn replies_are_written_and_read() {
        let transaction = TransactionId(1);
        assert_eq!(Request::offer(transaction, Dialect::Msnp9).to_bytes(), "VER 1 MSNP9 MSNP8 CVR0\r\n");
        assert_eq!(Request::offer(transaction, Dialect::Msnp8).to_bytes(), "VER 1 MSNP8 CVR0\r\n");
        let both = Reply { transaction, dialects: vec![Dialect::Msnp9, Dialect::Msnp8], cvr0: true };
        assert!(both.agrees_on(Dialect::Msnp9) && !both.agrees_on(Dialect::Msnp8));
        both_ways("VER 1 MSNP9 MSNP8 CVR0\r\n", NotificationEvent::Ver(both));
        let one = Reply { transaction, dialects: vec![Dialect::Msnp8], cvr0: false };
        both_ways("VER 1 MSNP8\r\n", NotificationEvent::Ver(one));
        let none = Reply { transaction, dialects: vec![], cvr0: false };
        both_ways("VER 1 0\r\n", NotificationEvent::Ver(none));
        let upgrade = Reply { transaction, dialects: vec![], cvr0: true };
        both_ways("VER 1 CVR0\r\n", NotificationEvent::Ver(upgrade));
    }

    #[test]
    fn an_offer_of_nothing_is_refused() {
        assert_eq!(refused::<NotificationRequest>("VER 1\r\n"), Invalid::Missing("dialect"));
        assert_eq!(refused::<NotificationRequest>("VER MSNP9\r\n"), Invalid::TransactionId);
    }
}
