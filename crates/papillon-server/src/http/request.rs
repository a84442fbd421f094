//! Requests as clients of 2003 send them: HTTP/1.1, HTTP/1.0, or a bare line.

use std::fmt;

use super::host::host_part;
use super::response::{Response, Status};

/// The longest request head in bytes.
pub(crate) const MAX_HEAD: usize = 16 * 1024;
/// The most header fields.
const MAX_HEADERS: usize = 64;
/// A body is never read, and one longer than this is refused.
const MAX_BODY: u64 = 64 * 1024;

/// The head of a request. It borrows from the bytes that were read, so that a password in it is
/// nowhere else.
pub(crate) struct Request<'a> {
    /// What to do.
    pub method: Method,
    /// The host asked for: the target's, else the `Host` header's, when it is a valid one. An IPv6
    /// address is in brackets.
    pub host: Option<&'a str>,
    /// The target's path, with the slash it begins with, without a query.
    pub path: &'a str,
    headers: Vec<httparse::Header<'a>>,
}

/// The methods that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// `GET`.
    Get,
    /// `HEAD`: as `GET`, but the answer has no body.
    Head,
    /// Any other.
    Other,
}

impl<'a> Request<'a> {
    /// The first header of this name, in whatever case; `None` also when it is not UTF-8.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.values(name).next().and_then(|value| std::str::from_utf8(value).ok())
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let matching = self.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        matching.map(|header| header.value)
    }

    /// Reads a complete head, from the request line to the empty line. Lines may end in a bare LF;
    /// the request line may lack the HTTP version.
    ///
    /// # Errors
    /// The answer to send: 400, 413 or 431.
    pub(crate) fn parse(head: &'a [u8]) -> Result<Self, Response> {
        let line_end = head.iter().position(|byte| *byte == b'\n').map_or(head.len(), |at| at + 1);
        let (line, rest) = head.split_at(line_end);
        let line = std::str::from_utf8(line).map_err(|_| bad("The request line is not text."))?;
        let mut words = line.split_ascii_whitespace();
        let (Some(method), Some(target), version, None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(bad("The request line is not of the form: METHOD TARGET HTTP/1.1."));
        };
        if !version.is_none_or(|version| version.starts_with("HTTP/1.")) {
            return Err(bad("This server speaks HTTP/1 only."));
        }
        let method = match method {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            other if other.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') => Method::Other,
            _ => return Err(bad("The method is not a word.")),
        };
        let (authority, path) = split_target(target).ok_or_else(|| bad("The target is not a path."))?;
        let mut request = Self { method, host: None, path, headers: headers(rest)? };
        let host = authority.or_else(|| request.header("Host"));
        request.host = host.map(str::trim).and_then(host_part);
        request.check_body()?;
        Ok(request)
    }

    /// A body is not read, but what is said about it has to make sense: two readings of one request
    /// are how requests are smuggled past a proxy.
    fn check_body(&self) -> Result<(), Response> {
        let mut length = None;
        for value in self.values("Content-Length") {
            let value = std::str::from_utf8(value).ok().map(str::trim);
            let value = value.filter(|value| value.bytes().all(|b| b.is_ascii_digit()));
            let value = value.and_then(|value| value.parse::<u64>().ok());
            let value = value.ok_or_else(|| bad("Content-Length is not a number."))?;
            if length.is_some_and(|length| length != value) {
                return Err(bad("Two lengths are given."));
            }
            length = Some(value);
        }
        if length.is_some() && self.values("Transfer-Encoding").next().is_some() {
            return Err(bad("Both Content-Length and Transfer-Encoding are given."));
        }
        if length.is_some_and(|length| length > MAX_BODY) {
            return Err(Response::text(Status::ContentTooLarge, "Nothing here takes that much."));
        }
        Ok(())
    }
}

/// Shows no header: they carry passwords.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &self.host)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Where the request's head is within `bytes`, when all of it is there: after the empty lines that
/// old clients send after a body, to the end of the empty line.
pub(crate) fn head(bytes: &[u8]) -> Option<&[u8]> {
    let start = bytes.iter().position(|byte| !b"\r\n".contains(byte))?;
    let bytes = &bytes[start..];
    let mut lines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
    let end = lines.find_map(|at| match &bytes[at + 1..] {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })?;
    Some(&bytes[..end])
}

