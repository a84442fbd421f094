//! The state of the messenger, and the effects of keys and events on it. Nothing here touches the
//! network, the terminal or the disk: keys and events go in, [`Action`]s come out.

mod commands;
mod completion;
mod conversations;
mod events;
mod files;
mod guests;
mod history;
mod keys;
mod list;
mod outcomes;
mod questions;
mod roster;
mod scrolling;
mod tab;
mod transcript;
mod transfers;
mod waiting;

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use msnp::Handle;
use msnp_client::ConversationId;
use ratatui::layout::Rect;

use super::action::{Action, EntryId, TabId};
use super::clock::Moment;
use super::draw::theme::Theme;
use super::layout::{Panes, Wants, panes};
pub(crate) use super::tone::Tone;
pub(crate) use list::{ContactList, Row, Section};
pub(crate) use roster::{Person, Roster};
pub(crate) use tab::Tab;
pub(crate) use transcript::{Body, Delivery, Entry};
pub(crate) use transfers::{File, Stage, Transfers};

/// The part of the screen that has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    /// To the contact list.
    List,
    /// To the line that is written in the current tab.
    Line,
}

/// The state of the connection to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Signed in.
    Up,
    /// Broken, and being made again.
    Returning,
    /// Being ended.
    Leaving,
    /// Gone for good; the reason. The next key leaves.
    Over(String),
}

/// A line that is shown for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The words.
    pub(crate) text: String,
    /// Their tone.
    pub(crate) tone: Tone,
    until: Duration,
}

/// The whole state.
pub(crate) struct App {
    /// Everybody.
    pub(crate) roster: Roster,
    /// The selection and the folds of the contact list.
    pub(crate) list: ContactList,
    /// The tabs; the first is for events and has no conversation.
    pub(crate) tabs: Vec<Tab>,
    /// The tab that is shown.
    pub(crate) current: usize,
    /// The part that has the keys.
    pub(crate) focus: Focus,
    /// The state of the connection.
    pub(crate) connection: Connection,
    /// The notice above the input line.
    pub(crate) notice: Option<Notice>,
    /// The people that added this account and wait for an answer.
    pub(crate) questions: VecDeque<Handle>,
    /// The files.
    pub(crate) transfers: Transfers,
    /// Whether the help is shown, and from which line.
    pub(crate) help: Option<usize>,
    /// The looks.
    pub(crate) theme: Theme,
    /// Classic codes such as `:)` are shown as emoji.
    pub(crate) emoji: bool,
    /// The size of the terminal.
    pub(crate) screen: Rect,
    now: Moment,
    /// Coming online is no news until then: the service tells everybody's status after sign-in.
    settled: Duration,
    window_focused: bool,
    /// A command is being written for the contact list: it gets the keys back.
    from_list: bool,
    /// A warning was given that files are on their way; leaving again is meant.
    warned: bool,
    bell: Option<Duration>,
    /// The people about whom the user was asked.
    asked: HashSet<Handle>,
    /// The people online, as events told.
    online: HashSet<Handle>,
    /// People in conversations that no tab shows yet.
    arriving: HashMap<ConversationId, Vec<Handle>>,
    /// The last names of people that are on no list.
    names: HashMap<Handle, String>,
    history: history::History,
    next: u64,
}

/// The time after sign-in during which the contacts' status comes in.
const SETTLING: Duration = Duration::from_secs(6);
/// The time for which a notice is shown.
const NOTICE: Duration = Duration::from_secs(8);
/// The time for which an error is shown.
const BAD_NOTICE: Duration = Duration::from_secs(20);

impl App {
    /// Just signed in.
    pub(crate) fn new(roster: Roster, now: Moment) -> Self {
        let mut app = Self {
            roster: roster.clone(),
            list: ContactList::default(),
            // The first tab is never closed, so there is always a current one.
            tabs: vec![Tab::events(TabId(0))],
            current: 0,
            focus: Focus::List,
            connection: Connection::Up,
            notice: None,
            questions: VecDeque::new(),
            transfers: Transfers::default(),
            help: None,
            theme: Theme { colour: true },
            emoji: false,
            // Until the first drawing tells the real size.
            screen: Rect::new(0, 0, 80, 24),
            now,
            settled: now.elapsed + SETTLING,
            window_focused: true,
            from_list: false,
            warned: false,
            bell: None,
            asked: HashSet::new(),
            online: HashSet::new(),
            arriving: HashMap::new(),
            names: HashMap::new(),
            history: history::History::default(),
            next: 1,
        };
        let welcome = format!("You are signed in as {}. F1 shows the keys and commands.", roster.own);
        app.note(0, welcome, Tone::Good);
        // Known already, so the events that tell of them again are no news.
        let online = roster.people.iter().filter(|person| person.status.is_some());
        app.online.extend(online.map(|person| person.handle.clone()));
        app.set_roster(roster);
        app
    }

