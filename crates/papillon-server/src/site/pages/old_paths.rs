//! The paths that stand in MSN Messenger itself, in any case of letters, and all others under a name of the old
//! services: so no client hangs, and no foreign page appears.

pub(super) mod messenger_config;
mod svcs;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::{Extension, Router};

use super::elsewhere;
use super::page::{asset, found, shown};
use super::published_addresses::PublishedAddresses;
use crate::addresses::old_hosts::is_old;
use crate::addresses::old_hosts::is_under;
use crate::http::Visitor;

/// A picture of one transparent point, for clients that insist on one.
const DOT: &[u8] = include_bytes!("../../../assets/dot.gif");
/// The page in the place of an advertisement.
const BLANK: &str = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n\
                     <html lang=\"en\"><head><title>Papillon</title></head><body><p>&nbsp;</p></body></html>\n";

/// Answers each path without another route.
pub(super) fn router() -> Router<Arc<PublishedAddresses>> {
    Router::new().fallback(shown(answer))
}

async fn answer(
    State(published): State<Arc<PublishedAddresses>>,
    Extension(visitor): Extension<Visitor>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_ascii_lowercase();
    // Paths before hosts: these are answered under every name.
    match &*path {
        "/config/msgrconfig.asmx" => {
            messenger_config::answer(&published, &visitor, &method, &uri, &headers, &body)
        }
        "/svcs/mms/tabs.asp" => svcs::tabs(),
        "/svcs/mms/portal.asp" => svcs::portal(&published, &visitor),
        "/svcs/mms/abch_config.asp" => svcs::address_book(&published, &visitor),
        "/abservice/abservice.asmx" | "/abservice/sharingservice.asmx" => {
            messenger_config::fault("This service keeps no address books.")
        }
        path if path == "/ads" || path.starts_with("/ads/") => nothing_to_sell(path),
        path if is_old(&visitor.host) => under_an_old_name(&visitor.host, path),
        _ => elsewhere::not_found(),
    }
}

fn under_an_old_name(host: &str, path: &str) -> Response {
    if is_under(host, "rad.msn.com") || is_under(host, "ads.msn.com") || is_picture(path) {
        return nothing_to_sell(path);
    }
    if is_under(host, "g.msn.com")
        && let Some(answer) = redirected(path)
    {
        return answer;
    }
    elsewhere::front_page(host).unwrap_or_else(|| {
        let text = "This address belonged to a part of MSN that this service does not have.";
        elsewhere::note(StatusCode::NOT_FOUND, "Not here", text)
    })
}

/// `g.msn.com` sent to where a page was at the moment, by a number: `/5meen_us/106` is a profile (AMSN), 60 the
/// tabs (ESC), 157 the registration, 55 and 122 help (seen in resources of later versions).
fn redirected(path: &str) -> Option<Response> {
    let (market, number) = path.strip_prefix('/')?.split_once('/')?;
    if market.as_bytes().get(1..3).is_none_or(|product| product != b"me") {
        return None;
    }
    match number {
        "60" => Some(svcs::tabs()),
        "106" => elsewhere::the_page("/profile"),
        "157" => Some(found("/register")),
        "55" | "122" => Some(found("/setup")),
        _ => None,
    }
}

/// An empty page, or an empty picture, in place of an advertisement.
fn nothing_to_sell(path: &str) -> Response {
    if is_picture(path) {
        asset("image/gif", DOT)
    } else {
        asset("text/html; charset=utf-8", BLANK.as_bytes())
    }
}

fn is_picture(path: &str) -> bool {
    [".gif", ".jpg", ".jpeg", ".png", ".ico"].iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests;
