//! `PAG` and `PGD`: messages to a mobile phone.

use msnp::{ErrorCode, Handle, Invalid};

use super::{CommandError, Connection, Outcome};

/// The longest page in characters (HYP, *Miscellaneous*).
const MAX_CHARACTERS: usize = 113;

impl Connection {
    /// There is no carrier behind this service, so a good page is answered as one that was not
    /// delivered (800), and a bad one or one to nobody as refused (220).
    pub(super) fn page(&mut self, to: &Handle, text: Result<String, Invalid>) -> Outcome {
        let refused = CommandError::Error(ErrorCode::PagingRefused);
        let text = text.map_err(|_| refused)?;
        let session = self.session()?;
        let known = session.read(|state| state.lists.contacts().iter().any(|contact| contact.handle == *to));
        if text.chars().count() > MAX_CHARACTERS || !known {
            return Err(refused);
        }
        Err(CommandError::Error(ErrorCode::ChangingTooRapidly))
    }
}
