//! Questions about people that added this account.

use msnp::Handle;

use super::{App, Tone};
use crate::chat::action::{Action, Request};

/// The user's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Add,
    Block,
    Later,
}

impl App {
    /// Asks about each person that waits and has not been asked about; forgets those that wait no more.
    pub(super) fn ask_about_new_people(&mut self) {
        let waiting: Vec<Handle> = self
            .roster
            .people
            .iter()
            .filter(|person| person.is_waiting())
            .map(|person| person.handle.clone())
            .collect();
        self.asked.retain(|who| waiting.contains(who));
        self.questions.retain(|who| waiting.contains(who));
        for who in waiting {
            if self.asked.insert(who.clone()) {
                self.questions.push_back(who);
            }
        }
    }

    /// Asks about a person once more, before all others.
    pub(super) fn ask_again(&mut self, who: &Handle) {
        self.questions.retain(|other| other != who);
        self.questions.push_front(who.clone());
    }

    /// The question that is shown is answered.
    pub(super) fn answer(&mut self, answer: Answer) -> Vec<Action> {
        let Some(who) = self.questions.pop_front() else { return Vec::new() };
        match answer {
            Answer::Add => vec![Action::Do(Request::Add(who))],
            Answer::Block => vec![Action::Do(Request::Block(who))],
            Answer::Later => {
                let name = self.name_of(&who);
                self.tell(format!("{name} stays on top of your list until you answer"), Tone::Quiet);
                Vec::new()
            }
        }
    }
}
