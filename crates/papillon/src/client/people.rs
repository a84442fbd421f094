//! People and states on the command line.

use msnp::{Handle, Status};

/// Reads an account name from the command line.
pub(crate) fn handle(text: &str) -> Result<Handle, String> {
    Handle::parse(text)
        .map_err(|_| String::from("not an account: expected an address such as ada@example.com"))
}

/// A status in the words that scripts rely on; `None` is offline.
pub(crate) fn status_name(status: Option<Status>) -> &'static str {
    match status {
        None => "offline",
        Some(Status::Online) => "online",
        Some(Status::Busy) => "busy",
        Some(Status::Idle) => "idle",
        Some(Status::BeRightBack) => "be-right-back",
        Some(Status::Away) => "away",
        Some(Status::OnThePhone) => "on-the-phone",
        Some(Status::OutToLunch) => "out-to-lunch",
        Some(Status::Hidden) => "hidden",
        Some(Status::Offline) => "offline",
    }
}
