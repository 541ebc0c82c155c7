//! One entry a line, as most lists are: comments, blank lines, what is written after the entry, and files in the form of
//! `hosts` are taken as they come.

use super::intake::{Intake, Place, Said};
use crate::indicators::value::Hint;

/// Bytes of a line; no entry is that long.
const MAX_LINE: usize = 64 << 10;

pub(super) fn read(bytes: &[u8], intake: &mut Intake<'_>) {
    intake.format("plain");
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1usize..) {
        let place = Place::Line(number);
        if let Some(text) = text_of(line, place, intake) {
            entry(text, place, intake);
        }
    }
}

/// A line as text; told and left out where it is none.
pub(super) fn text_of<'l>(line: &'l [u8], place: Place<'_>, intake: &mut Intake<'_>) -> Option<&'l str> {
    if line.len() > MAX_LINE {
        intake.refuse(place, "list.line_too_long", format!("{} bytes", line.len()));
        return None;
    }
    let Ok(text) = std::str::from_utf8(line) else {
        intake.refuse(place, "list.encoding", "the line is not UTF-8");
        return None;
    };
    let text = text.trim();
    if text.chars().any(|c| c.is_control() && c != '\t') {
        intake.refuse(place, "list.control", "the line has control characters");
        return None;
    }
    Some(text)
}

fn entry(text: &str, place: Place<'_>, intake: &mut Intake<'_>) {
    if text.starts_with(['#', ';']) || text.starts_with("//") {
        return;
    }
    // A hash sign within a URL is none of a comment.
    let text = text.split(" #").next().unwrap_or_default().split("\t#").next().unwrap_or_default().trim_end();
    if text.is_empty() {
        return;
    }
    if intake.is_watch() {
        return intake.value(place, text, Hint::Any, Said::default());
    }
    let mut words = text
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', ',', '|', '`']))
        // A bullet in front of an entry is none of it.
        .skip_while(|word| !word.contains(char::is_alphanumeric));
    let first = words.next().unwrap_or(text);
    // `0.0.0.0 evil.example`, as the file `hosts` has it.
    let value = match words.next() {
        Some(second) if matches!(first, "0.0.0.0" | "127.0.0.1" | "::1" | "::") => second,
        _ => first,
    };
    intake.value(place, value, Hint::Any, Said::default());
}