fn headers(bytes: &[u8]) -> Result<Vec<httparse::Header<'_>>, Response> {
    let mut room = [httparse::EMPTY_HEADER; MAX_HEADERS];
    match httparse::parse_headers(bytes, &mut room) {
        Ok(httparse::Status::Complete((_, headers))) => Ok(headers.to_vec()),
        Ok(httparse::Status::Partial) if bytes.is_empty() => Ok(Vec::new()),
        Ok(httparse::Status::Partial) => Err(bad("The request ends in the middle of its head.")),
        Err(httparse::Error::TooManyHeaders) => {
            Err(Response::text(Status::HeaderFieldsTooLarge, "There are more than 64 headers."))
        }
        Err(_) => Err(bad("A header is malformed.")),
    }
}

/// Splits a target into its host and port, where it has them, and its path.
fn split_target(target: &str) -> Option<(Option<&str>, &str)> {
    if !target.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let target = target.split(['?', '#']).next().unwrap_or_default();
    if target.starts_with('/') {
        return Some((None, target));
    }
    let (scheme, rest) = target.split_once("://")?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some((Some(authority), if path.is_empty() { "/" } else { path }))
}

fn bad(text: &'static str) -> Response {
    Response::text(Status::BadRequest, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Request<'_>, Status> {
        Request::parse(head(text.as_bytes()).expect("a whole head")).map_err(|response| response.status())
    }

    #[test]
    fn what_old_clients_send_is_read() {
        for (text, host) in [
            ("GET /rdr/pprdr.asp\r\n\r\n", None),
            ("GET /rdr/pprdr.asp HTTP/1.0\r\n\r\n", None),
            ("GET /rdr/pprdr.asp HTTP/1.1\r\nHost: nexus.passport.com\r\n\r\n", Some("nexus.passport.com")),
            ("GET /rdr/pprdr.asp?x=1 HTTP/1.1\nhost:\tn:443\n\n", Some("n")),
            ("\r\n\r\nGET /rdr/pprdr.asp HTTP/1.1\r\nHost: a,b\r\n\r\n", None),
            ("GET https://login/rdr/pprdr.asp HTTP/1.1\r\nHost: other\r\n\r\n", Some("login")),
            ("GET /rdr/pprdr.asp\r\nHost: n\r\n\r\n", Some("n")),
        ] {
            let request = parse(text).unwrap();
            assert_eq!((request.method, request.path), (Method::Get, "/rdr/pprdr.asp"), "{text:?}");
            assert_eq!(request.host, host, "{text:?}");
        }
        assert_eq!(parse("HEAD http://h HTTP/1.1\r\n\r\n").unwrap().path, "/");
        assert_eq!(parse("M-SEARCH / HTTP/1.1\r\n\r\n").unwrap().method, Method::Other);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for text in [
            "GET\r\n\r\n",
            "GET / HTTP/2.0\r\n\r\n",
            "GET / x HTTP/1.1\r\n\r\n",
            "GET * HTTP/1.1\r\n\r\n",
            "GET ftp://h/ HTTP/1.1\r\n\r\n",
            "G\u{0}T / HTTP/1.1\r\n\r\n",
            "GET /ä HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(parse(text).unwrap_err(), Status::BadRequest, "{text:?}");
        }
    }

    #[test]
    fn a_body_is_left_alone_unless_it_is_long() {
        assert!(parse("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello").is_ok());
        assert!(parse("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").is_ok());
        let long = parse("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n");
        assert_eq!(long.unwrap_err(), Status::ContentTooLarge);
    }

    #[test]
    fn headers_are_counted() {
        let with = |count| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count));
        assert!(parse(&with(64)).is_ok());
        assert_eq!(parse(&with(65)).unwrap_err(), Status::HeaderFieldsTooLarge);
    }

    #[test]
    fn a_head_is_whole_at_its_empty_line_and_not_before() {
        for whole in ["GET / HTTP/1.1\r\nA: b\r\n\r\n", "GET /\r\n\r\n", "\nGET /\n\n", "GET /\n\r\n"] {
            for end in 0..whole.len() {
                assert_eq!(head(&whole.as_bytes()[..end]), None, "{:?}", &whole[..end]);
            }
            let followed = format!("{whole}more\r\n\r\n");
            assert_eq!(head(followed.as_bytes()).unwrap(), whole.trim_start().as_bytes());
        }
    }

    #[test]
    fn debug_shows_no_header() {
        let request = parse("GET /a HTTP/1.1\r\nHost: h\r\nAuthorization: secret\r\n\r\n").unwrap();
        assert_eq!(format!("{request:?}"), "Request { method: Get, host: Some(\"h\"), path: \"/a\", .. }");
    }
}
