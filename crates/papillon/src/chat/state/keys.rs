//! The effects of keys.

mod line;
mod list;

use ratatui::crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Rect;

use super::questions::Answer;
use super::{App, Connection, Focus, Tone};
use crate::chat::action::Action;
use crate::chat::draw::help;

impl App {
    /// Something came from the terminal.
    pub(crate) fn handle_terminal(&mut self, event: TerminalEvent) -> Vec<Action> {
        match event {
            // Windows reports the release of each key as well.
            TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => self.handle_key(key),
            TerminalEvent::Paste(text) => self.handle_paste(&text),
            TerminalEvent::Resize(width, height) => {
                self.screen = Rect::new(0, 0, width, height);
                Vec::new()
            }
            TerminalEvent::FocusGained => {
                self.window_focused = true;
                Vec::new()
            }
            TerminalEvent::FocusLost => {
                self.window_focused = false;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// A key was hit.
    pub(crate) fn handle_key(&mut self, key: KeyEvent) -> Vec<Action> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control && matches!(key.code, KeyCode::Char('c' | 'q')) {
            return self.quit();
        }
        // Before the end of the session is looked at: afterwards one can still read.
        if self.handle_reading_key(key, control) {
            return Vec::new();
        }
        if let Connection::Over(_) = self.connection {
            return vec![Action::Exit];
        }
        if self.help.is_some() {
            self.help = None;
            return Vec::new();
        }
        // Any other key takes the first Ctrl-Q back.
        self.warned = false;
        match key.code {
            KeyCode::F(1) => self.help = Some(0),
            KeyCode::F(2) => return self.answer(Answer::Add),
            KeyCode::F(3) => return self.answer(Answer::Block),
            KeyCode::F(4) => return self.answer(Answer::Later),
            KeyCode::Esc => self.escape(),
            KeyCode::Char('l') if control => return vec![Action::Redraw],
            _ if self.focus == Focus::List => return self.handle_list_key(key, control),
            _ => return self.handle_line_key(key, control),
        }
        Vec::new()
    }

    /// The keys to read on and to change tabs, which work also after the end.
    fn handle_reading_key(&mut self, key: KeyEvent, control: bool) -> bool {
        if let Some(first) = &mut self.help {
            match key.code {
                KeyCode::PageDown => *first = first.saturating_add(10).min(help::last(self.screen)),
                KeyCode::Down => *first = first.saturating_add(1).min(help::last(self.screen)),
                KeyCode::PageUp => *first = first.saturating_sub(10),
                KeyCode::Up => *first = first.saturating_sub(1),
                _ => return false,
            }
            return true;
        }
        let page = self.page();
        match key.code {
            KeyCode::PageUp if self.scrolls_text() => self.scroll(page),
            KeyCode::PageDown if self.scrolls_text() => self.scroll(-page),
            KeyCode::Home if control => self.scroll_to_top(),
            KeyCode::End if control => self.scroll_to_bottom(),
            KeyCode::Tab => {
                if !self.complete() {
                    self.turn(1);
                }
            }
            KeyCode::BackTab => self.turn(-1),
            KeyCode::Char('n') if control => self.turn(1),
            KeyCode::Char('p') if control => self.turn(-1),
            KeyCode::Char(digit @ '1'..='9') if key.modifiers.contains(KeyModifiers::ALT) => {
                let index = usize::from(digit as u8 - b'1');
                if index < self.tabs.len() {
                    self.show(index);
                    self.focus = Focus::Line;
                }
            }
            _ => return false,
        }
        true
    }

    /// Whether the page keys move the text rather than the list.
    fn scrolls_text(&self) -> bool {
        self.focus == Focus::Line || matches!(self.connection, Connection::Over(_))
    }

    /// Goes to the contact list. There it empties the search, and letters search again.
    fn escape(&mut self) {
        if self.focus == Focus::List {
            self.list.filter.clear();
            self.let_wait();
            // It looks for the selected line again, among all lines.
            self.set_roster(self.roster.clone());
        }
        self.from_list = false;
        self.focus = Focus::List;
    }

    /// Text was pasted. Its line ends do not send it.
    fn handle_paste(&mut self, text: &str) -> Vec<Action> {
        if let Connection::Over(_) = self.connection {
            return Vec::new();
        }
        self.help = None;
        self.go_to_waiting();
        self.focus = Focus::Line;
        self.history.leave();
        if !self.tab_mut().input.insert(text.trim_end_matches(['\r', '\n'])) {
            self.tell("the pasted text is too long: only a part of it was taken", Tone::Bad);
        }
        self.tell_typing()
    }

    /// Asks once when files are on their way.
    pub(super) fn quit(&mut self) -> Vec<Action> {
        let files = self.transfers.open();
        match self.connection {
            Connection::Leaving | Connection::Over(_) => return vec![Action::Exit],
            _ if files > 0 && !self.warned => {
                self.warned = true;
                let files = if files == 1 { String::from("a file is") } else { format!("{files} files are") };
                self.tell(format!("{files} on the way: once more to leave all the same"), Tone::Bad);
                return Vec::new();
            }
            Connection::Up | Connection::Returning => {}
        }
        self.connection = Connection::Leaving;
        vec![Action::SignOut]
    }

    /// The program is told to end, from outside: nothing is asked.
    pub(crate) fn terminate(&mut self) -> Vec<Action> {
        self.warned = true;
        self.quit()
    }
}
