//! Words: runs of ASCII letters and digits in lower case, and dotted quads such as `192.0.2.7` as one more word.
//!
//! Every word of every value of an event is a word of its raw bytes or stands in its column `_derived`. So a query
//! for a word, an address or a text is answered by these two alone, whatever the parser made of the bytes; and a
//! filter over the words of both never hides an event.

use model::{Event, Value};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use std::net::Ipv6Addr;

/// Calls `each` with every word of a lower-case text, some more than once. `escaped`: the text is raw bytes, where a
/// letter behind a backslash may be no letter (`\n`): the word is given with it and without it.
pub(crate) fn each<'t>(lower: &'t str, escaped: bool, mut each: impl FnMut(&'t str)) {
    let bytes = lower.as_bytes();
    // Where the last four numbers began, as far as single dots join them.
    let mut quad = [0usize; 4];
    let (mut joined, mut last_end) = (0, usize::MAX);
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let mut start = at;
        while at < bytes.len() && bytes[at].is_ascii_alphanumeric() {
            at += 1;
        }
        each(&lower[start..at]);
        if escaped && start > 0 && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b't' | b'r' | b'b' | b'f') {
            start += 1;
            if start < at {
                each(&lower[start..at]);
            }
        }
        if start == at || !bytes[start..at].iter().all(u8::is_ascii_digit) {
            joined = 0;
            continue;
        }
        let follows = joined > 0 && start == last_end + 1 && bytes[last_end] == b'.';
        joined = if follows { joined + 1 } else { 1 };
        quad.rotate_left(1);
        quad[3] = start;
        last_end = at;
        if joined >= 4 {
            each(&lower[quad[0]..at]);
        }
    }
}

/// Finds the words of an event's values that its raw bytes do not have. Keeps its buffers from event to event.
#[derive(Default)]
pub(crate) struct Derived {
    /// Hash → where the word stands: in the raw text (`false`) or in the answer. Two words of one hash, which a sender
    /// can make, are told apart by their text.
    known: FxHashMap<u64, (bool, usize, usize)>,
    texts: Vec<(usize, usize)>,
    raw: String,
    value: String,
}

impl Derived {
    /// These words with a space between them; empty for most events.
    pub(crate) fn of(&mut self, event: &Event, out: &mut String) {
        out.clear();
        self.known.clear();
        self.texts.clear();
        let Derived { known, texts, raw, value: lower } = self;
        lower_into(&String::from_utf8_lossy(event.raw()), raw);
        let base = raw.as_ptr().addr();
        each(raw, true, |word| {
            let start = word.as_ptr().addr() - base;
            known.insert(quick(word), (false, start, start + word.len()));
        });
        let mut add = |word: &str| {
            let key = quick(word);
            if let Some((in_out, start, end)) = known.get(&key) {
                let there: &str = if *in_out { out } else { raw };
                if there.get(*start..*end) == Some(word) {
                    return;
                }
            }
            if !out.is_empty() {
                out.push(' ');
            }
            known.insert(key, (true, out.len(), out.len() + word.len()));
            out.push_str(word);
        };
        let mut buffer = String::new();
        for (_, value) in event.iter() {
            let spelled = matches!(value, Value::Str(_));
            let Some(text) = value.text(&mut buffer) else { continue };
            // Two fields may share one text; where it stands tells.
            if spelled {
                let place = (text.as_ptr().addr(), text.len());
                if texts.contains(&place) {
                    continue;
                }
                texts.push(place);
            }
            lower_into(text, lower);
            each(lower, false, &mut add);
            if let Some(usual) = usual_spelling(lower) {
                each(&usual, false, &mut add);
            }
        }
    }
}

/// An IPv6 address as this program writes it.
fn usual_spelling(text: &str) -> Option<String> {
    text.contains(':').then(|| text.parse::<Ipv6Addr>().ok()).flatten().map(|ip| ip.to_string())
}

/// Lower case as queries have it.
pub(crate) fn lower_into(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
    } else {
        out.push_str(&text.to_lowercase());
    }
}

/// For tables that live as long as an event: several bytes at a time, and no part of any file.
fn quick(word: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word.as_bytes());
    hasher.finish()
}

/// FNV-1a with a final mix. It is part of the file format of the sidecars.
pub(crate) fn hash(word: &str) -> u64 {
    let mut hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Timestamp, field};

    fn check(text: &str, escaped: bool, expected: &str) {
        let mut words = Vec::new();
        each(text, escaped, |word| words.push(word));
        assert_eq!(words.join(" "), expected, "{text}");
    }

    #[test]
    fn a_text_has_these_words() {
        check(r"c:\new\cmd.exe", false, "c new cmd exe");
        check(r"c:\new\cmd.exe", true, "c new ew cmd exe");
        check("192.0.2.7", false, "192 0 2 7 192.0.2.7");
        check(r#""\n10.1.2.3:80","#, true, "n10 10 1 2 3 10.1.2.3 80");
        check("1.2.3.4.5", false, "1 2 3 4 1.2.3.4 5 2.3.4.5");
        check("1..2.3.4 v1.2.3.4 a.1.2.3", false, "1 2 3 4 v1 2 3 4 a 1 2 3");
        check("größe", false, "gr e");
    }

    #[test]
    fn what_raw_does_not_spell_is_derived() {
        let mut event = Event::new(br#"{"a":"x\u0041y Tab\tstop","ip":"2001:0DB8::0001"}"#, Timestamp(0));
        event.push_str(field::MESSAGE, "xAy Tab\tstop");
        event.push_str(field::EVENT_CATEGORY, "Process");
        event.push_str(field::SOURCE_IP, "2001:0DB8::0001");
        let mut out = String::new();
        Derived::default().of(&event, &mut out);
        assert_eq!(out, "xay process db8 1");
    }
}
