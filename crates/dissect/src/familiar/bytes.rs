//! Numbers out of bytes whose every offset an attacker may have written.

pub(super) fn at(bytes: &[u8], place: usize) -> Option<u8> {
    bytes.get(place).copied()
}

pub(super) fn u16_at(bytes: &[u8], place: usize) -> Option<u16> {
    array(bytes, place).map(u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    array(bytes, place).map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], place: usize) -> Option<u64> {
    array(bytes, place).map(u64::from_le_bytes)
}

pub(super) fn array<const N: usize>(bytes: &[u8], place: usize) -> Option<[u8; N]> {
    bytes.get(place..)?.first_chunk().copied()
}
