//! The door for the fuzz target `form`.

use super::{Fields, MAX_FIELDS, authority, is_of_host};
use crate::addresses::host_part;

/// Any form, and any headers that say where it stood: the first line of the input is an `Origin`, the second a `Host`, and
/// the rest is the form.
pub fn form(input: &[u8]) {
    let mut parts = input.splitn(3, |byte| *byte == b'\n');
    let mut line = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (origin, host, body) = (line(), line(), line());
    if is_of_host(&origin, &host) {
        // A browser sends a form of another host under that host's name.
        let ours = host_part(host.trim()).map(str::to_ascii_lowercase);
        let theirs = authority(&origin).and_then(host_part).map(str::to_ascii_lowercase);
        assert!(ours.is_none() || theirs.is_none() || ours == theirs, "{origin} is not of {host}");
    }
    let fields = Fields::read(body.as_bytes());
    assert!(fields.0.len() <= MAX_FIELDS);
    for (name, _) in &fields.0 {
        let first = fields.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        assert_eq!(Some(fields.get(name)), first);
    }
}
