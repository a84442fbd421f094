//! The body of an answer, in parts for which the client has made room.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use super::activity::Unsent;
use super::slots::Slot;
use crate::delivery::Charge;
use crate::http::entrance::Stream;

/// A part, in bytes. hyper takes the next one when the client has made room for a byte of it, and keeps the rest: on
/// all streams of a connection that is little.
const PART: usize = 1024;

/// All that a request takes of what its client may have.
pub(super) struct Held {
    /// The memory of the request.
    pub(super) _request: Arc<Charge>,
    /// Its places, and the memory of its answer; `None` for a request that was refused.
    pub(super) _taken: Option<(Stream, Option<Charge>)>,
    pub(super) _slot: Slot,
}

/// A frame of the body. hyper has the last parts of it after the body has ended, until the client takes them: they keep
/// what the request holds.
struct Taken {
    frame: Bytes,
    _held: Arc<Held>,
}

/// See the module. Its request holds what it has taken until all of it is written.
pub(super) struct Answer {
    body: Body,
    /// The rest of a frame of the body.
    rest: Bytes,
    unsent: Unsent,
    held: Arc<Held>,
}

impl Answer {
    pub(super) fn new(body: Body, unsent: Unsent, held: Held) -> Self {
        Self { body, rest: Bytes::new(), unsent, held: Arc::new(held) }
    }
}

impl AsRef<[u8]> for Taken {
    fn as_ref(&self) -> &[u8] {
        &self.frame
    }
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(frame) => {
                        self.rest = Bytes::from_owner(Taken { frame, _held: Arc::clone(&self.held) });
                    }
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                other => return Poll::Ready(other),
            }
        }
        // hyper asks only when the stream has room, so each part tells that the client has taken earlier bytes.
        let count = self.rest.len().min(PART);
        self.unsent.sends(count);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(count)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (hint, rest) = (self.body.size_hint(), u64::try_from(self.rest.len()).unwrap_or(u64::MAX));
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower().saturating_add(rest));
        if let Some(upper) = hint.upper() {
            whole.set_upper(upper.saturating_add(rest));
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;
    use crate::delivery::{Memory, MemoryLimits};
    use crate::http::charged::AnswerMemory;
    use crate::http::http2::activity::{Activity, Unanswered};
    use crate::http::http2::slots::Slots;

    #[tokio::test]
    async fn what_hyper_has_of_an_answer_counts_after_its_end() {
        let memory = Memory::new(MemoryLimits { all: 1 << 20, address: 1 << 20, account: 1 << 20 });
        let charge = Arc::new(memory.charge([192, 0, 2, 1].into(), 1000).unwrap());
        let unsent = Unanswered::new(&Arc::new(Activity::default())).answered();
        let page = Body::from(vec![b'x'; PART + 10]);
        let answers = AnswerMemory { memory: Arc::clone(&memory), refusals: Arc::default() };
        let slot = Arc::new(Slots::new(&answers, None)).take();
        let held = Held { _request: charge, _taken: None, _slot: slot };
        let mut answer = Answer::new(page, unsent, held);
        let mut parts = Vec::new();
        while let Some(part) = answer.frame().await {
            parts.push(part.unwrap().into_data().unwrap());
        }
        drop(answer);
        assert_eq!(parts.iter().map(Bytes::len).collect::<Vec<_>>(), [PART, 10]);
        parts.remove(0);
        assert_eq!(memory.charged(), 1000);
        parts.clear();
        assert_eq!(memory.charged(), 0);
    }
}
