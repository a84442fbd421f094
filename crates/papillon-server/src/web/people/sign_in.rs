//! `/login` and `/logout`: signing in to the pages, and out of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use papillon_store::AccountId;

use super::People;
use super::caller::{Caller, Frame};
use super::forms::Submitted;
use super::guard::safer;
use super::trouble::status_of;
use crate::Registration;

/// The form, with what was filled in before: never the password.
#[derive(Template)]
#[template(path = "people/login.html")]
struct Form<'a> {
    frame: Frame,
    address: &'a str,
    to: &'a str,
    error: Option<&'a str>,
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
    let word = |name: &str| query.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value);
    let done = match word("done") {
        "out" => Some("You have signed out here."),
        "everywhere" => Some("You have signed out everywhere. To go on, sign in again."),
        _ => None,
    };
    let form = Form { to: word("to"), done, ..form(&people, &caller) };
    caller.show(StatusCode::OK, &form)
}

/// Signs somebody in, within the limits that hold for messengers.
pub(super) async fn submit(State(people): State<Arc<People>>, submitted: Submitted) -> Response {
    let caller = &submitted.caller;
    let (address, to) = (submitted.text("address"), submitted.text("to"));
    let from = caller.visitor.peer.ip();
    match people.passport.check(address, submitted.password("password"), from).await {
        Ok(stored) => {
            let session = people.session(AccountId(stored.account), stored.epoch);
            caller.signed_in(&session, if to == "admin" { "/admin" } else { "/account" })
        }
        Err(refusal) => {
            let error = refusal.to_string();
            let form = Form { address, to, error: Some(&error), ..form(&people, caller) };
            caller.show(status_of(refusal), &form)
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
        error: None,
        done: None,
        closed: registration == Registration::Closed,
        invited: registration == Registration::Invitation,
        safer,
    }
}

/// Signs out of the pages, in this browser.
pub(super) async fn sign_out(submitted: Submitted) -> Response {
    submitted.caller.signed_out("/login?done=out")
}
