//! A place in bytes that moves forward and never past their end.

/// What is wrong with a file that is cut off.
pub(super) const CUT_OFF: &str = "it breaks off in the middle";

/// A place in bytes.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns what is left, without moving.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Returns the next bytes, all of them or none.
    pub(super) fn take(&mut self, many: usize) -> Result<&'a [u8], &'static str> {
        let (taken, rest) = self.rest.split_at_checked(many).ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, &'static str> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16_be(&mut self) -> Result<u16, &'static str> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32_be(&mut self) -> Result<u32, &'static str> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u32_le(&mut self) -> Result<u32, &'static str> {
        self.array().map(u32::from_le_bytes)
    }

    /// Returns the next bytes, as many as a length in the file says.
    pub(super) fn take_long(&mut self, many: u64) -> Result<&'a [u8], &'static str> {
        self.take(usize::try_from(many).map_err(|_| CUT_OFF)?)
    }
}
