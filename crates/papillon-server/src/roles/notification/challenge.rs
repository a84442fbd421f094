//! `CHL` and `QRY`: the challenge. The answer shows that the peer is an MSN Messenger and still there.

use msnp::command::{chl, qry};
use msnp::wire::Encode;
use msnp::{ErrorCode, challenge::is_right_answer};
use tokio::time::Instant;

use super::connection::Challenges;
use super::{CommandError, Connection, Flow, Outcome};
use crate::delivery::Deliveries;

impl Connection {
    /// Asks for the answer to twenty random digits.
    pub(super) fn challenge(&mut self, out: &mut Deliveries) {
        // A client must not be able to know it beforehand, or it could answer without being there.
        let digits = rand::random::<u128>() % 10_u128.pow(20);
        let challenge: Box<str> = format!("{digits:020}").into();
        let until = Instant::now() + self.service.config.timeouts.challenge;
        out.send(&self.outbox, chl::Challenge { challenge: challenge.clone() }.to_bytes());
        self.challenges = Challenges::Asked { challenge, until };
    }

    pub(super) fn check_answer(&mut self, request: &qry::Request) -> Outcome {
        let wrong = CommandError::Fatal(ErrorCode::ChallengeResponseFailed);
        let Challenges::Asked { challenge, .. } = &self.challenges else { return Err(wrong) };
        if !is_right_answer(&request.product_id, challenge, &request.digest) {
            return Err(wrong);
        }
        let next = Instant::now() + self.service.config.timeouts.challenge_interval;
        self.challenges = Challenges::Answered { next };
        self.reply(&qry::Reply { transaction: request.transaction });
        Ok(())
    }

    /// A challenge was not answered in time, or it is time for another.
    pub(super) fn challenge_or_end(&mut self) -> Flow {
        match self.challenges {
            Challenges::Asked { .. } => Flow::Break(()),
            // There is no deadline then; a timer that rings all the same ends nothing.
            Challenges::None => Flow::Continue(()),
            Challenges::Answered { .. } => {
                self.challenge(&mut Deliveries::new());
                Flow::Continue(())
            }
        }
    }
}
