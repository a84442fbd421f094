//! The errors of pages.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use papillon_store::{Refusal, StoreError};

use super::frame::Frame;
use crate::Operator;
use crate::passport;
use crate::site::pages::page::{found, page};

/// The reason for which a page is not shown, or a form not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::site::pages) enum PageError {
    /// The page needs a sign-in, after which the visitor goes to this page.
    SignIn {
        /// The page: `admin`, or the account's.
        to: &'static str,
    },
    /// The page is for administrators.
    NotAdmin,
    /// The form was not shown to its sender, or is from another sign-in.
    Forged,
    /// The form cannot be read.
    Malformed,
    /// There is no such thing, or no longer.
    NotFound,
    /// The account does this too often.
    Limited,
    /// The visitor's address asks for pages too often.
    TooRapid,
    /// Too many requests do this now.
    Busy,
    /// The service cannot do it now.
    Unavailable,
}

impl PageError {
    fn explain(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::SignIn { .. } => (StatusCode::FOUND, "Sign in", "Please sign in."),
            Self::NotAdmin => (
                StatusCode::FORBIDDEN,
                "For administrators",
                "This page is for the people who run this service.",
            ),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "Please try again",
                "Nothing was changed: this form was too old, or your browser takes no cookies from this server. \
                 Go back, reload the page and fill it in again.",
            ),
            Self::Malformed => (
                StatusCode::BAD_REQUEST,
                "Please try again",
                "Nothing was changed: the form did not arrive as it should.",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found", "There is nothing here, or no longer."),
            Self::Limited => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too often",
                "Nothing was changed: you do this too often. Please wait a minute and try again.",
            ),
            Self::TooRapid => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too often",
                "Too many pages were asked for from your address. Please wait a moment and try again.",
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Busy",
                "Nothing was changed: too many people do this now. Please try again in a moment.",
            ),
            Self::Unavailable => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Not now",
                "The service cannot do this at the moment. Please try again later.",
            ),
        }
    }
}

#[derive(Template)]
#[template(path = "people/message.html")]
struct Message {
    frame: Frame,
    title: &'static str,
    text: &'static str,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { to: "admin" } => found("/login?to=admin"),
            Self::SignIn { .. } => found("/login"),
            other => {
                let (status, title, text) = other.explain();
                // An error may come before the caller is known, so its frame is the same for all.
                let frame = Frame::of_anybody(Operator::default());
                page(status, &Message { frame, title, text })
            }
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(Refusal::UnknownAccount) => Self::NotFound,
            error => {
                tracing::error!(%error, "a page could not be made");
                Self::Unavailable
            }
        }
    }
}

/// The status of a page about a password that was not taken.
pub(in crate::site::pages) fn status_of(error: passport::LoginError) -> StatusCode {
    match error {
        passport::LoginError::Wrong
        | passport::LoginError::Disabled
        | passport::LoginError::Banned { .. } => StatusCode::FORBIDDEN,
        passport::LoginError::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
        passport::LoginError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        passport::LoginError::Unavailable => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
