//! Requests: HTTP/1.1, HTTP/1.0, or the bare line of some legacy clients.

use std::fmt;

use bytes::Bytes;
use http::{Method, StatusCode};

use super::response::Response;
use crate::addresses::{host_part, port_of};

/// The longest head of a request, in bytes.
pub(crate) const MAX_HEAD: usize = 16 * 1024;
/// The most header fields.
const MAX_HEADERS: usize = 64;

/// A request. It borrows from the bytes that were read, so that a password in it is nowhere else.
pub(crate) struct Request<'a> {
    /// The method.
    pub method: Method,
    /// The version; `None` for a bare line, which is answered as if it were HTTP/1.0.
    pub version: Option<Version>,
    /// The host asked for: the target's, else the `Host` header's, when it is a valid one. An IPv6
    /// address is in brackets.
    pub host: Option<&'a str>,
    /// The port that stands with the host.
    pub port: Option<u16>,
    /// The target's path, with the slash it begins with, without a query.
    pub path: &'a str,
    /// The part of the target behind its first question mark; empty without one.
    pub query: &'a str,
    /// The body, when it has been read; its bytes are overwritten when they are no longer needed.
    pub body: Bytes,
    /// The length of the body, in bytes.
    pub length: u64,
    headers: Vec<httparse::Header<'a>>,
    /// Whether the target itself names the host.
    absolute: bool,
}

/// The versions that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1, or any later 1.x.
    Http11,
}

