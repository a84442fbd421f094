//! The effects of the client's events.

use msnp::Handle;
use msnp::message::Text;
use msnp_client::{ConversationId, Event, ServiceMessageKind, SignedOut};

use super::{App, Body, Connection, SETTLING, Tone};
use crate::chat::action::Action;
use crate::clean;

/// The time for which a contact counts as typing.
const TYPING: std::time::Duration = std::time::Duration::from_secs(6);

impl App {
    /// Something happened.
    pub(crate) fn handle_event(&mut self, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::SignedIn => {
                self.connection = Connection::Up;
                self.settled = self.now.elapsed + SETTLING;
                // The service tells again of every contact that is online.
                self.online.clear();
                self.tell("signed in again", Tone::Good);
                actions.push(Action::Refresh);
            }
            Event::Online { who, name, .. } | Event::Presence { who, name, .. } => {
                self.know(&who, clean::line(&name.text()));
                self.presence_changed(&who, true);
                actions.push(Action::Refresh);
            }
            Event::Offline { who, name } => {
                self.know(&who, clean::line(&name.text()));
                self.presence_changed(&who, false);
                actions.push(Action::Refresh);
            }
            Event::ContactAdded { contact, by_them } => {
                if by_them {
                    self.know(&contact.handle, clean::line(&contact.name.text()));
                    self.added_by(&contact.into());
                }
                actions.push(Action::Refresh);
            }
            // The own removals are told as the outcome of the command.
            Event::ContactRemoved { who, by_them } => {
                if by_them {
                    self.tell(format!("{} has taken you off their list", self.name_of(&who)), Tone::Quiet);
                }
                actions.push(Action::Refresh);
            }
            Event::RosterChanged => actions.push(Action::Refresh),
            Event::Joined { conversation, who, name } => {
                self.know(&who, clean::line(&name.text()));
                actions.extend(self.joined(conversation.id(), who));
            }
            Event::Left { conversation, who } => self.left(conversation.id(), &who),
            Event::ConversationClosed { conversation } => self.closed(conversation.id()),
            Event::Message { conversation, from, name, text, emoticons } => {
                let shortcuts = emoticons.iter().map(|emoticon| clean::line(emoticon.shortcut())).collect();
                self.know(&from, clean::line(&name.text()));
                actions.extend(self.heard(conversation.id(), &from, &text, shortcuts));
            }
            Event::Typing { conversation, from } => self.typing(conversation.id(), &from),
            Event::NotShown { conversation, from, content_type, reason } => {
                let what = [content_type, reason].into_iter().filter(|part| !part.is_empty());
                let what = clean::line(&what.collect::<Vec<_>>().join(": "));
                actions.extend(self.not_shown(conversation.map(|talk| talk.id()), from.as_ref(), &what));
            }
            Event::Emoticon { from, emoticon, data } => {
                self.emoticon_came(&from, &clean::line(emoticon.shortcut()), data.len());
            }
            // A `NotShown` follows where a person is meant to see it.
            Event::Picture { .. } | Event::Raw { .. } => {}
            Event::Nudge { conversation, from, name } => {
                self.know(&from, clean::line(&name.text()));
                actions.extend(self.nudged(conversation.id(), &from));
            }
            Event::ServiceMessage { kind, text } => self.announced(kind, &clean::line(&text)),
            Event::Missed { count } => {
                let lost = if count == 1 { "1 event was" } else { &format!("{count} events were") };
                self.tell(format!("{lost} lost: too many came at once"), Tone::Bad);
                actions.push(Action::Refresh);
            }
            Event::Error { text } => self.tell(clean::line(&text), Tone::Bad),
            Event::SignedOut { reason, will_retry } => actions.extend(self.signed_out(reason, will_retry)),
            other => self.handle_file_event(other, &mut actions),
        }
        actions
    }

    /// The last event was read and there will be no more.
    pub(crate) fn handle_end(&mut self) -> Vec<Action> {
        match self.connection {
            Connection::Over(_) => Vec::new(),
            Connection::Leaving => vec![Action::Exit],
            Connection::Up | Connection::Returning => self.signed_out(SignedOut::ConnectionLost, false),
        }
    }

    fn signed_out(&mut self, reason: SignedOut, will_retry: bool) -> Vec<Action> {
        for talk in self.tabs.iter_mut().filter_map(|tab| tab.talk.as_mut()) {
            talk.typing.clear();
        }
        let why = match reason {
            SignedOut::Asked => return vec![Action::Exit],
            // The user wants to leave, so any end will do.
            _ if self.connection == Connection::Leaving => return vec![Action::Exit],
            SignedOut::Elsewhere => "your account has signed in elsewhere, or was signed out",
            SignedOut::ServiceClosing => "the service is going down",
            _ => "the connection to the service is lost",
        };
        // The last line has no room for more, the messages have.
        match reason {
            SignedOut::Elsewhere => self.tell(format!("{why}: banned, disabled or removed"), Tone::Bad),
            _ => self.tell(why, Tone::Bad),
        }
        self.connection = if will_retry { Connection::Returning } else { Connection::Over(why.to_owned()) };
        vec![Action::Refresh]
    }

    /// Tells of a person that added this account. A question to the user is notice enough.
    fn added_by(&mut self, person: &super::Person) {
        let name = self.name_of(&person.handle);
        if person.is_waiting() {
            self.note(0, format!("{name} ({}) has added you", person.handle), Tone::Plain);
        } else {
            self.tell(format!("{name} has added you too"), Tone::Plain);
        }
    }

    fn presence_changed(&mut self, who: &Handle, online: bool) {
        // `Presence` comes for each change of status or name: only a coming or a going is told.
        let changed = if online { self.online.insert(who.clone()) } else { self.online.remove(who) };
        if !changed || (online && self.now.elapsed < self.settled) {
            return;
        }
        let text = format!("{} is {}", self.name_of(who), if online { "online" } else { "offline" });
        if let Some(index) = self.tabs.iter().position(|tab| tab.is_with(who)) {
            self.note(index, text.clone(), Tone::Quiet);
        }
        self.tell(text, Tone::Quiet);
    }

    fn heard(
        &mut self,
        conversation: ConversationId,
        from: &Handle,
        text: &Text,
        shortcuts: Vec<String>,
    ) -> Vec<Action> {
        let tab = self.tab_of(conversation, from);
        if let Some(talk) = self.tabs[tab].talk.as_mut() {
            talk.typing.retain(|(person, _)| person != from);
        }
        let effects = text.format.as_ref().map(|format| format.effects).unwrap_or_default();
        // Before it is kept: no text of another person is ever drawn as it came.
        let words = clean::lines(&text.body);
        let words = words.trim_end().to_owned();
        let name = self.name_of(from);
        self.push(tab, Body::Heard { from: from.clone(), name, text: words, effects, shortcuts });
        self.call_attention(tab)
    }

    /// A nudge is a line and a bell: no window shakes in a terminal.
    fn nudged(&mut self, conversation: ConversationId, from: &Handle) -> Vec<Action> {
        let tab = self.tab_of(conversation, from);
        let text = format!("{} has nudged you", self.name_of(from));
        self.note(tab, text.clone(), Tone::Plain);
        // In the tab that is shown the note says it already.
        if !self.is_shown(tab) {
            self.tell(text, Tone::Plain);
        }
        let attention = self.call_attention(tab);
        // A nudge is meant for a user that looks at the conversation as well.
        if attention.is_empty() { self.ring().into_iter().collect() } else { attention }
    }

    /// Words that are not the program's own are told to be the service's.
    fn announced(&mut self, kind: ServiceMessageKind, text: &str) {
        match kind {
            ServiceMessageKind::Announcement | ServiceMessageKind::Page => {
                self.tell(format!("the service says: {text}"), Tone::Plain);
            }
            ServiceMessageKind::Maintenance { .. } => self.tell(text, Tone::Bad),
            _ => self.tell(text, Tone::Plain),
        }
    }

    /// Tells in one line of something that cannot be shown.
    fn not_shown(
        &mut self,
        conversation: Option<ConversationId>,
        from: Option<&Handle>,
        what: &str,
    ) -> Vec<Action> {
        let sender = from.map_or_else(|| "the service".to_owned(), |from| self.name_of(from));
        let text = format!("{sender} sent something that cannot be shown ({what})");
        match (conversation, from) {
            (Some(conversation), Some(from)) => {
                let tab = self.tab_of(conversation, from);
                self.note(tab, text, Tone::Plain);
                self.call_attention(tab)
            }
            _ => {
                self.tell(text, Tone::Plain);
                Vec::new()
            }
        }
    }

    /// Counts something new in a tab that is not looked at, and rings.
    pub(super) fn call_attention(&mut self, tab: usize) -> Vec<Action> {
        self.begin_to_wait(tab);
        let shown = self.is_shown(tab);
        if !shown {
            self.tabs[tab].unread += 1;
        }
        // In a window that is not looked at even a shown text rings.
        if shown && self.window_focused { Vec::new() } else { self.ring().into_iter().collect() }
    }

    /// A conversation that is not shown yet gets its tab with the first text.
    fn typing(&mut self, conversation: ConversationId, from: &Handle) {
        let until = self.now.elapsed + TYPING;
        let alone = |tab: &super::Tab| tab.is_with(from) && tab.conversation().is_none();
        let index = self.bound(conversation).or_else(|| self.tabs.iter().position(alone));
        let Some(talk) = index.and_then(|index| self.tabs[index].talk.as_mut()) else { return };
        talk.typing.retain(|(person, _)| person != from);
        talk.typing.push((from.clone(), until));
    }

    /// Says it in the tab where the emoticon was last used.
    fn emoticon_came(&mut self, from: &Handle, shortcut: &str, bytes: usize) {
        let uses = |body: &Body| match body {
            Body::Heard { from: who, shortcuts, .. } => {
                who == from && shortcuts.iter().any(|own| own == shortcut)
            }
            _ => false,
        };
        let used = |tab: &super::Tab| tab.transcript.entries().rev().any(|entry| uses(&entry.body));
        let Some(index) = self.tabs.iter().position(used) else { return };
        let size = crate::size::bytes(bytes as u64);
        let text = format!("the picture for {shortcut} has come ({size})");
        // The picture comes again for each text that uses it: one note is enough.
        let again = |body: &Body| matches!(body, Body::Note { text: said, .. } if *said == text);
        if !self.tabs[index].transcript.entries().any(|entry| again(&entry.body)) {
            self.note(index, text, Tone::Quiet);
        }
    }
}
