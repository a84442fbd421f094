//! The operator of the service, for users that need a contact.

/// The operator as the pages name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operator {
    /// A name, such as that of a person or of a club.
    pub name: Option<String>,
    /// The way to ask: an e-mail address, the address of a page, or words.
    pub contact: Option<String>,
}

impl Operator {
    /// The name, or words for it at the beginning of a sentence.
    pub(crate) fn who(&self) -> &str {
        self.name.as_deref().unwrap_or("The people who run this service")
    }

    /// The same within a sentence.
    pub(crate) fn whom(&self) -> &str {
        self.name.as_deref().unwrap_or("the people who run this service")
    }

    /// The link of the contact, if it is an address.
    pub(crate) fn link(&self) -> Option<String> {
        let contact = self.contact.as_deref()?;
        let lower = contact.to_ascii_lowercase();
        if contact.contains(char::is_whitespace) {
            return None;
        }
        if ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme)) {
            return Some(contact.to_owned());
        }
        // A dot, because `ada@home` may as well be words.
        let (name, host) = contact.split_once('@')?;
        (!name.is_empty() && host.contains('.')).then(|| format!("mailto:{contact}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_links_and_words_are_not() {
        let link = |contact: &str| Operator { name: None, contact: Some(contact.into()) }.link();
        assert_eq!(link("ada@example.org").as_deref(), Some("mailto:ada@example.org"));
        assert_eq!(link("HTTPS://example.org/ask").as_deref(), Some("HTTPS://example.org/ask"));
        for words in
            ["javascript:alert(1)", "room 7, ask Ada", "ada@home", "write to ada@example.org", "", "@"]
        {
            assert_eq!(link(words), None, "{words}");
        }
        assert_eq!(Operator::default().link(), None);
    }
}
