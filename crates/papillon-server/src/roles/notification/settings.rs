//! `GTC`, `BLP`, `PRP`: privacy and personal properties.

use std::sync::Arc;

use msnp::command::{blp, gtc, prp};
use msnp::{ErrorCode, PropertyKey, PropertyValue};

use super::{CommandError, Connection, Outcome};
use crate::delivery::Deliveries;
use crate::people::Session;

impl Connection {
    pub(super) async fn set_prompt(&mut self, request: &gtc::Request) -> Outcome {
        let gtc::Request { transaction, prompt } = *request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let set = service.store.set_prompt(session.account, prompt).await?;
        self.pass_on(&session, transaction, &set, &mut Deliveries::new());
        Ok(())
    }

    pub(super) async fn set_privacy(&mut self, request: &blp::Request) -> Outcome {
        let blp::Request { transaction, privacy } = *request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let set = service.store.set_privacy(session.account, privacy).await?;
        self.pass_on(&session, transaction, &set, &mut Deliveries::new());
        Ok(())
    }

    pub(super) async fn set_property(&mut self, request: prp::Request) -> Outcome {
        let prp::Request { transaction, key, value } = request;
        if !key.is_in(self.dialect) || !key.is_set_by_clients() {
            return Err(CommandError::Error(ErrorCode::NotExpected));
        }
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        // Without a mobile the original answered as if the client had asked for `N`, and changed nothing (HYP, ESC).
        if key == PropertyKey::MobileAllowed && !has_mobile(&session) {
            let value = PropertyValue::parse(key, "N").unwrap_or_default();
            let version = session.read(|state| state.lists.version());
            self.reply(&prp::Reply { transaction, version, key, value });
            return Ok(());
        }
        let set = service.store.set_property(session.account, key, &value).await?;
        self.pass_on(&session, transaction, &set, &mut Deliveries::new());
        Ok(())
    }
}

fn has_mobile(session: &Session) -> bool {
    session.read(|state| {
        let mut properties = state.lists.properties().iter();
        properties.any(|(key, value)| *key == PropertyKey::MobileEnabled && value.as_wire() == "Y")
    })
}
