//! Tables: the first line names the columns. Quoted cells may hold commas and line ends (RFC 4180).

use super::hint_of;
use super::intake::{Intake, Place, Said};
use crate::indicators::value::{Hint, canonical};
use model::Timestamp;

/// Columns of a line.
const MAX_COLUMNS: usize = 64;
/// Bytes of a cell.
const MAX_CELL: usize = 64 << 10;

/// What a file of lines is.
pub(super) enum Is {
    /// A table with these columns.
    Table(Header),
    /// One entry a line.
    Lines,
    /// A table, but not one that could be read.
    Unusable(&'static str),
}

/// The columns that are read.
#[derive(Debug, Default)]
pub(super) struct Header {
    separator: u8,
    /// Whether the first line names the columns.
    named: bool,
    /// Columns with values, and what they are.
    values: Vec<(usize, Hint)>,
    kind: Option<usize>,
    confidence: Option<usize>,
    expires: Option<usize>,
    /// A column that says whether an entry is meant to be detected, as MISP writes it.
    detect: Option<usize>,
}

/// Looks at the first line.
pub(super) fn header(name: &str, bytes: &[u8]) -> Is {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let Some(first) = first.filter(|line| line.len() <= MAX_CELL) else { return Is::Lines };
    let separator = [b',', b';', b'\t'].into_iter().find(|separator| first.contains(separator));
    let by_name = name.to_ascii_lowercase().ends_with(".csv");
    let cells: Vec<String> = {
        let mut rows = Rows::new(first, separator.unwrap_or(b','));
        match rows.next() {
            Some(Ok((_, row))) => {
                row.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_ascii_lowercase()).collect()
            }
            _ => return Is::Lines,
        }
    };
    let mut header = Header { separator: separator.unwrap_or(b','), named: true, ..Header::default() };
    for (cell, at) in cells.iter().zip(0..) {
        let word: String = cell.chars().filter(char::is_ascii_alphanumeric).collect();
        match word.as_str() {
            "value" | "indicator" | "indicatorvalue" | "ioc" | "iocvalue" | "observable" | "artifact" => {
                header.values.push((at, Hint::Any))
            }
            "type" | "entitytype" | "kind" | "indicatortype" | "ioctype" | "category"
                if header.kind.is_none() || word == "type" =>
            {
                header.kind = Some(at)
            }
            "confidence" | "confidencelevel" | "score" => header.confidence = Some(at),
            "validuntil" | "expires" | "expiry" | "expiration" | "expirationdate" | "expiresat" => {
                header.expires = Some(at)
            }
            "toids" => header.detect = Some(at),
            _ => header.values.extend(hint_of(&word).map(|hint| (at, hint))),
        }
    }
    // A column `value` and one `type`: the others of its like are context.
    if header.values.iter().any(|(_, hint)| *hint == Hint::Any) {
        header.values.retain(|(_, hint)| *hint == Hint::Any);
    }
    let is_value = |cell: &String| canonical(cell, Hint::Any, &mut Vec::new()).is_ok();
    match (header.values.is_empty(), separator, cells.first().is_some_and(is_value)) {
        (false, Some(_), _) => Is::Table(header),
        // One column with a name over it.
        (false, None, _) if by_name => Is::Table(header),
        (true, Some(_), true) if by_name => {
            let is_cache = cells.len() == 2 && cells.get(1).is_some_and(|cell| uuid::Uuid::try_parse(cell).is_ok());
            if is_cache {
                return Is::Unusable("a MISP feed's index of hashed values, which are no hashes of files");
            }
            Is::Table(Header { named: false, values: vec![(0, Hint::Any)], ..header })
        }
        (true, _, false) if by_name => Is::Unusable("no column is called value, indicator, or by a kind of indicator"),
        _ => Is::Lines,
    }
}

pub(super) fn read(header: &Header, bytes: &[u8], intake: &mut Intake<'_>) {
    intake.format("csv");
    let mut skipped = !header.named;
    for row in Rows::new(bytes, header.separator) {
        let (line, row) = match row {
            Ok(row) => row,
            Err((line, code, message)) => {
                intake.refuse(Place::Line(line), code, message);
                continue;
            }
        };
        if row.iter().all(|cell| cell.trim_ascii().is_empty()) || row.first().is_some_and(|cell| cell.starts_with(b"#"))
        {
            continue;
        }
        if !std::mem::replace(&mut skipped, true) {
            continue;
        }
        entry(header, &row, Place::Line(line), intake);
    }
}

