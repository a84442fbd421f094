//! The commands that begin with a slash, carried out.

use std::path::PathBuf;

use msnp::{FriendlyName, Handle};

use super::{App, Tone};
use crate::chat::action::{Action, Request};
use crate::chat::command::Command;
use crate::chat::status;

impl App {
    /// Carries out a command.
    pub(super) fn carry_out(&mut self, command: &Command) -> Vec<Action> {
        match self.actions_of(command) {
            Ok(actions) => actions,
            Err(why) => {
                self.tell(why, Tone::Bad);
                Vec::new()
            }
        }
    }

    /// The error is for the user.
    fn actions_of(&mut self, command: &Command) -> Result<Vec<Action>, String> {
        let Command { name, argument } = command;
        let request = match *name {
            "quit" => return Ok(self.quit()),
            "help" => {
                self.help = Some(0);
                return Ok(Vec::new());
            }
            "close" => return Ok(self.close_tab()),
            "chat" => {
                let who = self.roster.resolve(argument)?;
                return self.not_self(who).map(|who| self.open_talk(&who));
            }
            "nudge" => return self.nudge(),
            "invite" => return self.invite(argument),
            "file" => return self.send_file(argument),
            "accept" | "decline" | "cancel" => return Ok(self.answer_file(name, argument)),
            "add" => {
                let who = Handle::parse(argument);
                let who = who.map_err(|_| format!("{argument} is no address such as ada@example.com"))?;
                Request::Add(self.not_self(who)?)
            }
            "remove" => Request::Remove(self.person(argument)?),
            "block" => Request::Block(self.person(argument)?),
            "unblock" => Request::Unblock(self.person(argument)?),
            // The argument is the name, so the person is the one of the tab or of the selected line.
            "rename" => Request::Rename(self.person("")?, checked_name(argument)?),
            "group" => Request::Group(self.person("")?, argument.clone()),
            "ungroup" => Request::Ungroup(self.person("")?, argument.clone()),
            "dropgroup" => Request::DropGroup(self.empty_group(argument)?),
            "status" => Request::Status(status::parse(argument)?),
            "name" => Request::Name(checked_name(argument)?),
            "emoticon" if argument.is_empty() => {
                self.list_emoticons();
                return Ok(Vec::new());
            }
            "emoticon" => {
                let (code, file) = argument.split_once(char::is_whitespace).ok_or_else(|| {
                    String::from("write a code and the picture's file, such as /emoticon (tux) tux.png")
                })?;
                Request::Emoticon(code.to_owned(), path(file))
            }
            "picture" if argument.eq_ignore_ascii_case("off") => Request::Picture(None),
            "picture" => Request::Picture(Some(path(argument))),
            _ => return Err(format!("/{name} does nothing yet")),
        };
        Ok(vec![Action::Do(request)])
    }

    /// The contact that a command is about: the one that is named, else the one in this tab, else the one selected in the
    /// contact list.
    fn person(&self, argument: &str) -> Result<Handle, String> {
        if !argument.is_empty() {
            return self.roster.resolve(argument);
        }
        if self.tab().talk.is_some() {
            let who = self.tab().only().cloned();
            return who.ok_or_else(|| String::from("several people are here: write who"));
        }
        self.selected_person()
            .ok_or_else(|| String::from("write who, or select somebody in the contact list"))
    }

    /// A group's name when nobody is in it: the service would remove them with it.
    fn empty_group(&self, name: &str) -> Result<String, String> {
        let wanted = name.to_lowercase();
        let group = self.roster.groups.iter().find(|(_, known)| known.to_lowercase() == wanted);
        let Some((id, name)) = group else { return Err(format!("there is no group {name}")) };
        if self.roster.people.iter().any(|person| person.groups.contains(id)) {
            return Err(format!("somebody is in the group {name}: /ungroup takes them out"));
        }
        Ok(name.clone())
    }

    fn not_self(&self, who: Handle) -> Result<Handle, String> {
        if who == self.roster.own { Err(String::from("that is your own address")) } else { Ok(who) }
    }

    fn invite(&mut self, argument: &str) -> Result<Vec<Action>, String> {
        let who = self.roster.resolve(argument)?;
        let who = self.not_self(who)?;
        let tab = self.tab();
        let (Some(talk), Some(conversation)) = (&tab.talk, tab.conversation()) else {
            return Err(String::from("open a conversation first"));
        };
        if talk.with.contains(&who) {
            return Err(format!("{who} is here already"));
        }
        Ok(vec![Action::Invite { tab: tab.id, conversation, who }])
    }

    fn nudge(&mut self) -> Result<Vec<Action>, String> {
        let tab = self.tab();
        let conversation = tab.conversation().ok_or_else(|| String::from("open a conversation first"))?;
        Ok(vec![Action::Nudge { tab: tab.id, conversation }])
    }

    fn list_emoticons(&mut self) {
        let own = &self.roster.emoticons;
        let text = if own.is_empty() {
            String::from("you have no emoticons of your own: /emoticon (tux) tux.png adds one")
        } else {
            format!("your emoticons: {}", own.join("  "))
        };
        // `tell` writes into the first tab by itself.
        if self.current != 0 {
            self.note(self.current, text.clone(), Tone::Plain);
        }
        self.tell(text, Tone::Plain);
    }

    fn send_file(&mut self, argument: &str) -> Result<Vec<Action>, String> {
        if self.tab().talk.is_none() {
            return Err(String::from("open a conversation first"));
        }
        let to = self.tab().only().cloned();
        let to = to.ok_or_else(|| String::from("files go to one person: open the conversation with them"))?;
        Ok(vec![Action::SendFile { to, path: path(argument) }])
    }
}

fn checked_name(text: &str) -> Result<String, String> {
    let checked = FriendlyName::from_text(text).map(|_| text.to_owned());
    checked.map_err(|_| String::from("that name is too long: 129 letters go"))
}

/// A path as people write or drop it into a terminal: with quotes, `\ ` or `file://`.
fn path(text: &str) -> PathBuf {
    let text = text.trim();
    // Terminals write the path of a file that is dropped on them in one of these ways.
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return PathBuf::from(inner);
        }
    }
    let text = text.strip_prefix("file://").unwrap_or(text);
    if cfg!(windows) { PathBuf::from(text) } else { PathBuf::from(text.replace("\\ ", " ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_as_terminals_drop_them() {
        assert_eq!(path("'/tmp/my file.png'"), PathBuf::from("/tmp/my file.png"));
        assert_eq!(path("\"a b\""), PathBuf::from("a b"));
        assert_eq!(path("file:///tmp/x"), PathBuf::from("/tmp/x"));
        assert_eq!(path("it's"), PathBuf::from("it's"));
        #[cfg(unix)]
        assert_eq!(path("/tmp/my\\ file.png"), PathBuf::from("/tmp/my file.png"));
    }
}
