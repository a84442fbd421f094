//! The login: a name and a password for a ticket (fact sheet 3.4 and 3.5).

use std::net::IpAddr;

use super::headers::{self, Authorization};
use super::{Passport, Refusal};
use crate::http::{Request, Response, Status};

/// Answers `/login2.srf` to somebody at address `from`. `page` is the address of a page that
/// helps people, without commas.
pub(crate) async fn answer(passport: &Passport, request: &Request<'_>, from: IpAddr, page: &str) -> Response {
    let Some(authorization) = request.header("Authorization").and_then(Authorization::parse) else {
        return failed(page, "Please sign in with your address and your password.");
    };
    match passport.sign_in(&authorization.name, authorization.password, from).await {
        Ok(ticket) => Response::text(Status::Ok, "You have signed in.")
            .with_header("Cache-Control", "no-store")
            .with_header("Authentication-Info", headers::success(&ticket)),
        Err(refusal @ (Refusal::Wrong | Refusal::Disabled | Refusal::Limited)) => {
            failed(page, &refusal.to_string())
        }
        Err(refusal @ Refusal::Busy) => {
            Response::text(Status::ServiceUnavailable, &refusal.to_string()).with_header("Retry-After", "5")
        }
        Err(refusal @ Refusal::Unavailable) => {
            Response::text(Status::InternalServerError, &refusal.to_string())
        }
    }
}

fn failed(page: &str, text: &str) -> Response {
    Response::text(Status::Unauthorized, text)
        .with_header("Cache-Control", "no-store")
        .with_header("WWW-Authenticate", headers::failure(page, text))
}
