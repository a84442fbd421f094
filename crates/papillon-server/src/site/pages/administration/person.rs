//! `/admin/person`: one account, with the actions on it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use msnp::Handle;
use papillon_store::{Account, PasswordHash};

use super::online::{Row, row};
use crate::moment;
use crate::passport::random_password;
use crate::site::pages::accounts::People;
use crate::site::pages::accounts::caller::{Caller, redirect};
use crate::site::pages::accounts::complaint::{Complaint, Mistake};
use crate::site::pages::accounts::error::PageError;
use crate::site::pages::accounts::forms::{Submitted, word};
use crate::site::pages::accounts::frame::Frame;

#[derive(Template)]
#[template(path = "people/admin_person.html")]
struct Page<'a> {
    frame: Frame,
    address: &'a str,
    name: String,
    enabled: bool,
    admin: bool,
    made: String,
    online: Option<Row>,
    deeds: Vec<Deed>,
    done: Option<&'static str>,
    complaint: Complaint,
    password: Option<&'a str>,
}

/// An action on an account.
struct Deed {
    word: &'static str,
    label: &'static str,
    what: &'static str,
}

const DISABLE: Deed = Deed {
    word: "disable",
    label: "Disable",
    what: "Signs the person out and lets them in no more. The contact list is kept.",
};
const ENABLE: Deed = Deed { word: "enable", label: "Enable", what: "Lets the person sign in again." };
const SIGN_OUT: Deed = Deed {
    word: "sign-out",
    label: "Sign out",
    what: "Ends all sessions of the person; to come back takes the password.",
};
const PASSWORD: Deed = Deed {
    word: "password",
    label: "New password",
    what: "Gives the account a new password, which you tell the person, and ends all sessions.",
};

/// The details of an account.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    caller.admin()?;
    let account = account(&people, word(&query, "of")).await?;
    let done = match word(&query, "done") {
        "disable" => Some("The account is disabled."),
        "enable" => Some("The account is enabled."),
        "sign-out" => Some("The person is signed out."),
        _ => None,
    };
    Ok(caller.show(StatusCode::OK, &Page { done, ..page(&people, &caller, &account) }))
}

/// Carries out an action on an account.
pub(super) async fn submit(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let admin = caller.admin()?;
    let account = account(&people, submitted.text("of")).await?;
    let deed = submitted.text("do");
    let (handle, store) = (&account.handle, &people.service.store);
    let done = match deed {
        "disable" if account.id == admin.id => {
            let error = "This is your own account: you could not undo it. Ask another administrator.";
            let complaint = Mistake::no_field(StatusCode::BAD_REQUEST, error).into();
            let page = Page { complaint, ..page(&people, caller, &account) };
            return Ok(caller.show(page.complaint.status(), &page));
        }
        "disable" => store.set_enabled(handle, false).await.map(|()| DISABLE.word)?,
        "enable" => store.set_enabled(handle, true).await.map(|()| ENABLE.word)?,
        "sign-out" => store.void_tickets(handle).await.map(|()| SIGN_OUT.word)?,
        "password" => return new_password(&people, caller, &account).await,
        _ => return Err(PageError::Malformed),
    };
    tracing::info!(account = %handle, by = %admin.handle, deed = done, "changed by an administrator");
    // A handle may hold characters that mean something in a query.
    let of: String = form_urlencoded::byte_serialize(handle.as_str().as_bytes()).collect();
    Ok(redirect(&format!("/admin/person?of={of}&done={done}"), None))
}

/// Gives the account a random password, and shows it this once.
async fn new_password(people: &People, caller: &Caller, account: &Account) -> Result<Response, PageError> {
    let password = random_password();
    let hash = match people.passport.hash(password.clone(), caller.visitor.peer.ip(), true).await {
        Ok(hash) => PasswordHash::new(hash),
        Err(error) => {
            let complaint = Mistake::refused("", error).into();
            let page = Page { complaint, ..page(people, caller, account) };
            return Ok(caller.show(page.complaint.status(), &page));
        }
    };
    people.service.store.set_password(&account.handle, hash).await?;
    // A new password leaves messengers signed in; this log entry is the one that ends their sessions.
    people.service.store.void_tickets(&account.handle).await?;
    let by = caller.admin()?;
    tracing::info!(account = %account.handle, by = %by.handle, "given a new password by an administrator");
    let page = Page { password: Some(&password), ..page(people, caller, account) };
    Ok(caller.show(StatusCode::OK, &page))
}

async fn account(people: &People, address: &str) -> Result<Account, PageError> {
    let handle = Handle::parse(address).map_err(|_| PageError::NotFound)?;
    people.service.store.account(&handle).await?.ok_or(PageError::NotFound)
}

fn page<'a>(people: &People, caller: &Caller, account: &'a Account) -> Page<'a> {
    Page {
        frame: caller.frame(people),
        address: account.handle.as_str(),
        name: account.name.text().into_owned(),
        enabled: account.enabled,
        admin: account.admin,
        made: moment(account.created_at),
        online: people.service.directory.signed_in(account.id).map(|person| row(&person)),
        deeds: vec![SIGN_OUT, if account.enabled { DISABLE } else { ENABLE }, PASSWORD],
        done: None,
        complaint: Complaint::default(),
        password: None,
    }
}
