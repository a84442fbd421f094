//! One conversation as the user sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use msnp::Handle;
use msnp::message::Emoticon;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::happening::{Happening, Tell};
use super::{ConversationId, emoticons};
use crate::switchboards::{Line, People};

/// Typing is told this often; it is shown for six seconds (GAIM).
const TYPING: Duration = Duration::from_secs(5);

/// One conversation: a line, and the part of its state that the user knows.
pub(crate) struct ConversationState {
    line: Arc<Line>,
    tell: Arc<Tell>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The members that the user knows of.
    shown: People,
    /// Whether the user knows that this conversation is going on.
    announced: bool,
    /// The time of the last notice of typing; in the future after a call that failed.
    typed: Option<Instant>,
    /// The emoticons of each member's next text.
    emoticons: BTreeMap<Handle, Vec<Emoticon>>,
}

impl ConversationState {
    pub(super) fn new(line: Arc<Line>, tell: Arc<Tell>) -> Self {
        Self { line, tell, known: Mutex::default() }
    }

    /// A conversation with these accounts that has no connection and causes no events.
    pub(crate) fn detached(id: ConversationId, people: BTreeSet<Handle>) -> Self {
        Self::new(Arc::new(Line::new(id.0, people)), Arc::new(|_: &Arc<Self>, _| {}))
    }

    /// The number of its line: there is one conversation on each.
    pub(crate) fn id(&self) -> ConversationId {
        ConversationId(self.line.id())
    }

    /// The members; with no member connected, the accounts that will be called.
    pub(crate) fn people(&self) -> BTreeSet<Handle> {
        self.line.people()
    }

    /// Leaves it. The user knows: no event follows.
    pub(crate) fn leave(&self) {
        let mut known = self.known.lock();
        // Under the lock, so that a `refresh` at the same time neither tells of members that leave nor of the end. Lock
        // order: `known`, then the line's state.
        self.line.leave();
        known.shown.clear();
        known.ended();
    }

    pub(super) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// Tells of a happening.
    pub(super) fn tell(self: &Arc<Self>, happening: Happening) {
        (self.tell)(self, happening);
    }

    /// Shows the user that this conversation is going on.
    pub(super) fn announce(self: &Arc<Self>) {
        let mut known = self.known.lock();
        let here = self.line.here();
        if !known.announced && !here.is_empty() {
            known.announced = true;
            self.show(&mut known, here);
        }
    }

    /// Compares the members with those that the user knows, and tells the user of changes.
    pub(super) fn refresh(self: &Arc<Self>) {
        let mut known = self.known.lock();
        // Under the lock, so that of two callers at once neither shows an outdated state.
        let here = self.line.here();
        let empty = here.is_empty();
        // More than two members cannot be about packets: those are for one peer.
        known.announced |= here.len() > 1;
        if known.announced {
            self.show(&mut known, here);
        }
        if empty && known.announced {
            known.ended();
            self.tell(Happening::Closed);
        }
    }

    fn show(self: &Arc<Self>, known: &mut Known, here: People) {
        let shown = std::mem::replace(&mut known.shown, here);
        for who in shown.keys().filter(|who| !known.shown.contains_key(*who)) {
            known.emoticons.remove(who);
            self.tell(Happening::Left { who: who.clone() });
        }
        for (who, name) in known.shown.iter().filter(|(who, _)| !shown.contains_key(*who)) {
            self.tell(Happening::Joined { who: who.clone(), name: name.clone() });
        }
    }

    /// Notes that this account is typing. `false` when the others were told a moment ago.
    pub(super) fn note_typing(&self, now: Instant) -> bool {
        let mut known = self.known.lock();
        let due = known.typed.is_none_or(|typed| now >= typed + TYPING);
        // Noted before the notice is sent: of two key presses at once, one tells.
        if due {
            known.typed = Some(now);
        }
        due
    }

    /// Typing counts as told at this time; with `None` it is told again at once.
    pub(super) fn set_typed(&self, typed: Option<Instant>) {
        self.known.lock().typed = typed;
    }

    /// The next text of this member may use these.
    pub(super) fn expect_emoticons(&self, from: &Handle, announced: Vec<Emoticon>) {
        let mut known = self.known.lock();
        if known.emoticons.contains_key(from) || known.emoticons.len() < emoticons::MAX_SENDERS {
            emoticons::remember(known.emoticons.entry(from.clone()).or_default(), announced);
        }
    }

    /// The emoticons that a text of this member uses.
    pub(super) fn take_emoticons(&self, from: &Handle, text: &str) -> Vec<Emoticon> {
        let mut known = self.known.lock();
        let Some(expected) = known.emoticons.get(from) else { return Vec::new() };
        let used = emoticons::used(expected, text, |emoticon| emoticon.shortcut());
        // An announcement is good for one text. One that uses none of it was sent between the two, and leaves it for the
        // next.
        if !used.is_empty() {
            known.emoticons.remove(from);
        }
        used
    }
}

impl Known {
    fn ended(&mut self) {
        self.announced = false;
        self.typed = None;
        self.emoticons.clear();
    }
}
