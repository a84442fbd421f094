//! `NOT`: an alert from another service, such as a calendar, an auction or a share price.
//!
//! ```text
//! S: NOT <length>
//!    <XML>
//! ```
//! The payload is a `NOTIFICATION` document.

use bytes::{Bytes, BytesMut};

use crate::Invalid;
use crate::notification_document;
use crate::wire::{Encode, Line, Parse, Words};

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The document.
    pub xml: Bytes,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self { xml: words.payload()? })
    }
}

impl Push {
    /// The text of the alert. `None` when the document holds no text.
    pub fn text(&self) -> Option<String> {
        notification_document::text(&self.xml)
    }
}

impl Encode for Push {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "NOT").payload(&self.xml);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationEvent;
    use crate::command::vectors::{both_ways, refused, vectors};

    vectors!(Push: "NOT 22\r\n<NOTIFICATION id=\"2\"/>");

    #[test]
    fn the_document_is_a_payload() {
        let push = Push { xml: r#"<NOTIFICATION id="2"/>"#.into() };
        both_ways("NOT 22\r\n<NOTIFICATION id=\"2\"/>", NotificationEvent::Not(push));
        assert_eq!(refused::<NotificationEvent>("NOT 1 0\r\n"), Invalid::TooMany);
    }

    #[test]
    fn the_text_of_an_alert() {
        let text = |xml: &'static str| Push { xml: xml.into() }.text();
        let xml = "<NOTIFICATION id=\"1\"><MSG><BODY><TEXT>Hi &amp; bye</TEXT></BODY></MSG></NOTIFICATION>";
        assert_eq!(text(xml).as_deref(), Some("Hi & bye"));
        assert_eq!(text("<NOTIFICATION id=\"1\"/>"), None);
    }
}
