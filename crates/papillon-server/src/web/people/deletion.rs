//! `/account/delete`: the end of an account.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::People;
use super::account::confirm;
use super::caller::{Caller, Frame};
use super::cookies::Cookie;
use super::forms::Submitted;
use super::trouble::Trouble;

#[derive(Template)]
#[template(path = "people/delete.html")]
struct Question<'a> {
    frame: Frame,
    address: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "people/deleted.html")]
struct Gone<'a> {
    frame: Frame,
    address: &'a str,
}

/// Asks whether it is meant.
pub(super) async fn show(State(people): State<Arc<People>>, caller: Caller) -> Result<Response, Trouble> {
    let address = caller.account()?.handle.as_str();
    Ok(caller.show(StatusCode::OK, &Question { frame: caller.frame(&people), address, error: None }))
}

/// Removes the account of who knows its password.
pub(super) async fn submit(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, Trouble> {
    let caller = &submitted.caller;
    let account = caller.account()?;
    let address = account.handle.as_str();
    if let Err((status, error)) = confirm(&people, &submitted, account, "password").await {
        let question = Question { frame: caller.frame(&people), address, error: Some(&error) };
        return Ok(caller.show(status, &question));
    }
    people.service.store.remove_account(&account.handle).await?;
    tracing::info!(account = %account.handle, "removed by its owner");
    let frame = Frame { signed_in: false, admin: false, token: String::new() };
    let mut response = caller.show(StatusCode::OK, &Gone { frame, address });
    if let Some(cookie) = Cookie::Session.clear(caller.visitor.secure) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
