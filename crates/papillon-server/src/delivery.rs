//! Ground: lines on their way to clients, and bytes on their way from them.

mod deliveries;
mod memory;
mod open_connections;
mod outbox;
pub(crate) mod read_buffer;
mod reader;
mod receipt;
mod relay;
mod tunnel;

pub(crate) use deliveries::Deliveries;
#[cfg(test)]
pub(crate) use memory::{CONNECTION, Share};
pub(crate) use memory::{Charge, Excess, Memory, MemoryLimits};
pub(crate) use open_connections::{Capacity, Crowd, Full, OpenConnections, Place, Room, Stage};
pub(crate) use outbox::{Outbox, Outlook, Taken, Waiting};
pub(crate) use reader::Reader;
pub(crate) use receipt::Receipt;
pub(crate) use relay::{MOST, Relay};
pub(crate) use tunnel::{ANSWER_BYTES, Inlet, Tunnel};
