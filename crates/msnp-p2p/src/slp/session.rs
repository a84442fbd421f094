//! The body that opens a session.

use super::fields::one_line;
use super::{Fields, SlpError};
use crate::Guid;

/// `application/x-msnmsgr-sessionreqbody` of an INVITE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRequest {
    /// `EUF-GUID`: the purpose; see [`super::application`].
    pub application: Guid,
    /// `SessionID`: chosen by the inviting side; not zero.
    pub session_id: u32,
    /// `AppID`: 1 for objects, 2 for files; later clients have more. 0 when missing.
    pub app_id: u32,
    /// `Context`: base64, see [`crate::context`]. Empty when missing.
    pub context: String,
}

impl SessionRequest {
    /// Reads the body. Unknown lines are ignored.
    ///
    /// # Errors
    /// [`SlpError::Field`] when `EUF-GUID` or `SessionID` is missing or cannot be read.
    pub fn from_fields(fields: &Fields) -> Result<Self, SlpError> {
        Ok(Self {
            application: fields.get("EUF-GUID").and_then(Guid::parse).ok_or(SlpError::Field("EUF-GUID"))?,
            session_id: session_id(fields).ok_or(SlpError::Field("SessionID"))?,
            app_id: fields.get("AppID").and_then(|id| id.parse().ok()).unwrap_or(0),
            context: fields.get("Context").map(one_line).unwrap_or_default(),
        })
    }

    /// The body as MSN Messenger 6 writes it.
    pub fn to_fields(&self) -> Fields {
        let mut fields = Fields::new();
        fields.push("EUF-GUID", self.application);
        fields.push("SessionID", self.session_id);
        fields.push("AppID", self.app_id);
        fields.push("Context", &self.context);
        fields
    }
}

/// The `SessionID` of a body; some write it signed.
pub fn session_id(fields: &Fields) -> Option<u32> {
    let number: i64 = fields.get("SessionID")?.parse().ok()?;
    u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned)).ok()
}

/// The body that accepts or declines a session.
pub fn session_answer(session_id: u32) -> Fields {
    let mut fields = Fields::new();
    fields.push("SessionID", session_id);
    fields
}
