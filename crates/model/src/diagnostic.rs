//! What was wrong with an input, said without losing it.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What happens to an input that has a fault, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Stored as an event that carries the diagnostic.
    Flag,
    /// Kept aside with its bytes and the reason, and counted; not an event.
    Quarantine,
    /// Refused and counted; the sender is told.
    Reject,
}

/// One fault: a stable code, a place, a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable code such as `json.syntax` or `syslog.year_out_of_range`.
    pub code: Cow<'static, str>,
    /// Byte offset in the raw input, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub offset: Option<u32>,
    /// What a person reads. Never echoes more than 128 bytes of the input.
    pub message: String,
    /// What happens to the input.
    pub verdict: Verdict,
}

impl Diagnostic {
    /// A fault that leaves the event stored and flagged.
    pub fn flag(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic { code: Cow::Borrowed(code), offset: None, message: message.into(), verdict: Verdict::Flag }
    }
    /// A fault that sends the input to quarantine.
    pub fn quarantine(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic { verdict: Verdict::Quarantine, ..Diagnostic::flag(code, message) }
    }
    /// A fault for which the input is refused.
    pub fn reject(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic { verdict: Verdict::Reject, ..Diagnostic::flag(code, message) }
    }
    /// The same fault, with its place.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.offset = u32::try_from(offset).ok();
        self
    }
}
