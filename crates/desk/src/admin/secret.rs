//! Secrets that this floor makes for others to carry: for sessions, tokens and the set-up.
//!
//! A secret is 256 random bits followed by 64 bits that only this floor can compute for them. What fails that check is
//! garbage and costs one hash, no look into the database. What passes is looked up by its SHA-256.

use rand::RngCore;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const RANDOM: usize = 32;
const CHECK: usize = 8;

/// The floor's own key for the check. Whoever has it can only make garbage that costs a look-up.
#[derive(Clone)]
pub(super) struct Key([u8; 32]);

impl Key {
    /// A new key.
    pub(super) fn random() -> Self {
        Key(random())
    }
    /// As it is kept.
    pub(super) fn to_hex(&self) -> String {
        hex::encode(self.0)
    }
    /// As it was kept.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text).ok()?.try_into().ok().map(Key)
    }

    /// A new secret for one use (`session`, `token` …) and one owner of it, as text.
    pub(super) fn mint(&self, purpose: &str, owner: &[u8]) -> String {
        let random: [u8; RANDOM] = random();
        let mut bytes = random.to_vec();
        bytes.extend_from_slice(&self.check(purpose, owner, &random));
        base32(&bytes)
    }

    /// Whether this floor made the secret for this use and owner.
    pub(super) fn made(&self, purpose: &str, owner: &[u8], secret: &str) -> bool {
        let Some(bytes) = from_base32(secret, RANDOM + CHECK) else { return false };
        let (random, check) = bytes.split_at(RANDOM);
        self.check(purpose, owner, random).ct_eq(check).into()
    }

    fn check(&self, purpose: &str, owner: &[u8], random: &[u8]) -> [u8; CHECK] {
        // The key is first and of fixed length, and most of the hash is cut off, so nothing can be appended to it.
        let mut hash = Sha256::new();
        hash.update(self.0);
        for part in [purpose.as_bytes(), owner, random] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut check = [0; CHECK];
        check.copy_from_slice(&hash.finalize()[..CHECK]);
        check
    }
}

/// The hash that stands in the database in place of a secret. `purpose` keeps hashes for different ends apart.
pub(super) fn digest(purpose: &str, secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(purpose);
    hash.update([0]);
    hash.update(secret);
    hex::encode(hash.finalize())
}

/// Compares without telling by the time how much is equal.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// Crockford's digits in lower case: no letter that is taken for another, and a double click selects all of it.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Five bits to a character, the last one filled with zeros.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0_u16, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(DIGITS[usize::from(buffer >> bits) & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(DIGITS[usize::from(buffer << (5 - bits)) & 31]));
    }
    text
}

/// Exactly `length` bytes from the one text that [`base32`] makes of them.
pub(super) fn from_base32(text: &str, length: usize) -> Option<Vec<u8>> {
    if text.len() != (length * 8).div_ceil(5) {
        return None;
    }
    let mut bytes = Vec::with_capacity(length);
    let (mut buffer, mut bits) = (0_u16, 0);
    for character in text.bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == character)?;
        buffer = (buffer << 5) | u16::try_from(digit).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    (buffer == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_have_one_text(bytes in proptest::collection::vec(any::<u8>(), 0..48), text in "[0-9a-z]{0,48}") {
            prop_assert_eq!(from_base32(&base32(&bytes), bytes.len()), Some(bytes));
            if let Some(read) = from_base32(&text, text.len() * 5 / 8) {
                prop_assert_eq!(base32(&read), text);
            }
        }
    }

    #[test]
    fn a_secret_is_good_for_its_use_its_owner_and_this_floor_only() {
        let (key, other) = (Key::random(), Key::random());
        let secret = key.mint("token", b"7");
        assert!(key.made("token", b"7", &secret));
        assert!(!key.made("token", b"8", &secret));
        assert!(!key.made("session", b"7", &secret));
        assert!(!other.made("token", b"7", &secret));
        for at in 0..secret.len() {
            let mut forged = secret.clone().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            assert!(!key.made("token", b"7", &String::from_utf8(forged).unwrap()), "character {at}");
        }
        for garbage in [
            "",
            "0",
            &secret[1..],
            &format!("{secret}0"),
            &secret.to_uppercase(),
            &"é".repeat(32),
            &"0".repeat(1 << 20),
        ] {
            assert!(!key.made("token", b"7", garbage));
        }
        assert!(Key::from_hex(&key.to_hex()).unwrap().made("token", b"7", &secret));
        assert_ne!(digest("session", &secret), digest("csrf", &secret));
    }
}
