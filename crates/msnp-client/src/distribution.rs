//! The distribution of incoming messages: texts to conversations, packets to peers, outcomes to the user.

use std::sync::Arc;

use bytes::Bytes;
use msnp::message::{Invitation, Message};
use msnp::{FriendlyName, Handle, Invalid};

use crate::conversations::{ConversationState, Happening};
use crate::core::Core;
use crate::switchboard::{PacketCarrier, Switchboard};
use crate::switchboards::{Line, Subscriber, TakenIn};
use crate::{Conversation, Event};

impl Subscriber for Core {
    fn people_changed(&self, line: &Arc<Line>) {
        self.conversations.people_changed(line);
    }

    fn speaking(&self, line: &Arc<Line>) {
        self.conversations.speaking(line);
    }

    fn message(
        &self,
        line: &Arc<Line>,
        board: &Switchboard,
        from: &Handle,
        name: &FriendlyName,
        message: Message,
    ) {
        self.conversations.message(line, board, from, name, message);
    }

    fn unreadable(&self, line: Option<&Arc<Line>>, from: Option<&Handle>, fault: Invalid) {
        if let Some(line) = line {
            return self.conversations.unreadable(line, from, fault);
        }
        let (content_type, reason) = (String::new(), fault.to_string());
        self.events.emit(Event::NotShown { conversation: None, from: from.cloned(), content_type, reason });
    }

    fn packets<'a>(&'a self, from: &'a Handle, carrier: PacketCarrier, packets: Vec<Bytes>) -> TakenIn<'a> {
        Box::pin(self.peers.packets(from, carrier, packets))
    }

    fn carrier_gone(&self, peer: &Handle, carrier: u64) {
        self.peers.carrier_gone(peer, carrier);
    }
}

/// Tells the user of a happening in a conversation, and acts on it.
pub(crate) fn tell(core: &Core, conversation: &Arc<ConversationState>, happening: Happening) {
    let conversation = Conversation::new(&core.conversations, Arc::clone(conversation));
    core.events.emit(match happening {
        Happening::Joined { who, name } => Event::Joined { conversation, who, name },
        Happening::Left { who } => Event::Left { conversation, who },
        Happening::Closed => Event::ConversationClosed { conversation },
        Happening::Typing { from } => Event::Typing { conversation, from },
        Happening::Nudge { from, name } => Event::Nudge { conversation, from, name },
        Happening::Raw { from, name, message } => raw(conversation, from, name, message),
        Happening::NotShown { from, content_type, reason } => {
            Event::NotShown { conversation: Some(conversation), from, content_type, reason }
        }
        Happening::Text { from, name, text, emoticons } => {
            let (sender, used) = (from.clone(), emoticons.clone());
            // The text first: the event with a picture refers to it.
            core.events.emit(Event::Message { conversation, from, name, text, emoticons });
            return used.iter().for_each(|emoticon| core.peers.fetch_emoticon(&sender, emoticon));
        }
        Happening::Invitation { from, name, invitation, message } => {
            // File offers have events of their own. All other programs' invitations are raw messages to this library.
            if !core.peers.knows_invitation(&from, &invitation) {
                core.events.emit(raw(conversation.clone(), from.clone(), name, message));
            }
            return invited(core, conversation, from, *invitation);
        }
    });
}

fn raw(conversation: Conversation, from: Handle, name: FriendlyName, message: Message) -> Event {
    Event::Raw {
        conversation,
        from,
        name,
        content_type: message.content_type().unwrap_or_default().to_ascii_lowercase(),
        headers: message.headers,
        // Of its own: as a slice it would keep all that was read with it for as long as the event waits.
        body: Bytes::copy_from_slice(&message.body),
    }
}

fn invited(core: &Core, conversation: Conversation, from: Handle, invitation: Invitation) {
    if let Err(reason) = core.peers.invitation(&from, invitation) {
        core.events.emit(Event::NotShown {
            conversation: Some(conversation),
            from: Some(from),
            content_type: Invitation::MEDIA_TYPE.to_owned(),
            reason,
        });
    }
}
