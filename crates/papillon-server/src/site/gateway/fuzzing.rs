//! The door for the fuzz target `gateway_query`.

use super::query::Ask;

/// Reads any query of a request to the gateway: written as clients write it, it reads back the same.
///
/// # Panics
/// When that does not hold.
pub fn gateway_query(query: &str) {
    let Ok(ask) = Ask::parse(query) else { return };
    let seconds = ask.hold().as_secs();
    let written = match ask {
        Ask::Open { .. } => format!("Action=open&Server=NS&IP=h&Lifespan={seconds}"),
        Ask::Go { id, .. } => format!("Action=poll&Lifespan={seconds}&SessionID={id}"),
    };
    assert_eq!(Ask::parse(&written), Ok(ask));
}
