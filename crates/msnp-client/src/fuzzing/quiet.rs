//! A listener of a switchboard that does nothing.

use std::sync::Arc;

use bytes::Bytes;
use msnp::message::Message;
use msnp::{FriendlyName, Handle, Invalid};

use crate::switchboard::{Listener, Switchboard};

/// See the module.
pub(super) struct Quiet;

impl Listener for Quiet {
    fn entered(&self, _: &Arc<Switchboard>) {}
    fn people_changed(&self, _: &Arc<Switchboard>) {}
    fn peer_gone(&self, _: &Arc<Switchboard>, _: &Handle) {}
    fn message(&self, _: &Arc<Switchboard>, _: &Handle, _: &FriendlyName, _: Message) {}
    fn unreadable(&self, _: &Arc<Switchboard>, _: Option<&Handle>, _: Invalid) {}
    async fn packets(&self, _: &Arc<Switchboard>, _: &Handle, _: Vec<Bytes>) {}
    fn undelivered(&self, _: &Arc<Switchboard>, _: &Handle) {}
    fn gone(&self, _: &Arc<Switchboard>) {}
}
