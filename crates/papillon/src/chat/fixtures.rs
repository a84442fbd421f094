//! People and keys for the tests.

use msnp::message::{Effects, Format, Text};
use msnp::{FriendlyName, GroupId, Handle, ListFlags, Status};
use msnp_client::{Conversation, ConversationId, Event};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, Outcome};
use super::clock::Moment;
use super::state::{App, Person, Roster};

pub(super) fn handle(name: &str) -> Handle {
    Handle::parse(&format!("{name}@example.com")).unwrap()
}

pub(super) fn name(text: &str) -> FriendlyName {
    FriendlyName::from_text(text).unwrap()
}

/// Lists as in `LST`: 11 is on the forward, the allow and the reverse list.
pub(super) fn person(who: &str, title: &str, lists: u8, group: u8, status: Option<Status>) -> Person {
    Person {
        handle: handle(who),
        name: title.to_owned(),
        lists: ListFlags::from_bits(lists).unwrap(),
        groups: GroupId::new(group).filter(|group| *group != GroupId::ZERO).into_iter().collect(),
        status,
    }
}

/// Ada's list: Bob and Carol are friends, Mum is family, Erin is in no group, Mallory is blocked.
pub(super) fn roster() -> Roster {
    Roster {
        own: handle("ada"),
        name: "Ada".into(),
        status: Status::Online,
        people: vec![
            person("bob", "Bob", 11, 1, Some(Status::Online)),
            person("carol", "Carol", 11, 1, Some(Status::Away)),
            person("zoe", "Zoe", 3, 1, None),
            person("mum", "Mum", 11, 2, None),
            person("erin", "", 11, 0, Some(Status::Busy)),
            person("mallory", "Mallory", 12, 0, None),
        ],
        groups: vec![
            (GroupId::ZERO, "Other Contacts".into()),
            (GroupId::new(1).unwrap(), "Friends".into()),
            (GroupId::new(2).unwrap(), "Family".into()),
        ],
        emoticons: vec!["(tux)".into()],
    }
}

pub(super) fn app() -> App {
    App::new(roster(), Moment::test(0))
}

pub(super) fn key(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

pub(super) fn control(letter: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)
}

impl App {
    /// Hits one key.
    pub(super) fn hit(&mut self, code: KeyCode) -> Vec<Action> {
        self.handle_key(key(code))
    }

    /// Writes something and hits Enter, without notices of typing among the actions.
    pub(super) fn enter_line(&mut self, text: &str) -> Vec<Action> {
        for char in text.chars() {
            self.hit(KeyCode::Char(char));
        }
        self.hit(KeyCode::Enter)
    }

    /// Opens the conversation with somebody as the driver does.
    pub(super) fn open(&mut self, who: &str, number: u64) {
        let actions = self.enter_line_anywhere(&format!("/chat {}", handle(who)));
        let [Action::Open { tab, .. }] = actions.as_slice() else { panic!("{actions:?}") };
        self.handle_outcome(Outcome::Opened { tab: *tab, conversation: ConversationId(number) });
    }

    /// Writes a command, whatever has the keys.
    pub(super) fn enter_line_anywhere(&mut self, text: &str) -> Vec<Action> {
        self.hit(KeyCode::Esc);
        self.enter_line(text)
    }

    pub(super) fn turn_to(&mut self, index: usize) {
        while self.current != index {
            self.hit(KeyCode::Tab);
        }
    }

    pub(super) fn after(&mut self, seconds: u64) -> &mut Self {
        self.tick(Moment::test(seconds));
        self
    }
}

/// A conversation as events carry it.
pub(super) fn talk(number: u64) -> Conversation {
    Conversation::detached(ConversationId(number), [])
}

pub(super) fn message(conversation: u64, from: &str, text: &str) -> Event {
    Event::Message {
        conversation: talk(conversation),
        from: handle(from),
        name: name(&capital(from)),
        text: text.into(),
        emoticons: Vec::new(),
    }
}

pub(super) fn bold(text: &str) -> Text {
    let effects = Effects { bold: true, ..Effects::default() };
    Text { body: text.to_owned(), format: Some(Format { effects, ..Format::default() }) }
}

pub(super) fn joined(conversation: u64, who: &str) -> Event {
    Event::Joined { conversation: talk(conversation), who: handle(who), name: name(&capital(who)) }
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}
