//! `/register`: making an account.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use msnp::invisible_characters::{has_invisible, is_blank};
use msnp::{FriendlyName, Handle};
use papillon_store::{Account, InvitationCode, NewAccount, PasswordHash, Refusal, StoreError};
use zeroize::Zeroizing;

use super::People;
use super::caller::{Caller, Frame};
use super::forms::{MIN_PASSWORD, Submitted};
use super::guard::safer;
use super::trouble::status_of;
use crate::Registration;

/// The longest display name in characters, as the fields of the forms have it.
const LONGEST_NAME: usize = 129;

/// The form, with what was filled in before: never a password.
#[derive(Template)]
#[template(path = "people/register.html")]
struct Form<'a> {
    frame: Frame,
    closed: bool,
    invited: bool,
    least: usize,
    address: &'a str,
    name: &'a str,
    code: &'a str,
    error: Option<&'a str>,
    safer: Option<String>,
}

/// What somebody who makes an account has filled in.
struct Wish {
    handle: Handle,
    name: FriendlyName,
    code: Option<InvitationCode>,
    password: Zeroizing<String>,
}

/// Why an account was not made.
type Problem = (StatusCode, String);

/// The empty form; the code of an invitation may come with the address of the page.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let code = query.iter().find(|(name, _)| name == "code").map_or("", |(_, code)| code);
    let form = Form { code, ..form(&people, &caller) };
    caller.show(if form.closed { StatusCode::FORBIDDEN } else { StatusCode::OK }, &form)
}

/// Makes the account and signs its owner in, or shows what is wrong.
pub(super) async fn submit(State(people): State<Arc<People>>, submitted: Submitted) -> Response {
    let caller = &submitted.caller;
    match make(&people, &submitted).await {
        Ok(account) => {
            tracing::info!(account = %account.handle, from = %caller.visitor.peer.ip(), "registered");
            let session = people.session(account.id, account.credential_epoch);
            caller.signed_in(&session, "/account?done=registered")
        }
        Err((status, error)) => {
            let form = Form {
                address: submitted.text("address"),
                name: submitted.text("name"),
                code: submitted.text("code"),
                error: Some(&error),
                ..form(&people, caller)
            };
            caller.show(status, &form)
        }
    }
}

fn form<'a>(people: &People, caller: &Caller) -> Form<'a> {
    let registration = people.service.config.registration_for(caller.visitor.peer.ip());
    Form {
        frame: caller.frame(people),
        closed: registration == Registration::Closed,
        invited: registration == Registration::Invitation,
        least: MIN_PASSWORD,
        address: "",
        name: "",
        code: "",
        error: None,
        safer: safer(people, &caller.visitor, "/register"),
    }
}

async fn make(people: &People, submitted: &Submitted) -> Result<Account, Problem> {
    let from = submitted.caller.visitor.peer.ip();
    let registration = people.service.config.registration_for(from);
    if registration == Registration::Closed {
        return Err((StatusCode::FORBIDDEN, "No accounts can be made here.".into()));
    }
    let wish = read(submitted, registration).map_err(|error| (StatusCode::BAD_REQUEST, error))?;
    // Before anything that tells whether there is such an account.
    if !people.may_register(from) {
        let error = "There were too many registrations from your address. Please try again in an hour.";
        return Err((StatusCode::TOO_MANY_REQUESTS, error.into()));
    }
    carry_out(people, wish).await
}

fn read(submitted: &Submitted, registration: Registration) -> Result<Wish, String> {
    let handle = Handle::parse(submitted.text("address")).map_err(|_| {
        format!(
            "This is not an address such as ada@example.com. It has at most {} characters, without blanks.",
            Handle::MAX_LEN
        )
    })?;
    let name = match submitted.text("name") {
        "" => FriendlyName::from(&handle),
        name => display_name(name)?,
    };
    let code = match registration {
        Registration::Open | Registration::Closed => None,
        Registration::Invitation => {
            Some(InvitationCode::parse(submitted.text("code")).ok_or_else(|| NO_INVITATION.to_owned())?)
        }
    };
    Ok(Wish { handle, name, code, password: submitted.new_password()? })
}

const NO_INVITATION: &str = "This is not the code of an invitation, or it has expired or is used up.";

/// A display name as somebody has typed it; the error says what is wrong with it.
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

async fn carry_out(people: &People, wish: Wish) -> Result<Account, Problem> {
    let Wish { handle, name, code, password } = wish;
    let taken = || (StatusCode::CONFLICT, format!("The address {handle} is taken. Please choose another."));
    let failed = |error| {
        tracing::error!(%error, "an account could not be made");
        (StatusCode::INTERNAL_SERVER_ERROR, "The service cannot make accounts at the moment.".to_owned())
    };
    let store = &people.service.store;
    // Spares the work for the hash. Who needs an invitation shows it first, and the store asks for it.
    if code.is_none() && store.account(&handle).await.map_err(failed)?.is_some() {
        return Err(taken());
    }
    let hash = people.passport.hash(password).await.map_err(|refusal| {
        (status_of(refusal), "The service is busy. Please try again in a moment.".to_owned())
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
        StoreError::Refused(Refusal::InvitationInvalid) => (StatusCode::FORBIDDEN, NO_INVITATION.into()),
        error => failed(error),
    })
}

/// In seconds since 1970.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}
