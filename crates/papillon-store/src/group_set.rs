//! The groups a contact is in, as one bit each.
//!
//! A group is kept by its number, under each of its names on the wire: see [`GroupId`].

use std::fmt;

use msnp::GroupId;

/// A set of groups.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct GroupSet(u32);

impl GroupSet {
    /// No group at all: the contact is not on the forward list.
    pub const EMPTY: Self = Self(0);
    /// Group 0 alone.
    pub const ZERO: Self = Self(1);

    /// From one bit a group, group 0 the lowest; bits above the thirty groups are refused.
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits >> GroupId::COUNT == 0 { Some(Self(bits)) } else { None }
    }

    /// One bit a group, group 0 the lowest.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether `group` is in the set.
    pub const fn contains(self, group: GroupId) -> bool {
        self.0 & bit(group) != 0
    }

    /// Puts `group` in.
    pub const fn insert(&mut self, group: GroupId) {
        self.0 |= bit(group);
    }

    /// Takes `group` out.
    pub const fn remove(&mut self, group: GroupId) {
        self.0 &= !bit(group);
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The groups in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = GroupId> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            // Of an empty set it is 32, which is no group.
            let lowest = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            u8::try_from(lowest).ok().and_then(GroupId::new)
        })
    }
}

const fn bit(group: GroupId) -> u32 {
    1 << group.number()
}

impl FromIterator<GroupId> for GroupSet {
    fn from_iter<I: IntoIterator<Item = GroupId>>(groups: I) -> Self {
        let mut set = Self::EMPTY;
        groups.into_iter().for_each(|group| set.insert(group));
        set
    }
}

impl fmt::Debug for GroupSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(GroupId::number)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_written_as_the_numbers_of_its_groups() {
        let groups: GroupSet = [29, 0, 3].into_iter().filter_map(GroupId::new).collect();
        assert_eq!(format!("{groups:?}"), "{0, 3, 29}");
        assert_eq!(format!("{:?}", GroupSet::EMPTY), "{}");
    }
}
