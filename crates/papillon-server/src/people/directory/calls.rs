//! Calls into conversations.

use msnp::Handle;
use papillon_store::AccountId;

use super::Directory;
use crate::delivery::Deliveries;
use crate::listen::Origin;
use crate::people::change::{Change, Ring};
use crate::people::invitee::Invitee;
use crate::people::sessions::SignIn;
use crate::people::visibility::{self, Unreachable};

/// A person that can be called.
pub(crate) struct Callee {
    pub(crate) person: Invitee,
    /// The sign-in in which it rings.
    pub(crate) sign_in: SignIn,
    /// The two addresses of the callee's connection.
    pub(crate) origin: Origin,
}

impl Directory {
    /// Finds the person to call.
    ///
    /// # Errors
    /// When `caller` cannot call this person.
    pub(crate) fn callee(&self, handle: &Handle, caller: AccountId) -> Result<Callee, Unreachable> {
        let session = self.sessions.by_handle(handle).ok_or(Unreachable::NotOnline)?;
        session.read(|state| {
            if !state.is_visible() || !state.takes_calls {
                return Err(Unreachable::NotOnline);
            }
            visibility::may_call(state.lists.privacy(), state.lists.of(caller))
        })?;
        // The lock is free in between: a person that leaves now is seen by `ring`.
        Ok(Callee { person: session.invitee(), sign_in: session.sign_in(), origin: session.origin })
    }

    /// Rings, unless the callee has signed out meanwhile: the cookie is good for that sign-in only.
    pub(crate) fn ring(&self, callee: &Callee, ring: Ring, out: &mut Deliveries) {
        if callee.sign_in.lasts() {
            self.tell(callee.person.account, &Change::Called(ring), out);
        }
    }
}
