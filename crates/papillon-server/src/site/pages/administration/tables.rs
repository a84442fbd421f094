//! Long tables: the part of one that a page shows.

/// A part of a long table: pages are counted from 1.
pub(super) struct Part {
    pub(super) page: u32,
    rows: u32,
}

impl Part {
    /// The page that was asked for, or the first.
    pub(super) fn of(page: &str, rows: u32) -> Self {
        // So that `page * rows` does not overflow.
        let last = u32::MAX / rows;
        Self { page: page.parse().unwrap_or(1).clamp(1, last), rows }
    }

    pub(super) fn skip(&self) -> u32 {
        (self.page - 1) * self.rows
    }

    pub(super) fn before(&self) -> Option<u32> {
        (self.page > 1).then(|| self.page - 1)
    }

    pub(super) fn after(&self, total: u64) -> Option<u32> {
        (u64::from(self.page) * u64::from(self.rows) < total).then(|| self.page + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_from_one() {
        let (first, third) = (Part::of("", 50), Part::of("3", 50));
        assert_eq!(
            (first.skip(), first.before(), first.after(50), first.after(51)),
            (0, None, None, Some(2))
        );
        assert_eq!((third.skip(), third.before(), third.after(120)), (100, Some(2), None));
        for odd in ["0", "-1", "x", "99999999999"] {
            assert_eq!(Part::of(odd, 50).skip(), 0);
        }
        assert!(Part::of("4294967295", 50).skip() > 4_000_000_000);
    }
}
