//! The door for the fuzz target `form`.

use super::{Fields, MAX_FIELDS};

/// Reads any form: the fields are no more than the limit, and of several with one name the first counts.
///
/// # Panics
/// When that does not hold.
pub fn form(body: &[u8]) {
    let fields = Fields::read(body);
    assert!(fields.0.len() <= MAX_FIELDS);
    for (name, _) in &fields.0 {
        let first = fields.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        assert_eq!(Some(fields.get(name)), first);
    }
}
