//! `/login` and `/logout`: the sign-in to the pages, and the sign-out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use msnp::Handle;
use papillon_store::AccountId;

use super::People;
use super::caller::Caller;
use super::complaint::{Complaint, Mistake};
use super::error::PageError;
use super::forms::{Submitted, word};
use super::frame::Frame;
use super::guard::safer;
use crate::Registration;
use crate::passport::{LoginError, whole_seconds};

/// The form, with the fields that were filled in before: never the password.
#[derive(Template)]
#[template(path = "people/login.html")]
struct Form<'a> {
    frame: Frame,
    address: &'a str,
    to: &'a str,
    complaint: Complaint,
    /// Whether a password was wrong.
    wrong: bool,
    done: Option<&'static str>,
    closed: bool,
    invited: bool,
    safer: Option<String>,
}

/// The empty form.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let done = match word(&query, "done") {
        "out" => Some("You have signed out here."),
        "everywhere" => Some("You have signed out everywhere. To go on, sign in again."),
        _ => None,
    };
    let form = Form { to: word(&query, "to"), done, ..form(&people, &caller) };
    caller.show(StatusCode::OK, &form)
}

/// Signs the visitor in, within the limits that hold for messengers.
pub(super) async fn submit(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let (address, to) = (submitted.text("address"), submitted.text("to"));
    let from = caller.source(&people, address);
    match people.passport.check(address, submitted.password("password"), from).await {
        Ok(stored) => {
            // What has been checked is an address.
            let handle = Handle::parse(address).map_err(|_| PageError::Unavailable)?;
            // One of two pages, never an address from the form: that could lead to another site.
            let to = if to == "admin" { "/admin" } else { "/account" };
            caller.sign_in(&people, &handle, AccountId(stored.account), stored.epoch, to).await
        }
        Err(error) => {
            let complaint = Complaint::from(Mistake::refused("password", error));
            let wrong = error == LoginError::Wrong;
            let form = Form { address, to, complaint, wrong, ..form(&people, caller) };
            Ok(waiting(caller.show(form.complaint.status(), &form), error))
        }
    }
}

fn form<'a>(people: &People, caller: &Caller) -> Form<'a> {
    let safer = safer(people, &caller.visitor, "/login");
    let registration = people.service.config.registration_for(caller.visitor.peer.ip());
    Form {
        frame: caller.frame(people),
        address: "",
        to: "",
        complaint: Complaint::default(),
        wrong: false,
        done: None,
        closed: registration == Registration::Closed,
        invited: registration == Registration::Invitation,
        safer,
    }
}

/// With the time after which the next attempt is judged, for programs.
pub(super) fn waiting(mut response: Response, error: LoginError) -> Response {
    if let LoginError::Limited { wait } = error {
        response.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
    }
    response
}

/// Signs out of the pages, in this browser.
pub(super) async fn sign_out(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    if let Some(session) = caller.session() {
        people.end_session(session).await?;
    }
    Ok(caller.signed_out("/login?done=out"))
}
