//! The body of an answer, in parts for which the client has made room.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use super::activity::Unsent;
use crate::http::entrance::Stream;

/// A part, in bytes. hyper takes the next one when the client has made room for a byte of it, and keeps the rest: on
/// all streams of a connection that is little.
const PART: usize = 1024;

/// See the module. Its request keeps its place until all of it has been taken.
pub(super) struct Answer {
    body: Body,
    /// The rest of a frame of the body.
    rest: Bytes,
    unsent: Unsent,
    _place: Option<Stream>,
}

impl Answer {
    pub(super) fn new(body: Body, unsent: Unsent, place: Option<Stream>) -> Self {
        Self { body, rest: Bytes::new(), unsent, _place: place }
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
                    Ok(data) => self.rest = data,
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
