//! Ground: lines on their way to clients, and bytes on their way from them.

mod deliveries;
mod open_connections;
mod outbox;
pub(crate) mod read_buffer;
mod reader;
mod receipt;
mod tunnel;

pub(crate) use deliveries::Deliveries;
pub(crate) use open_connections::OpenConnections;
pub(crate) use outbox::{Outbox, Taken, Waiting};
pub(crate) use reader::Reader;
pub(crate) use receipt::Receipt;
pub(crate) use tunnel::{ANSWER_BYTES, Inlet, Tunnel};
