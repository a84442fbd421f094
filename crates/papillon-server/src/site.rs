//! The site that HTTP serves: the sign-in, the gateway, and the pages.

pub(crate) mod gateway;
pub(crate) mod pages;
mod passport;
mod routes;

use std::sync::Arc;

use tokio::sync::watch;

pub use routes::Site;

use crate::listen::Listener;
use crate::tls::TlsAcceptor;

/// Serves `site` on `listener`, in TLS when there is an acceptor for it, until `shutdown` turns true or
/// its sender is gone. Then no connection is accepted any more, idle connections end, and requests that are being
/// answered get five seconds.
///
/// The listeners of a site share its limit of connections. At the limit, new ones wait in the
/// system's queue. A connection from an address at its limit is closed.
///
/// Public for `tests/passport.rs`.
pub async fn serve(
    listener: impl Into<Listener>,
    tls: Option<Arc<TlsAcceptor>>,
    site: Arc<Site>,
    shutdown: watch::Receiver<bool>,
) {
    crate::http::serve(listener.into(), tls, site, shutdown).await;
}

#[cfg(test)]
mod tests;
