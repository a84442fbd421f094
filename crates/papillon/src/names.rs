//! Accounts, names and statuses, as people and scripts write them.

use msnp::{FriendlyName, Handle, Status};

/// Reads an account name from the command line.
pub(crate) fn handle(text: &str) -> Result<Handle, String> {
    Handle::parse(text)
        .map_err(|_| String::from("not an account: expected an address such as ada@example.com"))
}

/// A status in the words that scripts rely on; `None` is offline.
pub(crate) fn status_name(status: Option<Status>) -> &'static str {
    match status {
        None => "offline",
        Some(Status::Busy) => "busy",
        Some(Status::Idle) => "idle",
        Some(Status::BeRightBack) => "be-right-back",
        Some(Status::Away) => "away",
        Some(Status::OnThePhone) => "on-the-phone",
        Some(Status::OutToLunch) => "out-to-lunch",
        Some(Status::Hidden) => "hidden",
        Some(Status::Offline) => "offline",
        // Also in a state for which scripts have no word yet: somebody is there.
        Some(_) => "online",
    }
}

/// The states that this account can be in.
const STATES: [Status; 8] = [
    Status::Online,
    Status::Busy,
    Status::Idle,
    Status::BeRightBack,
    Status::Away,
    Status::OnThePhone,
    Status::OutToLunch,
    Status::Hidden,
];

/// Reads a status that this account can have, in the words that scripts rely on.
pub(crate) fn status(word: &str) -> Result<Status, String> {
    let found = STATES.into_iter().find(|status| status_name(Some(*status)) == word);
    found.ok_or_else(|| {
        let words: Vec<_> = STATES.into_iter().map(|status| status_name(Some(status))).collect();
        format!("there is no status {word:?}, but {}", words.join(", "))
    })
}

/// Reads a display name; the error tells the fault.
pub(crate) fn friendly_name(text: &str) -> Result<FriendlyName, String> {
    FriendlyName::from_text(text).map_err(|_| {
        if text.is_empty() {
            return String::from("the name is empty");
        }
        let (limit, length) = (FriendlyName::MAX_LEN, msnp::wire::percent::encode(text).len());
        format!("the name is too long: {length} bytes when percent-coded, of which {limit} are allowed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_but_offline_can_be_had() {
        for state in STATES {
            assert_eq!(status(status_name(Some(state))), Ok(state));
        }
        assert!(status("offline").unwrap_err().contains("be-right-back"));
    }

    #[test]
    fn what_is_wrong_with_a_name_is_said() {
        assert_eq!(friendly_name("Ada L.").unwrap().text(), "Ada L.");
        assert_eq!(friendly_name("").unwrap_err(), "the name is empty");
        let long = friendly_name(&"\u{e9}".repeat(65)).unwrap_err();
        assert!(long.contains("390 bytes") && long.contains("387"), "{long}");
    }
}
