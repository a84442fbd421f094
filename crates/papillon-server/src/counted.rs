//! Numbers with their noun.

use std::fmt::Display;

/// `1 person`, `2 people`, `0 people`: the number and the noun that goes with it.
///
/// ```
/// assert_eq!(papillon_server::counted(1_u32, "person", "people"), "1 person");
/// assert_eq!(papillon_server::counted(1_000_usize, "person", "people"), "1000 people");
/// ```
pub fn counted<N: Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let noun = if number == N::from(1) { one } else { many };
    format!("{number} {noun}")
}
