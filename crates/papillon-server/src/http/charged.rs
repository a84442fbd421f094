//! Answers of the router, charged to the memory of their client's address for as long as the client takes them.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body as _, Frame, SizeHint};

use super::bridge;
use super::response::Response;
use crate::delivery::{Charge, Memory};
use crate::refusals::Refusals;

/// The memory that answers are charged to.
#[derive(Clone)]
pub(super) struct AnswerMemory {
    pub(super) memory: Arc<Memory>,
    pub(super) refusals: Arc<Refusals>,
}

/// A body, and the charge for it.
struct Charged {
    body: UnsyncBoxBody<Bytes, axum::Error>,
    _charge: Charge,
}

impl AnswerMemory {
    /// Charges so many bytes; `None` when there is no memory left.
    pub(super) fn charge(&self, client: IpAddr, bytes: usize) -> Option<Charge> {
        let charge = self.memory.charge(client, bytes);
        charge.map_err(|excess| self.refusals.note(excess.into(), Some(client), None)).ok()
    }

    /// Charges an answer until its body is dropped: the last of it is on its way then. In place of one for which there
    /// is no memory the client gets 503.
    pub(super) fn charge_answer(&self, client: IpAddr, answer: http::Response<Body>) -> http::Response<Body> {
        // The pages are whole: each knows its length.
        let bytes = answer.body().size_hint().lower();
        if bytes == 0 {
            return answer;
        }
        match self.charge(client, usize::try_from(bytes).unwrap_or(usize::MAX)) {
            Some(charge) => {
                answer.map(|body| Body::new(Charged { body: body.boxed_unsync(), _charge: charge }))
            }
            None => {
                bridge::to_http(&Response::busy("There is too much under way. Please try again in a moment."))
            }
        }
    }
}

impl hyper::body::Body for Charged {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use http::StatusCode;

    use super::*;
    use crate::delivery::MemoryLimits;
    use crate::refusals::Refusal;

    fn page(bytes: usize) -> http::Response<Body> {
        http::Response::new(Body::from(vec![b'x'; bytes]))
    }

    #[tokio::test]
    async fn an_answer_counts_until_it_is_taken() {
        let memory = Memory::new(MemoryLimits { all: 1 << 20, address: 100 << 10, account: 1 << 20 });
        let answers = AnswerMemory { memory, refusals: Arc::default() };
        let client = IpAddr::from([192, 0, 2, 1]);
        let first = answers.charge_answer(client, page(60 << 10));
        assert_eq!(first.body().size_hint().exact(), Some(60 << 10));
        let second = answers.charge_answer(client, page(60 << 10));
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answers.refusals.count(Refusal::MemoryOfAddress), 1);
        let other = answers.charge_answer(IpAddr::from([192, 0, 2, 2]), page(60 << 10));
        assert_eq!(other.status(), StatusCode::OK);
        assert_eq!(to_bytes(first.into_body(), usize::MAX).await.unwrap().len(), 60 << 10);
        assert_eq!(answers.charge_answer(client, page(60 << 10)).status(), StatusCode::OK);
    }
}
