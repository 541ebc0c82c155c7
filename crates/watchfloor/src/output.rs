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

/// A cell of a CSV file: quoted where it must be, control characters shown, and never a formula. A spreadsheet that
/// opens the file must not compute what an attacker wrote.
pub fn csv_cell(text: &str) -> String {
    let text = inert(text);
    let is_number = text.parse::<f64>().is_ok();
    let formula = text.starts_with(['=', '+', '-', '@']) && !is_number;
    let text = if formula { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n']) || formula { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_nor_two_cells() {
        for (text, cell) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"\nthere", "\"say \"\"hi\"\"\nthere\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\\t=1"),
            ("-5", "-5"),
            ("-cmd|' /C calc'!A0", "\"'-cmd|' /C calc'!A0\""),
            ("\u{1b}[2J", "\\u{1b}[2J"),
        ] {
            assert_eq!(csv_cell(text), cell);
        }
    }
}
