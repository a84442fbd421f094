//! The downloads of the set-up pages.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use super::{address, certificate, hosts_file, registry};
use crate::http::Visitor;
use crate::site::pages::elsewhere;
use crate::site::pages::published_addresses::{MSNP_PORT, PublishedAddresses};

/// The content type at which Windows opens a certificate with the program that installs it.
const AUTHORITY: &str = "application/x-x509-ca-cert";
const PEM: &str = "application/x-pem-file";
const TEXT: &str = "text/plain; charset=us-ascii";
/// The content type at which Windows offers to write the file into the registry.
const REGISTRY: &str = "application/x-ms-regedit";

pub(super) fn router() -> Router<Arc<PublishedAddresses>> {
    Router::new()
        .route("/setup/papillon.crt", get(old_certificate))
        .route("/setup/papillon-modern.crt", get(modern_certificate))
        .route("/setup/papillon.pem", get(pem))
        .route("/setup/papillon.reg", get(settings))
        .route("/setup/undo.reg", get(async || file(REGISTRY, "undo.reg", registry::undo().into_bytes())))
        .route("/setup/hosts.txt", get(hosts))
}

async fn old_certificate(State(published): State<Arc<PublishedAddresses>>) -> Response {
    match certificate::find(&published).await.old {
        Some(found) => file(AUTHORITY, "papillon.crt", found.to_vec()),
        None => no_certificate(),
    }
}

async fn modern_certificate(State(published): State<Arc<PublishedAddresses>>) -> Response {
    match certificate::find(&published).await.modern {
        Some(found) => file(AUTHORITY, "papillon-modern.crt", found.to_vec()),
        None => no_certificate(),
    }
}

async fn pem(State(published): State<Arc<PublishedAddresses>>) -> Response {
    match certificate::find(&published).await.modern {
        Some(found) => file(PEM, "papillon.pem", certificate::pem(&found).into_bytes()),
        None => no_certificate(),
    }
}

async fn settings(
    State(published): State<Arc<PublishedAddresses>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let address = address::of_this_service(&published, &visitor).await;
    let port = published.ports.msnp.unwrap_or(MSNP_PORT);
    file(
        REGISTRY,
        "papillon.reg",
        registry::set(&published.messenger_host(&visitor.host), address, port).into_bytes(),
    )
}

async fn hosts(
    State(published): State<Arc<PublishedAddresses>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    match address::of_this_service(&published, &visitor).await {
        Some(address) => file(TEXT, "hosts.txt", hosts_file::file(address).into_bytes()),
        None => elsewhere::note(
            StatusCode::NOT_FOUND,
            "No address",
            "A hosts file needs a number, and this server cannot tell its address from here (IPv4). Open this page by that address.",
        ),
    }
}

fn no_certificate() -> Response {
    elsewhere::note(
        StatusCode::NOT_FOUND,
        "No certificate",
        "This server's certificate was not made by itself. Ask the people who run it for the certificate of \
         their authority, or whether it is one that your computer trusts already.",
    )
}

/// A file to save or to open. It may be kept for the moment: Internet Explorer cannot open a file that it must not
/// keep.
fn file(content_type: &'static str, name: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename={name}")),
        (CACHE_CONTROL, "private, max-age=0, must-revalidate".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, bytes).into_response()
}