impl<'a> Request<'a> {
    /// The first header of this name, in any case of letters; `None` also when it is not UTF-8.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.values(name).next().and_then(|value| std::str::from_utf8(value).ok())
    }

    /// All headers, in their order.
    pub fn headers(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.headers.iter().map(|header| (header.name, header.value))
    }

    /// The values of all headers of this name, in their order; `None` for one that is not UTF-8.
    pub(super) fn lines(&self, name: &str) -> impl Iterator<Item = Option<&'a str>> {
        self.values(name).map(|value| std::str::from_utf8(value).ok())
    }

    /// Whether the client keeps the connection for another request.
    pub fn keeps_alive(&self) -> bool {
        let says = |wanted| self.says("Connection", wanted);
        match self.version {
            Some(Version::Http11) => !says("close"),
            // `Proxy-Connection` does not count: a proxy of HTTP/1.0 that does not know it passes it on,
            // and then waits for the end of the connection.
            Some(Version::Http10) => says("keep-alive") && !says("close"),
            None => false,
        }
    }

    /// Whether modern clients ask like this: HTTP/1.1 or later, a `Host`, and a path for a target.
    pub fn is_modern(&self) -> bool {
        self.version == Some(Version::Http11) && self.host.is_some() && !self.absolute
    }

    /// The path and the query.
    pub(super) fn target(&self) -> String {
        match self.query {
            "" => self.path.to_owned(),
            query => format!("{}?{query}", self.path),
        }
    }

    /// Whether the client asks for a WebSocket (RFC 6455).
    pub(super) fn wants_web_socket(&self) -> bool {
        let is = |name: &str| self.header(name).is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
        self.is_modern() && self.says("Connection", "upgrade") && is("Upgrade")
    }

    /// Whether a header that is a list of words has this one.
    fn says(&self, name: &str, wanted: &str) -> bool {
        self.values(name).any(|value| {
            let words = value.split(|byte| *byte == b',');
            words.map(<[u8]>::trim_ascii).any(|word| word.eq_ignore_ascii_case(wanted.as_bytes()))
        })
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
        let version = match version {
            None => None,
            Some("HTTP/1.0") => Some(Version::Http10),
            Some(version) if version.starts_with("HTTP/1.") => Some(Version::Http11),
            Some(_) => return Err(bad("This server speaks HTTP/1 only.")),
        };
        // Stricter than `Method`, which takes any token: no method that is in use has digits or signs.
        if !method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') {
            return Err(bad("The method is not a word."));
        }
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| bad("The method is not a word."))?;
        let (authority, path, query) =
            split_target(target).ok_or_else(|| bad("The target is not a path."))?;
        let headers = headers(rest)?;
        let mut request = Self {
            method,
            version,
            host: None,
            port: None,
            path,
            query,
            body: Bytes::new(),
            length: 0,
            headers,
            absolute: authority.is_some(),
        };
        // A proxy may take one and this server the other (RFC 9112, section 3.2). Equal ones are refused as well.
        if request.values("Host").nth(1).is_some() {
            return Err(bad("More than one Host is given."));
        }
        // The target wins over the header (RFC 9112, section 3.2.2); msnlib and aMSN send absolute targets.
        let host = authority.or_else(|| request.header("Host"));
        request.name_host(host);
        request.length = request.body_length()?;
        Ok(request)
    }

    /// A request that came by HTTP/2. Its body is still to be read.
    ///
    /// # Errors
    /// The answer to send: 400.
    pub(super) fn of_parts(parts: &'a http::request::Parts) -> Result<Self, Response> {
        let target = parts.uri.path_and_query().filter(|target| target.path().starts_with('/'));
        let target = target.ok_or_else(|| bad("The target is not a path."))?;
        let headers = parts.headers.iter();
        let headers =
            headers.map(|(name, value)| httparse::Header { name: name.as_str(), value: value.as_bytes() });
        let mut request = Self {
            method: parts.method.clone(),
            // HTTP/2 counts as modern, and asks for nothing that 1.1 does not know.
            version: Some(Version::Http11),
            host: None,
            port: None,
            path: target.path(),
            query: target.query().unwrap_or_default(),
            body: Bytes::new(),
            length: 0,
            headers: headers.collect(),
            absolute: false,
        };
        if request.headers.len() > MAX_HEADERS {
            return Err(too_many());
        }
        // The two say the same, or the request is read in two ways on its way (RFC 9113, section 8.3.1).
        let (authority, host) =
            (parts.uri.authority().map(http::uri::Authority::as_str), request.header("Host"));
        let differs = |authority: &str| host.is_some_and(|host| !host.eq_ignore_ascii_case(authority));
        if request.values("Host").nth(1).is_some() || authority.is_some_and(differs) {
            return Err(bad("More than one Host is given."));
        }
        request.name_host(authority.or(host));
        Ok(request)
    }

    fn name_host(&mut self, authority: Option<&'a str>) {
        let authority = authority.map(str::trim);
        (self.host, self.port) = authority.map_or((None, None), |host| (host_part(host), port_of(host)));
    }

    /// A body has one length, and says so: two readings of one request are how requests are smuggled
    /// past a proxy.
    fn body_length(&self) -> Result<u64, Response> {
        let mut length = None;
        for value in self.values("Content-Length") {
            let value = std::str::from_utf8(value.trim_ascii()).ok();
            // A number's parser takes a plus sign, and another server on the way may not.
            let value = value.filter(|value| value.bytes().all(|b| b.is_ascii_digit()));
            let value = value.and_then(|value| value.parse::<u64>().ok());
            let value = value.ok_or_else(|| bad("Content-Length is not a number."))?;
            if length.is_some_and(|length| length != value) {
                return Err(bad("Two lengths are given."));
            }
            length = Some(value);
        }
        match (length, self.values("Transfer-Encoding").next()) {
            (Some(_), Some(_)) => Err(bad("Both Content-Length and Transfer-Encoding are given.")),
            (None, Some(_)) => {
                let text = "A body needs a Content-Length here; encoded transfers are not understood.";
                Err(Response::text(StatusCode::LENGTH_REQUIRED, text))
            }
            (length, None) => Ok(length.unwrap_or_default()),
        }
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

/// The request's head within `bytes`, when all of it is there: from behind the empty lines that legacy clients send
/// after a body, to the end of the empty line.
pub(crate) fn head(bytes: &[u8]) -> Option<&[u8]> {
    let start = bytes.iter().position(|byte| !b"\r\n".contains(byte))?;
    let bytes = &bytes[start..];
    let mut lines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
    // A line may end in a bare LF, so two kinds of empty lines follow an LF.
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
        // HTTP/0.9: a bare line, and not even an empty one after it.
        Ok(httparse::Status::Partial) if bytes.is_empty() => Ok(Vec::new()),
        Ok(httparse::Status::Partial) => Err(bad("The request ends in the middle of its head.")),
        Err(httparse::Error::TooManyHeaders) => Err(too_many()),
        Err(_) => Err(bad("A header is malformed.")),
    }
}

