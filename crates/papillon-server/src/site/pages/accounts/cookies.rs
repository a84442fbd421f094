//! The cookies of the pages.
//!
//! Over TLS they have names of their own: a page that came in the clear can neither read nor plant
//! them (`__Host-`, in browsers that know it). None has `Expires`, so they end with the browser; only that of the device
//! has a `Max-Age`, and stays in browsers that know it.

use std::time::Duration;

use axum::http::header::{COOKIE, HeaderMap, HeaderValue};

/// The longest value that can be one of ours.
const MAX_LEN: usize = 256;

/// The purpose of a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::site::pages) enum Cookie {
    /// The web session.
    Session,
    /// The number of the browser, for forms that are shown without a session.
    Browser,
    /// The mark of a browser in which an account has signed in. It outlives the session.
    Device,
}

impl Cookie {
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, false) => "pp",
            (Self::Session, true) => "__Host-pp",
            (Self::Browser, false) => "pb",
            (Self::Browser, true) => "__Host-pb",
            (Self::Device, false) => "pd",
            (Self::Device, true) => "__Host-pd",
        }
    }

    /// Its value, as the browser sent it. Where it stands twice, the first counts.
    pub(in crate::site::pages) fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == self.name(secure))?;
        (!value.is_empty() && value.len() <= MAX_LEN).then_some(value)
    }

    /// The line that gives it this value, which is made of letters, digits, `=` and `&`.
    pub(in crate::site::pages) fn set(self, value: &str, secure: bool) -> Option<HeaderValue> {
        self.line(value, "", secure)
    }

    /// The same for a cookie that outlives the browser's session by so much.
    pub(in crate::site::pages) fn keep(
        self,
        value: &str,
        time: Duration,
        secure: bool,
    ) -> Option<HeaderValue> {
        self.line(value, &format!("Max-Age={}; ", time.as_secs()), secure)
    }

    fn line(self, value: &str, end: &str, secure: bool) -> Option<HeaderValue> {
        let line = format!("{}={value}; Path=/; {end}{}", self.name(secure), flags(secure));
        let mut line = HeaderValue::from_str(&line).ok()?;
        line.set_sensitive(true);
        Some(line)
    }

    /// The line that removes it. Legacy browsers know `Expires` only.
    pub(in crate::site::pages) fn clear(self, secure: bool) -> Option<HeaderValue> {
        let ended = "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0";
        HeaderValue::from_str(&format!("{}=; Path=/; {ended}; {}", self.name(secure), flags(secure))).ok()
    }
}

fn flags(secure: bool) -> &'static str {
    if secure { "Secure; HttpOnly; SameSite=Lax" } else { "HttpOnly; SameSite=Lax" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = headers(&["a=b; pp=t=1&p=2;pb=x", "__Host-pp=s; c"]);
        assert_eq!(Cookie::Session.read(&headers, false), Some("t=1&p=2"));
        assert_eq!(Cookie::Session.read(&headers, true), Some("s"));
        assert_eq!(Cookie::Browser.read(&headers, false), Some("x"));
        assert_eq!(Cookie::Browser.read(&headers, true), None);
        assert_eq!(Cookie::Session.read(&HeaderMap::new(), false), None);
    }

    #[test]
    fn what_cannot_be_ours_is_not_read() {
        let long: &'static str = String::leak(format!("pp={}", "x".repeat(257)));
        for line in ["pp=", "pp", "xpp=1", "pp =1", "=", "", ";;;", long] {
            assert_eq!(Cookie::Session.read(&headers(&[line]), false), None, "{line:?}");
        }
    }

    #[test]
    fn lines_are_as_old_and_new_browsers_want_them() {
        let text = |line: Option<HeaderValue>| line.unwrap().to_str().unwrap().to_owned();
        assert_eq!(text(Cookie::Session.set("t=1&p=2", false)), "pp=t=1&p=2; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(
            text(Cookie::Session.set("x", true)),
            "__Host-pp=x; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            text(Cookie::Device.keep("x", Duration::from_secs(60), true)),
            "__Host-pd=x; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"
        );
        assert!(text(Cookie::Session.clear(false)).starts_with("pp=; Path=/; Expires=Thu, 01 Jan 1970"));
    }
}
