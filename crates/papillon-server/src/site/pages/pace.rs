//! The pace of requests for pages: a rate of each address.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use parking_lot::Mutex;
use tokio::time::sleep;

use super::accounts::error::PageError;
use crate::http::Visitor;
use crate::limits::{MINUTE, Network, RateLimiter};
use crate::passport::whole_seconds;
use crate::refusals::Refusal;
use crate::service::Service;

/// The addresses that are remembered at most. The oldest is forgotten for another, so that a flood of addresses keeps
/// nobody out.
const ADDRESSES: usize = 1 << 16;
/// The time that a refused request waits for its answer. A client that asks again at once gets one answer a second in each
/// of its places, and costs little.
const PAUSE: Duration = Duration::from_secs(1);

/// The requests of all addresses.
struct Pace {
    service: Arc<Service>,
    requests: Mutex<RateLimiter<Network>>,
}

/// These pages, for each address within its rate.
pub(crate) fn at_a_pace(pages: Router, service: Arc<Service>) -> Router {
    let most = service.config.limits.pages_per_minute;
    let requests = Mutex::new(RateLimiter::forgetful(most, MINUTE, ADDRESSES));
    pages.layer(from_fn_with_state(Arc::new(Pace { service, requests }), let_in))
}

/// Answers a request within the rate. One beyond it is answered 429, after a pause.
async fn let_in(
    State(pace): State<Arc<Pace>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    let from = visitor.peer.ip();
    let Some(wait) = pace.take(from) else { return next.run(request).await };
    pace.service.refusals.note(Refusal::Pages, Some(from), None);
    sleep(PAUSE).await;
    let mut response = PageError::TooRapid.into_response();
    response.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
    response
}

impl Pace {
    /// Counts one more request. `Some` is the time until there may be another: this one is beyond the rate.
    fn take(&self, from: IpAddr) -> Option<Duration> {
        let (network, now) = (Network::of(from), Instant::now());
        let mut requests = self.requests.lock();
        // The settings may have changed.
        requests.change(self.service.config.limits.pages_per_minute, MINUTE);
        let wait = requests.wait(&network, now);
        if !wait.is_zero() {
            return Some(wait);
        }
        requests.take(network, now);
        None
    }
}
