//! `/account`: what people change about their own account.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use papillon_store::{Account, PasswordHash};

use super::People;
use super::caller::{Caller, Frame, redirect};
use super::forms::{MIN_PASSWORD, Submitted};
use super::register::display_name;
use super::trouble::{Trouble, status_of};
use crate::{accounts, passport};

/// The page, after something was done or something went wrong.
#[derive(Template)]
#[template(path = "people/account.html")]
struct Page<'a> {
    frame: Frame,
    address: &'a str,
    name: String,
    has_picture: bool,
    least: usize,
    error: Option<&'a str>,
    done: Option<&'static str>,
}

/// The account of who is signed in.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let done = match query.iter().find(|(name, _)| name == "done").map_or("", |(_, value)| value) {
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
    let page = Page { done, ..page(&people, &caller, account).await? };
    Ok(caller.show(StatusCode::OK, &page))
}

async fn page<'a>(people: &People, caller: &Caller, account: &'a Account) -> Result<Page<'a>, Trouble> {
    Ok(Page {
        frame: caller.frame(people),
        address: account.handle.as_str(),
        name: account.name.text().into_owned(),
        has_picture: people.service.store.picture(account.id).await?.is_some(),
        least: MIN_PASSWORD,
        error: None,
        done: None,
    })
}

/// Shows the page again with what went wrong.
pub(super) async fn complain(
    people: &People,
    caller: &Caller,
    status: StatusCode,
    error: &str,
) -> Result<Response, Trouble> {
    let account = caller.account()?;
    let page = Page { error: Some(error), ..page(people, caller, account).await? };
    Ok(caller.show(status, &page))
}

/// Takes a new password from who knows the old one.
pub(super) async fn change_password(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, Trouble> {
    let caller = &submitted.caller;
    let account = caller.account()?;
    let password = match submitted.new_password() {
        Ok(password) => password,
        Err(error) => return complain(&people, caller, StatusCode::BAD_REQUEST, &error).await,
    };
    if let Err((status, error)) = confirm(&people, &submitted, account, "old").await {
        return complain(&people, caller, status, &error).await;
    }
    let hash = match people.passport.hash(password).await {
        Ok(hash) => PasswordHash::new(hash),
        Err(refusal) => return complain(&people, caller, status_of(refusal), &refusal.to_string()).await,
    };
    people.service.store.set_password(&account.handle, hash).await?;
    tracing::info!(account = %account.handle, "password changed");
    // The old cookie is void now, as all others are. Should somebody else have changed the account
    // at the same time, this one is as well.
    let session = people.session(account.id, account.credential_epoch + 1);
    Ok(caller.signed_in(&session, "/account?done=password"))
}

/// Checks the password of who is signed in, so that a browser that was left open is not enough.
pub(super) async fn confirm(
    people: &People,
    submitted: &Submitted,
    account: &Account,
    field: &str,
) -> Result<(), (StatusCode, String)> {
    let from = submitted.caller.visitor.peer.ip();
    match people.passport.check(account.handle.as_str(), submitted.password(field), from).await {
        Ok(stored) if stored.account == account.id.0 => Ok(()),
        Ok(_) | Err(passport::Refusal::Wrong) => {
            Err((StatusCode::FORBIDDEN, "Your present password is not right. Nothing was changed.".into()))
        }
        Err(refusal) => Err((status_of(refusal), refusal.to_string())),
    }
}

/// Takes a new display name.
pub(super) async fn change_name(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, Trouble> {
    let caller = &submitted.caller;
    let account = caller.account()?;
    let name = match display_name(submitted.text("name")) {
        Ok(name) => name,
        Err(error) => return complain(&people, caller, StatusCode::BAD_REQUEST, &error).await,
    };
    if !people.may_change(account.id) {
        return Err(Trouble::Limited);
    }
    accounts::rename(&people.service, account, name).await?;
    Ok(redirect("/account?done=name", None))
}

/// Ends all sessions, of messengers and browsers, and voids what they could come back with.
pub(super) async fn sign_out_everywhere(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, Trouble> {
    let caller = &submitted.caller;
    people.service.store.void_tickets(&caller.account()?.handle).await?;
    Ok(caller.signed_out("/login?done=everywhere"))
}