fn entry(header: &Header, row: &[Vec<u8>], place: Place<'_>, intake: &mut Intake<'_>) {
    let cell =
        |at: Option<usize>| at.and_then(|at| row.get(at)).map(|cell| cell.trim_ascii()).filter(|cell| !cell.is_empty());
    let text = |at| cell(at).map(|cell| String::from_utf8_lossy(cell));
    if text(header.detect).is_some_and(|word| matches!(word.as_ref(), "0" | "false" | "False")) {
        return intake.ignore();
    }
    let mut said = Said::default();
    if let Some(word) = text(header.confidence) {
        match word.trim_end_matches('%').parse::<u8>() {
            Ok(confidence @ ..=100) => said.confidence = Some(confidence),
            _ => return intake.refuse(place, "list.number", format!("the confidence {word:?}")),
        }
    }
    if let Some(word) = text(header.expires) {
        let whole = format!("{word}T00:00:00Z");
        match Timestamp::parse(&word)
            .or_else(|_| Timestamp::parse(&whole))
            .or_else(|_| Timestamp::parse(&format!("{}Z", word.replacen(' ', "T", 1))))
        {
            Ok(expires) => said.expires = Some(expires),
            Err(_) => return intake.refuse(place, "list.time", format!("the time {word:?}")),
        }
    }
    let kind = text(header.kind);
    let known = kind.as_ref().map(|word| misp_or_plain(word));
    if let (Some(None), Some(word)) = (known, &kind)
        && !intake.is_watch()
        && header.values.iter().all(|(_, hint)| *hint == Hint::Any)
    {
        return intake.refuse(place, "list.type", format!("the type {word:?}"));
    }
    for (at, hint) in &header.values {
        let Some(cell) = cell(Some(*at)) else { continue };
        if cell.iter().any(|byte| *byte < b' ') {
            intake.refuse(place, "list.control", "the value has control characters");
            continue;
        }
        let Ok(value) = std::str::from_utf8(cell) else {
            intake.refuse(place, "list.encoding", "the value is not UTF-8");
            continue;
        };
        let hint = if *hint == Hint::Any { known.flatten().unwrap_or(Hint::Any) } else { *hint };
        if hint == Hint::Hash && value.contains([',', ' ', ';']) {
            // Several hashes of one file in one cell.
            value
                .split([',', ' ', ';'])
                .filter(|part| !part.is_empty())
                .for_each(|part| intake.value(place, part, hint, said));
        } else if intake.is_watch() || !value.contains('|') {
            intake.value(place, value, hint, said);
        } else {
            value.split('|').for_each(|part| intake.value(place, part, Hint::Any, said));
        }
    }
}

/// A composite type such as `domain|ip` says that its values show what they are.
fn misp_or_plain(word: &str) -> Option<Hint> {
    if word.contains('|') {
        return word.split('|').any(|part| hint_of(part).is_some()).then_some(Hint::Any);
    }
    hint_of(word)
}

/// Rows of cells.
struct Rows<'b> {
    rest: &'b [u8],
    separator: u8,
    line: usize,
}

/// What is wrong: the code and the message.
type Broken = (&'static str, String);
type Row = Result<(usize, Vec<Vec<u8>>), (usize, &'static str, String)>;

impl<'b> Rows<'b> {
    fn new(rest: &'b [u8], separator: u8) -> Rows<'b> {
        Rows { rest, separator, line: 1 }
    }

    /// The rest of a line that cannot be read is passed over.
    fn skip_line(&mut self) {
        let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |at| at + 1);
        self.rest = self.rest.get(end..).unwrap_or_default();
        self.line += 1;
    }

    /// A cell and what ended it.
    fn cell(&mut self) -> Result<(Vec<u8>, Option<u8>), Broken> {
        let mut cell = Vec::new();
        if let Some(quoted) = self.rest.strip_prefix(b"\"") {
            let mut rest = quoted;
            loop {
                let Some(at) = memchr::memchr(b'"', rest) else {
                    return Err(("list.quote", "a quotation mark is not closed".to_owned()));
                };
                let (part, after) = rest.split_at_checked(at).unwrap_or_default();
                if cell.len() + part.len() > MAX_CELL {
                    return Err(("list.value_too_long", format!("a cell of more than {MAX_CELL} bytes")));
                }
                cell.extend_from_slice(part);
                self.line += memchr::memchr_iter(b'\n', part).count();
                rest = after.get(1..).unwrap_or_default();
                match rest.strip_prefix(b"\"") {
                    Some(more) => {
                        cell.push(b'"');
                        rest = more;
                    }
                    None => break,
                }
            }
            self.rest = rest;
        }
        let end = memchr::memchr2(self.separator, b'\n', self.rest).unwrap_or(self.rest.len());
        let (part, after) = self.rest.split_at_checked(end).unwrap_or_default();
        if part.len() > MAX_CELL {
            return Err(("list.line_too_long", format!("a cell of {} bytes", part.len())));
        }
        cell.extend_from_slice(part);
        self.rest = after.get(1..).unwrap_or_default();
        Ok((cell, after.first().copied()))
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, mut row) = (self.line, Vec::new());
        loop {
            match self.cell() {
                Ok((cell, ended)) => {
                    row.push(cell);
                    if ended != Some(self.separator) {
                        self.line += 1;
                        return Some(Ok((line, row)));
                    }
                    if row.len() >= MAX_COLUMNS {
                        self.skip_line();
                        return Some(Err((line, "list.columns", "too many columns".to_owned())));
                    }
                }
                Err((code, message)) => {
                    self.skip_line();
                    return Some(Err((line, code, message)));
                }
            }
        }
    }
}
