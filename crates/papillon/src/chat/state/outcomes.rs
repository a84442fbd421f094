//! The effects of an action's outcome.

use msnp::Handle;
use msnp_client::SendError;

use super::{App, Delivery, Tone};
use crate::chat::action::{Action, Outcome, TabId};
use crate::clean;

impl App {
    /// An action was carried out, or failed.
    pub(crate) fn handle_outcome(&mut self, outcome: Outcome) -> Vec<Action> {
        match outcome {
            Outcome::Opened { tab, conversation } => {
                let index = self.tab_index(tab);
                if let Some(talk) = index.and_then(|index| self.tabs[index].talk.as_mut()) {
                    talk.conversation = Some(conversation);
                }
                self.arriving.remove(&conversation);
            }
            Outcome::Said { tab, entry, result } => {
                let delivery = match result {
                    Ok(()) => Delivery::Delivered,
                    Err(error) => {
                        let why = clean::line(&error.to_string());
                        // Written under the text for good.
                        self.hint(format!("not delivered: {why}. ↑ brings it back, Ctrl-U empties the line"));
                        Delivery::Failed(why)
                    }
                };
                if let Some(index) = self.tab_index(tab) {
                    self.tabs[index].transcript.set_delivery(entry, delivery);
                }
            }
            Outcome::Nudged { tab, result } => self.nudged_them(tab, result),
            Outcome::Invited { tab, who, result } => self.invited(tab, &who, result),
            Outcome::Done { request, result } => {
                match result {
                    Ok(()) => self.tell(clean::line(&request.done()), Tone::Good),
                    Err(error) => {
                        self.tell(clean::line(&format!("{}: {error}", request.failed())), Tone::Bad)
                    }
                }
                return vec![Action::Refresh];
            }
            Outcome::FileOffered { to, path, result } => return self.file_offered(to, &path, result),
            Outcome::TransferRefused { transfer, error } => self.file_failed(transfer, &error),
        }
        Vec::new()
    }

    fn nudged_them(&mut self, tab: TabId, result: Result<(), SendError>) {
        let Some(index) = self.tab_index(tab) else { return };
        match result {
            Ok(()) => {
                let with = self.tabs[index].talk.as_ref().map(|talk| talk.with.clone()).unwrap_or_default();
                let names = with.iter().map(|who| self.name_of(who)).collect::<Vec<_>>().join(", ");
                self.note(index, format!("you have nudged {names}"), Tone::Quiet);
            }
            Err(error) => {
                let text = clean::line(&format!("nobody was nudged: {error}"));
                self.note(index, text, Tone::Bad);
            }
        }
    }

    fn invited(&mut self, tab: TabId, who: &Handle, result: Result<(), String>) {
        let index = self.tab_index(tab);
        let talk = index.and_then(|index| self.tabs[index].talk.as_ref());
        let is_here = talk.is_some_and(|talk| talk.with.contains(who));
        let name = self.name_of(who);
        let (text, tone) = match result {
            // They were faster.
            Ok(()) if is_here => return,
            Ok(()) => (format!("{name} is invited"), Tone::Quiet),
            Err(error) => (clean::line(&format!("{name} was not invited: {error}")), Tone::Bad),
        };
        if let Some(index) = index {
            self.note(index, text.clone(), tone);
        }
        if tone == Tone::Bad {
            self.tell(text, tone);
        }
    }
}
