//! `ADG`, `REG`, `RMG`: the groups of the forward list.

use std::sync::Arc;

use msnp::List;
use msnp::command::{adg, reg, rmg};
use msnp::wire::EncodeFor;

use super::lists::tell_unlisted;
use super::{Connection, Outcome};
use crate::delivery::Deliveries;
use crate::people::roster;

impl Connection {
    pub(super) async fn add_group(&mut self, request: adg::Request) -> Outcome {
        let adg::Request { transaction, name } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let (group, version) = service.store.add_group(session.account, &name).await?;
        {
            let mut state = session.state();
            state.reach(version);
            state.roster.groups.push((group, name.clone()));
            state.roster.groups.sort_unstable_by_key(|(group, _)| *group);
        }
        self.reply(&adg::Reply { transaction, version, name, group });
        Ok(())
    }

    pub(super) async fn rename_group(&mut self, request: reg::Request) -> Outcome {
        let reg::Request { transaction, group, name } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let version = service.store.rename_group(session.account, group, &name).await?;
        {
            let mut state = session.state();
            state.reach(version);
            for (known, known_name) in &mut state.roster.groups {
                if *known == group {
                    *known_name = name.clone();
                }
            }
        }
        self.reply(&reg::Reply { transaction, version, group, name });
        Ok(())
    }

    /// People who were in this group only leave the forward list with it, as they did on the
    /// original service; clients move them elsewhere first.
    pub(super) async fn remove_group(&mut self, request: &rmg::Request) -> Outcome {
        let rmg::Request { transaction, group } = *request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let removed = service.store.remove_group(session.account, group).await?;

        let mut out = Deliveries::new();
        {
            let mut state = session.state();
            state.reach(removed.version);
            state.roster.groups.retain(|(known, _)| *known != group);
            for dropped in &removed.dropped {
                roster::take_off(&mut state.roster, List::Forward, dropped.account);
            }
            for contact in &mut state.roster.contacts {
                contact.groups.remove(group);
            }
        }
        out.send(
            &self.outbox,
            rmg::Reply { transaction, version: removed.version, group }.to_bytes_for(self.dialect),
        );
        for dropped in &removed.dropped {
            if let Some(contact) = service.sessions.get(&dropped.handle) {
                tell_unlisted(&session, &contact, dropped.version, &mut out);
            }
        }
        Ok(())
    }
}
