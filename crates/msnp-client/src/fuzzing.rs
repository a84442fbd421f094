//! The doors for the fuzz targets in `fuzz/`, with the feature `fuzzing` only.
//!
//! Each function gives the bytes of a service to a reader of the client and panics where an invariant fails.

mod quiet;
mod wire;

use std::sync::Arc;

use bytes::Bytes;
use msnp::command::NotificationEvent;
use msnp::passport::Secret;
use msnp::{Dialect, FriendlyName, Handle, Status};
use tokio::sync::mpsc;

pub use crate::gateway::fuzzing::gateway_header;
pub use crate::verifier::fuzzing::certificate;

use crate::assembly::assemble;
use crate::core::{Core, Own};
use crate::events::{EventSender, Events, MAX_EVENTS};
use crate::notification::{NotificationHandle, Wire, take};
use crate::settings::{Settings, Where};
use crate::switchboard::Switchboard;
use crate::{DirectConnections, Trust};
use quiet::Quiet;
use wire::{block_on, connection};

/// Reads any bytes of a notification server, in segments of this length: the events stay bounded. Calls are left out, because
/// the client would connect to their addresses.
///
/// # Panics
/// When that does not hold.
pub fn notification(bytes: &[u8], segment: usize, old: bool) {
    let dialect = if old { Dialect::Msnp8 } else { Dialect::Msnp9 };
    block_on(async {
        let (core, mut events) = client(dialect);
        let mut wire = Wire::new(connection(bytes, segment), dialect);
        while let Ok(Some(event)) = wire.next().await {
            if !matches!(event, NotificationEvent::Rng(_)) {
                drop(take(&core, &event, None));
            }
        }
        drop(core);
        let mut count = 0;
        while let Some(event) = events.next().await {
            drop(format!("{event:?}"));
            count += 1;
        }
        assert!(count <= MAX_EVENTS);
    });
}

/// Reads any bytes of a switchboard, in segments of this length: each request gets an answer, or fails at the end.
///
/// # Panics
/// When that does not hold.
pub fn switchboard(bytes: &[u8], segment: usize, old: bool) {
    let dialect = if old { Dialect::Msnp8 } else { Dialect::Msnp9 };
    block_on(async {
        let board =
            Switchboard::start(1, account(), dialect, connection(bytes, segment), None, Arc::new(Quiet));
        let friend = Handle::parse("bob@example.com").expect("a handle");
        let call = board.call(&friend);
        let words = board.say(Bytes::from_static(b"\r\n"));
        for receipt in [call, words].into_iter().flatten() {
            // Any answer will do, and none when the connection is over.
            let _ = receipt.await;
        }
        board.closed().await;
        assert!(board.people().is_empty());
    });
}

fn client(dialect: Dialect) -> (Arc<Core>, Events) {
    let settings = Settings::new(&Where::default(), Trust::Anybody, dialect, DirectConnections::Never, None);
    let (events, receiver) = EventSender::new();
    let own = Own { name: FriendlyName::from(&account()), status: Status::Online };
    let notification = NotificationHandle::new(mpsc::channel(1).0);
    let settings = settings.expect("settings without an address");
    (assemble(account(), Secret::from(""), settings, own, events, notification), receiver)
}

fn account() -> Handle {
    Handle::parse("alice@example.com").expect("a handle")
}
