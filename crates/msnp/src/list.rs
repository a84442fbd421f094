//! The four lists and the two privacy settings.

use std::fmt;

use crate::Invalid;

/// One of an account's four lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum List {
    /// `FL`: the accounts whose presence the owner wants to see
    Forward,
    /// `AL`: the accounts that may see the owner
    Allow,
    /// `BL`: the accounts that may not
    Block,
    /// `RL`: the accounts that have the owner on their forward list; kept by the service
    Reverse,
}

impl List {
    /// Every list, in the order of their bits.
    pub const ALL: [Self; 4] = [Self::Forward, Self::Allow, Self::Block, Self::Reverse];

    /// The code as it stands on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Forward => "FL",
            Self::Allow => "AL",
            Self::Block => "BL",
            Self::Reverse => "RL",
        }
    }

    /// Reads a code; upper case only.
    ///
    /// # Errors
    /// [`Invalid::List`] for any other word.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|list| list.code() == word).ok_or(Invalid::List)
    }

    /// This list's bit in `LST`: FL 1, AL 2, BL 4, RL 8.
    #[inline]
    pub const fn flag(self) -> ListFlags {
        ListFlags(match self {
            Self::Forward => 1,
            Self::Allow => 2,
            Self::Block => 4,
            Self::Reverse => 8,
        })
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The set of lists that an account is on, as `LST` writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ListFlags(u8);

impl ListFlags {
    /// On no list.
    pub const NONE: Self = Self(0);

    /// From the number in `LST`; bits above the four lists are refused. The fifth, 16, came with MSNP10.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits < 16 { Some(Self(bits)) } else { None }
    }

    /// The number in `LST`.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the account is on `list`.
    #[inline]
    pub const fn contains(self, list: List) -> bool {
        self.0 & list.flag().0 != 0
    }

    /// The same set with `list`.
    #[inline]
    pub const fn with(self, list: List) -> Self {
        Self(self.0 | list.flag().0)
    }

    /// The same set without `list`.
    #[inline]
    pub const fn without(self, list: List) -> Self {
        Self(self.0 & !list.flag().0)
    }

    /// Whether the account is on no list at all.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for ListFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `BLP`: the setting for accounts on neither the allow nor the block list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Privacy {
    /// `AL`: they may see the owner. A new account starts with this.
    #[default]
    AllowUnlisted,
    /// `BL`: they may not.
    BlockUnlisted,
}

impl Privacy {
    /// The code as it stands on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AllowUnlisted => "AL",
            Self::BlockUnlisted => "BL",
        }
    }

    /// Reads a code; upper case only.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] for any other word.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        match word {
            "AL" => Ok(Self::AllowUnlisted),
            "BL" => Ok(Self::BlockUnlisted),
            _ => Err(Invalid::Parameter("privacy setting")),
        }
    }
}

/// `GTC`: whether the client asks when another account adds its own. Only stored by the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AddPrompt {
    /// `A`: ask. A new account starts with this.
    #[default]
    Ask,
    /// `N`: allow without asking.
    Never,
}

impl AddPrompt {
    /// The code as it stands on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ask => "A",
            Self::Never => "N",
        }
    }

    /// Reads a code; upper case only.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] for any other word.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        match word {
            "A" => Ok(Self::Ask),
            "N" => Ok(Self::Never),
            _ => Err(Invalid::Parameter("prompt setting")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_added_to_a_set_and_taken_from_it() {
        let none = ListFlags::from_bits(0).unwrap();
        assert!(none.is_empty());
        for list in List::ALL {
            let one = none.with(list);
            assert!(!one.is_empty() && one.contains(list));
            assert_eq!((one.with(list), one.without(list)), (one, none));
            let all = ListFlags::from_bits(15).unwrap();
            let others = all.without(list);
            assert_eq!((others.bits() | one.bits(), others.bits() & one.bits()), (15, 0));
            assert_eq!((others.with(list), others.without(list)), (all, others));
            assert!(List::ALL.iter().all(|other| others.contains(*other) == (*other != list)));
        }
        assert_eq!(none.with(List::Forward).with(List::Reverse).bits(), 9);
    }
}
