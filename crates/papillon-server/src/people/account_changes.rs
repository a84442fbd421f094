//! What others change in accounts while the service runs (the command line, the pages, or another node).

use msnp::command::rem;
use msnp::wire::EncodeFor;
use msnp::{FriendlyName, Handle, List, TransactionId};
use papillon_store::{Account, AccountChange, AccountChangeKind, AccountId, StoreError};

use crate::delivery::Deliveries;
use crate::people::Session;
use crate::people::announce;
use crate::people::visibility::Notice;
use crate::roles::notification::send_away;
use crate::service::Service;

/// Carries out what has happened since `seen`; the first time there is nothing to carry out.
pub(crate) async fn catch_up(service: &Service, seen: Option<i64>) -> Result<i64, StoreError> {
    let Some(mut sequence) = seen else { return service.store.last_change().await };
    for change in service.store.changes_after(sequence).await? {
        sequence = sequence.max(change.sequence);
        carry_out(service, &change).await?;
    }
    Ok(sequence)
}

async fn carry_out(service: &Service, change: &AccountChange) -> Result<(), StoreError> {
    match change.kind {
        AccountChangeKind::Disabled | AccountChangeKind::SignedOut => {
            sign_out(service, &change.handle, change.account).await;
        }
        AccountChangeKind::Removed => {
            sign_out(service, &change.handle, change.account).await;
            forget(service, &change.handle, change.account).await?;
        }
        // A new password voids the tickets and leaves the session that is open. No other kind concerns a session.
        _ => {}
    }
    Ok(())
}

/// Gives somebody another display name. Contacts who are online see it at once; the person's own
/// client does after its next sign-in, for no line is known that would tell it.
pub(crate) async fn rename(
    service: &Service,
    account: &Account,
    name: FriendlyName,
) -> Result<(), StoreError> {
    let _turn = service.locks.one(&account.handle).await;
    let version = service.store.rename(account.id, &name).await?;
    let session = service.sessions.get(&account.handle).filter(|session| session.account == account.id);
    if let Some(session) = session {
        let mut out = Deliveries::new();
        announce::update(&service.sessions, &session, &mut out, |state| {
            state.reach(version);
            state.name = name;
            state.is_visible().then_some(Notice::Online)
        });
    }
    Ok(())
}

/// Ends the session and the conversations of an account. A sign-in that is under way is over before, or
/// reads afterwards what has changed.
async fn sign_out(service: &Service, handle: &Handle, account: AccountId) {
    let _turn = service.locks.one(handle).await;
    // A new account can have the address by now.
    match service.sessions.get(handle).filter(|session| session.account == account) {
        Some(session) => {
            tracing::info!(account = %handle, "signed out from outside");
            send_away(service, &session, &mut Deliveries::new());
        }
        None => service.open.close_account(account),
    }
}

/// An account that no longer exists vanishes from the lists of those who are signed in.
async fn forget(service: &Service, handle: &Handle, account: AccountId) -> Result<(), StoreError> {
    for session in service.sessions.all() {
        let lists = session.state().lists_of(account);
        if lists.is_empty() {
            continue;
        }
        let _turn = service.locks.one(&session.handle).await;
        let Some((_, roster)) = service.store.sign_in(session.account).await? else { continue };
        let version = roster.version;
        session.state().roster = roster;
        let mut out = Deliveries::new();
        for list in List::ALL.into_iter().filter(|list| lists.contains(*list)) {
            tell_removed(&session, list, version, handle, &mut out);
        }
    }
    Ok(())
}

fn tell_removed(
    session: &Session,
    list: List,
    version: msnp::ListVersion,
    handle: &Handle,
    out: &mut Deliveries,
) {
    let transaction = TransactionId::SERVER;
    let line = rem::Reply { transaction, list, version, handle: handle.clone(), group: None };
    out.send(&session.outbox, line.to_bytes_for(session.dialect));
}
