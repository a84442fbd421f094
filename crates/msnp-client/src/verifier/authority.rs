//! The name of the authority that signed a certificate.
//!
//! A certificate is DER (X.690): elements of a tag, a length and a content, one in the other. The issuer is the fourth
//! field of `TBSCertificate`, after an optional version, the serial number and the algorithm (RFC 5280, 4.1).

// Read by hand, because no crate of this library's tree gives the name. Of those that come with rustls, `rustls-pki-types`
// holds certificates as bytes, and `rustls-webpki` gives the issuer as undecoded DER, and only of certificates of version 3
// that it can read to the end. This name is for certificates that it has just refused. An X.509 parser would be another
// dependency, for half a sentence of an error.

/// The longest name that is told, in bytes.
const MAX_NAME: usize = 128;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID: u8 = 0x06;
const VERSION: u8 = 0xa0;
const BMP_STRING: u8 = 0x1e;

/// `id-at-commonName`, `id-at-organizationName`, `id-at-organizationalUnitName`: the first that is there counts.
const NAMES: [&[u8]; 3] = [&[0x55, 4, 3], &[0x55, 4, 10], &[0x55, 4, 11]];

/// The name of a certificate's issuer, without control characters; `None` when it has none.
pub(super) fn issuer(certificate: &[u8]) -> Option<String> {
    let (certificate, _) = expect(certificate, SEQUENCE)?;
    let (mut fields, _) = expect(certificate, SEQUENCE)?;
    // A certificate of version 1 has none.
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = element(fields)?;
    }
    for _ in ["serial number", "algorithm"] {
        (_, _, fields) = element(fields)?;
    }
    let (issuer, _) = expect(fields, SEQUENCE)?;
    NAMES.iter().find_map(|wanted| attribute(issuer, wanted)).map(cleaned).filter(|name| !name.is_empty())
}

/// The first value of this type in a name: a sequence of sets of pairs.
fn attribute(mut name: &[u8], wanted: &[u8]) -> Option<String> {
    while !name.is_empty() {
        let (mut set, rest) = expect(name, SET)?;
        name = rest;
        while !set.is_empty() {
            let (pair, rest) = expect(set, SEQUENCE)?;
            set = rest;
            let (oid, value) = expect(pair, OID)?;
            if oid == wanted {
                let (tag, value, _) = element(value)?;
                return Some(text(tag, value));
            }
        }
    }
    None
}

fn text(tag: u8, value: &[u8]) -> String {
    if tag != BMP_STRING {
        // Of the types of strings in a name, most are ASCII or UTF-8, and T.61 is close enough. Only `BMPString` is
        // UTF-16.
        return String::from_utf8_lossy(value).into_owned();
    }
    let units: Vec<u16> = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

fn cleaned(name: String) -> String {
    let name: String = name.chars().filter(|char| !char.is_control()).collect();
    let name = name.trim();
    name[..name.floor_char_boundary(MAX_NAME)].to_owned()
}

/// The content of an element of this tag, and the bytes after it.
fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// The tag of an element, its content, and the bytes after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // Up to four bytes, so the sum below fits into 32 bits. 0x80 is a length that BER leaves open, and DER does not.
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let mut bytes = vec![tag];
        match content.len() {
            length @ 0..=0x7f => bytes.push(length as u8),
            length => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        bytes.extend(content);
        bytes
    }

    /// A certificate as far as the name of its issuer.
    fn certificate(version: bool, names: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
        let names: Vec<_> = names
            .iter()
            .map(|(oid, tag, value)| {
                tagged(SET, &[&tagged(SEQUENCE, &[&tagged(OID, &[oid]), &tagged(*tag, &[value])])])
            })
            .collect();
        let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let version = if version { tagged(VERSION, &[&[2, 1, 2]]) } else { Vec::new() };
        let (serial, algorithm) = (tagged(2, &[&[7; 20]]), tagged(SEQUENCE, &[&[5, 0]]));
        let fields = tagged(SEQUENCE, &[&version, &serial, &algorithm, &tagged(SEQUENCE, &names), &[0; 300]]);
        tagged(SEQUENCE, &[&fields])
    }

    #[test]
    fn the_common_name_counts_before_others() {
        const UTF8: u8 = 0x0c;
        let [common, organisation, unit] = NAMES;
        let named = |names: &[_]| issuer(&certificate(true, names));
        let both = [(organisation, UTF8, &b"Org"[..]), (common, UTF8, "Caf\u{e9}".as_bytes())];
        assert_eq!(named(&both).as_deref(), Some("Caf\u{e9}"));
        assert_eq!(issuer(&certificate(false, &both)).as_deref(), Some("Caf\u{e9}"));
        assert_eq!(named(&[(unit, UTF8, b"Unit"), (organisation, UTF8, b"Org")]).as_deref(), Some("Org"));
        assert_eq!(named(&[(common, BMP_STRING, b"\0C\0A")]).as_deref(), Some("CA"));
        assert_eq!(named(&[(common, UTF8, b"a\r\nb\x1b[2J")]).as_deref(), Some("ab[2J"));
        assert_eq!(named(&[(common, UTF8, &[b'x'; 500])]).map(|name| name.len()), Some(MAX_NAME));
        assert_eq!(named(&[]), None);
    }

    #[test]
    fn what_is_no_certificate_has_no_issuer() {
        let whole = certificate(true, &[(NAMES[0], 0x0c, b"CA")]);
        assert!(issuer(&whole).is_some());
        for length in 0..whole.len() - 1 {
            assert_eq!(issuer(&whole[..length]), None, "{length}");
        }
        for at in 0..whole.len() {
            for byte in [0, 0x7f, 0x80, 0x84, 0x85, 0xff] {
                let mut broken = whole.clone();
                broken[at] = byte;
                // Reading it does not panic.
                let _ = issuer(&broken);
            }
        }
    }
}
