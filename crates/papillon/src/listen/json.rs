//! Events as JSON. Scripts rely on the names; `docs/events.md` lists them.

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use msnp::connection_type::ConnectionType;
use msnp::message::{Emoticon, Format};
use msnp::object::{MsnObject, ObjectKind};
use msnp::{FriendlyName, Handle, Status};
use msnp_client::{Client, Event, Presence, ServiceMessageKind, SignedOut};
use serde_json::{Value, json};

use super::declined::Declined;
use crate::control::{Body, list_names, progress};
use crate::failures::why_not_transferred;
use crate::names::status_name;

/// The first line.
pub(super) fn signed_in(client: &Client) -> Value {
    myself(client.account(), &client.name(), client.status(), client.connection_type())
}

fn myself(account: &Handle, name: &FriendlyName, status: Status, connection: ConnectionType) -> Value {
    json!({
        "event": "signed-in",
        "account": account.as_str(),
        "name": name.text(),
        "status": status_name(Some(status)),
        "connection_type": connection.name(),
    })
}

/// Something that went wrong.
pub(super) fn error(text: &str) -> Value {
    json!({ "event": "error", "text": text })
}

/// A file that `--auto-accept` has declined.
pub(super) fn declined(file: &Declined) -> Value {
    json!({
        "event": "file-declined",
        "transfer": file.transfer.0,
        "from": file.from.as_str(),
        "name": file.name,
        "size": file.size,
        "reason": file.reason,
    })
}

/// Any event.
pub(super) fn event(client: &Client, event: &Event) -> Value {
    match event {
        Event::SignedIn => signed_in(client),
        event => of_others(event),
    }
}

fn of_others(event: &Event) -> Value {
    people(event).or_else(|| conversations(event)).or_else(|| files(event)).unwrap_or_else(|| service(event))
}

fn people(event: &Event) -> Option<Value> {
    Some(match event {
        Event::Online { who, name, presence, already } => {
            presence_of(who, name, Some(presence), if *already { "already-online" } else { "online" })
        }
        Event::Presence { who, name, presence } => presence_of(who, name, Some(presence), "changed"),
        Event::Offline { who, name } => presence_of(who, name, None, "offline"),
        Event::ContactAdded { contact, by_them } => json!({
            "event": "contact-added",
            "who": contact.handle.as_str(),
            "name": contact.name.text(),
            "lists": list_names(contact),
            "by_them": by_them,
        }),
        Event::ContactRemoved { who, by_them } => {
            json!({ "event": "contact-removed", "who": who.as_str(), "by_them": by_them })
        }
        Event::RosterChanged => json!({ "event": "roster-changed" }),
        Event::Picture { of, data } => json!({
            "event": "picture",
            "who": of.as_str(),
            "sha1d": sha1d(data),
            "size": data.len(),
            "data": STANDARD.encode(data),
        }),
        _ => return None,
    })
}

fn presence_of(who: &Handle, name: &FriendlyName, presence: Option<&Presence>, change: &str) -> Value {
    json!({
        "event": "presence",
        "who": who.as_str(),
        "name": name.text(),
        "change": change,
        "status": status_name(presence.map(|presence| presence.status)),
        "capabilities": presence.map(|presence| presence.capabilities.0),
        "picture": presence.and_then(picture_of),
    })
}

fn picture_of(presence: &Presence) -> Option<Value> {
    presence.picture.as_ref().map(object)
}

fn object(object: &MsnObject) -> Value {
    json!({ "sha1d": object.sha1d, "size": object.size })
}

/// The hash of the data as descriptions tell it.
fn sha1d(data: &[u8]) -> String {
    MsnObject::new("", ObjectKind::DISPLAY_PICTURE, "", "", data).sha1d
}

fn emoticon(emoticon: &Emoticon) -> Value {
    let MsnObject { sha1d, size, .. } = emoticon.object();
    json!({ "shortcut": emoticon.shortcut(), "sha1d": sha1d, "size": size })
}

