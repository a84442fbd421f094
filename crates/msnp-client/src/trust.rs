//! Whom to believe at the nexus and the login server.

/// Whose certificates are believed.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// The authorities of this machine.
    #[default]
    System,
    /// The authorities of this machine, and these, in PEM form.
    Authorities(Vec<u8>),
    /// The authorities of this machine, and any chain that has a certificate with one of these
    /// SHA-256 fingerprints, whatever names it has (trust on first use).
    Pinned(Vec<[u8; 32]>),
    /// Anybody: an attacker on the way gets the password.
    Anybody,
}

/// What a server showed that nobody vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerCertificate {
    /// The host and port that showed it.
    pub server: String,
    /// The SHA-256 of the last certificate of the chain it showed (the authority if it sends it,
    /// else its own certificate): what [`Trust::Pinned`] takes.
    pub fingerprint: [u8; 32],
}
