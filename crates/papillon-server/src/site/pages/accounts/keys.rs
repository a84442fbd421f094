//! The keys that sign cookies and forms. All nodes of a service share them.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use papillon_store::{Store, StoreError};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::passport::{DeviceMint, TicketMint, to_hex};

/// The lifetime of a web session.
pub(super) const SESSION: Duration = Duration::from_secs(12 * 3600);

/// The keys of the pages. The cookies are made like tickets, but with a key of their own: a cookie
/// is no ticket, and a ticket no cookie.
pub(crate) struct Keys {
    sessions: TicketMint,
    devices: DeviceMint,
    forms: Zeroizing<[u8; 32]>,
}

/// The reason for which there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored key of this name has a wrong length.
    #[error("the key {0:?} is damaged")]
    Damaged(&'static str),
}

impl Keys {
    /// The keys in the store; they are made the first time.
    pub(crate) async fn open(store: &dyn Store) -> Result<Self, KeyError> {
        let sessions = key(store, "web-session-key").await?;
        Ok(Self {
            sessions: TicketMint::new(*sessions, SESSION),
            devices: DeviceMint::new(key(store, "web-device-key").await?),
            forms: key(store, "web-form-key").await?,
        })
    }

    /// The mint that makes and verifies the cookies of web sessions.
    pub(super) fn sessions(&self) -> &TicketMint {
        &self.sessions
    }

    /// The mint that makes and verifies the marks of browsers in which an account has signed in.
    pub(super) fn devices(&self) -> &DeviceMint {
        &self.devices
    }

    /// The token of the forms that are shown to the holder of `cookie`.
    pub(super) fn form_token(&self, cookie: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.forms).expect("HMAC takes a key of any length");
        mac.update(cookie.as_bytes());
        to_hex(&mac.finalize().into_bytes())
    }

    /// Whether a form with this token was shown to the holder of `cookie`.
    pub(super) fn is_form_token(&self, cookie: &str, token: &str) -> bool {
        self.form_token(cookie).as_bytes().ct_eq(token.as_bytes()).into()
    }
}

async fn key(store: &dyn Store, name: &'static str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    // All nodes offer one at their first start; the store keeps the first.
    let candidate: [u8; 32] = rand::random();
    let key = store.secret(name, &candidate).await?;
    key.try_into().map(Zeroizing::new).map_err(|_| KeyError::Damaged(name))
}
