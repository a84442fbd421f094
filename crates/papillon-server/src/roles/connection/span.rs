//! The span of a connection in the log.

use tracing::{Span, field};

use crate::listen::{Arrival, LoggedAddresses};

/// The span of a connection: its number, and with time the dialect and the account of its client. The handlers record
/// these, as the span of now.
pub(super) fn span(number: u64, arrival: &Arrival, logged: &LoggedAddresses) -> Span {
    let address = arrival.client.ip().to_canonical();
    // An error's line needs it as well, so it is of the level that is always on.
    let span = match logged.are_shown() {
        true => {
            tracing::error_span!("client", number, %address, dialect = field::Empty, account = field::Empty)
        }
        false => tracing::error_span!("client", number, dialect = field::Empty, account = field::Empty),
    };
    span.in_scope(|| tracing::debug!(%address, entry_point = ?arrival.entry_point, "connected"));
    span
}
