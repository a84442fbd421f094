//! The part of SSL 3.0 that shows a certificate: a hello, and the first messages of the answer.

/// SSL 3.0.
const VERSION: [u8; 2] = [3, 0];
/// RC4-SHA, RC4-MD5, 3DES: the suites of Windows 98.
const SUITES: [u8; 6] = [0x00, 0x05, 0x00, 0x04, 0x00, 0x0a];
/// Kinds of records.
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
/// Kinds of handshake messages.
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
/// More than any server says before it waits.
const LONGEST: usize = 64 * 1024;

/// The outcome of a hello.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The server's own certificate, in DER.
    Shown(Vec<u8>),
    /// The other reaction, in words.
    Refused(String),
}

/// A hello in SSL 3.0, without a name.
pub(super) fn hello(random: [u8; 32]) -> Vec<u8> {
    let mut body = VERSION.to_vec();
    body.extend(random);
    // No session to go on with.
    body.push(0);
    body.extend([0, 6]);
    body.extend(SUITES);
    // No compression.
    body.extend([1, 0]);
    // The body has 45 bytes and the message 49, so each length fits into its lowest byte.
    let mut message = vec![1, 0, 0, u8::try_from(body.len()).unwrap_or(u8::MAX)];
    message.extend(body);
    let mut record =
        vec![HANDSHAKE, VERSION[0], VERSION[1], 0, u8::try_from(message.len()).unwrap_or(u8::MAX)];
    record.extend(message);
    record
}

/// The server's messages, as far as they have come.
#[derive(Debug, Default)]
pub(super) struct Flight(Vec<u8>);

impl Flight {
    /// Takes more of it; an answer as soon as it can be told.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<Answer> {
        self.0.extend_from_slice(bytes);
        if self.0.len() > LONGEST {
            return Some(Answer::Refused(String::from("it does not stop talking")));
        }
        // From the beginning each time: a message may be spread over records, and a flight is short.
        let mut handshake = Vec::new();
        let mut rest = &self.0[..];
        while let Some((record, after)) = cut_record(rest) {
            match record {
                (HANDSHAKE, version, fragment) if version == VERSION => handshake.extend_from_slice(fragment),
                (HANDSHAKE, ..) => return Some(Answer::Refused(String::from("it speaks another version"))),
                (ALERT, ..) => return Some(Answer::Refused(String::from("it refuses"))),
                _ => return Some(Answer::Refused(String::from("that is no TLS"))),
            }
            rest = after;
        }
        if self.0.first().is_some_and(|kind| ![ALERT, HANDSHAKE].contains(kind)) {
            return Some(Answer::Refused(String::from("that is no TLS")));
        }
        certificate(&handshake)
    }
}

type Record<'a> = (u8, [u8; 2], &'a [u8]);

fn cut_record(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let (&[kind, major, minor, high, low], rest) = bytes.split_first_chunk()?;
    let (fragment, after) = rest.split_at_checked(u16::from_be_bytes([high, low]).into())?;
    Some(((kind, [major, minor], fragment), after))
}

/// The first certificate in the messages, once it is there.
fn certificate(mut handshake: &[u8]) -> Option<Answer> {
    loop {
        let (&[kind, ..], _) = handshake.split_first_chunk::<1>()?;
        let (body, after) = cut_sized(&handshake[1..])?;
        match kind {
            SERVER_HELLO if body.starts_with(&VERSION) => {}
            SERVER_HELLO => return Some(Answer::Refused(String::from("it speaks another version"))),
            CERTIFICATE => {
                let first = cut_sized(body).and_then(|(list, _)| cut_sized(list));
                return Some(match first {
                    Some((first, _)) => Answer::Shown(first.to_vec()),
                    None => Answer::Refused(String::from("it shows no certificate")),
                });
            }
            _ => return Some(Answer::Refused(String::from("it shows no certificate"))),
        }
        handshake = after;
    }
}

/// The bytes after a length of three bytes.
fn cut_sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[high, middle, low], rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes([0, high, middle, low])).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sized(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[1..], bytes].concat()
    }

    fn record(kind: u8, version: [u8; 2], fragment: &[u8]) -> Vec<u8> {
        let length = u16::try_from(fragment.len()).unwrap().to_be_bytes();
        [&[kind][..], &version, &length, fragment].concat()
    }

    /// The answer of a server that accepts the hello, in two records that cut a message.
    fn good() -> Vec<u8> {
        let hello = [&[SERVER_HELLO][..], &sized(&[&VERSION[..], &[7; 36]].concat())].concat();
        let list = [sized(b"the certificate"), sized(b"the authority")].concat();
        let messages = [hello, [&[CERTIFICATE][..], &sized(&sized(&list))].concat()].concat();
        let (one, other) = messages.split_at(50);
        [record(HANDSHAKE, VERSION, one), record(HANDSHAKE, VERSION, other)].concat()
    }

    #[test]
    fn the_certificate_is_found_however_it_comes() {
        let good = good();
        for size in 1..good.len() {
            let mut flight = Flight::default();
            let answer = good.chunks(size).find_map(|piece| flight.take(piece));
            assert_eq!(answer, Some(Answer::Shown(b"the certificate".to_vec())), "{size}");
        }
    }

    #[test]
    fn a_refusal_is_one() {
        let answer = |bytes: &[u8]| Flight::default().take(bytes);
        for refusal in [
            record(ALERT, VERSION, &[2, 40]),
            record(ALERT, [3, 3], &[2, 70]),
            record(HANDSHAKE, [3, 3], &[SERVER_HELLO, 0, 0, 0]),
            record(HANDSHAKE, VERSION, &[SERVER_HELLO, 0, 0, 2, 3, 1]),
            record(HANDSHAKE, VERSION, &[14, 0, 0, 0]),
            b"HTTP/1.1 400 Bad Request\r\n".to_vec(),
        ] {
            assert!(matches!(answer(&refusal), Some(Answer::Refused(_))), "{refusal:?}");
        }
        assert_eq!(answer(&[]), None);
        assert_eq!(answer(&[HANDSHAKE, 3]), None);
    }

    #[test]
    fn the_hello_is_as_long_as_it_says() {
        let hello = hello([9; 32]);
        assert_eq!(usize::from(hello[4]), hello.len() - 5);
        assert_eq!(usize::from(hello[8]), hello.len() - 9);
        assert_eq!(hello[..3], [HANDSHAKE, 3, 0]);
    }

    #[test]
    fn damage_is_survived() {
        let good = good();
        for at in 0..good.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = byte;
                // Any bytes lead to an outcome or to waiting, never to a panic.
                let _ = Flight::default().take(&bytes);
            }
        }
    }
}
