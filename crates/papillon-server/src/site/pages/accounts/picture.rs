//! `/account/picture`: the display picture that is kept for an account.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use papillon_store::Picture;
use tokio::time::timeout;

use super::People;
use super::account::complain;
use super::avatar;
use super::caller::{Caller, redirect};
use super::complaint::Mistake;
use super::error::PageError;
use super::forms::Submitted;

/// The longest wait of a request for others whose pictures are painted first.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest file that is looked at, in bytes. A body may have 4 MiB, so that a larger file gets a page that says so.
const LARGEST: usize = 1 << 20;

/// The parts of the form.
#[derive(Default)]
struct Upload {
    token: String,
    file: Bytes,
}

/// The picture of the account that is signed in.
pub(super) async fn show(State(people): State<Arc<People>>, caller: Caller) -> Result<Response, PageError> {
    let picture = people.service.store.picture(caller.account()?.id).await?.ok_or(PageError::NotFound)?;
    let content_type = HeaderValue::from_str(&picture.content_type).map_err(|_| PageError::Unavailable)?;
    Ok(([(CONTENT_TYPE, content_type)], picture.bytes).into_response())
}

/// Takes a picture in place of the one before. The file that was sent is never kept or served, only a picture that was
/// painted anew.
pub(super) async fn upload(
    State(people): State<Arc<People>>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let form = form.map_err(|_| PageError::Malformed)?;
    let Upload { token, file } = read(form).await.map_err(|_| PageError::Malformed)?;
    // By hand: `Submitted` reads no forms with files. After the body, because the token is a field of it.
    caller.check_form(&people, &token)?;
    let account = caller.account()?;
    if file.is_empty() {
        return complain(&people, &caller, Mistake::at("picture", "Please choose a file first.")).await;
    }
    if file.len() > LARGEST {
        let error = "This file is too large: use one of at most 1 MB.";
        return complain(
            &people,
            &caller,
            Mistake::at("picture", error).with_status(StatusCode::PAYLOAD_TOO_LARGE),
        )
        .await;
    }
    people.count_change(account, caller.visitor.peer.ip())?;
    let Ok(Ok(painter)) = timeout(PATIENCE, Arc::clone(&people.painter).acquire_owned()).await else {
        return Err(PageError::Busy);
    };
    let painted = tokio::task::spawn_blocking(move || {
        // Here, because the thread goes on when the request is dropped, as with a stream of HTTP/2 that is reset.
        let _painter = painter;
        avatar::paint(&file)
    });
    let bytes = match painted.await.map_err(|_| PageError::Unavailable)? {
        Ok(bytes) => bytes,
        Err(error) => return complain(&people, &caller, Mistake::at("picture", error.to_string())).await,
    };
    let picture = Picture { content_type: avatar::CONTENT_TYPE.into(), bytes };
    people.service.store.set_picture(account.id, &picture).await?;
    Ok(redirect("/account?done=picture", None))
}

async fn read(mut form: Multipart) -> Result<Upload, MultipartError> {
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("t") => upload.token = field.text().await?,
            Some("picture") => upload.file = field.bytes().await?,
            _ => {}
        }
    }
    Ok(upload)
}

/// Keeps no picture any more.
pub(super) async fn remove(
    State(people): State<Arc<People>>,
    submitted: Submitted,
) -> Result<Response, PageError> {
    let caller = &submitted.caller;
    let account = caller.account()?;
    people.count_change(account, caller.visitor.peer.ip())?;
    people.service.store.remove_picture(account.id).await?;
    Ok(redirect("/account?done=no-picture", None))
}
