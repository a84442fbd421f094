//! The meanings of answers to requests on a switchboard.

use msnp::ErrorCode;
use tokio::time::{Instant, timeout_at};

use crate::SendError;
use crate::switchboard::{Answer, Closed, Receipt};

/// Waits for the answer to a request.
pub(super) async fn answer(asked: Result<Receipt, Closed>, deadline: Instant) -> Result<(), SendError> {
    let receipt = asked.map_err(|Closed| SendError::Disconnected)?;
    match timeout_at(deadline, receipt).await {
        Ok(Ok(Answer::Yes)) => Ok(()),
        Ok(Ok(Answer::NotDelivered)) => Err(SendError::NotDelivered),
        Ok(Ok(Answer::Error(number))) => Err(refusal(number)),
        Ok(Err(_)) => Err(SendError::Disconnected),
        Err(_) => Err(SendError::TimedOut),
    }
}

/// The meaning of an error for the called account.
fn refusal(number: u16) -> SendError {
    match ErrorCode::from_number(number) {
        // 216 is an account that lets in only accounts on its allow list. That it is online is its own affair.
        Some(ErrorCode::NotOnline | ErrorCode::NotOnList) => SendError::NotOnline,
        Some(code) => SendError::Refused(code),
        None => SendError::Protocol(format!("it answers with the unknown error {number}")),
    }
}
