//! The values of `Content-Type` in MSNSLP.

/// Opens a session, and accepts or declines it.
pub const SESSION_REQUEST: &str = "application/x-msnmsgr-sessionreqbody";
/// Closes a session.
pub const SESSION_CLOSE: &str = "application/x-msnmsgr-sessionclosebody";
/// Asks for a direct connection.
pub const TRANSPORT_REQUEST: &str = "application/x-msnmsgr-transreqbody";
/// Answers that, or offers to listen after all.
pub const TRANSPORT_RESPONSE: &str = "application/x-msnmsgr-transrespbody";
/// An error without a body.
pub const NULL: &str = "null";
