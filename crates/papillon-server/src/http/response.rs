//! Answers, written with header names exactly as given: legacy clients compare them letter by letter.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use zeroize::Zeroizing;

/// An answer.
pub(crate) struct Response {
    status: StatusCode,
    content_type: Option<Cow<'static, str>>,
    headers: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    body: Bytes,
    closes: bool,
}

/// Whether a connection goes on after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// It ends.
    Close,
    /// The next request may come.
    KeepAlive,
}

impl Response {
    /// An answer with a body of this type.
    pub fn new(
        status: StatusCode,
        content_type: impl Into<Cow<'static, str>>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            status,
            content_type: Some(content_type.into()),
            headers: Vec::new(),
            body: body.into(),
            closes: false,
        }
    }

    /// 503: the client may try again in a moment.
    pub(super) fn busy(text: &str) -> Self {
        Self::text(StatusCode::SERVICE_UNAVAILABLE, text).with_header("Retry-After", "5")
    }

    /// An answer in one line of plain text.
    pub fn text(status: StatusCode, line: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{line}\n"))
    }

    /// The answer to a client that takes too long for its request.
    pub(super) fn too_slow() -> Self {
        Self::text(StatusCode::REQUEST_TIMEOUT, "The request took too long.")
    }

    /// The answer to a client with a body that is too long.
    pub(super) fn too_much() -> Self {
        Self::text(StatusCode::PAYLOAD_TOO_LARGE, "Nothing here takes that much.")
    }

    /// The answer of a handler of pages. Headers that this server writes itself are left out: one answer has one
    /// length.
    pub(super) fn from_page(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Self {
        let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
        let content_type = headers.get(header::CONTENT_TYPE).and_then(text).map(Cow::Owned);
        let own =
            [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING];
        let others = headers.iter().filter(|(name, _)| !own.contains(name));
        let headers =
            others.filter_map(|(name, value)| Some((Cow::Owned(name.to_string()), text(value)?.into())));
        Self { status, content_type, headers: headers.collect(), body, closes: false }
    }

    /// With one more header. Control characters in the value are left out: a line end would begin another header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        let mut value = value.into();
        if value.contains(char::is_control) {
            value = value.chars().filter(|c| !c.is_control()).collect::<String>().into();
        }
        self.headers.push((name.into(), value));
        self
    }

    /// The connection ends with this answer.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.closes = true;
        self
    }

    /// Whether the connection ends with this answer, although the client would keep it. After an error it does: some
    /// legacy clients read to the end of the connection for the reason (seen: aMSN).
    pub(super) fn closes(&self) -> bool {
        self.closes || self.status.as_u16() >= 400
    }

    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The body.
    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// All headers but `Content-Length` and `Connection`.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let given = self.headers.iter().map(|(name, value)| (&**name, &**value));
        given.chain(self.content_type.iter().map(|value| ("Content-Type", &**value)))
    }

    /// The first header spelled exactly like this.
    #[cfg(test)]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| *given == name).map(|(_, value)| &**value)
    }

    /// The bytes to send; without the body when `HEAD` was asked for. The version is always 1.1: clients that sent
    /// none read the headers all the same.
    pub(super) fn to_bytes(&self, head_only: bool, afterwards: Afterwards) -> Zeroizing<Vec<u8>> {
        let (code, reason) = (self.status.as_str(), self.status.canonical_reason().unwrap_or("Unknown"));
        let mut head = format!("HTTP/1.1 {code} {reason}\r\n");
        let length = self.body.len().to_string();
        let connection = match afterwards {
            Afterwards::Close => "close",
            Afterwards::KeepAlive => "keep-alive",
        };
        let fixed = [("Content-Length", &*length), ("Connection", connection)];
        for (name, value) in self.headers().chain(fixed) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        // All room at once, so that no copy is left behind: the head may carry a ticket.
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + self.body.len()));
        // The text is wiped as well, because it holds the same ticket.
        bytes.extend_from_slice(Zeroizing::new(head).as_bytes());
        if !head_only {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

/// Shows the status only: headers carry tickets.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_its_length_and_says_what_comes_next() {
        let response = Response::text(StatusCode::NOT_FOUND, "ü").with_header("PassportURLs", "x");
        let head = |connection| {
            format!(
                "HTTP/1.1 404 Not Found\r\nPassportURLs: x\r\n\
                 Content-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\
                 Connection: {connection}\r\n\r\n"
            )
        };
        let text = |head_only, afterwards| {
            String::from_utf8(response.to_bytes(head_only, afterwards).to_vec()).unwrap()
        };
        assert_eq!(text(false, Afterwards::Close), head("close") + "ü\n");
        assert_eq!(text(true, Afterwards::KeepAlive), head("keep-alive"));
    }

    #[test]
    fn a_value_cannot_begin_another_header() {
        let response = Response::text(StatusCode::OK, "").with_header("A", "b\r\nC: d".to_owned());
        assert_eq!(response.header("A"), Some("bC: d"));
    }

    #[test]
    fn a_page_does_not_frame_its_own_answer() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", "image/gif"),
            ("content-length", "9"),
            ("connection", "x"),
            ("set-cookie", "a=b"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let response = Response::from_page(StatusCode::OK, &headers, Bytes::from_static(b"\xff"));
        assert_eq!(
            &**response.to_bytes(false, Afterwards::Close),
            b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nContent-Type: image/gif\r\nContent-Length: 1\r\n\
              Connection: close\r\n\r\n\xff"
        );
    }

    #[test]
    fn debug_shows_no_ticket() {
        let response = Response::text(StatusCode::OK, "secret").with_header("A", "secret");
        assert_eq!(format!("{response:?}"), "Response { status: 200, .. }");
    }
}