    /// Time went on. Returns whether anything looks different now.
    pub(crate) fn tick(&mut self, now: Moment) -> bool {
        let mut changed = now.stamp != self.now.stamp;
        self.now = now;
        if self.notice.as_ref().is_some_and(|notice| notice.until <= now.elapsed) {
            self.notice = None;
            changed = true;
        }
        for talk in self.tabs.iter_mut().filter_map(|tab| tab.talk.as_mut()) {
            let typing = talk.typing.len();
            talk.typing.retain(|(_, until)| *until > now.elapsed);
            changed |= typing != talk.typing.len();
        }
        // The speed of a running file changes with the time alone.
        changed | self.transfers.any_running()
    }

    /// People, groups, the own name and status as they are now.
    pub(crate) fn set_roster(&mut self, roster: Roster) {
        self.roster = roster;
        self.ask_about_new_people();
        let rows = self.rows();
        self.list.settle(&rows);
    }

    /// The lines of the contact list.
    pub(crate) fn rows(&self) -> Vec<Row> {
        self.list.rows(&self.roster)
    }

    /// The layout of the screen.
    pub(crate) fn panes(&self) -> Panes {
        let rows = |room| self.line().shape(room).rows.len();
        let wants = Wants {
            question: !self.questions.is_empty(),
            list: self.focus == Focus::List,
            input_rows: u16::try_from(rows(super::layout::input_room(self.screen))).unwrap_or(u16::MAX),
        };
        panes(self.screen, wants)
    }

    /// The tab that is shown.
    pub(crate) fn tab(&self) -> &Tab {
        &self.tabs[self.current]
    }

    fn tab_mut(&mut self) -> &mut Tab {
        &mut self.tabs[self.current]
    }

    /// The line that is being written.
    pub(crate) fn line(&self) -> &super::input_line::InputLine {
        &self.tab().input
    }

    /// Whether a tab is on the screen.
    fn is_shown(&self, tab: usize) -> bool {
        tab == self.current && self.panes().transcript.is_some()
    }

    /// The number of unread messages.
    pub(crate) fn unread(&self) -> usize {
        self.tabs.iter().map(|tab| tab.unread).sum()
    }

    /// The number of them from one contact alone.
    pub(crate) fn unread_from(&self, who: &Handle) -> usize {
        self.tabs.iter().filter(|tab| tab.is_with(who)).map(|tab| tab.unread).sum()
    }

    /// The name to show for a person.
    pub(crate) fn name_of(&self, who: &Handle) -> String {
        let listed = self.roster.find(who).map(|person| person.name.clone());
        let known = listed.or_else(|| self.names.get(who).cloned());
        known.filter(|name| !name.is_empty()).unwrap_or_else(|| who.to_string())
    }

    /// Shows a line for a while, and keeps it in the first tab.
    fn tell(&mut self, text: impl Into<String>, tone: Tone) {
        let text = text.into();
        self.note(0, text.clone(), tone);
        let time = if tone == Tone::Bad { BAD_NOTICE } else { NOTICE };
        self.notice = Some(Notice { text, tone, until: self.now.elapsed + time });
    }

    /// Shows for a while some advice about something that is written elsewhere.
    fn hint(&mut self, text: String) {
        self.notice = Some(Notice { text, tone: Tone::Bad, until: self.now.elapsed + BAD_NOTICE });
    }

    /// Writes a line of the program into a tab.
    fn note(&mut self, tab: usize, text: impl Into<String>, tone: Tone) {
        self.push(tab, Body::Note { text: text.into(), tone });
    }

    /// Writes into a tab. A text that is read further up stays where it is.
    fn push(&mut self, tab: usize, body: Body) -> EntryId {
        let id = EntryId(self.number());
        let entry = Entry { id, at: self.now.stamp, body };
        // The position is held after the push: it is counted in lines, and the new entries have to be laid out for that.
        let added = self.tabs[tab].transcript.push(entry);
        self.hold_position(tab, added);
        id
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// The bell, unless it has just rung.
    fn ring(&mut self) -> Option<Action> {
        let now = self.now.elapsed;
        // Many texts at once ring once.
        let quiet = self.bell.is_some_and(|last| now < last + Duration::from_secs(1));
        if quiet {
            return None;
        }
        self.bell = Some(now);
        Some(Action::Bell)
    }
}

#[cfg(test)]
mod tests;