/// Splits a target into its host and port, where it has them, its path and its query.
fn split_target(target: &str) -> Option<(Option<&str>, &str, &str)> {
    if !target.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    // A fragment tells a server nothing (RFC 9110, section 4.2.5).
    let target = target.split('#').next().unwrap_or_default();
    let (target, query) = target.split_once('?').unwrap_or((target, ""));
    if target.starts_with('/') {
        return Some((None, target, query));
    }
    let (scheme, rest) = target.split_once("://")?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some((Some(authority), if path.is_empty() { "/" } else { path }, query))
}

fn too_many() -> Response {
    Response::text(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "There are more than 64 headers.")
}

fn bad(text: &'static str) -> Response {
    Response::text(StatusCode::BAD_REQUEST, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Request<'_>, StatusCode> {
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
            assert_eq!((request.method, request.path), (Method::GET, "/rdr/pprdr.asp"), "{text:?}");
            assert_eq!(request.host, host, "{text:?}");
        }
        assert_eq!(parse("HEAD http://h HTTP/1.1\r\n\r\n").unwrap().path, "/");
        assert_eq!(parse("M-SEARCH / HTTP/1.1\r\n\r\n").unwrap().method.as_str(), "M-SEARCH");
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
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: \u{a0}1\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(parse(text).unwrap_err(), StatusCode::BAD_REQUEST, "{text:?}");
        }
    }

    #[test]
    fn a_body_has_one_length() {
        let length = |text: &str| parse(text).map(|request| request.length);
        assert_eq!(length("POST / HTTP/1.1\r\n\r\n"), Ok(0));
        assert_eq!(length("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"), Ok(5));
        let chunked = length("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        assert_eq!(chunked, Err(StatusCode::LENGTH_REQUIRED));
    }

    #[test]
    fn the_query_is_apart_from_the_path() {
        for (target, path, query) in [
            ("/a?b=c?d#e", "/a", "b=c?d"),
            ("/a", "/a", ""),
            ("http://h?x", "/", "x"),
            ("http://h/a/b?", "/a/b", ""),
        ] {
            let text = format!("POST {target} HTTP/1.1\r\n\r\n");
            let request = parse(&text).unwrap();
            assert_eq!((request.path, request.query), (path, query), "{target}");
        }
    }

    #[test]
    fn who_wants_to_go_on_says_so_in_the_way_of_the_version() {
        for (text, goes_on) in [
            ("GET / HTTP/1.1\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nConnection: TE, Close\r\n\r\n", false),
            ("GET / HTTP/1.0\r\n\r\n", false),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true),
            ("GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n", false),
            ("GET /\r\nConnection: keep-alive\r\n\r\n", false),
        ] {
            assert_eq!(parse(text).unwrap().keeps_alive(), goes_on, "{text:?}");
        }
    }

    #[test]
    fn headers_are_counted() {
        let with = |count| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count));
        assert!(parse(&with(64)).is_ok());
        assert_eq!(parse(&with(65)).unwrap_err(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
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
        assert_eq!(format!("{request:?}"), "Request { method: GET, host: Some(\"h\"), path: \"/a\", .. }");
    }
}
