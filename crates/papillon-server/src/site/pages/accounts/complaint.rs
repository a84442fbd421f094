//! The mistake in a form, with the field that has it.

use axum::http::StatusCode;

use super::error::status_of;
use crate::passport::LoginError;

/// The reason for which a form was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::site::pages) struct Mistake {
    /// The status with which the page is sent.
    pub(in crate::site::pages) status: StatusCode,
    /// The id of the field that it is about; empty when it is about none.
    field: &'static str,
    /// A sentence for people.
    text: String,
}

impl Mistake {
    /// A field of the form is wrong.
    pub(in crate::site::pages) fn at(field: &'static str, text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, field, text: text.into() }
    }

    /// The form is right, but it cannot be done.
    pub(in crate::site::pages) fn no_field(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, field: "", text: text.into() }
    }

    /// With another status.
    pub(in crate::site::pages) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// A password that stood in this field was not taken.
    pub(in crate::site::pages) fn refused(field: &'static str, error: LoginError) -> Self {
        // The other errors are about the service or the account, and another password would not help.
        let field = if error == LoginError::Wrong { field } else { "" };
        Self { status: status_of(error), field, text: error.to_string() }
    }
}

/// The complaint of a page about a form: nothing, or one mistake. Its methods are for the templates.
#[derive(Debug, Default)]
pub(in crate::site::pages) struct Complaint(Option<Mistake>);

impl From<Mistake> for Complaint {
    fn from(mistake: Mistake) -> Self {
        Self(Some(mistake))
    }
}

impl Complaint {
    /// The status with which the page is sent.
    pub(in crate::site::pages) fn status(&self) -> StatusCode {
        self.0.as_ref().map_or(StatusCode::OK, |mistake| mistake.status)
    }

    /// The sentence at the top of the page.
    pub(in crate::site::pages) fn text(&self) -> Option<&str> {
        self.0.as_ref().map(|mistake| &*mistake.text)
    }

    /// The field to which that leads; empty for none.
    pub(in crate::site::pages) fn field(&self) -> &'static str {
        self.0.as_ref().map_or("", |mistake| mistake.field)
    }

    /// The sentence at a field, if the mistake is there.
    pub(in crate::site::pages) fn at(&self, field: &str) -> Option<&str> {
        self.text().filter(|_| self.field() == field)
    }

    /// Whether the new password is still to be chosen: at first, and when it was the mistake.
    pub(in crate::site::pages) fn leaves_the_password(&self) -> bool {
        self.0.is_none() || ["password", "again"].contains(&self.field())
    }

    /// The look of a field.
    pub(in crate::site::pages) fn class(&self, field: &str) -> &'static str {
        if self.at(field).is_some() { "field mistaken" } else { "field" }
    }

    /// Attributes that tie a field to the texts about it, for people that do not see the page: a hint with the id
    /// `NAME-hint`, where it has one, and the mistake. Legacy browsers skip them.
    pub(in crate::site::pages) fn ties(&self, field: &str, has_hint: bool) -> String {
        let hint = if has_hint { format!("{field}-hint") } else { String::new() };
        match self.at(field) {
            Some(_) => {
                let about = format!("{field}-error {hint}");
                format!(" aria-invalid=\"true\" aria-describedby=\"{}\"", about.trim_end())
            }
            None if has_hint => format!(" aria-describedby=\"{hint}\""),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_tied_to_its_field_only() {
        let complaint = Complaint::from(Mistake::at("password", "Too short."));
        assert_eq!(
            complaint.ties("password", true),
            " aria-invalid=\"true\" aria-describedby=\"password-error password-hint\""
        );
        assert_eq!(
            complaint.ties("password", false),
            " aria-invalid=\"true\" aria-describedby=\"password-error\""
        );
        assert_eq!(complaint.ties("name", true), " aria-describedby=\"name-hint\"");
        assert_eq!((complaint.ties("name", false).as_str(), complaint.class("name")), ("", "field"));
        assert_eq!(Complaint::default().at(""), None);
        assert!(complaint.leaves_the_password() && Complaint::default().leaves_the_password());
        assert!(!Complaint::from(Mistake::at("code", "No.")).leaves_the_password());
    }
}
