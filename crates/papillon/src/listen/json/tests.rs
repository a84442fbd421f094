//! Every event, and `docs/events.md` which promises what they look like.

use std::collections::BTreeMap;

use bytes::Bytes;
use msnp::message::{Colour, Effects, Headers, Text};
use msnp::{ClientCapabilities, List, ListFlags};
use msnp_client::{
    Contact, Conversation, ConversationId, TransferError, TransferId, TransferProgress, TransferRoute,
};
use proptest::prelude::*;

use super::*;
use crate::clean::tests::{any_text, begin};

const DOCUMENT: &str = include_str!("../../../../../docs/events.md");
const PIXEL: &[u8] = b"not a pixel";

fn ada() -> Handle {
    Handle::parse("ada@example.com").unwrap()
}

fn name() -> FriendlyName {
    FriendlyName::from_text("Ada L.").unwrap()
}

fn talk() -> Conversation {
    Conversation::detached(ConversationId(3), [&ada()])
}

fn raw(body: &'static [u8]) -> Event {
    let mut headers = Headers::default();
    for (name, value) in
        [("MIME-Version", "1.0"), ("Content-Type", "Application/X-Chess; v=1"), ("X-Clock", "59:12")]
    {
        headers.push(name, value);
    }
    let (content_type, body) = ("application/x-chess".into(), Bytes::from_static(body));
    Event::Raw { conversation: talk(), from: ada(), name: name(), content_type, headers, body }
}

fn heart() -> Emoticon {
    let object = MsnObject::new("ada@example.com", ObjectKind::CUSTOM_EMOTICON, "a.png", "", PIXEL);
    Emoticon::new("(heart)", object).unwrap()
}

/// One of each kind, with nothing left out.
fn samples() -> Vec<Event> {
    let picture = MsnObject::new("ada@example.com", ObjectKind::DISPLAY_PICTURE, "a.png", "", PIXEL);
    let presence = Presence {
        status: Status::Away,
        capabilities: ClientCapabilities(0x1000_0000),
        picture: Some(picture),
    };
    let contact = Contact {
        handle: ada(),
        name: name(),
        lists: ListFlags::NONE.with(List::Forward).with(List::Reverse),
        groups: Vec::new(),
        presence: None,
    };
    let format = Format {
        font: "Segoe UI".into(),
        effects: Effects { bold: true, ..Effects::default() },
        colour: Colour { red: 255, green: 0, blue: 16 },
        ..Format::default()
    };
    let text = Text { body: "I (heart) you".into(), format: Some(format) };
    let (conversation, transfer) = (talk(), TransferId(1));
    let progress = TransferProgress { bytes: 65_536, total: 123_456, route: Some(TransferRoute::Direct) };
    let data = Bytes::from_static(PIXEL);
    vec![
        Event::Presence { who: ada(), name: name(), presence },
        Event::ContactAdded { contact, by_them: true },
        Event::ContactRemoved { who: ada(), by_them: true },
        Event::RosterChanged,
        Event::Joined { conversation: talk(), who: ada(), name: name() },
        Event::Left { conversation: talk(), who: ada() },
        Event::Message { conversation: talk(), from: ada(), name: name(), text, emoticons: vec![heart()] },
        Event::Typing { conversation: talk(), from: ada() },
        Event::Nudge { conversation: talk(), from: ada(), name: name() },
        raw(b"e2e4"),
        Event::NotShown {
            conversation: Some(talk()),
            from: Some(ada()),
            content_type: "image/gif".into(),
            reason: "its type is not known".into(),
        },
        Event::Emoticon { from: ada(), emoticon: heart(), data: data.clone() },
        Event::Picture { of: ada(), data: data.clone() },
        Event::FileOffered {
            transfer,
            from: ada(),
            name: "photo.png".into(),
            size: 123_456,
            preview: Some(data),
        },
        Event::FileProgress { transfer, progress },
        Event::FileReceived { transfer, from: ada(), path: "/home/grace/photo.png".into() },
        Event::FileSent { transfer, to: ada() },
        Event::FileFailed { transfer, peer: ada(), error: TransferError::CancelledByPeer },
        Event::ConversationClosed { conversation },
        Event::ServiceMessage {
            kind: ServiceMessageKind::Maintenance { minutes: Some(5) },
            text: "the service is going down in 5 minutes".into(),
        },
        Event::Missed { count: 12 },
        Event::Error { text: "something broke".into() },
        Event::SignedOut { reason: SignedOut::Elsewhere, will_retry: false },
    ]
}

fn all() -> BTreeMap<String, Value> {
    let myself = myself(&ada(), &name(), Status::Online, ConnectionType::DirectConnect);
    let declined = declined(&Declined {
        transfer: TransferId(2),
        from: ada(),
        name: "film.avi".into(),
        size: 734_003_200,
        reason: "it is larger than 100 MB (--accept-size)".into(),
    });
    let lines = samples().iter().map(of_others).chain([myself, declined]).collect::<Vec<_>>();
    let named: BTreeMap<_, _> =
        lines.iter().map(|line| (line["event"].as_str().unwrap().to_owned(), line.clone())).collect();
    assert_eq!(named.len(), lines.len(), "each has a name of its own");
    named
}

/// The kinds of all values, down to the last one.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "string".into(),
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        Value::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(key, value)| format!("{key}: {}", shape(value))).collect();
            fields.sort();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

