//! Keys of the input line.

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::{App, Body, Delivery, Focus, Tone};
use crate::chat::action::Action;
use crate::chat::command::{self, Line};
use crate::chat::portions;

/// The shortest time between two calls that tell of typing. The client sends one in five seconds at most; this saves it the
/// others.
const TELL_TYPING: Duration = Duration::from_secs(2);

impl App {
    pub(super) fn handle_line_key(&mut self, key: KeyEvent, control: bool) -> Vec<Action> {
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let break_line = alt || key.modifiers.contains(KeyModifiers::SHIFT);
        match key.code {
            KeyCode::Enter if !break_line => return self.enter(),
            KeyCode::Enter => return self.write("\n"),
            KeyCode::Char('j') if control => return self.write("\n"),
            // A slash begins a command for the tab that is shown: it does not jump.
            KeyCode::Char(char) if !control && !alt && char != '/' => {
                self.go_to_waiting();
                return self.write(char.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Char(char) if !control && !alt => return self.write(char.encode_utf8(&mut [0; 4])),
            KeyCode::Up => {
                if !self.tab_mut().input.up() {
                    self.history.back(&mut self.tabs[self.current].input);
                }
            }
            KeyCode::Down => {
                if !self.tab_mut().input.down() {
                    self.history.forth(&mut self.tabs[self.current].input);
                }
            }
            _ => return self.edit(key.code, control || alt),
        }
        Vec::new()
    }

    /// Moves the cursor or takes something away.
    fn edit(&mut self, code: KeyCode, special: bool) -> Vec<Action> {
        let input = &mut self.tabs[self.current].input;
        let before = input.text().len();
        match code {
            KeyCode::Left if special => input.word_left(),
            KeyCode::Right if special => input.word_right(),
            KeyCode::Left => input.left(),
            KeyCode::Right => input.right(),
            KeyCode::Home => input.line_start(),
            KeyCode::End => input.line_end(),
            KeyCode::Backspace if special => input.delete_word(),
            KeyCode::Backspace => input.backspace(),
            KeyCode::Delete => input.delete(),
            KeyCode::Char(letter) if special => match letter {
                'a' => input.line_start(),
                'e' => input.line_end(),
                'b' => input.word_left(),
                'f' => input.word_right(),
                'w' => input.delete_word(),
                'u' => input.delete_to_start(),
                'k' => input.delete_to_end(),
                'd' => input.delete(),
                'h' => input.backspace(),
                _ => {}
            },
            _ => {}
        }
        if input.text().len() == before {
            return Vec::new();
        }
        self.history.leave();
        self.tell_typing()
    }

    /// Writes at the cursor.
    pub(super) fn write(&mut self, text: &str) -> Vec<Action> {
        self.history.leave();
        if !self.tab_mut().input.insert(text) {
            self.tell("the text is too long", Tone::Bad);
        }
        self.tell_typing()
    }

    /// Tells the others that the user is typing, unless it is a command or nothing.
    pub(in super::super) fn tell_typing(&mut self) -> Vec<Action> {
        let now = self.now.elapsed;
        let tab = &self.tabs[self.current];
        let says = tab.input.text().trim_start();
        let is_command = says.starts_with('/') && !says.starts_with("//");
        // To tell somebody offline would call them in vain.
        let offline = tab.only().is_some_and(|who| {
            self.roster.find(who).is_some_and(|person| person.is_listed() && person.status.is_none())
        });
        if says.is_empty() || is_command || offline {
            return Vec::new();
        }
        let Some(talk) = self.tabs[self.current].talk.as_mut() else { return Vec::new() };
        let Some(conversation) = talk.conversation else { return Vec::new() };
        if talk.told.is_some_and(|told| now < told + TELL_TYPING) {
            return Vec::new();
        }
        talk.told = Some(now);
        vec![Action::Typing(conversation)]
    }

    /// Sends the text, or carries out the command.
    fn enter(&mut self) -> Vec<Action> {
        let written = self.line().text().trim_end().to_owned();
        if written.trim().is_empty() {
            return Vec::new();
        }
        match command::parse(&written) {
            // The line stays, so that it can be corrected.
            Err(why) => {
                self.tell(
                    format!("{why}. Ctrl-U empties the line, // begins a text with a slash"),
                    Tone::Bad,
                );
                Vec::new()
            }
            Ok(Line::Command(command)) => {
                self.tab_mut().input.take();
                self.history.keep(&written);
                let tab = self.tab().id;
                let actions = self.carry_out(&command);
                if std::mem::take(&mut self.from_list) && self.tab().id == tab {
                    self.focus = Focus::List;
                }
                actions
            }
            Ok(Line::Text(text)) => {
                let Some(conversation) = self.tab().conversation() else {
                    self.tell(
                        "nobody is here to hear it: Esc goes to the list, Ctrl-U empties the line",
                        Tone::Bad,
                    );
                    return Vec::new();
                };
                self.tab_mut().input.take();
                self.history.keep(&written);
                self.scroll_to_bottom();
                if let Some(talk) = self.tab_mut().talk.as_mut() {
                    // The text has ended the notice on the other side: the next key tells anew.
                    talk.told = None;
                }
                self.say(conversation, &text)
            }
        }
    }

    /// Says something, in several messages when it is too long for one.
    fn say(&mut self, conversation: msnp_client::ConversationId, text: &str) -> Vec<Action> {
        let tab = self.tab().id;
        let mut actions = Vec::new();
        for text in portions::of(text) {
            let said = Body::Said { text: text.to_owned(), delivery: Delivery::Sending };
            let entry = self.push(self.current, said);
            actions.push(Action::Say { tab, conversation, entry, text: text.to_owned() });
        }
        actions
    }
}
