//! `NOTIFICATION` documents: the payloads of `NOT` and `IPG`.
//!
//! ```xml
//! <NOTIFICATION ver="1" siteid="111100200" siteurl="http://calendar.example.com" id="2">
//!   <TO pid="0x00060000:0x81ee5a43" name="alice@example.com" />
//!   <MSG pri="" id="2"> … <BODY lang="1033" icon="/i.png"><TEXT>words</TEXT></BODY></MSG>
//! </NOTIFICATION>
//! ```
//! Source: HYP v2.0, whose samples have `&` in addresses that is not written as `&amp;`.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};

use crate::charset;

/// The words in the `TEXT` elements of a document, those of several messages on lines of their own; `None` when there
/// are none. A document that is no XML any more from some place on counts up to there.
pub(crate) fn text(xml: &[u8]) -> Option<String> {
    let xml = charset::decode(xml, None);
    let mut reader = Reader::from_str(&xml);
    // Only the words of `TEXT` count, so that a broken tag or address anywhere else does not cost them. No entity of the
    // document's own is resolved, so a document never grows.
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    // The last one is being filled.
    let mut texts = vec![String::new()];
    let mut inside = false;
    while let Ok(event) = reader.read_event() {
        let words = match &event {
            Event::Start(start) if is_text(start.name().0) => {
                inside = true;
                continue;
            }
            Event::End(end) if inside && is_text(end.name().0) => {
                inside = false;
                texts.push(String::new());
                continue;
            }
            Event::Text(words) => words.to_string(),
            Event::CData(words) => words.to_string(),
            Event::GeneralRef(reference) => meaning(reference),
            Event::Eof => break,
            _ => continue,
        };
        if let (true, Some(text)) = (inside, texts.last_mut()) {
            text.push_str(&words);
        }
    }
    let texts: Vec<_> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

fn is_text(name: &str) -> bool {
    name.eq_ignore_ascii_case("TEXT")
}

/// The character that `&…;` stands for; an unknown name stays as it is written.
fn meaning(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name: &str = reference;
    resolve_xml_entity(name).map_or_else(|| format!("&{name};"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str) -> Option<String> {
        text(
            format!("<NOTIFICATION ver=\"1\" siteurl=\"http://x/?a=1&b\"><MSG>{body}</MSG></NOTIFICATION>")
                .as_bytes(),
        )
    }

    #[test]
    fn the_text_of_an_alert() {
        for (body, expected) in [
            ("<BODY lang=\"1033\"><TEXT>Down at &lt;9&gt; &amp; 10</TEXT></BODY>", Some("Down at <9> & 10")),
            ("<body><text xml:space='preserve'> a\r\n b </text></body>", Some("a\r\n b")),
            ("<BODY><TEXT>&#233;&#x2713; &nosuch; R&D</TEXT></BODY>", Some("é✓ &nosuch; R&D")),
            ("<BODY><TEXT><![CDATA[1 < 2]]></TEXT></BODY>", Some("1 < 2")),
            ("<BODY><TEXT>one</TEXT></BODY></MSG><MSG><BODY><TEXT>two</TEXT></BODY>", Some("one\ntwo")),
            ("<ACTION url=\"/a?b=1&c=2\"/><BODY><TEXT>x</TEXT></BODY>", Some("x")),
            ("<BODY><TEXT>never ends", Some("never ends")),
            ("<BODY><TEXT> </TEXT></BODY>", None),
            ("<BODY>no text</BODY>", None),
            ("", None),
        ] {
            assert_eq!(read(body).as_deref(), expected, "{body}");
        }
        assert_eq!(text(b"\xff\xfe<"), None);
        assert_eq!(text(b"<BODY><TEXT>caf\xe9</TEXT></BODY>").as_deref(), Some("caf\u{e9}"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(words in "[^\\p{Cc}]{0,60}") {
            let escaped = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let expected = Some(words.trim()).filter(|words| !words.is_empty());
            let read = read(&format!("<BODY><TEXT>{escaped}</TEXT></BODY>"));
            prop_assert_eq!(read.as_deref(), expected);
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            text(&bytes);
            text(&[b"<TEXT>".as_slice(), &bytes].concat());
        }
    }

    #[test]
    fn only_the_words_of_the_elements_count() {
        for (xml, words) in [
            ("<A>x<TEXT>hi</TEXT>y</A>", Some("hi")),
            ("<TEXT>a</TEXT><B>no</B><TEXT>b</TEXT>", Some("a\nb")),
            // The end of another element ends no text, and its own does.
            ("<TEXT>a<B>b</B>c</TEXT>d", Some("abc")),
            ("<B>no</TEXT><TEXT>yes</TEXT>", Some("yes")),
            ("<TEXT><![CDATA[a<b]]></TEXT>", Some("a<b")),
            ("<TEXT> </TEXT>", None),
            ("no text", None),
        ] {
            assert_eq!(text(xml.as_bytes()).as_deref(), words, "{xml}");
        }
    }
}
