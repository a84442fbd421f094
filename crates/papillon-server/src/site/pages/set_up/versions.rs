//! A page for each version of MSN Messenger.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use super::facts::Facts;
use crate::http::Visitor;
use crate::site::pages::page;
use crate::site::pages::published_addresses::PublishedAddresses;

/// A version that signs in here, or several that do the same.
#[derive(Debug)]
struct Version {
    path: &'static str,
    name: &'static str,
    protocol: &'static str,
    works: &'static str,
    missing: &'static str,
}

/// The dialects that each version offers, and the files that it brings (YW, ESC).
static VERSIONS: [Version; 3] = [
    Version {
        path: "/setup/msn5",
        name: "MSN Messenger 5.0",
        protocol: "MSNP8",
        works: "contacts and groups, who is online, conversations of two and of many, files.",
        missing: "display pictures and custom emoticons, which came with 6.0; mail, telephone, voice.",
    },
    Version {
        path: "/setup/msn6",
        name: "MSN Messenger 6.0",
        protocol: "MSNP9",
        works: "contacts and groups, who is online, conversations of two and of many, display pictures, custom \
                emoticons, files.",
        missing: "mail, telephone, voice and webcam.",
    },
    Version {
        path: "/setup/msn62",
        name: "MSN Messenger 6.1 and 6.2",
        protocol: "MSNP9 (it offers MSNP10 first, and takes the older one)",
        works: "contacts and groups, who is online, conversations of two and of many, display pictures, custom \
                emoticons, files.",
        missing: "mail, telephone, voice and webcam.",
    },
];

/// Versions that cannot sign in, each with the reason.
const NOT_SERVED: [(&str, &str, &str); 2] = [
    (
        "/setup/msn4",
        "MSN Messenger 1.0 to 4.7 and Windows Messenger 4.7",
        "These speak MSNP7 and older versions of the protocol, with another way to prove a password, and this \
         server speaks MSNP8 and MSNP9. Windows Messenger 4.7 is what came with Windows XP; MSN Messenger 5.0 to \
         6.2 can be installed beside it.",
    ),
    (
        "/setup/msn7",
        "MSN Messenger 7.0, 7.5 and Windows Live Messenger",
        "These offer nothing older than MSNP10, and this server speaks MSNP8 and MSNP9. From 7.5 on they also \
         sign in by another web service.",
    ),
];

#[derive(Template)]
#[template(path = "setup/msn.html")]
struct Steps {
    version: &'static Version,
    facts: Facts,
}

#[derive(Template)]
#[template(path = "setup/not_served.html")]
struct NotServed {
    name: &'static str,
    why: &'static str,
}

pub(super) fn router() -> Router<Arc<PublishedAddresses>> {
    let mut router = Router::new();
    for version in &VERSIONS {
        let steps = async move |State(published): State<Arc<PublishedAddresses>>,
                                Extension(visitor): Extension<Visitor>|
                    -> Response {
            page(StatusCode::OK, &Steps { version, facts: Facts::gather(&published, &visitor).await })
        };
        router = router.route(version.path, get(steps));
    }
    for (path, name, why) in NOT_SERVED {
        router = router.route(path, get(async move || page(StatusCode::OK, &NotServed { name, why })));
    }
    router
}
