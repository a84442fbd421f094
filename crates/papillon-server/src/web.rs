//! The pages: everything behind the HTTP front that a browser shows, and what MSN Messenger asks the web for.
//!
//! Every page stands in one frame, `templates/page.html`: HTML 4.01 without scripts, which Internet Explorer 5
//! renders as well as a browser of today. A group of pages has a file in `web/` with a `router` of its own.

mod page;

use std::sync::Arc;

use axum::Router;

use crate::service::Service;

pub(crate) use page::{asset, page};

/// All pages. The front adds a [`Visitor`](crate::http::visitor::Visitor) to each request.
pub(crate) fn router(_service: &Arc<Service>) -> Router {
    page::router()
}
