//! The receipt of a message: whether it reached every recipient.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use msnp::command::{ack, msg::Acknowledge, nak};
use msnp::{TransactionId, wire::Encode};

use super::outbox::Outbox;

/// Waits for one message to be written to each of its recipients, then tells the sender, as far as the sender asked
/// for it. Written means taken by the recipient's socket. One recipient that will never get it decides at once, so that
/// the sender hears of that before the recipient's `BYE`.
#[derive(Debug)]
pub(crate) struct Receipt {
    // This makes circles of outboxes that have messages for each other. An outbox that ends gives its receipts up, and
    // so opens them.
    pub(super) sender: Arc<Outbox>,
    pub(super) transaction: TransactionId,
    pub(super) acknowledge: Acknowledge,
    outstanding: AtomicUsize,
    failed: AtomicBool,
}

impl Receipt {
    /// A receipt for a message to `recipients` people; `None` when the sender wants no word of it.
    pub(crate) fn new(
        sender: &Arc<Outbox>,
        transaction: TransactionId,
        acknowledge: Acknowledge,
        recipients: usize,
    ) -> Option<Arc<Self>> {
        if acknowledge == Acknowledge::Never {
            return None;
        }
        let receipt = Self {
            sender: Arc::clone(sender),
            transaction,
            acknowledge,
            outstanding: AtomicUsize::new(recipients),
            failed: AtomicBool::new(false),
        };
        if receipt.is_awaited() {
            sender.await_one();
        }
        Some(Arc::new(receipt))
    }

    /// Whether the sender waits to hear that the message was delivered.
    pub(super) fn is_awaited(&self) -> bool {
        // With `N` (`OnFailure`) a sender hears nothing of a delivered message, and does not wait.
        matches!(self.acknowledge, Acknowledge::Always | Acknowledge::Data | Acknowledge::OnSuccess)
    }

    /// Counts one recipient that has got the message, or never will. `true` if that decides the outcome.
    pub(super) fn settle(&self, delivered: bool) -> bool {
        if delivered {
            // With a recipient that never gets it, this is never the last.
            self.outstanding.fetch_sub(1, Ordering::AcqRel) == 1
        } else {
            !self.failed.swap(true, Ordering::AcqRel)
        }
    }

    /// Notes that the sender has been told.
    pub(super) fn told(&self) {
        if self.is_awaited() {
            self.sender.told_of_one();
        }
    }
}

/// The line that tells a sender of the outcome, if the class of the message asks for that: `U` nothing, `N` failures,
/// `A` and `D` both, `S` success.
pub(super) fn answer(transaction: TransactionId, acknowledge: Acknowledge, delivered: bool) -> Option<Bytes> {
    match (acknowledge, delivered) {
        (Acknowledge::Always | Acknowledge::Data | Acknowledge::OnSuccess, true) => {
            Some(ack::Reply { transaction }.to_bytes())
        }
        (Acknowledge::Always | Acknowledge::Data | Acknowledge::OnFailure, false) => {
            Some(nak::Reply { transaction }.to_bytes())
        }
        _ => None,
    }
}
