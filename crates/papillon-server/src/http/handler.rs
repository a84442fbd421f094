//! A site, as this server sees it: who answers, and what a request may cost.

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

    /// How long the body of this request may be, in bytes.
    fn longest_body(&self, request: &Request<'_>) -> usize;

    /// Whether the answer may be held back until there is something to say, so that it is worth watching whether
    /// the client still waits.
    fn may_hold(&self, request: &Request<'_>) -> bool;

    /// The pages, where they answer this request: `None` for what old clients ask for, which need header names
    /// with their exact spelling.
    fn pages(&self, request: &Request<'_>) -> Option<&Router>;

    /// Answers any request, of an old client or not.
    fn answer(&self, request: &Request<'_>, visitor: &Visitor) -> impl Future<Output = Response> + Send;
}
