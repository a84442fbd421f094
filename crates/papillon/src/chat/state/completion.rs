//! Completion of commands and people by the tabulator.

use super::{App, Focus};
use crate::chat::command;

impl App {
    /// Completes the command that is written, as far as it is clear. Returns whether a command is
    /// being written at all.
    pub(super) fn complete(&mut self) -> bool {
        if self.focus != Focus::Line {
            return false;
        }
        let written = self.line().text().to_owned();
        let Some(rest) = written.strip_prefix('/').filter(|rest| !rest.starts_with('/')) else {
            return false;
        };
        let completed = match rest.split_once(' ') {
            None => {
                let names: Vec<String> =
                    command::completions(rest).map(|usage| usage.name.to_owned()).collect();
                complete_with(rest, &names).map(|word| {
                    let blank = if names.len() == 1 { " " } else { "" };
                    format!("/{word}{blank}")
                })
            }
            Some((name, begin)) if command::takes_a_person(name) => {
                let people = self.roster.people.iter();
                let people: Vec<String> = people
                    .filter(|person| person.handle.as_str().starts_with(&begin.to_lowercase()))
                    .map(|person| person.handle.to_string())
                    .collect();
                complete_with(begin, &people).map(|who| format!("/{name} {who}"))
            }
            Some(_) => None,
        };
        if let Some(completed) = completed {
            self.history.leave();
            self.tab_mut().input.set(completed);
        }
        true
    }
}

/// The common beginning of all candidates; `None` when there are none.
fn complete_with(begin: &str, candidates: &[String]) -> Option<String> {
    let mut common = candidates.first()?.clone();
    for other in candidates {
        while !other.starts_with(&common) {
            common.pop();
        }
    }
    Some(if common.len() < begin.len() { begin.to_owned() } else { common })
}
