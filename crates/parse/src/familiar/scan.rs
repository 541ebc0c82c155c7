//! Several bytes at a time.

use wide::u8x16;

/// The eight bytes at `at`, the first lowest; zeros past the end.
#[inline]
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => tail(bytes, at),
    }
}

#[cold]
fn tail(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or(&[]);
    rest.iter().take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The place of the first quote, backslash or control character from `at` on, or the end.
#[inline]
pub(super) fn stop(bytes: &[u8], mut at: usize) -> usize {
    while let Some(sixteen) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let stops = stops(*sixteen);
        if stops != 0 {
            return at + stops.trailing_zeros() as usize;
        }
        at += 16;
    }
    let Some(rest) = bytes.get(at..) else { return bytes.len() };
    at + rest.iter().position(|byte| is_stop(*byte)).unwrap_or(rest.len())
}

/// One bit for each of the bytes that is a quote, a backslash or a control character, the first lowest.
#[inline]
fn stops(bytes: [u8; 16]) -> u32 {
    let bytes = u8x16::new(bytes);
    let control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    (bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\')) | control).to_bitmask()
}

fn is_stop(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_stops_where_a_loop_would(bytes in prop::collection::vec(prop_oneof![Just(b'"'), Just(b'\\'), 0x1eu8..0x24, 0x5bu8..0x5e, any::<u8>()], 0..40), at in 0usize..40) {
            let expected = (at..bytes.len()).find(|at| matches!(bytes[*at], b'"' | b'\\' | 0..0x20)).unwrap_or(bytes.len());
            prop_assert_eq!(super::stop(&bytes, at), expected);
        }

        #[test]
        fn a_word_is_the_next_eight_bytes(bytes in prop::collection::vec(any::<u8>(), 0..20), at in 0usize..24) {
            let mut eight = [0; 8];
            for (to, from) in eight.iter_mut().zip(bytes.iter().skip(at)) {
                *to = *from;
            }
            prop_assert_eq!(super::word(&bytes, at), u64::from_le_bytes(eight));
        }
    }
}
