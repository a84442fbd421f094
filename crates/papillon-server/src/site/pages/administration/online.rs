//! `/admin/online`: the sessions of this node, with their entry points.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::tables::Part;
use crate::counted;
use crate::listen::EntryPoint;
use crate::moment;
use crate::people::SignedIn;
use crate::site::pages::accounts::People;
use crate::site::pages::accounts::caller::Caller;
use crate::site::pages::accounts::error::PageError;
use crate::site::pages::accounts::forms::word;
use crate::site::pages::accounts::frame::Frame;

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

/// One session of the list.
pub(super) struct Row {
    pub(super) address: String,
    pub(super) name: String,
    pub(super) status: &'static str,
    pub(super) client: String,
    pub(super) from: String,
    pub(super) entry_point: &'static str,
    pub(super) dialect: String,
    pub(super) connection: &'static str,
    pub(super) since: String,
}

/// Shows the accounts that are signed in to this node.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    caller.admin()?;
    let part = Part::of(word(&query, "page"), ROWS);
    let skip = usize::try_from(part.skip()).unwrap_or(usize::MAX);
    let (shown, total) = people.service.directory.all_signed_in(skip, ROWS as usize);
    let page = Page {
        frame: caller.frame(&people),
        total,
        connections: counted(people.service.open.count(), "connection", "connections"),
        rows: shown.iter().map(row).collect(),
        page: part.page,
        before: part.before(),
        after: part.after(total as u64),
    };
    Ok(caller.show(StatusCode::OK, &page))
}

/// The row of a session.
pub(super) fn row(person: &SignedIn) -> Row {
    Row {
        address: person.handle.to_string(),
        name: person.name.text().into_owned(),
        status: person.status.map_or("signing in", msnp::Status::code),
        client: if person.client.is_empty() { "unknown".into() } else { person.client.to_string() },
        from: from(person),
        entry_point: entry_point(person),
        dialect: person.dialect.to_string(),
        connection: connection(person),
        since: moment(i64::try_from(person.since).unwrap_or(i64::MAX)),
    }
}

/// The entry point of a session.
fn entry_point(person: &SignedIn) -> &'static str {
    match person.origin.entry_point {
        EntryPoint::Msnp => "msnp",
        EntryPoint::Dispatch => "dispatch",
        EntryPoint::Gateway => "gateway",
    }
}

/// The client's address. One behind the gateway has no port.
fn from(person: &SignedIn) -> String {
    let client = person.origin.client;
    match person.origin.entry_point {
        EntryPoint::Gateway => client.ip().to_canonical().to_string(),
        EntryPoint::Msnp | EntryPoint::Dispatch => client.to_string(),
    }
}

/// The kind of connection, as far as its address tells. A client learns from its profile whether it is behind a NAT,
/// and does not tell.
fn connection(person: &SignedIn) -> &'static str {
    let ip = person.origin.client.ip();
    let by_http = person.origin.entry_point == EntryPoint::Gateway;
    match (ip.to_canonical().is_loopback(), crate::config::is_near(ip)) {
        (true, _) if by_http => "HTTP, from this machine",
        (true, _) => "TCP, from this machine",
        (_, true) if by_http => "HTTP, from a private network",
        (_, true) => "TCP, from a private network",
        _ if by_http => "HTTP, from the internet",
        _ => "TCP, from the internet",
    }
}
