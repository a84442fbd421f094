//! Forms and queries as browsers send them.

#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use zeroize::Zeroizing;

use super::People;
use super::caller::Caller;
use super::complaint::Mistake;
use super::error::PageError;
use crate::passport::{UnfitPassword, check_new_password, works_everywhere};

/// The most fields that are read. The forms here have fewer.
const MAX_FIELDS: usize = 32;

/// A form that its sender has filled in on a page of ours.
pub(in crate::site::pages) struct Submitted {
    /// The caller that sent it.
    pub(in crate::site::pages) caller: Caller,
    fields: Fields,
}

/// The fields of a form, any of which may be a password.
struct Fields(Vec<(String, Zeroizing<String>)>);

impl Submitted {
    /// The text of a field, without blanks around it; empty when there is no such field.
    pub(in crate::site::pages) fn text(&self, name: &str) -> &str {
        self.fields.get(name).trim()
    }

    /// The text of a field for a password, to the letter.
    pub(in crate::site::pages) fn password(&self, name: &str) -> Zeroizing<String> {
        Zeroizing::new(self.fields.get(name).to_owned())
    }

    /// A new password that was given twice. The error names its fault.
    pub(in crate::site::pages) fn new_password(&self) -> Result<Zeroizing<String>, Mistake> {
        let password = self.password("password");
        check_new_password(&password).map_err(|unfit| Mistake::at("password", sentence(unfit)))?;
        if *password != *self.password("again") {
            return Err(Mistake::at("again", "The two passwords are not the same. Please type them again."));
        }
        Ok(password)
    }

    /// Whether the new password is one that some clients cut off.
    pub(in crate::site::pages) fn is_long(&self) -> bool {
        !works_everywhere(self.fields.get("password"))
    }
}

impl Fields {
    fn read(body: &[u8]) -> Self {
        let fields = form_urlencoded::parse(body).take(MAX_FIELDS);
        Self(fields.map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned()))).collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }
}

/// The check of every form: it has to bear the token of a page that this service has shown to the sender.
impl FromRequest<Arc<People>> for Submitted {
    type Rejection = PageError;

    async fn from_request(request: Request, people: &Arc<People>) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, people).await?;
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form = content_type
            .and_then(|value| value.split(';').next())
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(PageError::Malformed);
        }
        let request = Request::from_parts(parts, body);
        let body = Bytes::from_request(request, people).await.map_err(|_| PageError::Malformed)?;
        let fields = Fields::read(&body);
        caller.check_form(people, fields.get("t"))?;
        Ok(Self { caller, fields })
    }
}

/// A field of a query; nothing when there is no such field.
pub(in crate::site::pages) fn word<'a>(query: &'a [(String, String)], name: &str) -> &'a str {
    query.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
}

/// The fault of a new password, as a sentence.
fn sentence(unfit: UnfitPassword) -> String {
    let words = unfit.to_string();
    // The words are this program's own, in ASCII, and not empty.
    let (first, rest) = words.split_at(1);
    format!("{}{rest}.", first.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded() {
        let fields = Fields::read(b"a=1&b=x+y%26%3D&a=2&c&%C3%BC=%ff");
        assert_eq!((fields.get("a"), fields.get("b"), fields.get("c")), ("1", "x y&=", ""));
        assert_eq!((fields.get("ü"), fields.get("nothing")), ("\u{fffd}", ""));
        let many = "x=1&".repeat(1000) + "y=1";
        assert_eq!(Fields::read(many.as_bytes()).0.len(), MAX_FIELDS);
    }
}
