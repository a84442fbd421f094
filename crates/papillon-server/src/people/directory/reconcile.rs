//! Making what is in memory of a person the same as what is stored, after a change of which nobody knew whether it
//! was.

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
    /// Takes over what is stored of a person. A client can be told that others have put it on their lists, or taken
    /// it off; of changes of its own it only learns from a reply. For those its session ends: it comes back, and
    /// reads its lists.
    ///
    /// `false`, and nothing is done, if memory is newer than what was read, for others have changed something
    /// meanwhile: then it has to be read again. `may_go_back` takes it all the same.
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
        let news = (state.name == *name).then(|| told(state.lists.roster(), stored)).flatten();
        let before = apply::replace(&mut state, name.clone(), stored.clone());
        self.tell_difference(&session, &state, &before, out);
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

    /// Tells those who see a person now and did not before, or the other way round.
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

/// What a client has to be told so that it knows what is stored. `None` if that takes more than can be told.
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
    let explained = apply::with_events(kept.clone(), &events, stored.version);
    let change = |event: ListEvent| Change::Lists(ListChange::new(stored.version, event.into()));
    (explained == *stored).then(|| events.into_iter().map(change).collect())
}

/// Those on the reverse list in `after` and not in `before`.
fn newly_listing<'a>(before: &'a Roster, after: &'a Roster) -> impl Iterator<Item = &'a Contact> {
    let listed = |roster: &Roster, account| {
        let at = roster.contacts.binary_search_by_key(&account, |contact| contact.account);
        at.is_ok_and(|at| roster.contacts[at].lists.contains(List::Reverse))
    };
    let listing = after.contacts.iter().filter(|contact| contact.lists.contains(List::Reverse));
    listing.filter(move |contact| !listed(before, contact.account))
}
