//! Pages: requests for the router, and its answers.

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Method, StatusCode};
use tower::ServiceExt;

use super::request::Request;
use super::response::Response;
use super::visitor::Visitor;

/// The largest page, in bytes. They are small; this only bounds a mistake.
const MAX_PAGE: usize = 8 << 20;

/// Lets a page answer. Its handler finds the [`Visitor`] among the request's extensions.
pub(crate) async fn call(pages: &Router, request: &Request<'_>, visitor: &Visitor) -> Response {
    let Some(asked) = translate(request, visitor) else {
        return Response::text(StatusCode::BAD_REQUEST, "The target is not a path.");
    };
    // A router cannot fail; its error type has no values.
    let answer = match pages.clone().oneshot(asked).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    let (parts, body) = answer.into_parts();
    match to_bytes(body, MAX_PAGE).await {
        Ok(body) => Response::from_page(parts.status, &parts.headers, body),
        Err(error) => {
            tracing::error!(%error, path = request.path, "a page could not be made");
            Response::text(StatusCode::INTERNAL_SERVER_ERROR, "This page cannot be shown at the moment.")
        }
    }
}

/// `HEAD` is asked as `GET`: the front leaves the body out, and knows its length.
fn translate(request: &Request<'_>, visitor: &Visitor) -> Option<http::Request<Body>> {
    let method = if request.method == Method::HEAD { Method::GET } else { request.method.clone() };
    let target = match request.query {
        "" => request.path.to_owned(),
        query => format!("{}?{query}", request.path),
    };
    let mut builder = http::Request::builder().method(method).uri(target);
    for (name, value) in request.headers() {
        builder = builder.header(name, value);
    }
    builder.extension(visitor.clone()).body(Body::from(request.body.clone())).ok()
}
