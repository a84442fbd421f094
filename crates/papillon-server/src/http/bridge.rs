//! The bridge between this server's requests and answers and those of the router of pages.

use axum::Router;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tower::ServiceExt;

use super::request::Request;
use super::response::Response;
use super::visitor::Visitor;

/// The largest page for a legacy client, in bytes. They are small; this only bounds a mistake.
const MAX_PAGE: usize = 8 << 20;

/// Lets a page answer. Its handler finds the [`Visitor`] among the request's extensions. `HEAD` is asked as `GET`:
/// the sender of the answer leaves the body out, and knows its length.
pub(super) async fn ask(
    pages: &Router,
    mut parts: Parts,
    body: Bytes,
    visitor: &Visitor,
) -> http::Response<Body> {
    if parts.method == Method::HEAD {
        parts.method = Method::GET;
    }
    parts.extensions.insert(visitor.clone());
    // A router cannot fail; its error type has no values.
    match pages.clone().oneshot(http::Request::from_parts(parts, Body::from(body))).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// Lets a page answer a legacy client.
pub(crate) async fn answer(pages: &Router, request: &Request<'_>, visitor: &Visitor) -> Response {
    let Some(parts) = translate(request) else {
        return Response::text(StatusCode::BAD_REQUEST, "The target is not a path.");
    };
    let (parts, body) = ask(pages, parts, request.body.clone(), visitor).await.into_parts();
    match to_bytes(body, MAX_PAGE).await {
        Ok(body) => Response::from_page(parts.status, &parts.headers, body),
        Err(error) => {
            // A page that is larger than it may be, or one whose stream has failed.
            tracing::error!(%error, path = request.path, "a page could not be made");
            Response::text(StatusCode::INTERNAL_SERVER_ERROR, "This page cannot be shown at the moment.")
        }
    }
}

fn translate(request: &Request<'_>) -> Option<Parts> {
    let mut builder = http::Request::builder().method(request.method.clone()).uri(request.target());
    for (name, value) in request.headers() {
        builder = builder.header(name, value);
    }
    Some(builder.body(()).ok()?.into_parts().0)
}

/// An answer of this server's for HTTP/2, where all header names are in small letters.
pub(super) fn to_http(response: &Response) -> http::Response<Body> {
    let mut answer = http::Response::new(Body::from(response.body().clone()));
    *answer.status_mut() = response.status();
    for (name, value) in response.headers() {
        // All that this server writes can stand in a header; a value that cannot is left out rather than the answer.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}
