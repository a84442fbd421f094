//! The reconciliation of memory with the store, after a change with an unknown outcome.

use msnp::{FriendlyName, List};
use papillon_store::{AccountId, Contact, ListChange, ListEvent, Person, Roster};

use super::Directory;
use crate::delivery::Deliveries;
use crate::people::apply;
use crate::people::change::Change;
use crate::people::lists::Lists;
use crate::people::sessions::{Session, State};
use crate::people::visibility::{self, Notice};

impl Directory {
    /// Puts a person's stored name and lists into memory. A client can be told that others have put it on their lists,
    /// or taken it off. It learns of its own changes by replies only: for those its session ends, the client comes
    /// back, and reads its lists.
    ///
    /// Returns `false` and does nothing if memory is newer than the stored lists, because another change was told in
    /// between. Then they have to be read again. With `may_go_back` older lists are taken too.
    pub(crate) fn reconcile(
        &self,
        person: AccountId,
        name: &FriendlyName,
        stored: &Roster,
        may_go_back: bool,
        out: &mut Deliveries,
    ) -> bool {
        let Some(session) = self.sessions.get(person) else { return true };
        let mut state = session.state();
        if stored.version < state.lists.version() && !may_go_back {
            return false;
        }
        apply::confirm(&mut state, stored);
        if (&state.name, state.lists.roster()) == (name, stored) {
            return true;
        }
        tracing::warn!(account = %session.handle, "a change that was refused is stored all the same");
        // Before the replacement: it compares old and new.
        let news = (state.name == *name).then(|| told(state.lists.roster(), stored)).flatten();
        let before = apply::replace(&mut state, name.clone(), stored.clone());
        self.tell_difference(&session, &state, &before, out);
        // `leave` locks it again.
        drop(state);
        match news {
            Some(news) => news.iter().for_each(|change| self.push(&session, change, out)),
            None => {
                self.leave(&session, out);
                out.close(&session.outbox);
            }
        }
        true
    }

    /// Tells the contacts for which the new lists show or hide a person.
    fn tell_difference(&self, session: &Session, state: &State, before: &Lists, out: &mut Deliveries) {
        if !state.is_visible() {
            return;
        }
        for (notice, from, to) in
            [(Notice::Offline, before, &state.lists), (Notice::Online, &state.lists, before)]
        {
            let watch = |lists: &Lists, account| visibility::watches(lists.privacy(), lists.of(account));
            let accounts = from.contacts().iter().map(|contact| contact.account);
            let crossing = accounts.filter(|account| watch(from, *account) && !watch(to, *account));
            self.tell_some(session, state, notice, crossing, out);
        }
    }
}

/// The changes of which a client has to be told to know the stored lists. `None` if a client cannot be told.
fn told(kept: &Roster, stored: &Roster) -> Option<Vec<Change>> {
    let person = |contact: &Contact| Person { account: contact.account, handle: contact.handle.clone() };
    let is_known = |account| kept.contacts.iter().any(|known| known.account == account);
    let unlisted =
        newly_listing(stored, kept).map(|contact| ListEvent::UnlistedBy { person: person(contact) });
    let listed = newly_listing(kept, stored).map(|contact| ListEvent::ListedBy {
        person: person(contact),
        name: contact.name.clone(),
        is_new: !is_known(contact.account),
    });
    let events: Vec<_> = unlisted.chain(listed).collect();
    // They tell all that is new only if they alone lead from the lists in memory to the stored ones.
    let explained = apply::with_events(kept.clone(), &events, stored.version);
    let change = |event: ListEvent| Change::Lists(ListChange::new(stored.version, event.into()));
    (explained == *stored).then(|| events.into_iter().map(change).collect())
}

/// The contacts on the reverse list in `after` and not in `before`.
fn newly_listing<'a>(before: &'a Roster, after: &'a Roster) -> impl Iterator<Item = &'a Contact> {
    let listed = |roster: &Roster, account| {
        // Contacts are kept in the order of their account numbers, in memory and by the store.
        let at = roster.contacts.binary_search_by_key(&account, |contact| contact.account);
        at.is_ok_and(|at| roster.contacts[at].lists.contains(List::Reverse))
    };
    let listing = after.contacts.iter().filter(|contact| contact.lists.contains(List::Reverse));
    listing.filter(move |contact| !listed(before, contact.account))
}
