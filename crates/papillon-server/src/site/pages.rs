//! The pages: everything behind the HTTP front for browsers, and the web addresses of MSN Messenger.
//!
//! Every page stands in one frame, `templates/page.html`: HTML 4.01 without scripts, which Internet Explorer 5
//! renders as well as a modern browser. A group of pages has a file in `web/` with a `router` of its own.

pub(crate) mod accounts;
mod administration;
mod elsewhere;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod old_paths;
mod page;
mod published_addresses;
mod set_up;
mod welcome;

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};

pub(crate) use page::{asset, page};
pub(crate) use published_addresses::PublishedAddresses;

/// All pages. The front adds a [`Visitor`](crate::http::Visitor) to each request.
pub(crate) fn router(published: Arc<PublishedAddresses>) -> Router {
    Router::new()
        .merge(welcome::router())
        .merge(set_up::router())
        .merge(elsewhere::router())
        .merge(old_paths::router())
        .with_state(published)
        .merge(page::router())
}

/// A page that is shown by its address and by a form alike: the messenger opens pages with forms (GAIM). Other
/// methods are not allowed.
fn shown<H, T>(handler: H) -> MethodRouter<Arc<PublishedAddresses>>
where
    H: Handler<T, Arc<PublishedAddresses>>,
    T: 'static,
{
    on(MethodFilter::GET.or(MethodFilter::POST), handler)
}

/// The page of an unknown path.
pub(crate) fn not_found() -> Response {
    elsewhere::note(StatusCode::NOT_FOUND, "Nothing here", "There is nothing at this address.")
}
