//! A site that notes what it is asked.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request as PageRequest;
use bytes::Bytes;
use http::StatusCode;
use parking_lot::Mutex;

use crate::Limits;
use crate::addresses::Front;
use crate::http::{Entrance, Handler, MAX_BODY, Request, Response, Setting, Visitor};

/// A request, as the site got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    method: String,
    target: String,
    host: Option<String>,
    pub(super) body: Bytes,
}

type Log = Arc<Mutex<Vec<Asked>>>;

/// See the module. Both engines ask it.
pub(super) struct Echo {
    entrance: Entrance,
    front: Front,
    pages: Router,
    log: Log,
}

impl Default for Echo {
    fn default() -> Self {
        let log = Log::default();
        let noted = Arc::clone(&log);
        let pages = Router::new().fallback(move |request: PageRequest| note(noted, request));
        Self { entrance: Entrance::new(&Limits::default()), front: Front::default(), pages, log }
    }
}

impl Echo {
    /// Everything that it was asked.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.log.lock().clone()
    }
}

async fn note(log: Log, request: PageRequest) -> StatusCode {
    let (parts, body) = request.into_parts();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    log.lock().push(Asked {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        host: parts.headers.get("Host").map(text),
        body,
    });
    StatusCode::OK
}

impl Handler for Echo {
    fn entrance(&self) -> &Entrance {
        &self.entrance
    }

    fn setting(&self) -> Setting<'_> {
        Setting { public_host: None, front: &self.front }
    }

    fn longest_body(&self, _: &Request<'_>) -> usize {
        MAX_BODY
    }

    fn may_hold(&self, _: &Request<'_>) -> bool {
        false
    }

    fn pages(&self, request: &Request<'_>) -> Option<&Router> {
        (!request.path.starts_with("/old")).then_some(&self.pages)
    }

    async fn answer(&self, request: &Request<'_>, _: &Visitor) -> Response {
        self.log.lock().push(Asked {
            method: request.method.to_string(),
            target: format!("{}?{}", request.path, request.query),
            host: request.host.map(str::to_owned),
            body: request.body.clone(),
        });
        Response::text(StatusCode::OK, "noted")
    }
}
