//! Changes that were refused, and may be stored all the same: whoever is signed in keeps in memory what
//! is on the disk, and is told.

use std::sync::Arc;

use msnp::command::{add, rem};
use msnp::wire::EncodeFor;
use msnp::{FriendlyName, List, ListVersion, TransactionId};
use papillon_store::{AccountId, Contact, Roster, StoreError};

use crate::delivery::Deliveries;
use crate::people::Session;
use crate::people::announce;
use crate::people::roster;
use crate::service::Service;

/// Looks into all that are known.
pub(super) async fn settle(service: &Service) -> Result<(), StoreError> {
    for account in service.store.in_doubt() {
        settle_one(service, account).await?;
    }
    Ok(())
}

async fn settle_one(service: &Service, account: AccountId) -> Result<(), StoreError> {
    let Some(person) = service.store.account_by_id(account).await? else {
        return service.store.look_into(account).await.map(drop);
    };
    // A sign-in reads the lists either before, and is here then, or afterwards.
    let _turn = service.locks.one(&person.handle).await;
    let Some((person, stored)) = service.store.look_into(account).await? else { return Ok(()) };
    let session = service.sessions.get(&person.handle).filter(|session| session.account == account);
    if let Some(session) = session {
        take_over(service, &session, person.name, stored);
    }
    Ok(())
}

/// Makes memory what is stored. A client can be told that others have put it on their lists, or taken
/// it off; of changes of its own it only learns from a reply. For those its connection ends: it comes
/// back, and reads its lists.
fn take_over(service: &Service, session: &Arc<Session>, name: FriendlyName, stored: Roster) {
    let mut out = Deliveries::new();
    let (own, kept) = {
        let state = session.state();
        (state.name.clone(), state.roster.clone())
    };
    if (&own, &kept) == (&name, &stored) {
        return;
    }
    tracing::warn!(account = %session.handle, "a change that was refused is stored all the same");
    let (listed, unlisted) = (newly_listing(&kept, &stored), newly_listing(&stored, &kept));
    let is_told = own == name && with_reverse_list_of(kept, &listed, &unlisted, stored.version) == stored;
    let version = stored.version;
    announce::update_lists(&service.sessions, session, &mut out, |state| {
        state.name = name;
        state.roster = stored;
    });
    if is_told {
        tell(session, version, &listed, &unlisted, &mut out);
    } else {
        announce::sign_out(&service.sessions, session, &mut out);
        out.close(&session.outbox);
    }
}

/// Those on the reverse list in `after` and not in `before`.
fn newly_listing(before: &Roster, after: &Roster) -> Vec<Contact> {
    let listed = |roster: &Roster, account| {
        roster::contact(roster, account).is_some_and(|contact| contact.lists.contains(List::Reverse))
    };
    let new = after.contacts.iter().filter(|contact| contact.lists.contains(List::Reverse));
    new.filter(|contact| !listed(before, contact.account)).cloned().collect()
}

fn with_reverse_list_of(
    mut roster: Roster,
    listed: &[Contact],
    unlisted: &[Contact],
    version: ListVersion,
) -> Roster {
    for contact in listed {
        roster::put_on(&mut roster, List::Reverse, contact.account, &contact.handle, &contact.name);
    }
    for contact in unlisted {
        roster::take_off(&mut roster, List::Reverse, contact.account);
    }
    roster.version = version;
    roster
}

fn tell(
    session: &Session,
    version: ListVersion,
    listed: &[Contact],
    unlisted: &[Contact],
    out: &mut Deliveries,
) {
    let (transaction, list, group) = (TransactionId::SERVER, List::Reverse, None);
    for contact in unlisted {
        let line = rem::Reply { transaction, list, version, handle: contact.handle.clone(), group };
        out.send(&session.outbox, line.to_bytes_for(session.dialect));
    }
    for contact in listed {
        let (handle, name) = (contact.handle.clone(), contact.name.clone());
        out.send(
            &session.outbox,
            add::Reply { transaction, list, version, handle, name, group }.to_bytes_for(session.dialect),
        );
    }
}
