//! The rules for all pages of accounts: their headers, and TLS where the operator asks for it.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, PRAGMA, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;

use super::People;
use super::frame::Frame;
use crate::PublicUrl;
use crate::http::Visitor;
use crate::site::pages::page;

/// Nothing but our own pictures and the style sheet in the page; no script at all.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers of personal pages: no cache keeps them, no other site frames them.
pub(in crate::site::pages) async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        // For old proxies that speak HTTP/1.0.
        (PRAGMA, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[derive(Template)]
#[template(path = "people/https_only.html")]
struct HttpsOnly {
    frame: Frame,
    address: Option<String>,
}

/// Refuses every request without TLS, where the operator wants passwords over TLS only: also those for pages, whose
/// forms would else be filled in first.
pub(in crate::site::pages) async fn over_tls_only(
    State(people): State<Arc<People>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    if visitor.secure || !people.service.config.https_only {
        return next.run(request).await;
    }
    let address = safe_address(&people, &visitor, request.uri().path());
    let frame = Frame::of_anybody(people.service.config.operator.clone());
    page(StatusCode::FORBIDDEN, &HttpsOnly { frame, address })
}

/// The address of a page over TLS, as the visitor knows this host.
pub(in crate::site::pages) fn safe_address(people: &People, visitor: &Visitor, path: &str) -> Option<String> {
    let (front, ports) = (&people.service.config.front, people.service.ports);
    let is_somewhere = ports.https.is_some() || front.url_for(visitor).is_some_and(PublicUrl::is_secure);
    is_somewhere.then(|| front.login(ports, visitor).url(path))
}

/// That address, for a visitor whose password would cross a network in the clear.
pub(in crate::site::pages) fn safer(people: &People, visitor: &Visitor, path: &str) -> Option<String> {
    if visitor.secure || visitor.peer.ip().to_canonical().is_loopback() {
        return None;
    }
    safe_address(people, visitor, path)
}
