//! The texts of Passport 1.4: the HTTP header values of a sign-in.
//!
//! A client that got a [`Challenge`] in `USR … TWN S` asks the nexus for the address of the login
//! ([`PassportUrls`]), sends its [`Credentials`] there, and gets an [`AuthenticationInfo`] with
//! the ticket for the second `USR`, or a [`Failure`]. The types here read and write header values only.
//! The names of the headers, and HTTP itself, are for the caller that does the I/O. Source: YW *passport14*, GAIM
//! and ESC, see `docs/protocol/sources.md`.
//!
//! ```
//! use msnp::passport::{AuthenticationInfo, Challenge, Credentials, PassportUrls};
//!
//! // The nexus gives the address of the login.
//! let urls = PassportUrls::parse("DARealm=Passport.Net,DALogin=login.example.com/login2.srf")?;
//! assert_eq!(urls.login, "login.example.com/login2.srf");
//!
//! // The client sends the password and the challenge of `USR 3 TWN S …` there,
//! let credentials = Credentials {
//!     sign_in: "alice@example.com".into(),
//!     password: "secret".to_owned().into(),
//!     challenge: Some(Challenge::parse("lc=1033,id=507,ct=1062764229")?),
//! };
//! let received = Credentials::parse(&credentials.to_header())?;
//! assert_eq!(received.password.expose(), "secret");
//!
//! // and gets the ticket for `USR 4 TWN S …`.
//! let header = AuthenticationInfo::new("t=abc&p=def")?.to_header_value();
//! assert_eq!(AuthenticationInfo::parse(&header)?.ticket(), "t=abc&p=def");
//! # Ok::<(), msnp::Invalid>(())
//! ```

mod answer;
mod challenge;
mod credentials;
mod secret;
mod urls;

pub use answer::{AuthenticationInfo, Failure};
pub use challenge::Challenge;
pub use credentials::Credentials;
pub use secret::Secret;
pub use urls::PassportUrls;

/// The scheme that begins the header values of both sides.
const SCHEME: &str = "Passport1.4";

/// The text after the scheme. Early descriptions (YW) show the scheme twice, so any number of it is taken.
fn after_scheme(value: &str) -> Option<&str> {
    let mut rest = value.trim_ascii_start();
    let mut seen = false;
    // `None` also where the cut would be inside of a character: then the scheme does not stand there.
    while let Some((head, tail)) = rest.split_at_checked(SCHEME.len()) {
        if !head.eq_ignore_ascii_case(SCHEME) || !(tail.is_empty() || tail.starts_with([' ', '\t'])) {
            break;
        }
        seen = true;
        rest = tail.trim_ascii_start();
    }
    seen.then_some(rest)
}

/// The parts of a list: `key=value` cut at the first `=`; a part without one is a bare key.
fn pairs(list: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    list.split(',').map(|part| match part.split_once('=') {
        // The value keeps its blanks: its reader knows whether they mean something.
        Some((key, value)) => (key.trim_ascii(), Some(value)),
        None => (part.trim_ascii(), None),
    })
}

/// The value of the first part with this key, in any case.
fn value<'a>(list: &'a str, key: &str) -> Option<&'a str> {
    pairs(list).find(|(name, _)| name.eq_ignore_ascii_case(key)).and_then(|(_, value)| value)
}

/// Percent-codes the bytes that would end a value early or leave the line; the rest stays.
fn guard(text: &str) -> String {
    let mut coded = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_ascii_graphic() && !matches!(char, ',' | '\'' | '"') {
            coded.push(char);
        } else {
            coded.push_str(&crate::wire::percent::encode(char.encode_utf8(&mut [0; 4])));
        }
    }
    coded
}

#[cfg(test)]
mod tests;
