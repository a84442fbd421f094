//! `/`: the first page, for browsers.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Router};

use super::page::{page, shown};
use super::published_addresses::PublishedAddresses;
use super::{elsewhere, set_up};
use crate::http::Visitor;

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    server: String,
    nexus: String,
}

pub(super) fn router() -> Router<Arc<PublishedAddresses>> {
    // Later messengers send an empty POST here (ESC).
    Router::new().route("/", shown(welcome))
}

async fn welcome(
    State(published): State<Arc<PublishedAddresses>>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Response {
    if let Some(page) = elsewhere::front_page(&visitor.host) {
        return page;
    }
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    if is_old(agent) {
        return set_up::index(&published, &visitor).await;
    }
    let server = published.messenger_server(&visitor.host).unwrap_or_else(|| "(switched off)".to_owned());
    page(StatusCode::OK, &Welcome { server, nexus: published.nexus(&visitor) })
}

/// Whether the user of this browser probably needs the set-up page: Internet Explorer up to 6, Netscape up to 4, or any
/// browser on Windows 95 to XP.
fn is_old(agent: &str) -> bool {
    let internet_explorer = agent.split_once("MSIE ").map(|(_, rest)| {
        rest.bytes()
            .take_while(u8::is_ascii_digit)
            .fold(0u32, |number, digit| number.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
    });
    let windows = [
        "Windows 95",
        "Windows 98",
        "Windows NT 4",
        "Windows NT 5",
        "Windows 2000",
        "Win95",
        "Win98",
        "Win 9x",
        "WinNT",
    ];
    windows.iter().any(|name| agent.contains(name))
        // Internet Explorer calls itself Mozilla/4 in every version, so its own number decides before Netscape's.
        || match internet_explorer {
            Some(version) => version <= 6,
            None => ["Mozilla/1.", "Mozilla/2.", "Mozilla/3.", "Mozilla/4."]
                .iter()
                .any(|old| agent.starts_with(old)),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_browsers_are_known() {
        for old in [
            "Mozilla/4.0 (compatible; MSIE 5.0; Windows 98; DigExt)",
            "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)",
            "Mozilla/2.0 (compatible; MSIE 3.02; Windows 95)",
            "Mozilla/4.0 (compatible; MSIE 5.5; Windows 98; Win 9x 4.90)",
            "Mozilla/4.79 [en] (X11; U; Linux 2.4.18 i686)",
            "Mozilla/5.0 (Windows NT 5.1; rv:52.0) Gecko/20100101 Firefox/52.0",
            "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)",
        ] {
            assert!(is_old(old), "{old}");
        }
        for new in [
            "",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Trident/7.0)",
            "curl/8.5.0",
        ] {
            assert!(!is_old(new), "{new}");
        }
    }
}
