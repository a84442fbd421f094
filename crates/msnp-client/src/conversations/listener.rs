//! What happens on the switchboards of a conversation.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock, Weak};

use bytes::Bytes;
use msnp::message::{Content, Invitation, Message, Text, TypingUser};
use msnp::{FriendlyName, Handle, Invalid};

use super::{Talk, emoticons};
use crate::Event;
use crate::core::Core;
use crate::switchboard::{Listener, PacketCarrier, Switchboard};

/// What third-party clients send so that a quiet switchboard stays open; nobody is meant to see it.
const KEEPALIVE: &str = "text/x-keepalive";

/// The conversation that one switchboard belongs to. Where this account was called, that is known
/// when it has come in and sees who is there.
pub(super) struct Seat {
    core: Weak<Core>,
    talk: OnceLock<Arc<Talk>>,
}

impl Seat {
    /// For a switchboard that this account opens.
    pub(super) fn of(core: &Arc<Core>, talk: Arc<Talk>) -> Self {
        Self { core: Arc::downgrade(core), talk: OnceLock::from(talk) }
    }

    /// For a switchboard that this account was called to.
    pub(super) fn called(core: Weak<Core>) -> Self {
        Self { core, talk: OnceLock::new() }
    }

    fn known(&self) -> Option<(Arc<Core>, &Arc<Talk>)> {
        Some((self.core.upgrade()?, self.talk.get()?))
    }
}

impl Listener for Seat {
    fn entered(&self, board: &Arc<Switchboard>) {
        let Some(core) = self.core.upgrade() else { return board.leave() };
        let people: BTreeSet<Handle> = board.people().into_iter().map(|(who, _)| who).collect();
        if self.talk.get().is_none() && people.is_empty() {
            // The caller has hung up.
            return board.leave();
        }
        let talk = self.talk.get_or_init(|| core.conversations.between(&people));
        talk.attach(board);
        talk.refresh(&core);
    }

    fn people_changed(&self, _board: &Arc<Switchboard>) {
        if let Some((core, talk)) = self.known() {
            talk.refresh(&core);
        }
    }

    fn peer_gone(&self, board: &Arc<Switchboard>, who: &Handle) {
        if let Some(core) = self.core.upgrade() {
            core.peers.carrier_gone(&core, who, board.id());
        }
    }

    fn message(&self, board: &Arc<Switchboard>, from: &Handle, name: &FriendlyName, message: Message) {
        let Some((core, talk)) = self.known() else { return };
        match message.try_content() {
            Ok(Content::Text(text)) => {
                heard(&core, talk, board);
                text_from(&core, talk, from, name, text);
            }
            Ok(Content::Typing(_)) => typing(&core, talk, board, from),
            // Whoever they say that it is, it is the sender.
            Err(_)
                if message.is(TypingUser::MEDIA_TYPE)
                    && message.headers.get(TypingUser::HEADER).is_some() =>
            {
                typing(&core, talk, board, from);
            }
            Ok(Content::Datacast(datacast)) if datacast.is_nudge() => {
                heard(&core, talk, board);
                let (conversation, from, name) = (talk.handle(&core), from.clone(), name.clone());
                core.events.emit(Event::Nudge { conversation, from, name });
            }
            Ok(Content::Emoticons(pairs)) => talk.expect_emoticons(from, pairs.emoticons),
            Ok(Content::Invitation(invitation)) => invited(&core, talk, board, from, *invitation),
            // There is nothing to show of it.
            Ok(Content::ClientCaps(_)) => tell_raw(&core, talk, from, name, &message),
            Ok(Content::Other) if message.is(KEEPALIVE) => tell_raw(&core, talk, from, name, &message),
            Err(fault) => {
                heard(&core, talk, board);
                tell_not_shown(&core, talk, from, &message, fault.to_string());
            }
            Ok(content) => {
                heard(&core, talk, board);
                tell_raw(&core, talk, from, name, &message);
                let reason = match content {
                    Content::Other => "its type is not known".to_owned(),
                    Content::Datacast(datacast) => format!("its kind {} is not known", datacast.id),
                    _ => "it has no place in a conversation".to_owned(),
                };
                tell_not_shown(&core, talk, from, &message, reason);
            }
        }
    }

