//! Ground: the counts of a running service. Other rooms raise them, `metrics/` shows them.
//!
//! All of it is relaxed atomics: a count orders nothing. What every message touches is [sharded](sharded).

mod connections;
mod health;
mod history;
mod level;
mod sharded;
mod sign_ins;
mod traffic;

use std::sync::Arc;

pub(crate) use connections::{Connections, Door, OpenConnection, Role};
pub(crate) use health::{Health, Stage};
pub(crate) use history::{History, STEP, Totals, bars};
pub(crate) use level::{Level, Raised};
pub(crate) use sign_ins::{Outcome, SignIns, Way};
pub(crate) use traffic::{Loss, Relayed, Traffic};

/// The counts of one service since its start.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) connections: Arc<Connections>,
    pub(crate) sign_ins: SignIns,
    pub(crate) traffic: Arc<Traffic>,
    /// Open conversations.
    pub(crate) conversations: Arc<Level>,
    pub(crate) health: Arc<Health>,
    pub(crate) history: History,
}
