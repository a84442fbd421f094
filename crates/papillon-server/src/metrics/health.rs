//! `/health`, `/health/live` and `/health/ready`: short facts as JSON, for load balancers and process managers.

use std::fmt::Write as _;

use http::StatusCode;

use crate::counts::{Health, Stage};
use crate::http::Response;

/// `/health/live`: the process answers. No other fact makes it fail, so that nothing is restarted for want of a
/// database.
pub(crate) fn alive(health: &Health) -> Response {
    let uptime = health.uptime().as_secs();
    json(StatusCode::OK, format!("{{\"status\":\"live\",\"uptime_seconds\":{uptime}}}"))
}

/// `/health/ready` and `/health`: clients may be sent here. 503 while they may not.
pub(crate) fn ready(health: &Health) -> Response {
    let (status, word) = match health.is_ready() {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    let stage = match health.stage() {
        Stage::Starting => "starting",
        Stage::Serving => "serving",
        Stage::Stopping => "stopping",
    };
    let database = if health.has_database() { "answers" } else { "silent" };
    let mut facts = format!("{{\"status\":\"{word}\",\"service\":\"{stage}\",\"database\":\"{database}\"");
    // Writing to a string cannot fail.
    let _ = write!(facts, ",\"uptime_seconds\":{}}}", health.uptime().as_secs());
    json(status, facts)
}

fn json(status: StatusCode, mut facts: String) -> Response {
    facts.push('\n');
    Response::new(status, "application/json", facts).with_header("Cache-Control", "no-store").closing()
}
