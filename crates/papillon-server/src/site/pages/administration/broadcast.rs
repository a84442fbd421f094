//! `/admin/announcement`: the form that sends a text to every session.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use msnp::invisible_characters::{has_invisible, is_blank};

use crate::counted;
use crate::people::broadcast;
use crate::site::pages::accounts::People;
use crate::site::pages::accounts::caller::Caller;
use crate::site::pages::accounts::complaint::{Complaint, Mistake};
use crate::site::pages::accounts::error::PageError;
use crate::site::pages::accounts::forms::Submitted;
use crate::site::pages::accounts::frame::Frame;

/// The longest text, in characters: more does not fit into the window of an alert.
const LONGEST: usize = 250;
/// The most minutes until a maintenance: a day.
const MAX_MINUTES: u32 = 24 * 60;

#[derive(Template)]
#[template(path = "people/admin_announcement.html")]
struct Page<'a> {
    frame: Frame,
    /// The number of recipients, with the verb.
    online: String,
    longest: usize,
    text: &'a str,
    done: Option<&'a str>,
    complaint: Complaint,
}

/// The empty forms.
pub(super) async fn show(State(people): State<Arc<People>>, caller: Caller) -> Result<Response, PageError> {
    caller.admin()?;
    Ok(caller.show(StatusCode::OK, &page(&people, &caller)))
}

/// Tells every session of this node.
pub(super) async fn submit(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let admin = caller.admin()?;
    let (text, minutes) = (submitted.text("text"), submitted.text("minutes"));
    // The page has two forms for one path; only that for maintenance has minutes.
    let told = if minutes.is_empty() {
        let checked = check(text).map_err(|error| Mistake::at("text", error));
        checked.map(|()| {
            let service = &people.service;
            broadcast::alert(&service.directory, text, |origin| service.page(origin.local, ""))
        })
    } else {
        let minutes = minutes.parse().ok().filter(|minutes| (1..=MAX_MINUTES).contains(minutes));
        let wrong = || Mistake::at("minutes", format!("Minutes are a number from 1 to {MAX_MINUTES}."));
        minutes.ok_or_else(wrong).map(|minutes| broadcast::maintenance(&people.service.directory, minutes))
    };
    match told {
        Ok(told) => {
            tracing::info!(by = %admin.handle, told, "announcement");
            let done = format!("Sent to {}.", counted(told, "person", "people"));
            Ok(caller.show(StatusCode::OK, &Page { done: Some(&done), ..page(&people, caller) }))
        }
        Err(mistake) => {
            let page = Page { text, complaint: mistake.into(), ..page(&people, caller) };
            Ok(caller.show(page.complaint.status(), &page))
        }
    }
}

fn check(text: &str) -> Result<(), String> {
    match text.chars().count() {
        0..=LONGEST if text.chars().any(char::is_control) => Err("The text has to be one line.".into()),
        0..=LONGEST if has_invisible(text) => Err("The text holds characters that cannot be shown.".into()),
        0..=LONGEST if is_blank(text) => Err("The text is empty.".into()),
        0..=LONGEST => Ok(()),
        _ => Err(format!("The text is too long: use at most {LONGEST} characters.")),
    }
}

fn page<'a>(people: &People, caller: &Caller) -> Page<'a> {
    let online = people.service.directory.count();
    let online = match online {
        1 => String::from("1 person is"),
        online => format!("{online} people are"),
    };
    let complaint = Complaint::default();
    Page { frame: caller.frame(people), online, longest: LONGEST, text: "", done: None, complaint }
}
