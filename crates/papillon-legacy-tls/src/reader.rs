//! A reader of the fields of a hello, one after the other.

/// The bytes that are left to read.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Option<Reader<'a>> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(Reader(taken))
    }

    /// A number of two bytes.
    pub(crate) fn u16(&mut self) -> Option<u16> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*taken))
    }

    /// A field with its length in one byte before it.
    pub(crate) fn short(&mut self) -> Option<Reader<'a>> {
        let (length, rest) = self.0.split_first()?;
        self.0 = rest;
        self.take(usize::from(*length))
    }

    /// A field with its length in two bytes before it.
    pub(crate) fn long(&mut self) -> Option<Reader<'a>> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    /// Whether one of these is among the numbers of two bytes that are left.
    pub(crate) fn has_any(&self, wanted: &[u16]) -> bool {
        self.0.chunks_exact(2).any(|pair| wanted.iter().any(|number| pair == number.to_be_bytes()))
    }
}
