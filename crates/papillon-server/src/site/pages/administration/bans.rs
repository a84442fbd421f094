//! `/admin/bans`: the addresses and accounts that are turned away.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use papillon_store::{Account, Ban, BanReason, BanTarget, NewBan, Refusal, StoreError};

use super::tables::Part;
use crate::bans::{duration, protection};
use crate::moment;
use crate::site::pages::accounts::People;
use crate::site::pages::accounts::caller::{Caller, redirect};
use crate::site::pages::accounts::complaint::{Complaint, Mistake};
use crate::site::pages::accounts::error::PageError;
use crate::site::pages::accounts::forms::{Submitted, word};
use crate::site::pages::accounts::frame::Frame;
use crate::site::pages::accounts::unix_time::now;

/// Bans on a page.
const ROWS: u32 = 100;

#[derive(Template)]
#[template(path = "people/admin_bans.html")]
struct Page<'a> {
    frame: Frame,
    /// The fields of the form as they were filled in.
    of: &'a str,
    lasts: &'a str,
    reason: &'a str,
    longest_reason: usize,
    total: usize,
    rows: Vec<Row>,
    page: u32,
    before: Option<u32>,
    after: Option<u32>,
    done: Option<&'static str>,
    complaint: Complaint,
}

struct Row {
    target: String,
    reason: String,
    made_by: String,
    made: String,
    until: String,
    refused: i64,
    last: String,
}

/// All bans, and a form for another one; the address in the query stands in that already.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    caller.admin()?;
    let done = match word(&query, "done") {
        "made" => Some("The ban stands first in the list. Clients that it concerns are disconnected."),
        "lifted" => Some("The ban is lifted."),
        _ => None,
    };
    let page = page(&people, &caller, word(&query, "page")).await?;
    let page = Page { done, of: word(&query, "of"), ..page };
    Ok(caller.show(StatusCode::OK, &page))
}

/// Makes a ban, or changes the one that the target has.
pub(super) async fn make(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let admin = caller.admin()?;
    let new = match read(&people, &submitted, admin) {
        Ok(new) => new,
        Err(mistake) => return complain(&people, &submitted, mistake).await,
    };
    let target = new.target.to_string();
    match people.service.store.add_ban(new).await {
        Ok(()) => {
            tracing::info!(target, by = %admin.handle, "banned by an administrator");
            Ok(redirect("/admin/bans?done=made", None))
        }
        Err(StoreError::Refused(Refusal::UnknownAccount)) => {
            complain(&people, &submitted, Mistake::at("of", "There is no such account.")).await
        }
        Err(StoreError::Refused(Refusal::TooManyBans)) => {
            let error = "There are ten thousand bans. Lift some first, or ban a larger range.";
            complain(&people, &submitted, Mistake::no_field(StatusCode::BAD_REQUEST, error)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Lifts a ban.
pub(super) async fn lift(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let admin = submitted.caller.admin()?;
    let target: BanTarget = submitted.text("of").parse().map_err(|_| PageError::Malformed)?;
    match people.service.store.lift_ban(&target).await {
        Ok(()) => tracing::info!(%target, by = %admin.handle, "a ban was lifted by an administrator"),
        // Another administrator was faster, or it has ended.
        Err(StoreError::Refused(Refusal::NotBanned | Refusal::UnknownAccount)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(redirect("/admin/bans?done=lifted", None))
}

/// The ban that was filled in.
fn read(people: &People, submitted: &Submitted, admin: &Account) -> Result<NewBan, Mistake> {
    let target = submitted.text("of").parse().map_err(|_| {
        let error =
            "An address such as 192.0.2.1, a range such as 192.0.2.0/24, or the address of an account.";
        Mistake::at("of", error)
    })?;
    see_that_nobody_is_locked_out(people, submitted, admin, &target)?;
    let made_at = now();
    let ends_at = match submitted.text("for") {
        "" => None,
        text => {
            let lasts = duration(text).map_err(|_| {
                Mistake::at(
                    "for",
                    "A time such as 30m, 2h, 3d or 4w, at most ten years; nothing is for good.",
                )
            })?;
            Some(made_at.saturating_add_unsigned(lasts.as_secs()))
        }
    };
    let reason = submitted.text("reason").parse().map_err(|_| {
        Mistake::at("reason", format!("One line of at most {} characters.", BanReason::LONGEST))
    })?;
    Ok(NewBan { target, reason, made_by: Some(admin.id), made_at, ends_at })
}

fn see_that_nobody_is_locked_out(
    people: &People,
    submitted: &Submitted,
    admin: &Account,
    target: &BanTarget,
) -> Result<(), Mistake> {
    let refused = |error: String| Err(Mistake::at("of", error));
    match target {
        BanTarget::Account(handle) if *handle == admin.handle => {
            refused("This is your own account: you could not undo it. Ask another administrator.".into())
        }
        BanTarget::Addresses(range) if range.contains(submitted.caller.visitor.peer.ip()) => {
            refused("This is where you are yourself: you could not undo it.".into())
        }
        BanTarget::Addresses(range) => match protection(range, &people.service.config.trusted_proxies) {
            Some(why) => refused(format!("{target} {why}. The command line can ban it, with --force.")),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

async fn complain(people: &People, submitted: &Submitted, mistake: Mistake) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let page = Page {
        of: submitted.text("of"),
        lasts: submitted.text("for"),
        reason: submitted.text("reason"),
        complaint: mistake.into(),
        ..page(people, caller, "").await?
    };
    Ok(caller.show(page.complaint.status(), &page))
}

async fn page<'a>(people: &People, caller: &Caller, number: &str) -> Result<Page<'a>, PageError> {
    let bans = people.service.store.bans(now()).await?;
    let part = Part::of(number, ROWS);
    let skip = usize::try_from(part.skip()).unwrap_or(usize::MAX);
    Ok(Page {
        frame: caller.frame(people),
        of: "",
        lasts: "",
        reason: "",
        longest_reason: BanReason::LONGEST,
        total: bans.len(),
        rows: bans.iter().skip(skip).take(ROWS as usize).map(row).collect(),
        page: part.page,
        before: part.before(),
        after: part.after(bans.len() as u64),
        done: None,
        complaint: Complaint::default(),
    })
}

fn row(ban: &Ban) -> Row {
    Row {
        target: ban.target.to_string(),
        reason: ban.reason.to_string(),
        made_by: ban.made_by.as_ref().map_or_else(|| "-".into(), ToString::to_string),
        made: moment(ban.made_at),
        until: ban.ends_at.map_or_else(|| "for good".into(), moment),
        refused: ban.refused,
        last: ban.refused_at.map_or_else(String::new, moment),
    }
}
