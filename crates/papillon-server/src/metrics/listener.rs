//! The metrics listener: `/metrics` and `/health`, and nothing of the public site.

use std::sync::Arc;

use axum::Router;
use http::{Method, StatusCode};
use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;

use super::{Metrics, health};
use crate::Limits;
use crate::addresses::Front;
use crate::counts::Health;
use crate::http::{Entrance, Handler, Request, Response, Setting, Visitor};

/// The most connections at once: some programs that read metrics, and a person or two.
const CONNECTIONS: usize = 64;

/// What the metrics listener serves.
pub(crate) struct MetricsSite {
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    entrance: Entrance,
    front: Front,
}

impl MetricsSite {
    /// The metrics and the health of one service.
    pub(crate) fn new(metrics: Metrics, health: Arc<Health>) -> Self {
        let limits = Limits {
            http_connections: CONNECTIONS,
            http_connections_per_address: CONNECTIONS,
            ..Limits::default()
        };
        Self { metrics: Arc::new(metrics), health, entrance: Entrance::new(&limits), front: Front::default() }
    }

    async fn metrics(&self) -> Response {
        let metrics = Arc::clone(&self.metrics);
        // It reads files of the system and looks at every connection.
        match tokio::task::spawn_blocking(move || metrics.text()).await {
            Ok(Ok(text)) => Response::new(StatusCode::OK, CONTENT_TYPE, text),
            _ => Response::text(StatusCode::INTERNAL_SERVER_ERROR, "The metrics cannot be written."),
        }
    }
}

impl Handler for MetricsSite {
    fn entrance(&self) -> &Entrance {
        &self.entrance
    }

    fn setting(&self) -> Setting<'_> {
        Setting { public_host: None, front: &self.front }
    }

    fn longest_body(&self, _: &Request<'_>) -> usize {
        0
    }

    fn may_hold(&self, _: &Request<'_>) -> bool {
        false
    }

    fn pages(&self, _: &Request<'_>) -> Option<&Router> {
        None
    }

    async fn answer(&self, request: &Request<'_>, _: &Visitor) -> Response {
        if ![Method::GET, Method::HEAD].contains(&request.method) {
            let text = "Only GET and HEAD are answered here.";
            return Response::text(StatusCode::METHOD_NOT_ALLOWED, text).with_header("Allow", "GET, HEAD");
        }
        match request.path {
            "/metrics" => self.metrics().await,
            "/health/live" => health::alive(&self.health),
            "/health" | "/health/ready" => health::ready(&self.health),
            _ => Response::text(StatusCode::NOT_FOUND, "There is nothing here but /metrics and /health."),
        }
    }
}
