//! The watchers of a person: the signed-in people that have the person on their forward list, and may see the person.

use std::cell::LazyCell;
use std::sync::Arc;

use msnp::{ListFlags, Privacy};
use papillon_store::{AccountId, ListChange, ListEvent};

use super::Directory;
use crate::delivery::Deliveries;
use crate::people::apply;
use crate::people::change::Change;
use crate::people::line::Line;
use crate::people::sessions::{Session, State};
use crate::people::visibility::{self, Notice};

/// The watchers that a change of a person's lists affects, with the state that decided about them before.
enum Affected {
    /// None.
    Nobody,
    /// One contact, and whether the person was shown to it.
    Contact(AccountId, bool),
    /// All contacts on neither privacy list, and the setting for them.
    Strangers(Privacy),
    /// All watchers: they see another name.
    All,
}

impl Directory {
    /// Applies a change of a person's lists and tells the person; then the watchers to which it shows or hides the
    /// person.
    pub(super) fn tell_lists(
        &self,
        session: &Arc<Session>,
        change: &Change,
        lists: &ListChange,
        out: &mut Deliveries,
    ) {
        let mut state = session.state();
        // Before the change is applied: this is the visibility until now.
        let affected = affected(&state, &lists.event);
        let is_news = apply::apply(&mut state, change);
        // A change that comes a second time, or late, is not told again. The watchers are compared all the same: of an
        // old one, they are as before.
        if is_news {
            self.push(session, change, out);
        }
        match affected {
            Affected::Nobody => {}
            Affected::Contact(contact, before) => {
                let after = state.is_shown_to(state.lists.of(contact));
                if let Some(notice) = visibility::crossing(before, after) {
                    self.tell_some(session, &state, notice, [contact], out);
                }
            }
            Affected::Strangers(before) => {
                let saw = |lists| state.is_visible() && visibility::watches(before, lists);
                self.tell_crossings(session, &state, saw, out);
            }
            Affected::All if is_news && state.is_visible() => {
                self.tell_watchers(session, &state, Notice::Online, out);
            }
            Affected::All => {}
        }
    }

    /// Gives all watchers a notice.
    pub(super) fn tell_watchers(
        &self,
        session: &Session,
        state: &State,
        notice: Notice,
        out: &mut Deliveries,
    ) {
        let privacy = state.lists.privacy();
        let contacts = state.lists.contacts().iter();
        let watchers = contacts.filter(|contact| visibility::watches(privacy, contact.lists));
        self.tell_some(session, state, notice, watchers.map(|contact| contact.account), out);
    }

    /// Gives a notice to the contacts for which the person appears or vanishes.
    fn tell_crossings(
        &self,
        session: &Session,
        state: &State,
        saw: impl Fn(ListFlags) -> bool,
        out: &mut Deliveries,
    ) {
        for notice in [Notice::Offline, Notice::Online] {
            let crosses = |lists| visibility::crossing(saw(lists), state.is_shown_to(lists)) == Some(notice);
            let contacts = state.lists.contacts().iter().filter(|contact| crosses(contact.lists));
            self.tell_some(session, state, notice, contacts.map(|contact| contact.account), out);
        }
    }

    /// Gives some accounts a notice about a person whose state is locked.
    pub(super) fn tell_some(
        &self,
        session: &Session,
        state: &State,
        notice: Notice,
        accounts: impl IntoIterator<Item = AccountId>,
        out: &mut Deliveries,
    ) {
        // Often nobody watches: then no presence is made. One line serves all watchers of a dialect.
        let change = LazyCell::new(|| match (notice, state.presence(&session.handle)) {
            (Notice::Online, Some(presence)) => Change::Online(presence),
            _ => Change::Offline(session.handle.clone()),
        });
        let mut line = Line::new(change, self.encode);
        // One lock for all look-ups. The state of `session` is locked: state and then map is the order everywhere.
        let sessions = self.sessions.lock();
        for account in accounts {
            if let Some(watcher) = sessions.get(account).filter(|watcher| watcher.watch.takes_in(session)) {
                line.send(watcher, out);
            }
        }
    }
}

fn affected(state: &State, event: &ListEvent) -> Affected {
    match event {
        ListEvent::PrivacyAdded { contact, .. } | ListEvent::PrivacyRemoved { contact, .. } => {
            Affected::Contact(contact.account, state.is_shown_to(state.lists.of(contact.account)))
        }
        ListEvent::PrivacySet(_) => Affected::Strangers(state.lists.privacy()),
        ListEvent::Renamed { .. } => Affected::All,
        // A new watcher learns of the person by `introduce`, in answer to its own request.
        _ => Affected::Nobody,
    }
}
