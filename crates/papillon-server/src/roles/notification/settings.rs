//! `GTC`, `BLP`, `PRP`: privacy and personal properties.

use std::sync::Arc;

use msnp::command::{blp, bpr, gtc, prp};
use msnp::wire::Encode;
use msnp::{ErrorCode, ListVersion, PropertyKey, PropertyValue};
use papillon_store::{AccountId, PropertySet};

use super::{Connection, Outcome, Refusal};
use crate::delivery::Deliveries;
use crate::people::Session;
use crate::people::announce;
use crate::people::roster;

impl Connection {
    pub(super) async fn set_prompt(&mut self, request: &gtc::Request) -> Outcome {
        let gtc::Request { transaction, prompt } = *request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let version = service.store.set_prompt(session.account, prompt).await?;
        {
            let mut state = session.state();
            state.reach(version);
            state.roster.prompt = prompt;
        }
        self.reply(&gtc::Reply { transaction, version, prompt });
        Ok(())
    }

    pub(super) async fn set_privacy(&mut self, request: &blp::Request) -> Outcome {
        let blp::Request { transaction, privacy } = *request;
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        let version = service.store.set_privacy(session.account, privacy).await?;

        let mut out = Deliveries::new();
        out.send(&self.outbox, blp::Reply { transaction, version, privacy }.to_bytes());
        announce::update_lists(&service.sessions, &session, &mut out, |state| {
            state.reach(version);
            state.roster.privacy = privacy;
        });
        Ok(())
    }

    /// A watcher sees this person's properties from now on, or no longer, as the allow list says.
    pub(super) fn show_or_hide_properties(
        &self,
        session: &Session,
        account: AccountId,
        version: ListVersion,
        out: &mut Deliveries,
    ) {
        let Some(watcher) = self.watcher(session, account) else { return };
        let properties: Box<[_]> = {
            let state = session.state();
            let shown = if state.shows_properties_to(account) { &state.roster.properties[..] } else { &[] };
            shown.iter().filter(|(key, _)| key.is_shared()).cloned().collect()
        };
        for (key, value) in properties.iter().filter(|(key, _)| key.is_in(watcher.dialect)) {
            let (handle, key, value) = (session.handle.clone(), *key, value.clone());
            out.send(&watcher.outbox, bpr::Push { version, handle, key, value }.to_bytes());
        }
        let mut state = watcher.state();
        state.reach(version);
        roster::edit(&mut state.roster, session.account, |contact| contact.properties = properties);
    }

    pub(super) async fn set_property(&mut self, request: prp::Request) -> Outcome {
        let prp::Request { transaction, key, value } = request;
        if !key.is_in(self.dialect) || !key.is_set_by_clients() {
            return Err(Refusal::Error(ErrorCode::NotExpected));
        }
        let session = self.session()?;
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&session.handle).await;
        if key == PropertyKey::MobileAllowed && !has_mobile(&session) {
            let value = PropertyValue::parse(key, "N").unwrap_or_default();
            let version = session.state().roster.version;
            self.reply(&prp::Reply { transaction, version, key, value });
            return Ok(());
        }
        let set = service.store.set_property(session.account, key, &value).await?;

        let mut out = Deliveries::new();
        let reply = prp::Reply { transaction, version: set.version, key, value: value.clone() };
        out.send(&self.outbox, reply.to_bytes());
        {
            let mut state = session.state();
            state.reach(set.version);
            put(&mut state.roster.properties, key, &value);
        }
        self.tell_watchers(&session, key, &value, &set, &mut out);
        Ok(())
    }

    /// Those who have this person on their list and are allowed to know learn the new value.
    fn tell_watchers(
        &self,
        session: &Session,
        key: PropertyKey,
        value: &PropertyValue,
        set: &PropertySet,
        out: &mut Deliveries,
    ) {
        for (account, version) in &set.watchers {
            let Some(watcher) = self.watcher(session, *account) else { continue };
            {
                let mut state = watcher.state();
                state.reach(*version);
                roster::edit(&mut state.roster, session.account, |contact| {
                    let mut properties = contact.properties.to_vec();
                    put(&mut properties, key, value);
                    contact.properties = properties.into();
                });
            }
            if key.is_in(watcher.dialect) {
                let push = bpr::Push {
                    version: *version,
                    handle: session.handle.clone(),
                    key,
                    value: value.clone(),
                };
                out.send(&watcher.outbox, push.to_bytes());
            }
        }
    }

    fn watcher(&self, session: &Session, account: AccountId) -> Option<Arc<Session>> {
        let handle = roster::contact(&session.state().roster, account)?.handle.clone();
        self.service.sessions.get(&handle)
    }
}

fn has_mobile(session: &Session) -> bool {
    let state = session.state();
    state
        .roster
        .properties
        .iter()
        .any(|(key, value)| *key == PropertyKey::MobileEnabled && value.as_wire() == "Y")
}

/// Sets or, with an empty value, unsets a property in a list kept in the order of the keys.
fn put(properties: &mut Vec<(PropertyKey, PropertyValue)>, key: PropertyKey, value: &PropertyValue) {
    properties.retain(|(known, _)| *known != key);
    if !value.is_empty() {
        properties.push((key, value.clone()));
        properties.sort_unstable_by_key(|(key, _)| *key);
    }
}
