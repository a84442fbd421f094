//! The notes for the history that administrators see.

use std::sync::Arc;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::counts::{Outcome, STEP, Totals, Way};
use crate::refusals::Refusal;
use crate::service::Service;

/// Notes the totals of each minute, until it is dropped.
pub(crate) async fn keep_history(service: Arc<Service>) {
    let mut minutes = interval_at(Instant::now() + STEP, STEP);
    // A machine that slept has no bars for that time.
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        minutes.tick().await;
        service.counts.history.note(totals(&service));
    }
}

fn totals(service: &Service) -> Totals {
    let counts = &service.counts;
    Totals {
        people: service.directory.count() as u64,
        messages: counts.traffic.messages(),
        // A messenger shows its password first, and then its ticket: it signs in once.
        sign_ins: counts.sign_ins.count(Way::Ticket, Outcome::Ok),
        failed_sign_ins: counts.sign_ins.failed(),
        refusals: Refusal::ALL.iter().map(|refusal| service.refusals.count(*refusal)).sum(),
    }
}
