//! MSNSLP: the texts by which sessions are opened, answered and closed.
//!
//! The writer is strict, because MSN Messenger 6 compares header by header. The reader is lenient.
//! Source: NINA *MSNSLP*, ESC, KINA, LP; see `docs/protocol/sources.md`.

pub mod application;
pub mod content_type;

mod call_id;
mod fields;
mod session;
mod start;
mod transport;

use std::borrow::Cow;

use bytes::Bytes;

use crate::Guid;

pub use call_id::CallId;
pub use fields::Fields;
pub use session::{SessionRequest, session_answer, session_id};
pub use start::{Method, SlpStatus, Start};
pub use transport::{TransportRequest, TransportResponse};

/// The reason for which bytes are no MSNSLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SlpError {
    /// Longer than [`SlpMessage::MAX_LEN`], or a head longer than [`SlpMessage::MAX_HEAD`].
    #[error("the text is too long")]
    TooLong,
    /// Not UTF-8, or a control character where none belongs.
    #[error("the text is not readable")]
    Text,
    /// No blank line ends the head.
    #[error("the text has no body")]
    NoBlankLine,
    /// The first line is neither a request nor a response.
    #[error("the first line is not known")]
    StartLine,
    /// A header or a field is missing or cannot be read.
    #[error("{0} is missing or cannot be read")]
    Field(&'static str),
}

/// One text.
///
/// ```
/// use msnp_p2p::Guid;
/// use msnp_p2p::slp::{CallId, Fields, Method, SlpMessage, SlpStatus, content_type};
///
/// let branch = Guid::parse("{33517CE4-02FC-4428-B6F4-39927229B722}").expect("a GUID");
/// let (alice, bob) = ("alice@example.com", "bob@example.com");
/// let bye = SlpMessage::request(
///     Method::Bye, bob, alice, branch, CallId::from(branch), content_type::SESSION_CLOSE, Fields::default(),
/// );
/// let read = SlpMessage::parse(&bye.to_bytes())?;
/// assert_eq!(read, bye);
/// assert_eq!(read.response(SlpStatus::OK, Fields::default()).to, alice);
/// # Ok::<(), msnp_p2p::slp::SlpError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlpMessage {
    /// The first line.
    pub start: Start,
    /// The account it is for, without the angle brackets and `msnmsgr:`. Empty when it is not named: aMSN leaves it out in
    /// a conversation of two.
    pub to: String,
    /// The account that wrote it, likewise.
    pub from: String,
    /// `Via` as written: responses copy it.
    pub via: String,
    /// `CSeq`: 0 in requests, 1 in responses.
    pub cseq: u32,
    /// The call.
    pub call_id: CallId,
    /// The type of the body; see [`content_type`].
    pub content_type: String,
    /// The body.
    pub body: Fields,
}

impl SlpMessage {
    /// The longest text in bytes. A file's preview is in it.
    pub const MAX_LEN: usize = 16 * 1024;
    /// The longest head in bytes, to its blank line.
    pub const MAX_HEAD: usize = 8 * 1024;

    /// A request: CSeq 0, and a branch that makes it one of its own.
    pub fn request(
        method: Method,
        to: &str,
        from: &str,
        branch: Guid,
        call_id: CallId,
        content_type: &str,
        body: Fields,
    ) -> Self {
        Self {
            start: Start::Request { method, target: to.to_owned() },
            to: to.to_owned(),
            from: from.to_owned(),
            via: format!("MSNSLP/1.0/TLP ;branch={branch}"),
            cseq: 0,
            call_id,
            content_type: content_type.to_owned(),
            body,
        }
    }

    /// The response to this request: the accounts change places, `Via` and the call stay.
    pub fn response(&self, status: SlpStatus, body: Fields) -> Self {
        Self {
            start: Start::Response(status),
            to: self.from.clone(),
            from: self.to.clone(),
            via: self.via.clone(),
            // 1 for every request that is known; a peer that counts further gets its own number and one (NINA *MSNSLP*).
            cseq: self.cseq.saturating_add(1),
            call_id: self.call_id.clone(),
            content_type: self.content_type.clone(),
            body,
        }
    }

    /// Whether the body is of this type, in any case and whatever parameters follow it.
    pub fn is_type(&self, content_type: &str) -> bool {
        self.content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(content_type)
    }

    /// The value of `branch=`; empty when there is none.
    pub fn branch(&self) -> &str {
        self.via.split_once("branch=").map_or("", |(_, branch)| branch.trim())
    }

