//! The interface between the pool and its users.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use msnp::message::Message;
use msnp::{FriendlyName, Handle, Invalid};

use super::Line;
use crate::switchboard::{PacketCarrier, Switchboard};

/// A future that ends when packets are taken in. It may take its time: the switchboard is not read
/// meanwhile.
pub(crate) type TakenIn<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The receiver of the happenings on all lines. Those of one switchboard come in order.
pub(crate) trait Subscriber: Send + Sync + 'static {
    /// A member joined or left.
    fn people_changed(&self, line: &Arc<Line>);
    /// This account is about to send a message that is no packet: the line becomes a conversation.
    fn speaking(&self, line: &Arc<Line>);
    /// A message that is no packet, and its switchboard.
    fn message(
        &self,
        line: &Arc<Line>,
        board: &Switchboard,
        from: &Handle,
        name: &FriendlyName,
        message: Message,
    );
    /// A message that cannot be read at all; its sender and its line may not be known.
    fn unreadable(&self, line: Option<&Arc<Line>>, from: Option<&Handle>, fault: Invalid);
    /// Packets for this account, all that came at once, and the carrier of packets to their sender.
    fn packets<'a>(&'a self, from: &'a Handle, carrier: PacketCarrier, packets: Vec<Bytes>) -> TakenIn<'a>;
    /// This switchboard carries no more packets to this account, or failed to.
    fn carrier_gone(&self, peer: &Handle, carrier: u64);
}