#[test]
fn the_document_has_an_example_of_each_and_no_other() {
    let examples: BTreeMap<String, Value> = DOCUMENT
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|example| (example["event"].as_str().unwrap().to_owned(), example))
        .collect();
    let all = all();
    assert_eq!(examples.keys().collect::<Vec<_>>(), all.keys().collect::<Vec<_>>());
    for (name, example) in &examples {
        assert_eq!(shape(example), shape(&all[name]), "{name}");
    }
}

#[test]
fn the_document_describes_every_field() {
    for (name, line) in all() {
        let start = DOCUMENT.find(&format!("## `{name}`")).unwrap_or_else(|| panic!("{name} has no chapter"));
        let chapter = DOCUMENT[start + 3..].split("\n## ").next().unwrap();
        for field in line.as_object().unwrap().keys().filter(|field| *field != "event") {
            assert!(chapter.contains(&format!("| `{field}` |")), "{name} does not describe {field}");
        }
    }
}

#[test]
fn what_may_be_missing_is_null() {
    let offline = of_others(&Event::Offline { who: ada(), name: name() });
    assert_eq!(
        offline,
        json!({
            "event": "presence", "who": "ada@example.com", "name": "Ada L.", "status": "offline",
            "change": "offline", "capabilities": null, "picture": null
        })
    );
    let plain = of_others(&Event::Message {
        conversation: talk(),
        from: ada(),
        name: name(),
        text: "one\r\ntwo".into(),
        emoticons: Vec::new(),
    });
    assert_eq!(plain["format"], Value::Null);
    assert_eq!(plain["emoticons"], json!([]));
    assert!(plain.to_string().contains(r"one\r\ntwo"), "an event is one line: {plain}");
}

#[test]
fn bodies_are_text_where_they_can_be() {
    let text = of_others(&raw(b"e2e4 \xe2\x99\x9f"));
    assert_eq!((&text["encoding"], &text["body"]), (&json!("text"), &json!("e2e4 ♟")));
    let bytes = of_others(&raw(b"\xff\x00"));
    assert_eq!((&bytes["encoding"], &bytes["body"]), (&json!("base64"), &json!("/wA=")));
}

#[test]
fn how_presence_changed_is_told() {
    let presence = || Presence { status: Status::Away, capabilities: ClientCapabilities(0), picture: None };
    let online = |already| Event::Online { who: ada(), name: name(), presence: presence(), already };
    for (event, change, status) in [
        (online(false), "online", "away"),
        (online(true), "already-online", "away"),
        (Event::Presence { who: ada(), name: name(), presence: presence() }, "changed", "away"),
        (Event::Offline { who: ada(), name: name() }, "offline", "offline"),
    ] {
        let line = of_others(&event);
        assert_eq!((&line["event"], &line["change"]), (&json!("presence"), &json!(change)));
        assert_eq!(line["status"], status);
        let chapter = DOCUMENT.split("## `presence`").nth(1).unwrap();
        assert!(chapter.contains(&format!("`{change}`")), "{change}");
    }
}

#[test]
fn pictures_have_the_hash_of_their_description() {
    let all = all();
    assert_eq!(all["picture"]["sha1d"], all["presence"]["picture"]["sha1d"]);
    assert_eq!(all["emoticon"]["sha1d"], all["message"]["emoticons"][0]["sha1d"]);
    assert_eq!(STANDARD.decode(all["emoticon"]["data"].as_str().unwrap()).unwrap(), PIXEL);
}

#[test]
fn what_the_service_announces_has_a_kind() {
    for (kind, name) in [
        (ServiceMessageKind::Announcement, "announcement"),
        (ServiceMessageKind::Page, "page"),
        (ServiceMessageKind::Maintenance { minutes: None }, "maintenance"),
        (ServiceMessageKind::Mail, "mail"),
        (ServiceMessageKind::Other, "other"),
    ] {
        let line = of_others(&Event::ServiceMessage { kind, text: "words".into() });
        assert_eq!((&line["kind"], &line["minutes"]), (&json!(name), &Value::Null));
        let chapter = DOCUMENT.split("## `service-message`").nth(1).unwrap();
        assert!(chapter.contains(&format!("`{name}`")), "{name}");
    }
}

proptest! {
    /// A line holds no character of other people's texts that plays with a terminal, and says just that.
    #[test]
    fn texts_of_others_are_escaped_and_said(text in any_text()) {
        let called = FriendlyName::from_text(&begin(&text)).unwrap_or_else(|_| name());
        let shortcut: String = text.chars().filter(|char| !char.is_control()).take(7).collect();
        let emoticons = Emoticon::new(shortcut.clone(), heart().object().clone()).into_iter().collect::<Vec<_>>();
        let conversation = talk();
        let format = Format { font: text.clone(), ..Format::default() };
        let events = [
            Event::Offline { who: ada(), name: called.clone() },
            Event::Joined { conversation: talk(), who: ada(), name: called.clone() },
            Event::Nudge { conversation: talk(), from: ada(), name: called.clone() },
            Event::Message {
                conversation,
                from: ada(),
                name: called.clone(),
                text: Text { body: text.clone(), format: Some(format) },
                emoticons,
            },
            Event::FileOffered { transfer: TransferId(1), from: ada(), name: text.clone(), size: 1, preview: None },
            Event::FileReceived { transfer: TransferId(1), from: ada(), path: text.clone().into() },
            Event::ServiceMessage { kind: ServiceMessageKind::Announcement, text: text.clone() },
            Event::Error { text: text.clone() },
        ];
        for event in events {
            let value = of_others(&event);
            let line = crate::clean::json(&value.to_string());
            prop_assert!(!msnp::invisible_characters::has_invisible(&line), "{line:?}");
            prop_assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        }
    }
}
