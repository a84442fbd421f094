//! The pages for accounts, of their owners and of administrators.
//!
//! They work in Internet Explorer 6: plain forms, no script. A cookie (`keys.rs`) names the session of a visitor; it
//! is void as soon as the account's tickets are. Every form carries a token that another site cannot know
//! (`forms.rs`).

mod account;
mod avatar;
pub(super) mod caller;
pub(super) mod complaint;
mod cookies;
mod deletion;
pub(super) mod error;
pub(super) mod forms;
pub(super) mod frame;
#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing;
mod guard;
mod keys;
mod people;
mod picture;
mod register;
mod sender;
mod sign_in;
mod suggestion;
pub(super) mod unix_time;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};

pub(crate) use keys::{KeyError, Keys};
pub(crate) use people::People;

/// All these pages.
pub(crate) fn router(people: Arc<People>) -> Router {
    Router::new()
        .route("/register", get(register::show).post(register::submit))
        .route("/login", get(sign_in::show).post(sign_in::submit))
        .route("/logout", post(sign_in::sign_out))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/account/name", post(account::change_name))
        .route("/account/sign-out", post(account::sign_out_everywhere))
        // The HTTP server has bounded the body already (`Site::longest_body`).
        .route(
            "/account/picture",
            get(picture::show).post(picture::upload).layer(DefaultBodyLimit::disable()),
        )
        .route("/account/picture/remove", post(picture::remove))
        .route("/account/delete", get(deletion::show).post(deletion::submit))
        .merge(super::administration::router())
        // The last layer is the outermost: refusals of the one before carry its headers, too.
        .layer(from_fn_with_state(Arc::clone(&people), guard::over_tls_only))
        .layer(map_response(guard::protect))
        .with_state(people)
}
