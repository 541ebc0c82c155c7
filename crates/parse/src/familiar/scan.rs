//! Eight bytes at a time.

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

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

/// A mark in each byte that is `byte`. Only the lowest mark is certain.
#[inline]
fn equals(word: u64, byte: u8) -> u64 {
    let same = word ^ (ONES * u64::from(byte));
    same.wrapping_sub(ONES) & !same & HIGHS
}

/// The place of the first quote, backslash or control character from `at` on, or the end.
#[inline]
pub(super) fn stop(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        let word = word(bytes, at);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let marks = equals(word, b'"') | equals(word, b'\\') | control;
        if marks != 0 {
            // The zeros past the end count as control characters.
            return (at + (marks.trailing_zeros() / 8) as usize).min(bytes.len());
        }
        at += 8;
    }
    bytes.len()
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
