//! `/register`: the registration of an account.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use msnp::invisible_characters::{has_invisible, is_blank};
use msnp::{FriendlyName, Handle};
use papillon_store::{Account, InvitationCode, NewAccount, PasswordHash, Refusal, StoreError};
use zeroize::Zeroizing;

use super::People;
use super::caller::Caller;
use super::complaint::{Complaint, Mistake};
use super::error::{PageError, status_of};
use super::forms::{Submitted, word};
use super::frame::Frame;
use super::guard::safer;
use super::suggestion::Suggestion;
use super::unix_time::now;
use crate::Registration;

/// The longest display name in characters, as the fields of the forms have it.
const LONGEST_NAME: usize = 129;

/// The form, with the fields that were filled in before: never a password.
#[derive(Template)]
#[template(path = "people/register.html")]
struct Form<'a> {
    frame: Frame,
    closed: bool,
    invited: bool,
    address: &'a str,
    name: &'a str,
    code: &'a str,
    complaint: Complaint,
    /// Whether the password that was typed is one that some clients cut off.
    long: bool,
    suggestion: Suggestion,
    safer: Option<String>,
}

/// The fields of the form for a new account.
struct Wish {
    handle: Handle,
    name: FriendlyName,
    code: Option<InvitationCode>,
    password: Zeroizing<String>,
}

/// The empty form; the code of an invitation may come with the address of the page.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let form = Form { code: word(&query, "code"), ..form(&people, &caller) };
    caller.show(if form.closed { StatusCode::FORBIDDEN } else { StatusCode::OK }, &form)
}

/// Makes the account and signs its owner in, or shows the form again with its mistake.
pub(super) async fn submit(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    match make(&people, &submitted).await {
        Ok(account) => {
            let from = people.service.logged.of(caller.visitor.peer.ip());
            tracing::info!(account = %account.handle, %from, "registered");
            let to = if submitted.is_long() {
                "/account?done=registered-long"
            } else {
                "/account?done=registered"
            };
            caller.sign_in(&people, &account.handle, account.id, account.credential_epoch, to).await
        }
        Err(mistake) => {
            let form = Form {
                address: submitted.text("address"),
                name: submitted.text("name"),
                code: submitted.text("code"),
                complaint: mistake.into(),
                long: submitted.is_long(),
                ..form(&people, caller)
            };
            Ok(caller.show(form.complaint.status(), &form))
        }
    }
}

fn form<'a>(people: &People, caller: &Caller) -> Form<'a> {
    let registration = people.service.config.registration_for(caller.visitor.peer.ip());
    Form {
        frame: caller.frame(people),
        closed: registration == Registration::Closed,
        invited: registration == Registration::Invitation,
        address: "",
        name: "",
        code: "",
        complaint: Complaint::default(),
        long: false,
        suggestion: Suggestion::new(),
        safer: safer(people, &caller.visitor, "/register"),
    }
}

async fn make(people: &People, submitted: &Submitted) -> Result<Account, Mistake> {
    let from = submitted.caller.visitor.peer.ip();
    let registration = people.service.config.registration_for(from);
    if registration == Registration::Closed {
        return Err(Mistake::no_field(StatusCode::FORBIDDEN, "No accounts can be made here."));
    }
    let wish = read(submitted, registration)?;
    // Before the first answer that tells whether there is such an account: it limits a search for addresses.
    if !people.may_register(from) {
        let error = "There were too many registrations from your address. Please try again in an hour.";
        return Err(Mistake::no_field(StatusCode::TOO_MANY_REQUESTS, error));
    }
    carry_out(people, wish, from).await
}

fn read(submitted: &Submitted, registration: Registration) -> Result<Wish, Mistake> {
    let handle = Handle::parse(submitted.text("address")).map_err(|_| {
        let text = format!(
            "This is not an address such as ada@example.com. It has at most {} characters, without blanks.",
            Handle::MAX_LEN
        );
        Mistake::at("address", text)
    })?;
    let name = match submitted.text("name") {
        "" => FriendlyName::from(&handle),
        name => display_name(name).map_err(|error| Mistake::at("name", error))?,
    };
    let code = match registration {
        Registration::Open | Registration::Closed => None,
        Registration::Invitation => {
            let code = InvitationCode::parse(submitted.text("code"));
            Some(code.ok_or_else(|| Mistake::at("code", NO_INVITATION))?)
        }
    };
    Ok(Wish { handle, name, code, password: submitted.new_password()? })
}

const NO_INVITATION: &str = "This is not the code of an invitation, or it has expired or is used up.";

/// A display name from its typed form. The error names its fault.
pub(super) fn display_name(text: &str) -> Result<FriendlyName, String> {
    if has_invisible(text) {
        return Err("The display name holds characters that cannot be shown.".into());
    }
    if is_blank(text) {
        return Err("The display name is empty.".into());
    }
    let name = FriendlyName::from_text(text).ok().filter(|_| text.chars().count() <= LONGEST_NAME);
    name.ok_or_else(|| {
        format!(
            "The display name is too long: use at most {LONGEST_NAME} characters, less with special ones."
        )
    })
}

async fn carry_out(people: &People, wish: Wish, from: IpAddr) -> Result<Account, Mistake> {
    let Wish { handle, name, code, password } = wish;
    let taken = || {
        let text = format!("The address {handle} is taken. Please choose another.");
        Mistake::at("address", text).with_status(StatusCode::CONFLICT)
    };
    let failed = |error| {
        tracing::error!(%error, "an account could not be made");
        let text = "The service cannot make accounts at the moment.";
        Mistake::no_field(StatusCode::INTERNAL_SERVER_ERROR, text)
    };
    let store = &people.service.store;
    // A look-up spares the work for the hash. Not with an invitation: the store checks its code before it tells whether
    // there is such an account.
    if code.is_none() && store.account(&handle).await.map_err(failed)?.is_some() {
        return Err(taken());
    }
    let hash = people.passport.hash(password, from, false).await.map_err(|error| {
        Mistake::no_field(status_of(error), "The service is busy. Please try again in a moment.")
    })?;
    let created_at = now();
    let password_hash = PasswordHash::new(hash);
    let new = NewAccount { handle: handle.clone(), name, password_hash, created_at, admin: false };
    let made = match &code {
        Some(code) => store.create_invited_account(new, code).await,
        None => store.create_account(new).await,
    };
    made.map_err(|error| match error {
        StoreError::Refused(Refusal::AccountExists) => taken(),
        StoreError::Refused(Refusal::InvitationInvalid) => {
            Mistake::at("code", NO_INVITATION).with_status(StatusCode::FORBIDDEN)
        }
        error => failed(error),
    })
}
