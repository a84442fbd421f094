//! `ADD`, `REM`, `REA`: the four lists.

use std::sync::Arc;

use msnp::command::{add, bpr, rea, rem};
use msnp::wire::{Encode, EncodeFor};
use msnp::{ErrorCode, FriendlyName, Handle, List, TransactionId};
use papillon_store::{ForwardAdded, PrivacyList};

use super::{Connection, Outcome, Refusal};
use crate::delivery::Deliveries;
use crate::people::Session;
use crate::people::announce;
use crate::people::roster;
use crate::people::visibility::Notice;

impl Connection {
    pub(super) async fn add(&mut self, request: add::Request) -> Outcome {
        match request.list {
            List::Forward => self.add_to_forward(request).await,
            List::Allow => self.add_to_privacy(request, PrivacyList::Allow).await,
            List::Block => self.add_to_privacy(request, PrivacyList::Block).await,
            // Only the service writes the reverse list, and neither dialect has a fifth one.
            _ => Err(Refusal::Close),
        }
    }

    pub(super) async fn remove(&mut self, request: rem::Request) -> Outcome {
        match request.list {
            List::Forward => self.remove_from_forward(request).await,
            List::Allow => self.remove_from_privacy(request, PrivacyList::Allow).await,
            List::Block => self.remove_from_privacy(request, PrivacyList::Block).await,
            _ => Err(Refusal::Close),
        }
    }

    async fn add_to_forward(&mut self, request: add::Request) -> Outcome {
        let add::Request { transaction, handle, name, group, .. } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.two(&session.handle, &handle).await;
        let limit = service.config.limits.forward_list;
        let added = service.store.add_to_forward(session.account, &handle, &name, group, limit).await?;

        let mut out = Deliveries::new();
        take_over_forward(&session, &handle, &name, &added);
        let reply = add::Reply {
            transaction,
            list: List::Forward,
            version: added.version,
            handle: handle.clone(),
            name,
            group: Some(added.group),
        };
        out.send(&self.outbox, reply.to_bytes_for(self.dialect));
        if added.newly_on_list {
            if self.synchronised {
                self.tell_properties(&handle, &added, &mut out);
            }
            if let Some(contact) = service.sessions.get(&handle) {
                tell_listed(&session, &contact, &added, &mut out);
                if session.is_watching() {
                    announce::introduce(&contact, &session, transaction, &mut out);
                }
            }
        }
        Ok(())
    }

    /// What a new contact shows of its phones. The original also sent blanks for what is not set;
    /// Twisted knows a new contact only later, and breaks off at a `MOB N` for somebody unknown.
    fn tell_properties(&self, contact: &Handle, added: &ForwardAdded, out: &mut Deliveries) {
        for (key, value) in added.contact_properties.iter().filter(|(key, _)| key.is_in(self.dialect)) {
            let (handle, key, value) = (contact.clone(), *key, value.clone());
            let line = bpr::Push { version: added.version, handle, key, value };
            out.send(&self.outbox, line.to_bytes());
        }
    }

    async fn remove_from_forward(&mut self, request: rem::Request) -> Outcome {
        let rem::Request { transaction, handle, group, .. } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.two(&session.handle, &handle).await;
        let removed = service.store.remove_from_forward(session.account, &handle, group).await?;

        let mut out = Deliveries::new();
        {
            let mut state = session.state();
            state.reach(removed.version);
            match (removed.group, removed.reverse_version) {
                (Some(group), None) => roster::edit(&mut state.roster, removed.contact, |contact| {
                    contact.groups.remove(group);
                }),
                _ => roster::take_off(&mut state.roster, List::Forward, removed.contact),
            }
        }
        let reply = rem::Reply {
            transaction,
            list: List::Forward,
            version: removed.version,
            handle: handle.clone(),
            group: removed.group,
        };
        out.send(&self.outbox, reply.to_bytes_for(self.dialect));
        if let (Some(version), Some(contact)) = (removed.reverse_version, service.sessions.get(&handle)) {
            tell_unlisted(&session, &contact, version, &mut out);
        }
        Ok(())
    }

