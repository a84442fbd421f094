//! The nexus: where clients ask for the address of the login (fact sheet 3.3).

use super::headers;
use crate::http::{Response, Status};

/// Answers `/rdr/pprdr.asp`: the login is at this host, in brackets when it is an IPv6 address,
/// and port. The body is empty, as it was.
pub(crate) fn answer(host: &str, port: u16) -> Response {
    Response::new(Status::Ok, "text/html", String::new())
        .with_header("Cache-Control", "private")
        .with_header("PassportURLs", headers::passport_urls(host, port))
}
