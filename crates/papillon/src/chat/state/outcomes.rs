//! What follows from how an action went.

use super::{App, Delivery, Tone};
use crate::chat::action::{Action, Outcome};
use crate::chat::clean;

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
                    Err(error) => Delivery::Failed(clean::line(&error.to_string())),
                };
                if let Some(index) = self.tab_index(tab) {
                    self.tabs[index].transcript.set_delivery(entry, delivery);
                }
            }
            Outcome::Invited { tab, who, result } => {
                let name = self.name_of(&who);
                let (text, tone) = match result {
                    Ok(()) => (format!("{name} is invited"), Tone::Quiet),
                    Err(error) => (clean::line(&format!("{name} was not invited: {error}")), Tone::Bad),
                };
                if let Some(index) = self.tab_index(tab) {
                    self.note(index, text.clone(), tone);
                }
                if tone == Tone::Bad {
                    self.tell(text, tone);
                }
            }
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
}
