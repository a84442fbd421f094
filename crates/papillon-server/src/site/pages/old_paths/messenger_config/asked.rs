//! The facts that a client tells about itself when it asks for its configuration.

use quick_xml::Reader;
use quick_xml::events::Event;

/// ISO 639-1 codes by the primary language of Windows' locale numbers, which are their lowest ten bits.
const LANGUAGES: [(u16, &str); 35] = [
    (0x01, "ar"),
    (0x02, "bg"),
    (0x03, "ca"),
    (0x04, "zh"),
    (0x05, "cs"),
    (0x06, "da"),
    (0x07, "de"),
    (0x08, "el"),
    (0x09, "en"),
    (0x0a, "es"),
    (0x0b, "fi"),
    (0x0c, "fr"),
    (0x0d, "he"),
    (0x0e, "hu"),
    (0x0f, "is"),
    (0x10, "it"),
    (0x11, "ja"),
    (0x12, "ko"),
    (0x13, "nl"),
    (0x14, "nb"),
    (0x15, "pl"),
    (0x16, "pt"),
    (0x18, "ro"),
    (0x19, "ru"),
    (0x1a, "hr"),
    (0x1b, "sk"),
    (0x1d, "sv"),
    (0x1e, "th"),
    (0x1f, "tr"),
    (0x21, "id"),
    (0x22, "uk"),
    (0x24, "sl"),
    (0x25, "et"),
    (0x26, "lv"),
    (0x2a, "vi"),
];

/// A request, as far as it matters here (YW). A field that makes no sense counts as absent.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The action that is asked for.
    pub action: Option<String>,
    country: Option<String>,
    /// The locale of the program, else that of the system.
    program: Option<String>,
    system: Option<String>,
}

impl Asked {
    /// From `op=…&Country=US&CLCID=0409&PLCID=0409`. The values need no decoding.
    pub fn in_query(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if name.eq_ignore_ascii_case("op") {
                asked.action = Some(value.to_owned());
            } else {
                asked.note(name, value);
            }
        }
        asked
    }

    /// From a SOAP envelope: the first element in its body, and the fields in that. An empty body asks for nothing in
    /// particular; `None` when it is not XML.
    pub fn in_envelope(body: &[u8]) -> Option<Self> {
        let mut asked = Self::default();
        let mut reader = Reader::from_reader(body);
        reader.config_mut().trim_text(true);
        // The local names of the open elements: a list, so that deep nesting costs memory (the body is bounded) and no
        // stack. Namespaces are not compared: clients name them differently.
        let mut open: Vec<String> = Vec::new();
        loop {
            match reader.read_event().ok()? {
                Event::Start(element) => {
                    asked.enter(&open, element.local_name().as_ref());
                    open.push(element.local_name().as_ref().to_owned());
                }
                Event::Empty(element) => asked.enter(&open, element.local_name().as_ref()),
                Event::Text(text) => {
                    if let Some(name) = open.last() {
                        asked.note(name, &text);
                    }
                }
                Event::End(_) => {
                    open.pop();
                }
                Event::Eof => return open.is_empty().then_some(asked),
                _ => {}
            }
        }
    }

    fn enter(&mut self, open: &[String], name: &str) {
        let in_body = open.last().is_some_and(|parent| parent == "Body");
        if in_body && self.action.is_none() {
            self.action = Some(name.to_owned());
        }
    }

    fn note(&mut self, name: &str, value: &str) {
        let what = match name {
            name if name.eq_ignore_ascii_case("Country") => &mut self.country,
            name if name.eq_ignore_ascii_case("PLCID") => &mut self.program,
            name if name.eq_ignore_ascii_case("CLCID") => &mut self.system,
            _ => return,
        };
        *what = Some(value.to_owned());
    }

    /// The client's market, such as `de-AT`: its language and its country.
    pub fn market(&self) -> Option<String> {
        let language =
            [&self.program, &self.system].into_iter().flatten().find_map(|locale| language(locale))?;
        let country = self.country.as_deref()?;
        let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_code.then(|| format!("{language}-{}", country.to_ascii_uppercase()))
    }
}

/// The language of a locale number in hexadecimal.
fn language(locale: &str) -> Option<&'static str> {
    // The six bits above are the country's variant, which the client tells apart as `Country`.
    let primary = u16::from_str_radix(locale, 16).ok()? & 0x3ff;
    LANGUAGES.iter().find(|(number, _)| *number == primary).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_ways_of_asking_say_the_same() {
        let by_query =
            Asked::in_query("op=GetClientConfig&Country=at&CLCID=0c07&PLCID=0407&GeoID=14&ver=6.2.0205");
        let by_soap = Asked::in_envelope(
            b"<?xml version=\"1.0\"?><s:Envelope xmlns:s='x'><s:Body><GetClientConfig xmlns='y'><clientinfo>\
              <Country>at</Country><CLCID>0c07</CLCID><PLCID>0407</PLCID><GeoID>14</GeoID></clientinfo>\
              </GetClientConfig></s:Body></s:Envelope>",
        );
        assert_eq!(by_soap.as_ref(), Some(&by_query));
        assert_eq!(by_query.action.as_deref(), Some("GetClientConfig"));
        assert_eq!(by_query.market().as_deref(), Some("de-AT"));
    }

    #[test]
    fn what_makes_no_sense_is_not_said() {
        for query in [
            "",
            "Country=US",
            "Country=<x>&PLCID=0409",
            "Country=US&PLCID=zz",
            "Country=US&PLCID=03ff",
            "Country=USA&PLCID=0409",
        ] {
            assert_eq!(Asked::in_query(query).market(), None, "{query}");
        }
        assert_eq!(Asked::in_query("country=us&clcid=0409&plcid=").market().as_deref(), Some("en-US"));
    }

    #[test]
    fn bodies_that_are_no_envelope_are_told_apart() {
        assert_eq!(Asked::in_envelope(b""), Some(Asked::default()));
        assert_eq!(Asked::in_envelope(b"<a><b></a>"), None);
        assert_eq!(Asked::in_envelope(b"<a><b>"), None);
        let deep = b"<a>".repeat(20_000);
        assert_eq!(Asked::in_envelope(&deep), None);
    }

    proptest! {
        #[test]
        fn no_request_is_too_strange(body: Vec<u8>, query: String, piece in "(<[/a-z: ]{0,9}>|&[#a-z0-9]{0,5};|<!\\[CDATA\\[|[a-z0-9]){0,40}") {
            let _ = Asked::in_envelope(&body).and_then(|asked| asked.market());
            let _ = Asked::in_envelope(piece.as_bytes()).and_then(|asked| asked.market());
            if let Some(market) = Asked::in_query(&query).market() {
                prop_assert!(market.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-'));
            }
        }
    }
}
