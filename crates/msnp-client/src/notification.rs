//! The connection to the notification server: requests and their answers, and the events that the service
//! sends unasked.

mod events;
mod handle;
mod session;
mod start;
mod wire;

#[cfg(feature = "fuzzing")]
pub(crate) use events::take;
#[cfg(test)]
pub(crate) use handle::Command;
pub(crate) use handle::NotificationHandle;
pub(crate) use session::appear;
pub(crate) use start::start;
pub(crate) use wire::Wire;
