//! `ADD`, `REM`, `REA`: the four lists.

use std::sync::Arc;

use msnp::command::{add, rea, rem};
use msnp::{ErrorCode, Handle, List, TransactionId};
use papillon_store::{Committed, ListEvent, PrivacyList};

use super::{CommandError, Connection, Outcome, list_lines};
use crate::delivery::Deliveries;
use crate::people::change::Change;
use crate::people::{Class, Session};
use crate::refusals::Refusal;
use crate::roles::verb_table::Gate;

impl Connection {
    pub(super) async fn add(&mut self, request: add::Request) -> Outcome {
        match request.list {
            List::Forward => self.add_to_forward(request).await,
            List::Allow => self.add_to_privacy(request, PrivacyList::Allow).await,
            List::Block => self.add_to_privacy(request, PrivacyList::Block).await,
            // Only the service writes the reverse list, and neither dialect has a fifth one.
            _ => Err(CommandError::Close),
        }
    }

    pub(super) async fn remove(&mut self, request: rem::Request) -> Outcome {
        match request.list {
            List::Forward => self.remove_from_forward(request).await,
            List::Allow => self.remove_from_privacy(request, PrivacyList::Allow).await,
            List::Block => self.remove_from_privacy(request, PrivacyList::Block).await,
            _ => Err(CommandError::Close),
        }
    }

    async fn add_to_forward(&mut self, request: add::Request) -> Outcome {
        let add::Request { transaction, handle, name, group, .. } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let is_new = session.read(|state| !state.lists.has_forward(&handle));
        // The contact is told of each time that it comes onto the list, and asks its person about it. One that has
        // blocked this account is told too: its lists change with ours, and its client's copy has to follow.
        if is_new && !service.rates.take_addition(session.account, &handle) {
            return Err(self.too_often_for_contact(&session));
        }
        // Of both: the other person's reverse list changes with it.
        let _turn = service.locks.two(&session.handle, &handle).await;
        let limit = service.config.limits.forward_list;
        let added = service.store.add_to_forward(session.account, &handle, &name, group, limit).await;
        if added.is_err() && is_new {
            // The contact is told nothing, so it does not count: a person tries again while the database is away.
            service.rates.give_back_addition(session.account, &handle);
        }
        let added = added?;

        // A contact that is in another group already is known to the client.
        if let ListEvent::ForwardAdded { contact, is_new: true, .. } = &*added.own.event {
            service.directory.await_contact(&session, contact.account);
        }
        let mut out = Deliveries::new();
        self.pass_on(&session, transaction, &added, &mut out);
        // After the reply: only then does the client know the contact.
        service.directory.introduce(&session, transaction, &mut out);
        Ok(())
    }

    async fn remove_from_forward(&mut self, request: rem::Request) -> Outcome {
        let rem::Request { transaction, handle, group, .. } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.two(&session.handle, &handle).await;
        let removed = service.store.remove_from_forward(session.account, &handle, group).await?;
        self.pass_on(&session, transaction, &removed, &mut Deliveries::new());
        Ok(())
    }

    async fn add_to_privacy(&mut self, request: add::Request, list: PrivacyList) -> Outcome {
        let add::Request { transaction, handle, name, .. } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        self.may_unblock(&session, list == PrivacyList::Allow, &handle)?;
        let _turn = service.locks.one(&session.handle).await;
        let limit = service.config.limits.privacy_list;
        let added = service.store.add_to_privacy(session.account, list, &handle, &name, limit).await?;
        self.pass_on(&session, transaction, &added, &mut Deliveries::new());
        Ok(())
    }

    async fn remove_from_privacy(&mut self, request: rem::Request, list: PrivacyList) -> Outcome {
        let rem::Request { transaction, handle, .. } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        self.may_unblock(&session, list == PrivacyList::Block, &handle)?;
        let _turn = service.locks.one(&session.handle).await;
        let removed = service.store.remove_from_privacy(session.account, list, &handle).await?;
        self.pass_on(&session, transaction, &removed, &mut Deliveries::new());
        Ok(())
    }

    /// Lets a change through that can show the account to one contact, unless that contact has been shown it too often
    /// of late.
    fn may_unblock(&self, session: &Session, shows: bool, contact: &Handle) -> Outcome {
        if shows && !self.service.rates.take_unblock(session.account, contact) {
            return Err(self.too_often_for_contact(session));
        }
        Ok(())
    }

    /// The error for a change that concerns one contact too often; counts it.
    fn too_often_for_contact(&self, session: &Session) -> CommandError {
        let from = self.origin.client.ip();
        self.service.refusals.note(Refusal::ContactChanges, Some(from), Some(&session.handle));
        CommandError::Error(ErrorCode::ChangingTooRapidly)
    }

    /// One's own handle renames oneself, for everybody; any other the entry in one's lists.
    pub(super) async fn rename(&mut self, request: rea::Request) -> Outcome {
        let rea::Request { transaction, handle, name } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let oneself = handle == session.handle;
        // The original let people name themselves after they had shown that their address is theirs (HYP).
        if oneself && !self.verified {
            return Err(CommandError::Error(ErrorCode::NicknameIllegal));
        }
        let class = if oneself { Class::Changes } else { Class::ListChanges };
        if !self.take(class) {
            return Err(CommandError::Error(class.error()));
        }
        let _turn = service.locks.one(&session.handle).await;
        let renamed = if oneself {
            service.store.rename(session.account, &name).await?
        } else {
            service.store.rename_contact(session.account, &handle, &name).await?
        };
        self.pass_on(&session, transaction, &renamed, &mut Deliveries::new());
        Ok(())
    }

    /// Answers a request that has changed lists, and tells all people that the change concerns.
    pub(super) fn pass_on(
        &self,
        session: &Session,
        transaction: TransactionId,
        committed: &Committed,
        out: &mut Deliveries,
    ) {
        let (owner, synchronised) = (&session.handle, self.synchronised);
        let reply = list_lines::reply(transaction, &committed.own, owner, synchronised, self.dialect);
        out.send(&self.outbox, reply);
        for (person, change) in &committed.changes {
            self.service.directory.tell(*person, &Change::Lists(change.clone()), out);
        }
        if let Err(excess) = self.outbox.charge_lists(session.read(|state| state.lists.weight())) {
            self.outbox.end(excess.into());
        }
    }
}
