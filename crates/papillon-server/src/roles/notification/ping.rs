//! `PNG`: the question of a client whether the service is still there.

use msnp::command::qng;

use super::{Connection, Outcome};

/// In how many seconds a client is to ask again, where its dialect can be told.
const SECONDS: u32 = 50;

impl Connection {
    pub(super) fn answer_ping(&self) -> Outcome {
        self.reply(&qng::Reply { seconds: Some(SECONDS) });
        Ok(())
    }
}
