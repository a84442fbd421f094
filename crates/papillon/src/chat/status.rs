//! The statuses in words.

use msnp::Status;

const WORDS: [(Status, &str, &[&str]); 8] = [
    (Status::Online, "online", &["available"]),
    (Status::Busy, "busy", &[]),
    (Status::Idle, "idle", &[]),
    (Status::BeRightBack, "be right back", &["brb"]),
    (Status::Away, "away", &[]),
    (Status::OnThePhone, "on the phone", &["phone"]),
    (Status::OutToLunch, "out to lunch", &["lunch"]),
    (Status::Hidden, "hidden", &["invisible", "offline"]),
];

/// The status as people say it.
pub(crate) fn words(status: Status) -> &'static str {
    WORDS.iter().find(|(known, ..)| *known == status).map_or("offline", |(_, words, _)| words)
}

/// Reads a status that the user can set.
pub(crate) fn parse(text: &str) -> Result<Status, String> {
    let text = text.trim().to_ascii_lowercase().replace(['-', '_'], " ");
    let fits = |(status, words, more): &(Status, &str, &[&str])| {
        *words == text || more.contains(&text.as_str()) || status.code().eq_ignore_ascii_case(&text)
    };
    let found = WORDS.iter().find(|entry| fits(entry));
    found.map(|(status, ..)| *status).ok_or_else(|| {
        String::from("the statuses are online, busy, idle, brb, away, phone, lunch and hidden")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_as_people_write_them() {
        for (text, status) in [
            ("Away", Status::Away),
            ("BRB", Status::BeRightBack),
            ("out-to-lunch", Status::OutToLunch),
            ("on the phone", Status::OnThePhone),
            ("nln", Status::Online),
            ("invisible", Status::Hidden),
        ] {
            assert_eq!(parse(text), Ok(status), "{text}");
        }
        assert!(parse("dancing").is_err());
    }
}
