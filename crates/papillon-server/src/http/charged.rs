//! The memory of requests and their answers, charged to the address of their client.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use hyper::body::Body as _;

use super::bridge;
use super::entrance::too_much_under_way;
use crate::delivery::{Charge, Excess, Memory};
use crate::refusals::Refusals;

/// The memory of an answer, as a multiple of its length: the buffer of a page has grown by doubling, and so has that of
/// hyper, or there is a copy in TLS.
const COPIES: usize = 2;

/// The memory that requests and answers are charged to.
#[derive(Clone)]
pub(super) struct AnswerMemory {
    pub(super) memory: Arc<Memory>,
    pub(super) refusals: Arc<Refusals>,
}

/// The buffers of a connection, as far as they take more than every connection has.
pub(super) struct Buffers {
    memory: AnswerMemory,
    /// `None` for a proxy, which is trusted.
    client: Option<IpAddr>,
    charge: Option<Charge>,
}

impl AnswerMemory {
    /// Charges the bytes of an answer to a legacy client, as [`charge_answer`](Self::charge_answer).
    pub(super) fn charge_bytes(&self, client: IpAddr, bytes: usize) -> Option<Charge> {
        self.charge(client, COPIES * bytes)
    }

    /// Charges so many bytes; `None` when there is no memory left.
    pub(super) fn charge(&self, client: IpAddr, bytes: usize) -> Option<Charge> {
        self.note(client, self.memory.charge(client, bytes))
    }

    /// Charges what a connection takes by itself: to its address and not in all, where the number of connections has a
    /// limit of its own. `None` when there is no memory left.
    pub(super) fn charge_connection(&self, client: IpAddr, bytes: usize) -> Option<Charge> {
        self.note(client, self.memory.charge_connection(client, bytes))
    }

    /// Charges an answer. In place of one for which there is no memory the client gets 503. The charge is to be kept
    /// until the client has taken the answer.
    pub(super) fn charge_answer(
        &self,
        client: IpAddr,
        answer: http::Response<Body>,
    ) -> (http::Response<Body>, Option<Charge>) {
        // The pages are whole: each knows its length.
        let bytes = usize::try_from(answer.body().size_hint().lower()).unwrap_or(usize::MAX);
        if bytes == 0 {
            return (answer, None);
        }
        match self.charge(client, bytes.saturating_mul(COPIES)) {
            Some(charge) => (answer, Some(charge)),
            None => (bridge::to_http(&too_much_under_way()), None),
        }
    }

    fn note(&self, client: IpAddr, charged: Result<Charge, Excess>) -> Option<Charge> {
        charged.map_err(|excess| self.refusals.note(excess.into(), Some(client), None)).ok()
    }
}

impl Buffers {
    pub(super) fn new(memory: &AnswerMemory, client: Option<IpAddr>) -> Self {
        Self { memory: memory.clone(), client, charge: None }
    }

    /// Makes them take so many bytes.
    ///
    /// # Errors
    /// When the client's address has no memory left.
    pub(super) fn grow(&mut self, bytes: usize) -> io::Result<()> {
        let Some(client) = self.client else { return Ok(()) };
        // The new charge before the old one is given back: both are there while bytes are copied.
        let charge = self.memory.charge(client, bytes);
        self.charge =
            Some(charge.ok_or_else(|| io::Error::other("no memory is left for the client's address"))?);
        Ok(())
    }

    /// Makes them take nothing.
    pub(super) fn shrink(&mut self) {
        self.charge = None;
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::delivery::MemoryLimits;
    use crate::refusals::Refusal;

    fn page(bytes: usize) -> http::Response<Body> {
        http::Response::new(Body::from(vec![b'x'; bytes]))
    }

    #[test]
    fn an_answer_counts_for_as_long_as_its_charge_is_kept() {
        let memory = Memory::new(MemoryLimits { all: 1 << 20, address: 200 << 10, account: 1 << 20 });
        let answers = AnswerMemory { memory, refusals: Arc::default() };
        let client = IpAddr::from([192, 0, 2, 1]);
        let (first, kept) = answers.charge_answer(client, page(60 << 10));
        assert_eq!(first.body().size_hint().exact(), Some(60 << 10));
        let status = |client| answers.charge_answer(client, page(60 << 10)).0.status();
        assert_eq!(status(client), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answers.refusals.count(Refusal::MemoryOfAddress), 1);
        assert_eq!(status(IpAddr::from([192, 0, 2, 2])), StatusCode::OK);
        drop(kept);
        assert_eq!(status(client), StatusCode::OK);
    }
}
