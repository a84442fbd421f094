//! `/account`: the settings of the visitor's own account.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use papillon_store::{Account, PasswordHash};

use super::People;
use super::caller::{Caller, redirect};
use super::complaint::{Complaint, Mistake};
use super::error::PageError;
use super::forms::{Submitted, word};
use super::frame::Frame;
use super::register::display_name;
use super::sign_in::waiting;
use super::suggestion::Suggestion;
use crate::passport::LoginError;
use crate::people::account_changes;

/// The page, after something was done or something went wrong.
#[derive(Template)]
#[template(path = "people/account.html")]
struct Page<'a> {
    frame: Frame,
    address: &'a str,
    name: String,
    has_picture: bool,
    complaint: Complaint,
    /// Whether the new password is one that some clients cut off.
    long: bool,
    suggestion: Suggestion,
    done: Option<&'static str>,
}

/// The account that is signed in.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let word = word(&query, "done");
    let (word, long) = word.strip_suffix("-long").map_or((word, false), |word| (word, true));
    let done = match word {
        "registered" => {
            Some("Your account is made, and you are signed in. Your messenger can sign in with it now.")
        }
        "password" => Some("Your password is changed. Messengers that are signed in stay so."),
        "name" => Some("Your display name is changed. Your own messenger shows it after the next sign-in."),
        "picture" => Some("Your picture is kept."),
        "no-picture" => Some("Your picture is removed."),
        _ => None,
    };
    let account = caller.account()?;
    let page = Page { done, long, ..page(&people, &caller, account).await? };
    Ok(caller.show(StatusCode::OK, &page))
}

async fn page<'a>(people: &People, caller: &Caller, account: &'a Account) -> Result<Page<'a>, PageError> {
    Ok(Page {
        frame: caller.frame(people),
        address: account.handle.as_str(),
        name: account.name.text().into_owned(),
        has_picture: people.service.store.picture(account.id).await?.is_some(),
        complaint: Complaint::default(),
        long: false,
        suggestion: Suggestion::new(),
        done: None,
    })
}

/// Shows the page again with the mistake.
pub(super) async fn complain(
    people: &People,
    caller: &Caller,
    mistake: Mistake,
) -> Result<Response, PageError> {
    let account = caller.account()?;
    let page = Page { complaint: mistake.into(), ..page(people, caller, account).await? };
    Ok(caller.show(page.complaint.status(), &page))
}

/// Takes a new password together with the old one.
pub(super) async fn change_password(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let account = caller.account()?;
    // The new password first: one that is not taken costs no hash and no attempt.
    let password = match submitted.new_password() {
        Ok(password) => password,
        Err(mistake) => return complain(&people, caller, mistake).await,
    };
    if let Err(error) = confirm(&people, &submitted, account, "old").await {
        let response = complain(&people, caller, not_confirmed("old", error)).await?;
        return Ok(waiting(response, error));
    }
    let from = caller.visitor.peer.ip();
    let hash = match people.passport.hash(password, from, true).await {
        Ok(hash) => PasswordHash::new(hash),
        Err(error) => return complain(&people, caller, Mistake::refused("", error)).await,
    };
    people.service.store.set_password(&account.handle, hash).await?;
    tracing::info!(account = %account.handle, "password changed");
    // The old cookie is void now, as all others are. `set_password` has raised the epoch by one; when another request
    // has changed the account at the same time, the epoch is higher, and this cookie is void as well.
    let to = if submitted.is_long() { "/account?done=password-long" } else { "/account?done=password" };
    caller.sign_in(&people, &account.handle, account.id, account.credential_epoch + 1, to).await
}

/// Checks the password of the account that is signed in, so that a browser that was left open is not enough.
pub(super) async fn confirm(
    people: &People,
    submitted: &Submitted,
    account: &Account,
    field: &str,
) -> Result<(), LoginError> {
    let from = submitted.caller.source(people, account.handle.as_str());
    match people.passport.check(account.handle.as_str(), submitted.password(field), from).await {
        Ok(stored) if stored.account == account.id.0 => Ok(()),
        // The handle belongs to another account by now: this one was removed meanwhile.
        Ok(_) => Err(LoginError::Wrong),
        Err(error) => Err(error),
    }
}

/// The mistake of a password in this field that was not accepted.
pub(super) fn not_confirmed(field: &'static str, error: LoginError) -> Mistake {
    if error == LoginError::Wrong {
        let text = "Your present password is not right. Nothing was changed.";
        return Mistake::at(field, text).with_status(StatusCode::FORBIDDEN);
    }
    Mistake::refused(field, error)
}

/// Takes a new display name.
pub(super) async fn change_name(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let account = caller.account()?;
    let name = match display_name(submitted.text("name")) {
        Ok(name) => name,
        Err(error) => return complain(&people, caller, Mistake::at("name", error)).await,
    };
    people.count_change(account, caller.visitor.peer.ip())?;
    let service = &people.service;
    account_changes::rename(&*service.store, &service.locks, &service.directory, account, &name).await?;
    Ok(redirect("/account?done=name", None))
}

/// Ends all sessions, of messengers and browsers, and voids their tickets and cookies.
pub(super) async fn sign_out_everywhere(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    people.service.store.void_tickets(&caller.account()?.handle).await?;
    Ok(caller.signed_out("/login?done=everywhere"))
}
