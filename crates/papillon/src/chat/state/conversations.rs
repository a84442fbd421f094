//! The tabs of conversations.

use msnp::Handle;
use msnp_client::ConversationId;

use super::{App, Focus, Tab, Tone};
use crate::chat::action::{Action, TabId};

/// More tabs than this are not opened by others; their texts are then shown among the events.
const MAX_TABS: usize = 100;
/// More conversations than this are not watched before somebody says something in them.
const MAX_ARRIVING: usize = 500;
/// More names of strangers than this are not kept.
const MAX_NAMES: usize = 1_000;

impl App {
    /// Opens the conversation with one person, in the tab that it has or a new one.
    pub(super) fn open_talk(&mut self, who: &Handle) -> Vec<Action> {
        if let Some(index) = self.tabs.iter().position(|tab| tab.is_with(who)) {
            self.show(index);
            self.focus = Focus::Line;
            return Vec::new();
        }
        let index = self.new_tab(vec![who.clone()], None);
        self.show(index);
        self.focus = Focus::Line;
        vec![Action::Open { tab: self.tabs[index].id, with: who.clone() }]
    }

    /// Shows a tab; its texts count as read.
    pub(super) fn show(&mut self, index: usize) {
        self.current = index;
        self.from_list = false;
        self.history.leave();
        self.tab_mut().unread = 0;
        if let Some(talk) = self.tab_mut().talk.as_mut() {
            talk.waits = None;
        }
    }

    /// Shows the next tab, or with -1 the one before.
    pub(super) fn turn(&mut self, by: isize) {
        let count = self.tabs.len();
        // `count` is added first, so that one step back from the first tab stays above zero.
        self.show((self.current + count).saturating_add_signed(by) % count);
        self.focus = Focus::Line;
    }

    /// Closes the current tab.
    pub(super) fn close_tab(&mut self) -> Vec<Action> {
        if self.tab().talk.is_none() {
            self.tell("this tab stays open", Tone::Plain);
            return Vec::new();
        }
        let closed = self.tabs.remove(self.current);
        // There is one tab left in any case: the first one is not closed.
        self.show(self.current.min(self.tabs.len() - 1));
        if self.tab().talk.is_none() {
            self.focus = Focus::List;
        }
        closed.conversation().map(Action::Leave).into_iter().collect()
    }

    pub(super) fn new_tab(&mut self, with: Vec<Handle>, conversation: Option<ConversationId>) -> usize {
        let id = TabId(self.number());
        self.tabs.push(Tab::talk(id, with, conversation));
        self.tabs.len() - 1
    }

    /// The tab with this number, if it is still open.
    pub(super) fn tab_index(&self, id: TabId) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.id == id)
    }

    /// The tab that shows this conversation.
    pub(super) fn bound(&self, conversation: ConversationId) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.conversation() == Some(conversation))
    }

    /// The tab for something that `from` said or did: where the conversation is shown already, else
    /// where one with the same single person is, else a new one.
    pub(super) fn tab_of(&mut self, conversation: ConversationId, from: &Handle) -> usize {
        if let Some(index) = self.bound(conversation) {
            return index;
        }
        let mut with = self.arriving.remove(&conversation).unwrap_or_default();
        if !with.contains(from) {
            with.push(from.clone());
        }
        // A contact that calls anew has a new conversation; to the user it is the same.
        let same = if with.len() == 1 { self.tabs.iter().position(|tab| tab.is_with(from)) } else { None };
        match same {
            Some(index) => {
                if let Some(talk) = self.tabs[index].talk.as_mut() {
                    talk.conversation = Some(conversation);
                }
                index
            }
            // The tab of the events.
            None if self.tabs.len() >= MAX_TABS => 0,
            None => self.new_tab(with, Some(conversation)),
        }
    }

    /// The tab with one person alone, which is opened in the background if need be.
    pub(super) fn tab_with(&mut self, who: &Handle, actions: &mut Vec<Action>) -> usize {
        if let Some(index) = self.tabs.iter().position(|tab| tab.is_with(who)) {
            return index;
        }
        if self.tabs.len() >= MAX_TABS {
            return 0;
        }
        let index = self.new_tab(vec![who.clone()], None);
        actions.push(Action::Open { tab: self.tabs[index].id, with: who.clone() });
        index
    }

    /// A person came into a conversation.
    pub(super) fn joined(&mut self, conversation: ConversationId, who: Handle) -> Vec<Action> {
        let Some(index) = self.bound(conversation) else { return self.arrived(conversation, who) };
        let Some(talk) = self.tabs[index].talk.as_mut() else { return Vec::new() };
        if !talk.with.contains(&who) {
            talk.with.push(who.clone());
            let name = self.name_of(&who);
            self.note(index, format!("{name} has joined the conversation"), Tone::Quiet);
        }
        Vec::new()
    }

    /// Somebody is in a conversation that no tab shows. With a single person it gets one when
    /// they say something; of several this account was asked into, and that is shown at once.
    fn arrived(&mut self, conversation: ConversationId, who: Handle) -> Vec<Action> {
        // Forgotten ones get a tab with their first text all the same, with its sender alone.
        if self.arriving.len() >= MAX_ARRIVING && !self.arriving.contains_key(&conversation) {
            return Vec::new();
        }
        let people = self.arriving.entry(conversation).or_default();
        if !people.contains(&who) {
            people.push(who.clone());
        }
        if people.len() < 2 {
            return Vec::new();
        }
        let names = people.clone().iter().map(|who| self.name_of(who)).collect::<Vec<_>>().join(", ");
        let tab = self.tab_of(conversation, &who);
        self.note(tab, format!("you are in a conversation with {names}"), Tone::Plain);
        self.call_attention(tab)
    }

    /// Somebody went. The last one stays in the tab: the next text goes to them.
    pub(super) fn left(&mut self, conversation: ConversationId, who: &Handle) {
        let Some(index) = self.bound(conversation) else {
            if let Some(people) = self.arriving.get_mut(&conversation) {
                people.retain(|person| person != who);
            }
            return;
        };
        let Some(talk) = self.tabs[index].talk.as_mut() else { return };
        talk.typing.retain(|(person, _)| person != who);
        // Clients leave quiet conversations by themselves and come back: with two people that is no news.
        if talk.with.len() > 1 && talk.with.contains(who) {
            talk.with.retain(|person| person != who);
            let name = self.name_of(who);
            self.note(index, format!("{name} has left the conversation"), Tone::Quiet);
        }
    }

    /// Everybody went.
    pub(super) fn closed(&mut self, conversation: ConversationId) {
        self.arriving.remove(&conversation);
        if let Some(talk) = self.bound(conversation).and_then(|index| self.tabs[index].talk.as_mut()) {
            talk.typing.clear();
        }
    }

    /// Keeps the name of somebody for when they are on no list.
    pub(super) fn know(&mut self, who: &Handle, name: String) {
        if self.names.len() < MAX_NAMES || self.names.contains_key(who) {
            self.names.insert(who.clone(), name);
        }
    }
}
