//! `/admin/online`: who is signed in, and how they came in.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{Part, door, moment, word};
use crate::counted;
use crate::listen::Door;
use crate::people::Session;
use crate::site::pages::accounts::People;
use crate::site::pages::accounts::caller::{Caller, Frame};
use crate::site::pages::accounts::error::PageError;

/// People on a page.
const ROWS: u32 = 100;

#[derive(Template)]
#[template(path = "people/admin_online.html")]
struct Page {
    frame: Frame,
    total: usize,
    connections: String,
    rows: Vec<Row>,
    page: u32,
    before: Option<u32>,
    after: Option<u32>,
}

/// Somebody who is signed in.
pub(super) struct Row {
    pub(super) address: String,
    pub(super) name: String,
    pub(super) status: &'static str,
    pub(super) client: String,
    pub(super) from: String,
    pub(super) door: &'static str,
    pub(super) dialect: String,
    pub(super) connection: &'static str,
    pub(super) since: String,
}

/// Those who are signed in to this node.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    caller.admin()?;
    let part = Part::of(word(&query, "page"), ROWS);
    let mut sessions = people.service.sessions.all();
    sessions.sort_unstable_by(|one, other| one.handle.cmp(&other.handle));
    let total = sessions.len();
    let skip = usize::try_from(part.skip()).unwrap_or(usize::MAX);
    let page = Page {
        frame: caller.frame(&people),
        total,
        connections: counted(people.service.open.count(), "connection", "connections"),
        rows: sessions.iter().skip(skip).take(ROWS as usize).map(|session| row(session)).collect(),
        page: part.page,
        before: part.before(),
        after: part.after(total as u64),
    };
    Ok(caller.show(StatusCode::OK, &page))
}

/// What is known of a session.
pub(super) fn row(session: &Session) -> Row {
    let (name, status) = {
        let state = session.state();
        (state.name.text().into_owned(), state.status.map_or("signing in", msnp::Status::code))
    };
    let since = session.since.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Row {
        address: session.handle.to_string(),
        name,
        status,
        client: if session.client.is_empty() { "unknown".into() } else { session.client.to_string() },
        from: from(session),
        door: door(session),
        dialect: session.dialect.to_string(),
        connection: connection(session),
        since: moment(i64::try_from(since).unwrap_or(i64::MAX)),
    }
}

/// The client's address. One behind the gateway has no port.
fn from(session: &Session) -> String {
    let client = session.origin.client;
    match session.origin.door {
        Door::Gateway => client.ip().to_canonical().to_string(),
        Door::Msnp | Door::Dispatch => client.to_string(),
    }
}

/// What can be told of the way here: what NAT a client is behind it finds out by itself, from its
/// profile, and does not say.
fn connection(session: &Session) -> &'static str {
    let ip = session.origin.client.ip();
    let by_http = session.origin.door == Door::Gateway;
    match (ip.to_canonical().is_loopback(), crate::config::is_near(ip)) {
        (true, _) if by_http => "HTTP, from this machine",
        (true, _) => "TCP, from this machine",
        (_, true) if by_http => "HTTP, from a private network",
        (_, true) => "TCP, from a private network",
        _ if by_http => "HTTP, from the internet",
        _ => "TCP, from the internet",
    }
}
