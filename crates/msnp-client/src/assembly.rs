//! The assembly of a client from its parts.

use std::sync::{Arc, Weak};

use msnp::Handle;
use msnp::passport::Secret;
use parking_lot::RwLock;

use crate::conversations::{Conversations, Tell};
use crate::core::{Core, Own};
use crate::distribution::tell;
use crate::events::EventSender;
use crate::notification::NotificationHandle;
use crate::peers::Peers;
use crate::pictures::OwnPictures;
use crate::roster::Roster;
use crate::settings::Settings;
use crate::switchboards::{Subscriber, Switchboards};

/// A client that is not signed in yet.
pub(crate) fn assemble(
    account: Handle,
    password: Secret,
    settings: Settings,
    own: Own,
    events: EventSender,
    notification: NotificationHandle,
) -> Arc<Core> {
    let (settings, notification) = (Arc::new(settings), Arc::new(notification));
    let (events, roster) = (Arc::new(events), Arc::<RwLock<Roster>>::default());
    let pictures = Arc::new(OwnPictures::new(account.clone()));
    // The parts call back into the client that holds them. They do it through weak handles: with strong ones the client
    // would hold itself, and would never be dropped.
    Arc::new_cyclic(|core: &Weak<Core>| {
        let subscriber: Weak<dyn Subscriber> = Weak::<Core>::clone(core);
        let switchboards = Arc::new(Switchboards::new(
            account.clone(),
            Arc::clone(&settings),
            Arc::clone(&notification),
            subscriber,
        ));
        let conversations = Arc::new(Conversations::new(
            account.clone(),
            settings.dialect,
            Arc::clone(&roster),
            Arc::clone(&pictures),
            Arc::clone(&switchboards),
            teller(Weak::clone(core)),
        ));
        let peers = Arc::new(Peers::new(
            account.clone(),
            Arc::clone(&settings),
            Arc::clone(&roster),
            Arc::clone(&events),
            Arc::clone(&pictures),
            Arc::clone(&switchboards),
        ));
        Core {
            account,
            password,
            settings,
            own: RwLock::new(own),
            roster,
            events,
            notification,
            pictures,
            switchboards,
            conversations,
            peers,
        }
    })
}

fn teller(core: Weak<Core>) -> Arc<Tell> {
    Arc::new(move |conversation, happening| {
        if let Some(core) = core.upgrade() {
            tell(&core, conversation, happening);
        }
    })
}
