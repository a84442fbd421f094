//! `/admin`: the list of accounts.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use papillon_store::Account;

use super::graphs;
use super::tables::Part;
use crate::moment;
use crate::site::pages::accounts::People;
use crate::site::pages::accounts::caller::Caller;
use crate::site::pages::accounts::error::PageError;
use crate::site::pages::accounts::forms::word;
use crate::site::pages::accounts::frame::Frame;

/// People on a page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "people/admin_people.html")]
struct Page<'a> {
    frame: Frame,
    /// None on other pages than the first.
    graphs: Vec<graphs::Row>,
    search: &'a str,
    total: u64,
    rows: Vec<Row>,
    page: u32,
    before: Option<u32>,
    after: Option<u32>,
}

struct Row {
    address: String,
    name: String,
    online: bool,
    enabled: bool,
    admin: bool,
    made: String,
}

/// All accounts, or the accounts whose address or name holds the search text.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    caller.admin()?;
    let search = word(&query, "search").trim();
    let part = Part::of(word(&query, "page"), ROWS);
    let found = people.service.store.people(search, part.skip(), ROWS).await?;
    let is_first = search.is_empty() && part.page == 1;
    let page = Page {
        frame: caller.frame(&people),
        graphs: if is_first { graphs::rows(&people) } else { Vec::new() },
        search,
        total: found.total,
        rows: found.accounts.iter().map(|account| row(&people, account)).collect(),
        page: part.page,
        before: part.before(),
        after: part.after(found.total),
    };
    Ok(caller.show(StatusCode::OK, &page))
}

fn row(people: &People, account: &Account) -> Row {
    Row {
        address: account.handle.to_string(),
        name: account.name.text().into_owned(),
        online: people.service.directory.has(account.id),
        enabled: account.enabled,
        admin: account.admin,
        made: moment(account.created_at),
    }
}
