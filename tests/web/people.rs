//! The pages for people and administrators, by raw HTTP, with forms as they are found on the pages.

mod administration;
mod bans;
mod forgery;
mod forms;
mod https_only;
mod invitations;
mod own_account;
mod pictures;
mod registering;
mod sessions;
mod signing_in;

use msnp_testkit::{TestServer, http};

/// Ada. She has an account in most of these tests.
const ADA: &str = "ada@example.com";
/// Another one.
const BOB: &str = "bob@example.com";
/// An administrator.
const ROOT: &str = "root@example.com";

/// The number of refusals for this reason, as the metrics tell it.
pub async fn refused(server: &TestServer, reason: &str) -> String {
    let request = b"GET /metrics HTTP/1.1\r\nHost: metrics\r\nConnection: close\r\n\r\n";
    let answer = http::request(server.addresses.metrics, request).await;
    let text = String::from_utf8(answer.body).expect("UTF-8");
    let sample = format!("papillon_refusals_total{{reason=\"{reason}\"}} ");
    let count = text.lines().find_map(|line| line.strip_prefix(&sample));
    count.expect("a count of the reason").to_owned()
}
