//! The interface to a site: its answers, and the limits for its requests.

use axum::Router;

use super::entrance::Entrance;
use super::request::Request;
use super::response::Response;
use super::visitor::{Setting, Visitor};

/// The site behind the listeners. The site knows the paths, and this server the bytes.
pub(crate) trait Handler: Send + Sync + 'static {
    /// The limits that the listeners share.
    fn entrance(&self) -> &Entrance;

    /// The name of this host.
    fn setting(&self) -> Setting<'_>;

    /// The longest body of this request, in bytes.
    fn longest_body(&self, request: &Request<'_>) -> usize;

    /// Whether the answer may be held back until there is something to say, so that it is worth watching whether
    /// the client still waits.
    fn may_hold(&self, request: &Request<'_>) -> bool;

    /// The pages, where they answer this request: `None` for the requests of legacy clients, which need header names
    /// with their exact spelling.
    fn pages(&self, request: &Request<'_>) -> Option<&Router>;

    /// Answers any request, of a legacy client or not.
    fn answer(&self, request: &Request<'_>, visitor: &Visitor) -> impl Future<Output = Response> + Send;
}
