//! `/admin`: the pages of administrators. No other account gets them.

mod bans;
mod broadcast;
mod graphs;
mod invitations;
mod list;
mod online;
mod person;
mod tables;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::accounts::People;

pub(super) fn router() -> Router<Arc<People>> {
    Router::new()
        .route("/admin", get(list::show))
        .route("/admin/graph", get(graphs::show))
        .route("/admin/person", get(person::show).post(person::submit))
        .route("/admin/online", get(online::show))
        .route("/admin/invitations", get(invitations::show).post(invitations::make))
        .route("/admin/invitations/revoke", post(invitations::revoke))
        .route("/admin/bans", get(bans::show).post(bans::make))
        .route("/admin/bans/lift", post(bans::lift))
        .route("/admin/announcement", get(broadcast::show).post(broadcast::submit))
}
