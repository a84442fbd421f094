//! `/account/delete`: the end of an account.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::People;
use super::account::{confirm, not_confirmed};
use super::caller::Caller;
use super::complaint::Complaint;
use super::cookies::Cookie;
use super::error::PageError;
use super::forms::Submitted;
use super::frame::Frame;
use super::sign_in::waiting;

#[derive(Template)]
#[template(path = "people/delete.html")]
struct Question<'a> {
    frame: Frame,
    address: &'a str,
    complaint: Complaint,
}

#[derive(Template)]
#[template(path = "people/deleted.html")]
struct Gone<'a> {
    frame: Frame,
    address: &'a str,
}

/// The form that asks for confirmation.
pub(super) async fn show(State(people): State<Arc<People>>, caller: Caller) -> Result<Response, PageError> {
    let address = caller.account()?.handle.as_str();
    let question = Question { frame: caller.frame(&people), address, complaint: Complaint::default() };
    Ok(caller.show(StatusCode::OK, &question))
}

/// Removes the account, with its password.
pub(super) async fn submit(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let account = caller.account()?;
    let address = account.handle.as_str();
    if let Err(error) = confirm(&people, &submitted, account, "password").await {
        let complaint = Complaint::from(not_confirmed("password", error));
        let question = Question { frame: caller.frame(&people), address, complaint };
        return Ok(waiting(caller.show(question.complaint.status(), &question), error));
    }
    people.service.store.remove_account(&account.handle).await?;
    tracing::info!(account = %account.handle, "removed by its owner");
    let frame = Frame::of_anybody(people.service.config.operator.clone());
    let mut response = caller.show(StatusCode::OK, &Gone { frame, address });
    if let Some(cookie) = Cookie::Session.clear(caller.visitor.secure) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