    fn unreadable(&self, _board: &Arc<Switchboard>, from: Option<&Handle>, fault: Invalid) {
        let Some(core) = self.core.upgrade() else { return };
        let (conversation, from) = (self.talk.get().map(|talk| talk.handle(&core)), from.cloned());
        let (content_type, reason) = (String::new(), fault.to_string());
        core.events.emit(Event::NotShown { conversation, from, content_type, reason });
    }

    async fn packets(&self, board: &Arc<Switchboard>, from: &Handle, packets: Vec<Bytes>) {
        if let Some(core) = self.core.upgrade() {
            let carrier = PacketCarrier::new(Arc::clone(board), from);
            core.peers.packets(&core, from, carrier, packets).await;
        }
    }

    fn undelivered(&self, board: &Arc<Switchboard>, peer: &Handle) {
        if let Some(core) = self.core.upgrade() {
            core.peers.undelivered(&core, peer, board.id());
        }
    }

    fn gone(&self, _board: &Arc<Switchboard>) {
        if let Some((core, talk)) = self.known() {
            talk.refresh(&core);
        }
    }
}

/// This is a conversation for people, not only a way for packets.
fn heard(core: &Arc<Core>, talk: &Arc<Talk>, board: &Switchboard) {
    board.note_spoken();
    talk.announce(core);
}

fn typing(core: &Arc<Core>, talk: &Arc<Talk>, board: &Switchboard, from: &Handle) {
    heard(core, talk, board);
    core.events.emit(Event::Typing { conversation: talk.handle(core), from: from.clone() });
}

fn text_from(core: &Arc<Core>, talk: &Arc<Talk>, from: &Handle, name: &FriendlyName, text: Text) {
    let emoticons = talk.take_emoticons(from, &text.body);
    let (conversation, from, name) = (talk.handle(core), from.clone(), name.clone());
    let message =
        Event::Message { conversation, from: from.clone(), name, text, emoticons: emoticons.clone() };
    core.events.emit(message);
    for emoticon in &emoticons {
        core.peers.fetch_emoticon(core, &from, emoticon);
    }
}

fn invited(core: &Arc<Core>, talk: &Arc<Talk>, board: &Switchboard, from: &Handle, invitation: Invitation) {
    heard(core, talk, board);
    core.peers.invitation(core, talk.handle(core), from, invitation);
}

/// Tells a program of a message that it may know more of than this library.
fn tell_raw(core: &Arc<Core>, talk: &Arc<Talk>, from: &Handle, name: &FriendlyName, message: &Message) {
    core.events.emit(Event::Raw {
        conversation: talk.handle(core),
        from: from.clone(),
        name: name.clone(),
        content_type: message.content_type().unwrap_or_default().to_ascii_lowercase(),
        headers: message.headers.clone(),
        // Of its own: as a slice it would keep all that was read with it for as long as the event waits.
        body: Bytes::copy_from_slice(&message.body),
    });
}

fn tell_not_shown(core: &Arc<Core>, talk: &Arc<Talk>, from: &Handle, message: &Message, reason: String) {
    let content_type = message.content_type().unwrap_or_default().to_owned();
    let (conversation, from) = (Some(talk.handle(core)), Some(from.clone()));
    core.events.emit(Event::NotShown { conversation, from, content_type, reason });
}

impl Talk {
    fn expect_emoticons(&self, from: &Handle, emoticons: Vec<msnp::message::Emoticon>) {
        let mut state = self.state.lock();
        if state.emoticons.contains_key(from) || state.emoticons.len() < emoticons::MAX_SENDERS {
            emoticons::remember(state.emoticons.entry(from.clone()).or_default(), emoticons);
        }
    }

    fn take_emoticons(&self, from: &Handle, text: &str) -> Vec<msnp::message::Emoticon> {
        let mut state = self.state.lock();
        let Some(known) = state.emoticons.get(from) else { return Vec::new() };
        let used = emoticons::used(known, text, |emoticon| emoticon.shortcut());
        if !used.is_empty() {
            state.emoticons.remove(from);
        }
        used
    }
}
