//! Files in the conversations.

use std::path::PathBuf;

use msnp::Handle;
use msnp_client::{Event, TransferError, TransferId};

use super::transfers::{File, Stage, file_name};
use super::{App, Body, Tone};
use crate::chat::action::Action;
use crate::clean;
use crate::failures::why_not_transferred;
use crate::size;

impl App {
    /// The events about files.
    pub(super) fn handle_file_event(&mut self, event: Event, actions: &mut Vec<Action>) {
        match event {
            Event::FileOffered { transfer, from, name, size, .. } => {
                let name = clean::line(&name);
                self.tell(
                    format!("{} offers {name} ({})", self.name_of(&from), size::bytes(size)),
                    Tone::Plain,
                );
                let file = File::offered(from, name, size, false);
                let tab = self.add_file(transfer, file, actions);
                actions.extend(self.call_attention(tab));
            }
            Event::FileProgress { transfer, progress } => {
                self.transfers.progress(transfer, self.now.elapsed, progress);
            }
            Event::FileReceived { transfer, path, .. } => self.file_done(transfer, Some(path)),
            Event::FileSent { transfer, .. } => self.file_done(transfer, None),
            Event::FileFailed { transfer, error, .. } => self.file_failed(transfer, &error),
            _ => {}
        }
    }

    /// Shows a file in the tab with its other side.
    fn add_file(&mut self, transfer: TransferId, file: File, actions: &mut Vec<Action>) -> usize {
        let tab = self.tab_with(&file.peer, actions);
        self.transfers.insert(transfer, file);
        self.push(tab, Body::File(transfer));
        tab
    }

    /// The outcome of an offer.
    pub(super) fn file_offered(
        &mut self,
        to: Handle,
        path: &std::path::Path,
        result: Result<(TransferId, u64), TransferError>,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let name = file_name(path);
        match result {
            Ok((transfer, size)) => {
                self.add_file(transfer, File::offered(to, name, size, true), &mut actions);
            }
            Err(error) => {
                let why = why_not_transferred(&error);
                let text = match &error {
                    // It names the file already.
                    TransferError::File { .. } => format!("not offered: {why}"),
                    _ => format!("{name} was not offered: {why}"),
                };
                let text = clean::line(&text);
                let tab = self.tabs.iter().position(|tab| tab.is_with(&to));
                if let Some(tab) = tab {
                    self.note(tab, text.clone(), Tone::Bad);
                }
                self.tell(text, Tone::Bad);
            }
        }
        actions
    }

    fn file_done(&mut self, transfer: TransferId, path: Option<PathBuf>) {
        let text = self.transfers.get(transfer).map(|file| match &path {
            Some(path) => format!("{} is here: {}", file.name, clean::line(&path.to_string_lossy())),
            None => format!("{} has {}", self.name_of(&file.peer), file.name),
        });
        if let (true, Some(text)) = (self.transfers.end(transfer, Stage::Done(path)), text) {
            self.tell(text, Tone::Good);
        }
    }

    pub(super) fn file_failed(&mut self, transfer: TransferId, error: &TransferError) {
        let why = clean::line(&why_not_transferred(error));
        let text = self.transfers.get(transfer).map(|file| format!("{}: {why}", file.name));
        if let (true, Some(text)) = (self.transfers.end(transfer, Stage::Failed(why)), text) {
            self.tell(text, Tone::Bad);
        }
    }

    /// `/accept`, `/decline` and `/cancel`: with a number the file with it, without the latest one
    /// in this tab to which that can be done.
    pub(super) fn answer_file(&mut self, command: &str, argument: &str) -> Vec<Action> {
        let cancel = command == "cancel";
        let peer = self.tab().only().cloned();
        let fits = |file: &File| {
            let can = match file.stage {
                // An own offer can be cancelled; one of the other side is accepted or declined.
                Stage::Offered => cancel == file.sending,
                Stage::Running { .. } => cancel,
                Stage::Done(_) | Stage::Failed(_) => false,
            };
            can && peer.as_ref().is_none_or(|peer| file.peer == *peer)
        };
        let transfer = if argument.is_empty() {
            self.transfers.latest(fits)
        } else {
            let number = argument.trim_start_matches('#').parse().ok().map(TransferId);
            number.filter(|number| self.transfers.get(*number).is_some_and(fits))
        };
        let Some(transfer) = transfer else {
            self.tell(format!("there is no file to {command} here"), Tone::Bad);
            return Vec::new();
        };
        match command {
            "accept" => {
                // At once, so that the same command again does not mean this file.
                self.transfers.begin(transfer);
                vec![Action::AcceptFile(transfer)]
            }
            "decline" => {
                self.transfers.end(transfer, Stage::Failed(String::from("you declined it")));
                vec![Action::DeclineFile(transfer)]
            }
            _ => vec![Action::CancelFile(transfer)],
        }
    }
}
