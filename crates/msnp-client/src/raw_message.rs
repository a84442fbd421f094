//! The encoding of messages of any type.

use bytes::Bytes;
use msnp::message::Message;

use crate::SendError;
use crate::switchboard::MAX_PAYLOAD;

/// The headers that every message has already.
const OWN_HEADERS: [&str; 2] = ["MIME-Version", "Content-Type"];

/// The bytes of a message, checked: every client reads the same headers in it.
pub(crate) fn payload(content_type: &str, headers: &[(&str, &str)], body: Bytes) -> Result<Bytes, SendError> {
    if content_type.is_empty() {
        return Err(SendError::Header("the content type is empty".into()));
    }
    check_value("Content-Type", content_type)?;
    let mut message = Message::new(content_type, body);
    for (name, value) in headers {
        check_name(name)?;
        check_value(name, value)?;
        message.headers.push(name, value);
    }
    let payload = message.to_bytes();
    if payload.len() > MAX_PAYLOAD { Err(SendError::TooLong) } else { Ok(payload) }
}

fn check_name(name: &str) -> Result<(), SendError> {
    let fault = |what: &str| Err(SendError::Header(format!("{name:?} {what}")));
    if name.is_empty() || !name.chars().all(|char| char.is_ascii_graphic() && char != ':') {
        return fault("is no name of a header: it takes printable ASCII without blanks and colons");
    }
    if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return fault("is in every message already");
    }
    Ok(())
}

fn check_value(name: &str, value: &str) -> Result<(), SendError> {
    let ends_line = |char: char| char.is_control() && char != '\t';
    if value.contains(ends_line) || value.trim_ascii() != value {
        let what = "has a value with control characters or with blanks around it";
        return Err(SendError::Header(format!("{name} {what}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_other_messages_are() {
        let payload = payload("a/b; c=d", &[("X-One", "1"), ("X-Two", "")], "body".into()).unwrap();
        let expected = "MIME-Version: 1.0\r\nContent-Type: a/b; c=d\r\nX-One: 1\r\nX-Two: \r\n\r\nbody";
        assert_eq!(payload, expected);
    }

    #[test]
    fn no_header_becomes_another_one() {
        for (content_type, header) in [
            ("", ("X", "y")),
            ("a/b\r\nX: y", ("X", "y")),
            (" a/b", ("X", "y")),
            ("a/b", ("", "y")),
            ("a/b", ("X Y", "y")),
            ("a/b", ("X:", "y")),
            ("a/b", ("X\r\nY", "y")),
            ("a/b", ("\u{e9}", "y")),
            ("a/b", ("X", "y\nZ: 1")),
            ("a/b", ("X", "y\r")),
            ("a/b", ("X", "y\0")),
            ("a/b", ("X", " y")),
            ("a/b", ("content-type", "c/d")),
            ("a/b", ("MIME-VERSION", "1.0")),
        ] {
            let result = payload(content_type, &[header], Bytes::new());
            assert!(matches!(result, Err(SendError::Header(_))), "{content_type:?} {header:?}");
        }
    }

    #[test]
    fn it_fits_into_one_message() {
        let head = payload("a/b", &[], Bytes::new()).unwrap().len();
        let with = |length: usize| payload("a/b", &[], vec![0; length - head].into());
        assert_eq!(with(MAX_PAYLOAD).unwrap().len(), 1664);
        assert_eq!(with(MAX_PAYLOAD + 1), Err(SendError::TooLong));
    }
}
