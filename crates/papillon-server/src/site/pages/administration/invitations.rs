//! `/admin/invitations`: the invitations, whose codes let visitors register.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use papillon_store::{Invitation, InvitationCode, NewInvitation, Refusal, StoreError};

use crate::Registration;
use crate::moment;
use crate::site::pages::accounts::People;
use crate::site::pages::accounts::caller::{Caller, redirect};
use crate::site::pages::accounts::complaint::{Complaint, Mistake};
use crate::site::pages::accounts::error::PageError;
use crate::site::pages::accounts::forms::{Submitted, word};
use crate::site::pages::accounts::frame::Frame;
use crate::site::pages::accounts::unix_time::now;

/// The most accounts for which one invitation is good, as at the command line.
const MAX_USES: u32 = 10_000;
/// The most days for which one is good.
const MAX_DAYS: u32 = 3650;

#[derive(Template)]
#[template(path = "people/admin_invitations.html")]
struct Page {
    frame: Frame,
    rule: &'static str,
    rows: Vec<Row>,
    done: Option<&'static str>,
    complaint: Complaint,
}

struct Row {
    id: i64,
    code: String,
    good: bool,
    uses_left: i64,
    made_by: String,
    until: String,
}

/// All invitations.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    caller.admin()?;
    let done = match word(&query, "done") {
        "made" => Some("The invitation stands first in the list."),
        "revoked" => Some("The invitation is taken back."),
        _ => None,
    };
    let page = Page { done, ..page(&people, &caller).await? };
    Ok(caller.show(StatusCode::OK, &page))
}

/// Makes an invitation.
pub(super) async fn make(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let admin = caller.admin()?;
    let number = |field: &str, most: u32| {
        submitted.text(field).parse::<u32>().ok().filter(|number| (1..=most).contains(number))
    };
    let Some(uses) = number("uses", MAX_USES) else {
        let error = format!("Accounts are a number from 1 to {MAX_USES}.");
        return complain(&people, caller, Mistake::at("uses", error)).await;
    };
    let Some(days) = number("days", MAX_DAYS) else {
        let error = format!("Days are a number from 1 to {MAX_DAYS}.");
        return complain(&people, caller, Mistake::at("days", error)).await;
    };
    let made_at = now();
    let new = NewInvitation {
        code: InvitationCode::from_random(rand::random()),
        made_by: Some(admin.id),
        made_at,
        expires_at: made_at.saturating_add(i64::from(days) * 24 * 3600),
        uses,
    };
    match people.service.store.create_invitation(new).await {
        Ok(()) => Ok(redirect("/admin/invitations?done=made", None)),
        Err(StoreError::Refused(Refusal::TooManyInvitations)) => {
            let error = "There are a thousand invitations. Take some back first.";
            complain(&people, caller, Mistake::no_field(StatusCode::BAD_REQUEST, error)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes an invitation back.
pub(super) async fn revoke(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    submitted.caller.admin()?;
    let id = submitted.text("id").parse().map_err(|_| PageError::Malformed)?;
    people.service.store.revoke_invitation(id).await?;
    Ok(redirect("/admin/invitations?done=revoked", None))
}

async fn complain(people: &People, caller: &Caller, mistake: Mistake) -> Result<Response, PageError> {
    let page = Page { complaint: mistake.into(), ..page(people, caller).await? };
    Ok(caller.show(page.complaint.status(), &page))
}

async fn page(people: &People, caller: &Caller) -> Result<Page, PageError> {
    let now = now();
    let rows = people.service.store.invitations().await?;
    let config = &people.service.config;
    let rule = match (config.registration, &config.public_host) {
        (Some(Registration::Open), _) => "Everybody can make an account here; nobody needs an invitation.",
        (Some(Registration::Closed), _) => {
            "No accounts can be made here at the moment, not even with an invitation."
        }
        (Some(Registration::Invitation), _) | (None, Some(_)) => {
            "To make an account, one needs an invitation."
        }
        (None, None) => {
            "To make an account, one needs an invitation, except from this machine and from private networks."
        }
    };
    Ok(Page {
        frame: caller.frame(people),
        rule,
        rows: rows.into_iter().map(|invitation| row(invitation, now)).collect(),
        done: None,
        complaint: Complaint::default(),
    })
}

fn row(invitation: Invitation, now: i64) -> Row {
    Row {
        id: invitation.id,
        code: invitation.code.expose().to_owned(),
        good: invitation.uses_left > 0 && invitation.expires_at > now,
        uses_left: invitation.uses_left,
        made_by: invitation.made_by.map_or_else(|| "-".into(), |maker| maker.to_string()),
        until: moment(invitation.expires_at),
    }
}
