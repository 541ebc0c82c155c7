//! Sigma's encodings: UTF-16 and Base64, and Base64 wherever in a longer text the value stands.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// UTF-16, little endian.
pub(crate) fn utf16_le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// UTF-16, big endian.
pub(crate) fn utf16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// UTF-16, little endian, with its byte order mark.
pub(crate) fn utf16_marked(text: &str) -> Vec<u8> {
    [vec![0xFF, 0xFE], utf16_le(text)].concat()
}

/// Base64 with its padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What of `bytes` is the same in Base64 wherever they stand: at offset 0, 1 and 2 of a group of three, without the
/// characters that share bits with what comes before or after.
pub(crate) fn base64_offsets(bytes: &[u8]) -> Vec<String> {
    (0..3usize)
        .filter_map(|offset| {
            let text = STANDARD.encode([vec![0; offset], bytes.to_vec()].concat());
            let start = (offset * 8).div_ceil(6);
            let end = (offset + bytes.len()) * 8 / 6;
            text.get(start..end).filter(|part| !part.is_empty()).map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn offsets_of_a_known_word() {
        // Published in the Sigma tutorials: "/bin/bash" at the three offsets.
        assert_eq!(base64_offsets(b"/bin/bash"), ["L2Jpbi9iYXNo", "9iaW4vYmFza", "vYmluL2Jhc2"]);
    }

    proptest! {
        #[test]
        fn wherever_it_stands_one_offset_is_in_it(before in prop::collection::vec(any::<u8>(), 0..9), word in prop::collection::vec(any::<u8>(), 3..20), after in prop::collection::vec(any::<u8>(), 0..9)) {
            let whole = STANDARD.encode([before, word.clone(), after].concat());
            prop_assert!(base64_offsets(&word).iter().any(|part| whole.contains(part.as_str())));
        }
    }
}
