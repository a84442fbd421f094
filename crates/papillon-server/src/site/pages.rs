//! The pages for browsers, and the web addresses of MSN Messenger.
//!
//! Every page stands in one frame, `templates/page.html`: HTML 4.01 without scripts, which Internet Explorer 5
//! renders as well as a modern browser. A group of pages has a file in `pages/` with a `router` of its own.

pub(crate) mod accounts;
mod administration;
mod elsewhere;
mod found;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod old_paths;
mod pace;
mod page;
mod published_addresses;
mod set_up;
mod welcome;

use std::sync::Arc;

use axum::Router;

pub(crate) use pace::at_a_pace;
pub(crate) use page::page;
pub(crate) use published_addresses::PublishedAddresses;

/// All pages. The front adds a [`Visitor`](crate::http::Visitor) to each request.
pub(crate) fn router(published: Arc<PublishedAddresses>) -> Router {
    Router::new()
        .merge(welcome::router())
        .merge(set_up::router())
        .merge(elsewhere::router())
        // It has the fallback: every path that no other group has.
        .merge(old_paths::router())
        .with_state(published)
        .merge(page::router())
}
