//! Answers, written with header names exactly as given: old clients compare them letter by letter.

use std::borrow::Cow;
use std::fmt;

use zeroize::Zeroizing;

/// An answer. It always closes the connection.
pub(crate) struct Response {
    status: Status,
    content_type: &'static str,
    headers: Vec<(&'static str, Cow<'static, str>)>,
    body: String,
}

/// The status codes that this server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// 200.
    Ok,
    /// 400: not HTTP, or contradictory.
    BadRequest,
    /// 401: sign in.
    Unauthorized,
    /// 404.
    NotFound,
    /// 405: neither `GET` nor `HEAD`.
    MethodNotAllowed,
    /// 408: the head did not come in time.
    RequestTimeout,
    /// 413: a body longer than anything here takes.
    ContentTooLarge,
    /// 431: the head is too long or has too many fields.
    HeaderFieldsTooLarge,
    /// 500: our fault.
    InternalServerError,
    /// 503: too much at once.
    ServiceUnavailable,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::BadRequest => "400 Bad Request",
            Self::Unauthorized => "401 Unauthorized",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::RequestTimeout => "408 Request Timeout",
            Self::ContentTooLarge => "413 Content Too Large",
            Self::HeaderFieldsTooLarge => "431 Request Header Fields Too Large",
            Self::InternalServerError => "500 Internal Server Error",
            Self::ServiceUnavailable => "503 Service Unavailable",
        }
    }
}

impl Response {
    /// An answer with a body of this type.
    pub fn new(status: Status, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, headers: Vec::new(), body }
    }

    /// An answer in one line of plain text.
    pub fn text(status: Status, line: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{line}\n"))
    }

    /// With one more header. Control characters in the value would end it early and are left out.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        let mut value = value.into();
        if value.contains(char::is_control) {
            value = value.chars().filter(|c| !c.is_control()).collect::<String>().into();
        }
        self.headers.push((name, value));
        self
    }

    /// The status.
    #[cfg(test)]
    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// The first header spelled exactly like this.
    #[cfg(test)]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| *given == name).map(|(_, value)| &**value)
    }

    /// The bytes to send; without the body when `HEAD` was asked for. The version is 1.1 whatever
    /// was asked: clients that sent none read the headers all the same.
    pub(crate) fn to_bytes(&self, head_only: bool) -> Zeroizing<Vec<u8>> {
        let mut head = format!("HTTP/1.1 {}\r\n", self.status.line());
        let length = self.body.len().to_string();
        let fixed =
            [("Content-Type", self.content_type), ("Content-Length", &*length), ("Connection", "close")];
        let given = self.headers.iter().map(|(name, value)| (*name, &**value));
        for (name, value) in given.chain(fixed) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        if !head_only {
            head.push_str(&self.body);
        }
        Zeroizing::new(head.into_bytes())
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
    fn an_answer_has_its_length_and_closes() {
        let response = Response::text(Status::NotFound, "ü").with_header("PassportURLs", "x");
        let head = "HTTP/1.1 404 Not Found\r\nPassportURLs: x\r\n\
                    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\
                    Connection: close\r\n\r\n";
        assert_eq!(std::str::from_utf8(&response.to_bytes(false)).unwrap(), format!("{head}ü\n"));
        assert_eq!(std::str::from_utf8(&response.to_bytes(true)).unwrap(), head);
    }

    #[test]
    fn a_value_cannot_begin_another_header() {
        let response = Response::text(Status::Ok, "").with_header("A", "b\r\nC: d".to_owned());
        assert_eq!(response.header("A"), Some("bC: d"));
    }

    #[test]
    fn debug_shows_no_ticket() {
        let response = Response::text(Status::Ok, "secret").with_header("A", "secret");
        assert_eq!(format!("{response:?}"), "Response { status: Ok, .. }");
    }
}
