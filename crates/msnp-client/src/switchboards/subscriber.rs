//! The reports of the pool to its users.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use msnp::message::Message;
use msnp::{FriendlyName, Handle, Invalid};

use super::Line;
use crate::switchboard::{PacketCarrier, Switchboard};

/// Ends when packets are taken in, which may take its time: what they came over is not read
/// meanwhile.
pub(crate) type TakenIn<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Hears what happens on all lines. What happens on one switchboard is told in order.
pub(crate) trait Subscriber: Send + Sync + 'static {
    /// Somebody came or went.
    fn people_changed(&self, line: &Arc<Line>);
    /// This account is about to say something that is no packet: from now on a line is for people.
    fn speaking(&self, line: &Arc<Line>);
    /// A message that is no packet, and the switchboard that it came over.
    fn message(
        &self,
        line: &Arc<Line>,
        board: &Switchboard,
        from: &Handle,
        name: &FriendlyName,
        message: Message,
    );
    /// A message came that cannot be read at all; whose it is may not be known, nor the line.
    fn unreadable(&self, line: Option<&Arc<Line>>, from: Option<&Handle>, fault: Invalid);
    /// Packets for this account, all that came at once, and the way back for those to the sender.
    fn packets<'a>(&'a self, from: &'a Handle, carrier: PacketCarrier, packets: Vec<Bytes>) -> TakenIn<'a>;
    /// This switchboard carries nothing to this person any more, or did not.
    fn carrier_gone(&self, peer: &Handle, carrier: u64);
}