fn conversations(event: &Event) -> Option<Value> {
    Some(match event {
        Event::Joined { conversation, who, name } => {
            json!({ "event": "joined", "conversation": conversation.id().0, "who": who.as_str(), "name": name.text() })
        }
        Event::Left { conversation, who } => {
            json!({ "event": "left", "conversation": conversation.id().0, "who": who.as_str() })
        }
        Event::Message { conversation, from, name, text, emoticons } => json!({
            "event": "message",
            "conversation": conversation.id().0,
            "from": from.as_str(),
            "name": name.text(),
            "text": text.body,
            "format": text.format.as_ref().map(format),
            "emoticons": emoticons.iter().map(emoticon).collect::<Vec<_>>(),
        }),
        Event::Typing { conversation, from } => {
            json!({ "event": "typing", "conversation": conversation.id().0, "from": from.as_str() })
        }
        Event::Nudge { conversation, from, name } => {
            json!({ "event": "nudge", "conversation": conversation.id().0, "from": from.as_str(), "name": name.text() })
        }
        Event::Raw { conversation, from, name, content_type, headers, body } => {
            let Body { encoding, body } = Body::of(body);
            json!({
                "event": "raw",
                "conversation": conversation.id().0,
                "from": from.as_str(),
                "name": name.text(),
                "content_type": content_type,
                "headers": headers.iter().collect::<Vec<_>>(),
                "encoding": encoding,
                "body": body,
            })
        }
        Event::NotShown { conversation, from, content_type, reason } => json!({
            "event": "not-shown",
            "conversation": conversation.as_ref().map(|conversation| conversation.id().0),
            "from": from.as_ref().map(Handle::as_str),
            "content_type": content_type,
            "reason": reason,
        }),
        Event::Emoticon { from, emoticon, data } => json!({
            "event": "emoticon",
            "from": from.as_str(),
            "shortcut": emoticon.shortcut(),
            "sha1d": emoticon.object().sha1d,
            "size": data.len(),
            "data": STANDARD.encode(data),
        }),
        Event::ConversationClosed { conversation } => {
            json!({ "event": "conversation-closed", "conversation": conversation.id().0 })
        }
        _ => return None,
    })
}

fn format(format: &Format) -> Value {
    let colour = format.colour;
    json!({
        "font": format.font,
        "bold": format.effects.bold,
        "italic": format.effects.italic,
        "underline": format.effects.underline,
        "strike_out": format.effects.strike_out,
        "right_to_left": format.right_to_left,
        "colour": format!("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue),
    })
}

fn files(event: &Event) -> Option<Value> {
    Some(match event {
        Event::FileOffered { transfer, from, name, size, preview } => json!({
            "event": "file-offered",
            "transfer": transfer.0,
            "from": from.as_str(),
            "name": name,
            "size": size,
            "preview": preview.as_ref().map(|preview| STANDARD.encode(preview)),
        }),
        Event::FileProgress { transfer, progress: how_far } => progress(transfer.0, *how_far),
        Event::FileReceived { transfer, from, path } => {
            let path = path.to_string_lossy();
            json!({ "event": "file-received", "transfer": transfer.0, "from": from.as_str(), "path": path })
        }
        Event::FileSent { transfer, to } => {
            json!({ "event": "file-sent", "transfer": transfer.0, "to": to.as_str() })
        }
        Event::FileFailed { transfer, peer, error } => json!({
            "event": "file-failed",
            "transfer": transfer.0,
            "peer": peer.as_str(),
            "error": why_not_transferred(error),
        }),
        _ => return None,
    })
}

const fn kind_name(kind: ServiceMessageKind) -> &'static str {
    match kind {
        ServiceMessageKind::Announcement => "announcement",
        ServiceMessageKind::Page => "page",
        ServiceMessageKind::Maintenance { .. } => "maintenance",
        ServiceMessageKind::Mail => "mail",
        _ => "other",
    }
}

fn service(event: &Event) -> Value {
    match event {
        Event::ServiceMessage { kind, text } => {
            let minutes = match kind {
                ServiceMessageKind::Maintenance { minutes } => *minutes,
                _ => None,
            };
            json!({ "event": "service-message", "kind": kind_name(*kind), "minutes": minutes, "text": text })
        }
        Event::Missed { count } => json!({ "event": "missed", "count": count }),
        Event::Error { text } => error(text),
        Event::SignedOut { reason, will_retry } => {
            let reason = match reason {
                SignedOut::Asked => "asked",
                SignedOut::Elsewhere => "elsewhere",
                SignedOut::ServiceClosing => "service-closing",
                SignedOut::ConnectionLost => "connection-lost",
                _ => "other",
            };
            json!({ "event": "signed-out", "reason": reason, "will_retry": will_retry })
        }
        // Events that the library has learned since.
        other => error(&format!("an event without a name: {other:?}")),
    }
}
