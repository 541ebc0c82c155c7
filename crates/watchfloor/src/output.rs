//! Exit codes and what may go to a terminal.

/// Findings, with `--fail-on`; also a journal that does not verify.
pub const FINDINGS: u8 = 1;
/// No rule of those that were given loads.
pub const CONTENT: u8 = 2;
/// Wrong use or configuration.
pub const USAGE: u8 = 3;
/// The other side.
pub const REMOTE: u8 = 4;
/// Some of the input could not be used.
pub const PARTIAL: u8 = 5;

/// A command that did not succeed: what to say and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// For people.
    pub message: String,
    /// For programs.
    pub code: u8,
}

impl Failure {
    /// Wrong use or configuration.
    pub fn usage(message: impl std::fmt::Display) -> Failure {
        Failure { message: message.to_string(), code: USAGE }
    }
    /// The other side.
    pub fn remote(message: impl std::fmt::Display) -> Failure {
        Failure { message: message.to_string(), code: REMOTE }
    }
}

/// Text with its control characters shown, so that it cannot steer a terminal.
pub fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}
