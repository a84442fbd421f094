//! The nexus: it gives clients the address of the login (YW).

use http::StatusCode;
use msnp::passport::PassportUrls;

use crate::http::Response;

/// Answers `/rdr/pprdr.asp`: the login is at this host, in brackets when it is an IPv6 address,
/// and port. The body is empty, as it was.
pub(crate) fn answer(host: &str, port: u16) -> Response {
    // 443 is the port that clients assume.
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let urls = PassportUrls::new(format!("{host}{port}/login2.srf"));
    Response::new(StatusCode::OK, "text/html", String::new())
        .with_header("Cache-Control", "private")
        .with_header("PassportURLs", urls.to_header_value())
}
