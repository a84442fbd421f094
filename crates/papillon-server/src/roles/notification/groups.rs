//! `ADG`, `REG`, `RMG`: the groups of the forward list.

use std::sync::Arc;

use msnp::command::{adg, reg, rmg};

use super::{Connection, Outcome};
use crate::delivery::Deliveries;

impl Connection {
    pub(super) async fn add_group(&mut self, request: adg::Request) -> Outcome {
        let adg::Request { transaction, name } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let added = service.store.add_group(session.account, &name).await?;
        self.pass_on(&session, transaction, &added, &mut Deliveries::new());
        Ok(())
    }

    pub(super) async fn rename_group(&mut self, request: reg::Request) -> Outcome {
        let reg::Request { transaction, group, name } = request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let renamed = service.store.rename_group(session.account, group, &name).await?;
        self.pass_on(&session, transaction, &renamed, &mut Deliveries::new());
        Ok(())
    }

    /// Contacts that were in this group only leave the forward list with it, as they did on the
    /// original service; clients move them elsewhere first.
    pub(super) async fn remove_group(&mut self, request: &rmg::Request) -> Outcome {
        let rmg::Request { transaction, group } = *request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let removed = service.store.remove_group(session.account, group).await?;
        self.pass_on(&session, transaction, &removed, &mut Deliveries::new());
        Ok(())
    }
}
