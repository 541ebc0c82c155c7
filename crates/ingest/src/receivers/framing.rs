//! Where one record of syslog over TCP ends and the next begins (RFC 6587). Pure: it reads no socket.

use model::Diagnostic;
use std::ops::Range;

/// A record longer than this is cut here and goes on as the next record.
const MAX_LINE: usize = 1 << 20;

/// The records at the front of a buffer.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    /// The records, without what separates them.
    pub records: Vec<Range<usize>>,
    /// Bytes that are dealt with.
    pub used: usize,
    /// The framing is lost: what is left cannot be cut and the connection ends.
    pub fault: Option<Diagnostic>,
}

/// Cuts what is complete; at the `end` of the connection the rest is a record too.
pub(crate) fn cut(buffer: &[u8], end: bool) -> Cut {
    let mut cut = Cut::default();
    while let Some(first) = buffer.get(cut.used) {
        let rest = &buffer[cut.used..];
        if first.is_ascii_digit() {
            match counted(rest) {
                Counted::Record(range) => {
                    cut.records.push(cut.used + range.start..cut.used + range.end);
                    cut.used += range.end;
                }
                Counted::Incomplete if end => {
                    cut.fault = Some(Diagnostic::quarantine("syslog.cut_short", "the connection ended within a record"));
                    return cut;
                }
                Counted::Incomplete => return cut,
                Counted::Fault(fault) => {
                    cut.fault = Some(fault);
                    return cut;
                }
            }
            continue;
        }
        let line = memchr::memchr(b'\n', &rest[..rest.len().min(MAX_LINE)]);
        let (length, separator) = match line {
            Some(at) => (at, 1),
            None if rest.len() >= MAX_LINE => (MAX_LINE, 0),
            None if end => (rest.len(), 0),
            None => return cut,
        };
        if !rest[..length].trim_ascii().is_empty() {
            cut.records.push(cut.used..cut.used + length);
        }
        cut.used += length + separator;
    }
    cut
}

enum Counted {
    Record(Range<usize>),
    Incomplete,
    Fault(Diagnostic),
}

/// `MSG-LEN SP MSG`.
fn counted(rest: &[u8]) -> Counted {
    let digits = rest.iter().take(11).take_while(|b| b.is_ascii_digit()).count();
    let length = std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse::<usize>().ok());
    match (length, rest.get(digits)) {
        // Whatever comes next decides, however the bytes arrive.
        (_, None) => Counted::Incomplete,
        (Some(length), Some(b' ')) if length <= parse::MAX_RECORD => {
            let start = digits + 1;
            if rest.len() < start + length { Counted::Incomplete } else { Counted::Record(start..start + length) }
        }
        (Some(length), Some(b' ')) => {
            Counted::Fault(Diagnostic::reject("syslog.length", format!("a record of {length} bytes is announced")))
        }
        _ => Counted::Fault(Diagnostic::quarantine("syslog.framing", "a length and a space were expected")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &[u8], end: bool, records: &[&[u8]], left: usize, fault: Option<&str>) {
        let cut = cut(input, end);
        let got: Vec<_> = cut.records.iter().map(|range| &input[range.clone()]).collect();
        assert_eq!(got, records, "{}", String::from_utf8_lossy(input));
        assert_eq!(input.len() - cut.used, left);
        assert_eq!(cut.fault.as_ref().map(|f| f.code.as_ref()), fault);
    }

    #[test]
    fn both_framings_are_told_apart_record_by_record() {
        check(b"<13>a\n<13>b\n", false, &[b"<13>a", b"<13>b"], 0, None);
        check(b"5 <13>a6 <13>\nb", false, &[b"<13>a", b"<13>\nb"], 0, None);
        check(b"5 <13>a<13>b\n7 <13", false, &[b"<13>a", b"<13>b"], 5, None);
        check(b"<13>a", false, &[], 5, None);
        check(b"<13>a", true, &[b"<13>a"], 0, None);
        check(b"\n\n", false, &[], 0, None);
    }

    #[test]
    fn a_length_that_lies_ends_the_connection_and_loses_nothing() {
        check(b"4294967295 <13>a", false, &[], 16, Some("syslog.length"));
        check(b"3 <13>a", false, &[b"<13"], 2, None);
        check(b"9x", false, &[], 2, Some("syslog.framing"));
        check(b"9 <13>a", true, &[], 7, Some("syslog.cut_short"));
        check(&[b'1'; 12], false, &[], 12, Some("syslog.framing"));
        check(b"21474892949", false, &[], 11, None);
        check(b"21474892949 <13>a", false, &[], 17, Some("syslog.length"));
    }

    #[test]
    fn a_line_without_an_end_is_cut() {
        let long = vec![b'x'; MAX_LINE + 10];
        let cut = cut(&long, false);
        assert_eq!((cut.records, cut.used), (vec![0..MAX_LINE], MAX_LINE));
    }
}