    async fn add_to_privacy(&mut self, request: add::Request, list: PrivacyList) -> Outcome {
        let add::Request { transaction, handle, name, .. } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let limit = service.config.limits.privacy_list;
        let changed = service.store.add_to_privacy(session.account, list, &handle, &name, limit).await?;

        let mut out = Deliveries::new();
        let list = list.list();
        let reply = add::Reply {
            transaction,
            list,
            version: changed.version,
            handle: handle.clone(),
            name: name.clone(),
            group: None,
        };
        out.send(&self.outbox, reply.to_bytes_for(self.dialect));
        announce::update_lists(&service.sessions, &session, &mut out, |state| {
            state.reach(changed.version);
            roster::put_on(&mut state.roster, list, changed.contact, &handle, &name);
        });
        if let Some(version) = changed.contact_version {
            self.show_or_hide_properties(&session, changed.contact, version, &mut out);
        }
        Ok(())
    }

    async fn remove_from_privacy(&mut self, request: rem::Request, list: PrivacyList) -> Outcome {
        let rem::Request { transaction, handle, .. } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let changed = service.store.remove_from_privacy(session.account, list, &handle).await?;

        let mut out = Deliveries::new();
        let list = list.list();
        let reply = rem::Reply { transaction, list, version: changed.version, handle, group: None };
        out.send(&self.outbox, reply.to_bytes_for(self.dialect));
        announce::update_lists(&service.sessions, &session, &mut out, |state| {
            state.reach(changed.version);
            roster::take_off(&mut state.roster, list, changed.contact);
        });
        if let Some(version) = changed.contact_version {
            self.show_or_hide_properties(&session, changed.contact, version, &mut out);
        }
        Ok(())
    }

    /// One's own handle renames oneself, for everybody; any other the entry in one's lists.
    pub(super) async fn rename(&mut self, request: rea::Request) -> Outcome {
        let rea::Request { transaction, handle, name } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let oneself = handle == session.handle;
        if oneself && !self.verified {
            return Err(Refusal::Error(ErrorCode::NicknameIllegal));
        }
        if oneself && !self.paces.changes.take() {
            return Err(Refusal::Error(ErrorCode::ChangingTooRapidly));
        }
        let _turn = service.locks.one(&session.handle).await;
        let version = if oneself {
            service.store.rename(session.account, &name).await?
        } else {
            service.store.rename_contact(session.account, &handle, &name).await?
        };

        let mut out = Deliveries::new();
        let reply = rea::Reply { transaction, version, handle: handle.clone(), name: name.clone() };
        out.send(&self.outbox, reply.to_bytes());
        announce::update(&service.sessions, &session, &mut out, |state| {
            state.reach(version);
            if oneself {
                state.name = name;
                return state.is_visible().then_some(Notice::Online);
            }
            if let Some(contact) = state.roster.contacts.iter_mut().find(|contact| contact.handle == handle) {
                contact.name = name;
            }
            None
        });
        Ok(())
    }
}

fn take_over_forward(session: &Session, handle: &Handle, name: &FriendlyName, added: &ForwardAdded) {
    let mut state = session.state();
    state.reach(added.version);
    // Joining another group leaves the name as it is: clients send the handle in its place there.
    if added.newly_on_list {
        roster::put_on(&mut state.roster, List::Forward, added.contact, handle, name);
    }
    roster::edit(&mut state.roster, added.contact, |contact| {
        contact.groups.insert(added.group);
        contact.properties = added.contact_properties.clone();
    });
}

/// Tells somebody that `session` has put them on the forward list.
fn tell_listed(session: &Session, contact: &Session, added: &ForwardAdded, out: &mut Deliveries) {
    let Some(version) = added.reverse_version else { return };
    let name = session.state().name.clone();
    {
        let mut state = contact.state();
        state.reach(version);
        roster::put_on(&mut state.roster, List::Reverse, session.account, &session.handle, &name);
    }
    let push = add::Reply {
        transaction: TransactionId::SERVER,
        list: List::Reverse,
        version,
        handle: session.handle.clone(),
        name,
        group: None,
    };
    out.send(&contact.outbox, push.to_bytes_for(contact.dialect));
}

/// Tells somebody that `session` has taken them off the forward list.
pub(super) fn tell_unlisted(
    session: &Session,
    contact: &Session,
    version: msnp::ListVersion,
    out: &mut Deliveries,
) {
    {
        let mut state = contact.state();
        state.reach(version);
        roster::take_off(&mut state.roster, List::Reverse, session.account);
    }
    let push = rem::Reply {
        transaction: TransactionId::SERVER,
        list: List::Reverse,
        version,
        handle: session.handle.clone(),
        group: None,
    };
    out.send(&contact.outbox, push.to_bytes_for(contact.dialect));
}
