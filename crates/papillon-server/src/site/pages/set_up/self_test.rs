//! The pictures of the self test, each of which loads only when a step of the set-up is done. The page asks for them
//! under the old names, so a browser shows at a glance whether the messenger will find the service. They need no script
//! and no button: Internet Explorer 5 shows them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, PRAGMA};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::site::pages::elsewhere;
use crate::site::pages::published_addresses::PublishedAddresses;

const OK: &[u8] = include_bytes!("../../../../assets/ok.gif");

pub(super) fn router() -> Router<Arc<PublishedAddresses>> {
    Router::new()
        .route("/setup/test/{token}/{picture}", get(picture))
        // Beside the gateway itself, to show that proxies in between let its path through.
        .route("/gateway/test/{token}/{picture}", get(picture))
}

/// The folder of the pictures. The old names may still lead to another service, which does not have this `token`.
pub(super) fn path(token: &str) -> String {
    format!("/setup/test/{token}")
}

async fn picture(
    State(published): State<Arc<PublishedAddresses>>,
    Path((token, picture)): Path<(String, String)>,
) -> Response {
    let known = ["names.gif", "config.gif", "nexus.gif", "login.gif", "gateway.gif"];
    if token != published.token || !known.contains(&&*picture) {
        return elsewhere::not_found();
    }
    let headers = [
        (CONTENT_TYPE, "image/gif"),
        (CACHE_CONTROL, "no-store, no-cache, must-revalidate"),
        (PRAGMA, "no-cache"),
        (EXPIRES, "0"),
    ];
    (headers, OK).into_response()
}
