//! `PAG`: a text is sent to the mobile of an account, in MSNP8.
//!
//! ```text
//! C: PAG <trid> <handle> <length>
//!    [<PHONE pri="1"><LOC>…</LOC><NUM>…</NUM></PHONE>]<TEXT xml:space="preserve" …>…</TEXT>
//! ```
//! A page that is delivered has no reply. MSNP9 has [`PGD`](super::pgd) instead, with the same
//! payload.

use bytes::{Bytes, BytesMut};

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Handle, Invalid, TransactionId};

const BAD_PAGE: Invalid = Invalid::Parameter("page");

/// Sends a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Carried by an error, if there is one.
    pub transaction: TransactionId,
    /// The account.
    pub handle: Handle,
    /// The XML.
    pub page: Bytes,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let handle = Handle::parse(words.required("handle")?)?;
        Ok(Self { transaction, handle, page: words.payload()? })
    }
}

impl Request {
    /// The text in the page, as its reader sees it. The length is not checked.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the page is not UTF-8, or has no `TEXT` element that can be read.
    pub fn text(&self) -> Result<String, Invalid> {
        text(&self.page)
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "PAG").word(self.transaction).word(&self.handle).payload(&self.page);
    }
}

/// Takes the content of the first `TEXT` element. No XML parser is needed for the two forms that
/// clients send, and the rest of the payload is not used.
pub(super) fn text(page: &[u8]) -> Result<String, Invalid> {
    let page = std::str::from_utf8(page).map_err(|_| BAD_PAGE)?;
    let mut rest = page;
    let inside = loop {
        let (_, after) = rest.split_once("<TEXT").ok_or(BAD_PAGE)?;
        rest = after;
        // Not an element whose name only starts like this.
        if after.starts_with(|c: char| matches!(c, '>' | '/') || c.is_ascii_whitespace()) {
            break after;
        }
    };
    let (attributes, content) = split_tag(inside).ok_or(BAD_PAGE)?;
    // `<TEXT/>`: an empty text.
    if attributes.ends_with('/') {
        return Ok(String::new());
    }
    // The first tag after it has to be its end: no element stands inside a text.
    let (content, _) =
        content.split_once('<').filter(|(_, end)| end.starts_with("/TEXT>")).ok_or(BAD_PAGE)?;
    unescape(content).ok_or(BAD_PAGE)
}

/// Cuts a tag from what follows it, at the first `>` outside a quoted attribute.
fn split_tag(tag: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '>' => return Some((&tag[..at], &tag[at + 1..])),
            _ => {}
        }
    }
    None
}

/// Replaces the five named entities and character numbers.
fn unescape(escaped: &str) -> Option<String> {
    let mut plain = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';')?;
        plain.push_str(before);
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            // No document type goes with the fragment, so no other name has a meaning.
            _ => numbered(entity.strip_prefix('#')?)?,
        });
        rest = after;
    }
    plain.push_str(rest);
    Some(plain)
}

/// The character with this number, if XML allows it at all.
fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // `from_str_radix` alone would take a sign.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    (c >= ' ' || matches!(c, '\t' | '\n' | '\r')).then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationRequest;
    use crate::command::vectors::{bob, both_ways, refused, vectors};

    vectors!(Request: "PAG 9 bob@example.com 15\r\n<TEXT>hi</TEXT>");

    #[test]
    fn the_page_is_a_payload() {
        let page = "<TEXT xml:space=\"preserve\" enc=\"utf-8\">Hi</TEXT>";
        let request = Request { transaction: TransactionId(25), handle: bob(), page: page.into() };
        assert_eq!(request.text().as_deref(), Ok("Hi"));
        both_ways(&format!("PAG 25 bob@example.com 48\r\n{page}"), NotificationRequest::Pag(request));
        assert_eq!(refused::<NotificationRequest>("PAG 25 bob 0\r\n"), Invalid::Handle);
        assert_eq!(refused::<NotificationRequest>("PAG 25 b@c.d x 0\r\n"), Invalid::TooMany);
    }

    #[test]
    fn the_text_is_found_and_unescaped() {
        for (page, expected) in [
            ("<PHONE pri=\"1\"><LOC>a</LOC><NUM>5</NUM></PHONE><TEXT xml:space=\"preserve\">x</TEXT>", "x"),
            ("<TEXT>1 &lt; 2 &amp;amp; &#233;&#xE9;&quot;&apos;&gt;</TEXT>", "1 < 2 &amp; éé\"'>"),
            ("<TEXT a=\">\" b='/'>é</TEXT>", "é"),
            ("<TEXTURE>no</TEXTURE><TEXT\r\n>yes</TEXT>", "yes"),
            ("<TEXT></TEXT>", ""),
            ("<TEXT/>", ""),
        ] {
            assert_eq!(text(page.as_bytes()).as_deref(), Ok(expected), "{page:?}");
        }
    }

    #[test]
    fn what_is_no_page_is_refused() {
        let bad: &[&[u8]] = &[
            b"",
            b"Hi",
            b"<TEXT>Hi",
            b"<TEXT Hi",
            b"<TEXT a=\"></TEXT>",
            b"<TEXT>a<B>b</B></TEXT>",
            b"<TEXT>&nbsp;</TEXT>",
            b"<TEXT>&amp</TEXT>",
            b"<TEXT>&#0;&#27;</TEXT>",
            b"<TEXT>&#+65;</TEXT>",
            b"<TEXT>&#xD800;</TEXT>",
            b"<TEXT>\xff</TEXT>",
            b"<text>Hi</text>",
        ];
        for page in bad {
            assert_eq!(text(page), Err(BAD_PAGE), "{page:?}");
        }
    }

    #[test]
    fn a_tag_ends_outside_its_quotes() {
        for (tag, parts) in [
            ("a>b", Some(("a", "b"))),
            (">", Some(("", ""))),
            ("x='>'>b>c", Some(("x='>'", "b>c"))),
            ("x=\">'\">b", Some(("x=\">'\"", "b"))),
            ("x='\"' y=\">\">b", Some(("x='\"' y=\">\"", "b"))),
            ("x='>", None),
            ("a", None),
        ] {
            assert_eq!(split_tag(tag), parts, "{tag}");
        }
    }
}
