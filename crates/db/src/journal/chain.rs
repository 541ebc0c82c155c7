//! The bytes that are hashed. Another program can compute the same hashes from the rows alone; the test at the end
//! holds it to fixed values.
//!
//! `hash = SHA-256(field(FORMAT) ‖ field(previous hash) ‖ field(stream) ‖ number(seq) ‖ field(id) ‖ number(at)
//! ‖ field(actor_kind) ‖ field(actor_user) ‖ field(actor_name) ‖ field(address) ‖ field(request) ‖ field(action)
//! ‖ field(object) ‖ field(before) ‖ field(after) ‖ field(reason))`, in lower-case hexadecimal, where
//!
//! - `FORMAT` is the text `watchfloor-journal-1`;
//! - `field(text)` is the length of its UTF-8 as 8 bytes, most significant first, and then the UTF-8;
//! - `field(NULL)` is 8 bytes `ff`, so that an absent text is not an empty one;
//! - `number(n)` is 8 bytes in two's complement, most significant first;
//! - the previous hash is the 64 characters as stored; before the first entry, 64 zeros;
//! - `before` and `after` are the text as stored: JSON with sorted keys and without spaces.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The hash before the first entry of a stream.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const FORMAT: &str = "watchfloor-journal-1";

/// One row of the journal without its hash: what the hash covers, column by column.
#[derive(Clone, Debug, PartialEq, Eq, sea_orm::FromQueryResult)]
#[allow(missing_docs, reason = "the columns of the table, described by `Entry` and `OpContext`")]
pub struct Link {
    pub stream: String,
    pub seq: i64,
    pub id: String,
    pub at: i64,
    pub actor_kind: String,
    pub actor_user: Option<String>,
    pub actor_name: String,
    pub address: Option<String>,
    pub request: Option<String>,
    pub action: String,
    pub object: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub reason: Option<String>,
}

impl Link {
    /// The hash of this entry after the one with the hash `previous`.
    pub fn hash(&self, previous: &str) -> String {
        let mut bytes = Bytes(Sha256::new());
        bytes.field(FORMAT).field(previous).field(&self.stream).number(self.seq).field(&self.id).number(self.at);
        bytes.field(&self.actor_kind).maybe(&self.actor_user).field(&self.actor_name);
        bytes.maybe(&self.address).maybe(&self.request).field(&self.action).field(&self.object);
        bytes.maybe(&self.before).maybe(&self.after).maybe(&self.reason);
        hex::encode(bytes.0.finalize())
    }
}

/// The encoding that the head of this file describes, on its way into the hash.
struct Bytes(Sha256);

impl Bytes {
    fn field(&mut self, text: &str) -> &mut Self {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text);
        self
    }
    fn maybe(&mut self, text: &Option<String>) -> &mut Self {
        match text {
            Some(text) => return self.field(text),
            None => self.0.update(u64::MAX.to_be_bytes()),
        }
        self
    }
    fn number(&mut self, number: i64) -> &mut Self {
        self.0.update(number.to_be_bytes());
        self
    }
}

/// JSON in one form: keys sorted by their bytes, no spaces. The depth is that of a value which the program made or
/// which was parsed under serde_json's own limit.
pub fn canonical_json(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Computed by another program from the description at the head of this file.
    #[test]
    fn the_hashes_are_those_of_an_independent_program() {
        let text = |text: &str| Some(text.to_owned());
        let first = Link {
            stream: "cases".into(),
            seq: 1,
            id: "019ce12a-0000-7000-8000-000000000001".into(),
            at: 1_773_305_586_412_345_678,
            actor_kind: "user".into(),
            actor_user: text("019ce12a-0000-7000-8000-00000000000a"),
            actor_name: "mara".into(),
            address: text("192.0.2.7"),
            request: None,
            action: "case.close".into(),
            object: "case:12".into(),
            before: Some(canonical_json(&json!({"status": "recovery"}))),
            after: Some(canonical_json(&json!({"status": "closed", "disposition": "true_positive_impact"}))),
            reason: text("Zugang gesperrt – fertig"),
        };
        let hash = first.hash(GENESIS);
        assert_eq!(hash, "a9db46b2d81cfc7b48e8e4d3abdc4dea54f3184c8993f3398c18bd20f1e5ea78");
        let second = Link {
            seq: 2,
            id: "019ce12a-0000-7000-8000-000000000002".into(),
            at: -1,
            actor_kind: "system".into(),
            actor_user: None,
            address: text(""),
            before: None,
            reason: None,
            ..first
        };
        assert_eq!(second.hash(&hash), "9e7f68f5420429b98ea1bfcdd7194af8908c75c287c220ca09f60cc29062f657");
    }

    #[test]
    fn equal_json_has_one_text() {
        let one: Value = serde_json::from_str(r#"{"b":[{"d":1,"c":null}],"a":"\u0000 é","":1e3}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"a":"\u0000 é","":1000.0,"b":[{"c":null,"d":1}]}"#).unwrap();
        assert_eq!(canonical_json(&one), r#"{"":1000.0,"a":"\u0000 é","b":[{"c":null,"d":1}]}"#);
        assert_eq!(canonical_json(&one), canonical_json(&other));
    }
}
