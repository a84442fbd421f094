//! The frame of all pages, as answers.

use askama::Template;
use axum::Router;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get, on};

/// The butterfly in the frame's corner.
const MARK: &[u8] = include_bytes!("../../../assets/mark.gif");

/// The actions that a page of ours allows a modern browser: show it, with its pictures and its style sheet, and send
/// its forms to us. Pictures may come from anywhere because the set-up page tries the names of the old services.
const POLICY: &str = "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The files of the frame.
pub(super) fn router() -> Router {
    Router::new().route("/mark.gif", get(async || asset("image/gif", MARK)))
}

/// A page: its template, rendered. Nothing keeps a copy of it.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let headers = [
                (CONTENT_TYPE, "text/html; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
                (CONTENT_SECURITY_POLICY, POLICY),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (status, headers, html).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            (StatusCode::INTERNAL_SERVER_ERROR, "This page could not be made.\n").into_response()
        }
    }
}

/// A picture or another file that never changes.
pub(crate) fn asset(content_type: &'static str, bytes: &'static [u8]) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "public, max-age=86400"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, bytes).into_response()
}

/// Sends a browser to another page of ours. 302 and not 303, which the oldest do not know.
pub(super) fn found(path: &'static str) -> Response {
    (StatusCode::FOUND, [(LOCATION, path)]).into_response()
}

/// A page that is shown by its address and by a form alike: the messenger opens pages with forms (GAIM). Other
/// methods are not allowed.
pub(super) fn shown<H, T, S>(handler: H) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    on(MethodFilter::GET.or(MethodFilter::POST), handler)
}
