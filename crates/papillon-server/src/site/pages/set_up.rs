//! `/setup`: the set-up steps for each client, with the files that it needs, made for this very host.

mod address;
mod certificate;
mod facts;
mod files;
mod hosts_file;
mod registry;
mod self_test;
mod versions;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use super::page;
use super::published_addresses::PublishedAddresses;
use crate::http::Visitor;
use facts::Facts;

/// Pages that show the published addresses and the visitor, and nothing else.
macro_rules! page_of_facts {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name {
            facts: Facts,
        }

        impl $name {
            async fn show(
                State(published): State<Arc<PublishedAddresses>>,
                Extension(visitor): Extension<Visitor>,
            ) -> Response {
                page(StatusCode::OK, &Self { facts: Facts::gather(&published, &visitor).await })
            }
        }
    };
}

page_of_facts!(Index, "setup/index.html");
page_of_facts!(Others, "setup/others.html");
page_of_facts!(OwnClient, "setup/papillon.html");
page_of_facts!(Proxy, "setup/proxy.html");

#[derive(Template)]
#[template(path = "setup/undo.html")]
struct Undo;

/// The set-up pages, their files and the pictures of the self test.
pub(super) fn router() -> Router<Arc<PublishedAddresses>> {
    Router::new()
        .route("/setup", get(Index::show))
        .route("/setup/", get(Index::show))
        .route("/setup/others", get(Others::show))
        .route("/setup/papillon", get(OwnClient::show))
        .route("/setup/proxy", get(Proxy::show))
        .route("/setup/undo", get(async || page(StatusCode::OK, &Undo)))
        .merge(versions::router())
        .merge(files::router())
        .merge(self_test::router())
}

/// The first of these pages, for a legacy browser that asks for `/`.
pub(super) async fn index(published: &PublishedAddresses, visitor: &Visitor) -> Response {
    page(StatusCode::OK, &Index { facts: Facts::gather(published, visitor).await })
}

#[cfg(test)]
mod tests;
