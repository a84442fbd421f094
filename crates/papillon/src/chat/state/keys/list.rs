//! Keys in the contact list.

use msnp::Handle;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::{App, Focus, Row};
use crate::chat::action::Action;

impl App {
    pub(super) fn handle_list_key(&mut self, key: KeyEvent, control: bool) -> Vec<Action> {
        let rows = self.rows();
        let page = self.page();
        match key.code {
            KeyCode::Up => self.list.step(&rows, -1),
            KeyCode::Down => self.list.step(&rows, 1),
            KeyCode::PageUp => self.list.step(&rows, -page),
            KeyCode::PageDown => self.list.step(&rows, page),
            KeyCode::Home => self.list.select(&rows, 0),
            KeyCode::End => self.list.select(&rows, usize::MAX),
            KeyCode::Left => self.fold(&rows, Some(true)),
            KeyCode::Right => self.fold(&rows, Some(false)),
            KeyCode::Enter => return self.enter_list(&rows),
            KeyCode::Backspace => {
                self.list.filter.pop();
                self.find();
            }
            KeyCode::Char('/') => {
                self.list.filter.clear();
                self.focus = Focus::Line;
                self.from_list = true;
                return self.write("/");
            }
            KeyCode::Char('u') if control => {
                self.list.filter.clear();
                self.find();
            }
            KeyCode::Char(char) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
                if self.go_to_waiting() {
                    return self.write(char.encode_utf8(&mut [0; 4]));
                }
                // The list is never wider.
                if self.list.filter.len() < 64 {
                    self.list.filter.push(char);
                }
                self.find();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Selects the first person that fits the search.
    fn find(&mut self) {
        let rows = self.rows();
        let first = rows.iter().position(|row| matches!(row, Row::Person { .. })).unwrap_or(0);
        self.list.select(&rows, first);
    }

    /// Folds or unfolds the section of the selected line; without `folded` the other way round.
    fn fold(&mut self, rows: &[Row], folded: Option<bool>) {
        match rows.get(self.list.selected(rows)) {
            Some(Row::Header { section, folded: is_folded, .. }) => {
                self.list.fold(*section, folded.unwrap_or(!is_folded));
            }
            Some(Row::Person { section, .. }) if folded == Some(true) => self.list.fold(*section, true),
            _ => {}
        }
    }

    /// Opens the conversation, or asks about a person that waits, or folds.
    fn enter_list(&mut self, rows: &[Row]) -> Vec<Action> {
        let Some(Row::Person { who, .. }) = rows.get(self.list.selected(rows)) else {
            // Without any row nothing is selected: the words themselves are meant.
            if rows.is_empty() && !self.list.filter.is_empty() {
                return self.enter_unknown();
            }
            self.fold(rows, None);
            return Vec::new();
        };
        self.list.filter.clear();
        if self.roster.find(who).is_some_and(|person| person.is_waiting()) {
            self.ask_again(who);
            return Vec::new();
        }
        self.open_talk(who)
    }

    /// The written line is no contact's name: it is an address, or was meant for the conversation that waits.
    fn enter_unknown(&mut self) -> Vec<Action> {
        let written = std::mem::take(&mut self.list.filter);
        if let Some(who) = Handle::parse(written.trim()).ok().filter(|who| *who != self.roster.own) {
            return self.open_talk(&who);
        }
        if self.go_to_waiting() {
            return self.write(&written);
        }
        self.hint(format!("nobody is called {written}. Esc forgets it, then ↑ ↓ and Enter choose"));
        self.list.filter = written;
        Vec::new()
    }

    /// The person whose line is selected.
    pub(in super::super) fn selected_person(&self) -> Option<Handle> {
        let rows = self.rows();
        match rows.get(self.list.selected(&rows)) {
            Some(Row::Person { who, .. }) => Some(who.clone()),
            _ => None,
        }
    }
}
