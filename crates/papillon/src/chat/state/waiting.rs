//! Conversations that wait for the user: the first typed text goes to them.

use super::{App, Focus};

impl App {
    /// Something was said in a tab: unless the user is writing there, it waits.
    pub(super) fn begin_to_wait(&mut self, tab: usize) {
        if tab == self.current && self.focus == Focus::Line && self.help.is_none() {
            return;
        }
        let now = self.number();
        if let Some(talk) = self.tabs[tab].talk.as_mut() {
            // The first text counts: the conversation that has waited longest is answered first.
            talk.waits.get_or_insert(now);
        }
    }

    /// The tab whose conversation waits: the one that is shown, else the one that has waited longest.
    pub(crate) fn waiting(&self) -> Option<usize> {
        let waits = |index: usize| self.tabs[index].talk.as_ref().and_then(|talk| talk.waits);
        if waits(self.current).is_some() {
            return Some(self.current);
        }
        let all = (0..self.tabs.len()).filter_map(|index| Some((waits(index)?, index)));
        all.min().map(|(_, index)| index)
    }

    /// Whether no place was chosen for the next typed text.
    pub(crate) fn writes_nowhere(&self) -> bool {
        match self.focus {
            Focus::List => self.list.filter.is_empty(),
            Focus::Line => self.tab().talk.is_none() && self.line().is_empty(),
        }
    }

    /// Goes to the conversation that waits, when the user begins to write and has not chosen any other place for it.
    pub(super) fn go_to_waiting(&mut self) -> bool {
        let Some(index) = self.waiting().filter(|_| self.writes_nowhere()) else { return false };
        self.show(index);
        self.focus = Focus::Line;
        true
    }

    /// The user does not want to answer now.
    pub(super) fn let_wait(&mut self) {
        for talk in self.tabs.iter_mut().filter_map(|tab| tab.talk.as_mut()) {
            talk.waits = None;
        }
    }
}
