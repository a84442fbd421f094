//! The login: it exchanges a name and a password for a ticket (YW, GAIM).

use std::net::IpAddr;

use http::StatusCode;
use msnp::passport::{AuthenticationInfo, Credentials, Failure};
use zeroize::Zeroizing;

use crate::http::{Request, Response};
use crate::passport::{LONGEST_EVERYWHERE, LoginError, Passport, whole_seconds};

/// The hint for a password of just this length, which a client may have cut off.
const CUT: &str = "If your password is longer than 16 characters: this program may have sent only the first 16. \
                   A password of 8 to 16 characters works everywhere.";

/// Answers `/login2.srf` to a client at address `from`. `page` is the address of a page that helps people; it has no
/// comma, because a comma ends it in the header.
pub(crate) async fn answer(passport: &Passport, request: &Request<'_>, from: IpAddr, page: &str) -> Response {
    let credentials = request.header("Authorization").map(Credentials::parse);
    let Some(Ok(Credentials { sign_in, password, .. })) = credentials else {
        return failed(page, "Please sign in with your address and your password.");
    };
    let password = Zeroizing::new(password.expose().to_owned());
    let may_be_cut = password.len() == LONGEST_EVERYWHERE;
    match passport.sign_in(&sign_in, password, from).await {
        Ok(ticket) => succeeded(&ticket),
        Err(error @ LoginError::Wrong) if may_be_cut => failed(page, &format!("{error} {CUT}")),
        Err(error @ (LoginError::Wrong | LoginError::Disabled | LoginError::Banned { .. })) => {
            failed(page, &error.to_string())
        }
        // 401, not 429: clients show the text of this answer, and of any other at most the number.
        Err(error @ LoginError::Limited { wait }) => {
            failed(page, &error.to_string()).with_header("Retry-After", whole_seconds(wait).to_string())
        }
        Err(error @ LoginError::Busy) => Response::text(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
            .with_header("Retry-After", "5"),
        Err(error @ LoginError::Unavailable) => {
            Response::text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
        }
    }
}

/// Answers a client that came without TLS where passwords are taken over TLS only. Its password is not checked: the
/// answer would tell an eavesdropper whether it is right.
pub(crate) fn refused(page: &str) -> Response {
    failed(page, "This service takes passwords over TLS (https) only.")
}

fn succeeded(ticket: &str) -> Response {
    let Ok(info) = AuthenticationInfo::new(ticket) else {
        return Response::text(StatusCode::INTERNAL_SERVER_ERROR, &LoginError::Unavailable.to_string());
    };
    Response::text(StatusCode::OK, "You have signed in.")
        .with_header("Cache-Control", "no-store")
        .with_header("Authentication-Info", info.to_header_value())
}

fn failed(page: &str, text: &str) -> Response {
    let failure = Failure { url: Some(page.to_owned()), text: Some(text.to_owned()) };
    Response::text(StatusCode::UNAUTHORIZED, text)
        .with_header("Cache-Control", "no-store")
        .with_header("WWW-Authenticate", failure.to_header_value())
}
