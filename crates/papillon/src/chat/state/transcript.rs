//! The transcript of one tab: messages and notes.

use std::collections::VecDeque;

use msnp::Handle;
use msnp::message::Effects;
use msnp_client::TransferId;

use crate::chat::action::EntryId;
use crate::chat::clock::Stamp;
use crate::chat::tone::Tone;

/// More entries than this are not kept.
pub(crate) const MAX_ENTRIES: usize = 2_000;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Its number.
    pub(crate) id: EntryId,
    /// The time.
    pub(crate) at: Stamp,
    /// The content.
    pub(crate) body: Body,
}

/// The content of an entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// Another day begins.
    Day,
    /// A message of another person.
    Heard {
        /// The sender.
        from: Handle,
        /// The sender's name at that time.
        name: String,
        /// The text, cleaned.
        text: String,
        /// The style of it.
        effects: Effects,
        /// The parts of it that stand for pictures.
        shortcuts: Vec<String>,
    },
    /// A message of the user.
    Said {
        /// The text.
        text: String,
        /// Whether it arrived.
        delivery: Delivery,
    },
    /// A note of the program.
    Note {
        /// The text.
        text: String,
        /// The tone of it.
        tone: Tone,
    },
    /// A file; its progress is drawn from the transfers.
    File(TransferId),
}

/// Whether something arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It is on its way.
    Sending,
    /// All have it.
    Delivered,
    /// It did not; the reason.
    Failed(String),
}

/// The entries, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transcript {
    entries: VecDeque<Entry>,
    /// The number of lines of the screen below the lowest one that is shown.
    pub(crate) scroll: usize,
}

impl Transcript {
    /// Oldest first.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Adds an entry, and before it a line with the day when it is another one. Returns how many
    /// entries were added.
    pub(super) fn push(&mut self, entry: Entry) -> usize {
        let other_day = self.entries.back().is_some_and(|last| last.at.day != entry.at.day);
        if other_day {
            self.entries.push_back(Entry { body: Body::Day, ..entry.clone() });
        }
        self.entries.push_back(entry);
        while self.entries.len() > MAX_ENTRIES {
            self.entries.pop_front();
        }
        1 + usize::from(other_day)
    }

    /// Something that the user said.
    pub(super) fn set_delivery(&mut self, id: EntryId, now: Delivery) {
        let entry = self.entries.iter_mut().rev().find(|entry| entry.id == id);
        if let Some(Entry { body: Body::Said { delivery, .. }, .. }) = entry {
            *delivery = now;
        }
    }
}
