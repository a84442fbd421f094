//! Presence states.

use std::fmt;

use crate::Invalid;

/// A presence state, named by its three-letter code.
///
/// ```
/// use msnp::Status;
///
/// assert_eq!(Status::parse("AWY")?, Status::Away);
/// assert_eq!(Status::Away.code(), "AWY");
/// assert!(Status::Away.is_visible() && !Status::Hidden.is_visible());
/// # Ok::<(), msnp::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// `NLN`
    Online,
    /// `BSY`
    Busy,
    /// `IDL`, set by the client itself
    Idle,
    /// `BRB`
    BeRightBack,
    /// `AWY`
    Away,
    /// `PHN`
    OnThePhone,
    /// `LUN`
    OutToLunch,
    /// `HDN`: online, but offline to all other accounts
    Hidden,
    /// `FLN`: never set by a client
    Offline,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Online,
        Self::Busy,
        Self::Idle,
        Self::BeRightBack,
        Self::Away,
        Self::OnThePhone,
        Self::OutToLunch,
        Self::Hidden,
        Self::Offline,
    ];

    /// The code as it stands on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Online => "NLN",
            Self::Busy => "BSY",
            Self::Idle => "IDL",
            Self::BeRightBack => "BRB",
            Self::Away => "AWY",
            Self::OnThePhone => "PHN",
            Self::OutToLunch => "LUN",
            Self::Hidden => "HDN",
            Self::Offline => "FLN",
        }
    }

    /// Reads a code; upper case only.
    ///
    /// # Errors
    /// [`Invalid::Status`] for a word that is none of the nine codes.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|status| status.code() == word).ok_or(Invalid::Status)
    }

    /// Whether other accounts can see an account in this state.
    pub const fn is_visible(self) -> bool {
        !matches!(self, Self::Hidden | Self::Offline)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_account_looks_like_one_that_is_offline() {
        let unseen: Vec<_> = Status::ALL.into_iter().filter(|status| !status.is_visible()).collect();
        assert_eq!(unseen.len(), 2);
        assert!(unseen.contains(&Status::Hidden) && unseen.contains(&Status::Offline));
    }
}
