//! The choice of trusted certificates, for the nexus and the login server.

use std::fmt;
use std::path::PathBuf;

/// The certificates that are trusted.
///
/// A service with default settings has an authority of its own, whose certificate is the file `tls/ca.pem` in its data
/// folder (`papillon serve --demo` prints the path):
///
/// ```no_run
/// use msnp_client::{Client, Trust};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let authority = Trust::File("/tmp/papillon-demo-1000/tls/ca.pem".into());
/// let builder = Client::builder("ada@papillon.test".parse()?, "secret").trust(authority);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Trust {
    /// The authorities of this machine.
    #[default]
    System,
    /// The authorities of this machine, and these, in PEM form.
    Authorities(Vec<u8>),
    /// The authorities of this machine, and those in this PEM file, which is read once, when signing in begins.
    File(PathBuf),
    /// The authorities of this machine, and any chain that has a certificate with one of these
    /// SHA-256 fingerprints, regardless of its names (trust on first use).
    Pinned(Vec<[u8; 32]>),
    /// Any certificate: an attacker on the way gets the password.
    Anybody,
}

/// A certificate of a server that is not trusted.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerCertificate {
    /// The host and port that showed it.
    pub server: String,
    /// The SHA-256 of the last certificate of the chain it showed (the authority if it sends it,
    /// else its own certificate), as [`Trust::Pinned`] takes it.
    pub fingerprint: [u8; 32],
    /// The name of the authority at the end of that chain, as the certificate gives it. A certificate may hold any
    /// name. It has no control characters and at most 128 bytes; empty when it cannot be read.
    pub authority: String,
    /// The fault of it.
    pub fault: CertificateFault,
}

/// The reason for which a certificate is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// Its authority is not among the trusted ones.
    UnknownAuthority,
    /// It is for another server.
    OtherName,
    /// It has expired, or the clock of this machine is wrong.
    Expired,
    /// It is not valid yet, or the clock of this machine is wrong.
    NotYetValid,
    /// Another fault, in words.
    Other(String),
}

impl fmt::Display for ServerCertificate {
    /// Writes the fault, with the name of the authority and advice.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, authority, fault, .. } = self;
        write!(f, "the certificate of {server}, by ")?;
        match authority.as_str() {
            "" => write!(f, "an authority without a name, ")?,
            name => write!(f, "the authority {name:?}, ")?,
        }
        match fault {
            CertificateFault::UnknownAuthority => write!(
                f,
                "is not trusted: nobody here vouches for that authority; if it is yours, give its certificate with \
                 Trust::File or Trust::Authorities, or its fingerprint with Trust::Pinned"
            ),
            CertificateFault::OtherName => write!(
                f,
                "is for another server: use a name of the server that stands in it, or give its fingerprint with \
                 Trust::Pinned"
            ),
            CertificateFault::Expired => {
                write!(f, "has expired: look at this machine's clock, or have it renewed")
            }
            CertificateFault::NotYetValid => {
                write!(f, "is not valid yet: look at this machine's clock")
            }
            CertificateFault::Other(what) => write!(f, "cannot be used: {what}"),
        }
    }
}

impl fmt::Debug for ServerCertificate {
    /// Writes the same as [`fmt::Display`], because programs that end with an error show this form of it, and the
    /// fingerprint in hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint: Vec<_> = self.fingerprint.iter().map(|byte| format!("{byte:02X}")).collect();
        write!(f, "ServerCertificate({self}; SHA-256 {})", fingerprint.join(":"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_named_with_what_to_do() {
        let shown = |authority: &str, fault| {
            ServerCertificate {
                server: "a:1".into(),
                fingerprint: [0; 32],
                authority: authority.into(),
                fault,
            }
            .to_string()
        };
        let unknown = shown("Nobody's CA", CertificateFault::UnknownAuthority);
        assert!(unknown.contains("a:1") && unknown.contains("\"Nobody's CA\""), "{unknown}");
        assert!(unknown.contains("Trust::Authorities"), "{unknown}");
        assert!(shown("", CertificateFault::Expired).contains("clock"));
        let debug = format!(
            "{:?}",
            crate::SignInError::Untrusted(ServerCertificate {
                server: "a:1".into(),
                fingerprint: [0xab; 32],
                authority: "Nobody's CA".into(),
                fault: CertificateFault::UnknownAuthority,
            })
        );
        assert!(
            debug.contains("Nobody's CA") && debug.contains("Trust::File") && debug.contains("AB:AB"),
            "{debug}"
        );
        let odd = shown("a\u{202e}b", CertificateFault::OtherName);
        assert!(odd.contains(r"a\u{202e}b"), "{odd}");
    }
}
