//! The pages in place of other Microsoft sites, which the messenger's buttons opened.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{page, shown};
use super::published_addresses::PublishedAddresses;
use crate::addresses::old_hosts::is_under;

#[derive(Template)]
#[template(path = "elsewhere.html")]
struct Elsewhere {
    title: &'static str,
    text: &'static str,
    link: &'static str,
    link_text: &'static str,
}

/// The pages that `URL` and the configuration lead to.
static PAGES: [(&str, Elsewhere); 6] = [
    (
        "/mail",
        Elsewhere {
            title: "Mail",
            text: "This service keeps no mail. Your account's address is a name only.",
            link: "/account",
            link_text: "Your account",
        },
    ),
    (
        "/mobile",
        Elsewhere {
            title: "Mobile",
            text: "This service sends no messages to telephones. Telephone numbers that you give in the messenger \
                   are shown to your contacts, and go nowhere else.",
            link: "/account",
            link_text: "Your account",
        },
    ),
    (
        "/profile",
        Elsewhere {
            title: "Profile",
            text: "This service keeps no directory of its members: a contact sees your name and your picture, \
                   nothing more.",
            link: "/account",
            link_text: "Change your name, picture or password",
        },
    ),
    (
        "/chat",
        Elsewhere {
            title: "Chat rooms",
            text: "This service has no chat rooms. In a conversation, Invite brings more people in.",
            link: "/",
            link_text: "What this service is",
        },
    ),
    (
        "/directory",
        Elsewhere {
            title: "Find people",
            text: "This service keeps no directory of its members. To add somebody, ask for the address with which \
                   they sign in.",
            link: "/account",
            link_text: "Your account",
        },
    ),
    (
        "/today",
        Elsewhere {
            title: "Today",
            text: "You are signed in to a Papillon server. There is no news here, and no advertisement.",
            link: "/account",
            link_text: "Your account",
        },
    ),
];

pub(super) fn router() -> Router<Arc<PublishedAddresses>> {
    PAGES.iter().fold(Router::new(), |router, (path, content)| {
        router.route(path, shown(async move || page(StatusCode::OK, content)))
    })
}

/// A short page, with the way to the beginning.
pub(super) fn note(status: StatusCode, title: &'static str, text: &'static str) -> Response {
    page(status, &Elsewhere { title, text, link: "/", link_text: "To the first page" })
}

/// The page of an unknown path.
pub(super) fn not_found() -> Response {
    note(StatusCode::NOT_FOUND, "Nothing here", "There is nothing at this address.")
}

/// The page that stands for another site's first one.
pub(super) fn front_page(host: &str) -> Option<Response> {
    let path = if ["hotmail.com", "www.hotmail.com"].iter().any(|mail| host.eq_ignore_ascii_case(mail)) {
        "/mail"
    } else if is_under(host, "members.msn.com") {
        "/profile"
    } else {
        return None;
    };
    the_page(path)
}

/// One of these pages.
pub(super) fn the_page(path: &str) -> Option<Response> {
    let (_, content) = PAGES.iter().find(|(known, _)| *known == path)?;
    Some(page(StatusCode::OK, content))
}