    /// Reads a text. Headers may have any case and order, lines may end in LF alone, the NUL may
    /// be missing, and U+FFFD stands for bytes that are not UTF-8. `Content-Length` is not looked at: AMSN was seen to write
    /// 43 before a far longer body.
    ///
    /// # Errors
    /// [`SlpError::TooLong`] beyond [`Self::MAX_LEN`] or [`Self::MAX_HEAD`]; [`SlpError::Text`] when it cannot be read and is not
    /// UTF-8; otherwise for its first part that is missing or bad: the start line, a field, or the blank line
    /// after the headers.
    pub fn parse(bytes: &[u8]) -> Result<Self, SlpError> {
        if bytes.len() > Self::MAX_LEN {
            return Err(SlpError::TooLong);
        }
        let text = String::from_utf8_lossy(bytes);
        // Borrowed means that all bytes were UTF-8. Otherwise a replaced byte may have caused the error, so the fault of
        // the part is not told.
        let is_text = matches!(text, Cow::Borrowed(_));
        Self::read(&text).map_err(|error| if is_text { error } else { SlpError::Text })
    }

    fn read(text: &str) -> Result<Self, SlpError> {
        // The body goes to the end of the text, whatever Content-Length says: the packets have counted it already.
        let (head, body) = split_head(text.trim_end_matches('\0')).ok_or(SlpError::NoBlankLine)?;
        if head.len() > Self::MAX_HEAD {
            return Err(SlpError::TooLong);
        }
        if head.contains('\0') {
            return Err(SlpError::Text);
        }
        let (first, lines) = head.split_once('\n').unwrap_or((head, ""));
        let start = Start::parse(first.trim())?;
        let headers = Fields::parse(lines);
        let required = |name: &'static str| headers.get(name).ok_or(SlpError::Field(name));
        Ok(Self {
            start,
            to: account(headers.get("To").unwrap_or_default()).ok_or(SlpError::Field("To"))?,
            from: account(headers.get("From").unwrap_or_default()).ok_or(SlpError::Field("From"))?,
            via: headers.get("Via").unwrap_or_default().to_owned(),
            cseq: headers.get("CSeq").and_then(|cseq| cseq.parse().ok()).unwrap_or(0),
            call_id: CallId::parse(required("Call-ID")?).ok_or(SlpError::Field("Call-ID"))?,
            content_type: headers.get("Content-Type").unwrap_or_default().to_owned(),
            body: Fields::parse(body),
        })
    }

    /// Whether these bytes are a whole text and not the beginning of a longer one: they end as a text does, or where
    /// `Content-Length` says.
    pub(crate) fn is_whole(bytes: &[u8]) -> bool {
        if Self::parse(bytes).is_err() {
            return false;
        }
        let text = String::from_utf8_lossy(bytes);
        let Some((head, body)) = split_head(&text) else { return false };
        let length = Fields::parse(head).get("Content-Length").and_then(|length| length.parse().ok());
        // Some count the NUL and do not send it.
        body.ends_with('\0') || length == Some(body.len()) || length == Some(body.len() + 1)
    }

    /// The text as the official client writes it: with a blank after the number of `CSeq`, and a
    /// NUL at its end that `Content-Length` counts.
    pub fn to_bytes(&self) -> Bytes {
        // An error without a body has not even a NUL (Miranda, papyon).
        let nothing = self.body.is_empty() && self.content_type == content_type::NULL;
        let body = if nothing { String::new() } else { format!("{}\r\n\0", self.body) };
        let Self { start, to, from, via, cseq, call_id, content_type, .. } = self;
        let length = body.len();
        Bytes::from(format!(
            "{start}\r\nTo: <msnmsgr:{to}>\r\nFrom: <msnmsgr:{from}>\r\nVia: {via}\r\nCSeq: {cseq} \r\n\
             Call-ID: {call_id}\r\nMax-Forwards: 0\r\nContent-Type: {content_type}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
    }
}

/// The head without its blank line, and the body.
fn split_head(text: &str) -> Option<(&str, &str)> {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        // A blank line at the very beginning ends no head.
        if end > 0 && line.trim_end_matches(['\r', '\n']).is_empty() && line.ends_with('\n') {
            return Some((&text[..end], &text[end + line.len()..]));
        }
        end += line.len();
    }
    None
}

/// The account in `<msnmsgr:alice@example.com>`; perhaps an empty one. Later clients append `;{GUID}`.
fn account(value: &str) -> Option<String> {
    let value = value.trim().trim_start_matches('<').trim_end_matches('>');
    let prefix = "msnmsgr:";
    // `get`, because the cut may be inside of a character.
    let head = value.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix));
    let value = if head.is_some() { &value[prefix.len()..] } else { value };
    let address = value.split(';').next().unwrap_or(value).trim_start();
    // With the bracket that stands before what later clients append.
    let address = address.trim_end_matches(|char: char| char == '>' || char.is_whitespace());
    // As long as a handle may be: a longer one names no account.
    let readable = address.len() <= 129 && !address.contains(char::is_control);
    readable.then(|| address.to_owned())
}

#[cfg(test)]
mod tests;
