//! The HTTPS listener with and without old Windows, seen by TLS stacks that share no code with it: GnuTLS,
//! tlslite-ng, Debian's OpenSSL, and bytes written by hand. `install-clients` beside this file gets them;
//! where one is not installed, its tests say that they did not run, or fail if
//! `PAPILLON_REQUIRE_TLS_CLIENTS=1`.

#[cfg(feature = "old-windows")]
mod bad_input;
#[cfg(feature = "old-windows")]
mod by_hand;
mod client;
#[cfg(feature = "old-windows")]
mod gnutls;
mod off;
#[cfg(feature = "old-windows")]
mod openssl;
mod proxies;
#[cfg(feature = "old-windows")]
mod separate_door;
#[cfg(feature = "old-windows")]
mod tlslite;

use std::path::PathBuf;

use msnp_testkit::TestServer;

/// The request of all these clients, which the nexus answers.
const REQUEST: &str = "GET /rdr/pprdr.asp HTTP/1.0\r\nHost: nexus.passport.com\r\n\r\n";
/// A part of the answer.
const ANSWER: &str = "DALogin=nexus.passport.com";

/// A service that lets old Windows in.
#[cfg(feature = "old-windows")]
async fn old_service() -> TestServer {
    TestServer::with(|config| config.old_windows = true).await
}

/// The file that people import.
fn authority(server: &TestServer) -> PathBuf {
    server.folder().join("tls").join("ca.pem")
}
