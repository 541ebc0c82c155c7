//! Where one record of syslog over TCP ends and the next begins (RFC 6587). Pure: it reads no socket.

use model::Diagnostic;
use std::ops::Range;

/// A record without an end is cut here and goes on as the next record; one that is announced as longer is refused. A
/// connection holds no more than this: nobody has logged in on it.
const MAX_LINE: usize = 1 << 20;

/// How a connection separates its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// A length in front of each.
    Counted,
    /// A line feed behind each.
    Lines,
}

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

/// Cuts the bytes of one connection.
///
/// The first record decides how they are framed. Were each asked anew, a line feed within somebody's message and a large
/// number behind it would make one record of everything that the sender relays next.
#[derive(Debug, Default)]
pub(crate) struct Cutter {
    framing: Option<Framing>,
    /// Bytes at the front of the buffer that are known to hold no line feed: a sender of single bytes must not have all
    /// of them looked at again each time.
    looked_at: usize,
}

impl Cutter {
    /// Cuts what is complete; at the `end` of the connection the rest is a record too. The caller takes what is used off
    /// the front before it asks again.
    pub(crate) fn cut(&mut self, buffer: &[u8], end: bool) -> Cut {
        let mut cut = Cut::default();
        while let Some(first) = buffer.get(cut.used) {
            if matches!(first, b'\n' | b'\r') && self.framing != Some(Framing::Lines) {
                // Some put a line feed behind a counted record as well.
                cut.used += 1;
                continue;
            }
            let told = if first.is_ascii_digit() { Framing::Counted } else { Framing::Lines };
            let goes_on = match *self.framing.get_or_insert(told) {
                Framing::Counted => counted_record(buffer, end, &mut cut),
                Framing::Lines => self.line(buffer, end, &mut cut),
            };
            if !goes_on {
                break;
            }
        }
        cut
    }

    /// True: there may be another one.
    fn line(&mut self, buffer: &[u8], end: bool, cut: &mut Cut) -> bool {
        let rest = &buffer[cut.used..];
        let window = &rest[..rest.len().min(MAX_LINE)];
        let from = std::mem::take(&mut self.looked_at).min(window.len());
        let (length, separator) = match memchr::memchr(b'\n', &window[from..]) {
            Some(at) => (from + at, 1),
            None if rest.len() >= MAX_LINE => (MAX_LINE, 0),
            None if end => (rest.len(), 0),
            None => {
                self.looked_at = rest.len();
                return false;
            }
        };
        if !rest[..length].trim_ascii().is_empty() {
            cut.records.push(cut.used..cut.used + length);
        }
        cut.used += length + separator;
        true
    }
}

/// True: there may be another one.
fn counted_record(buffer: &[u8], end: bool, cut: &mut Cut) -> bool {
    match counted(&buffer[cut.used..]) {
        Counted::Record(range) => {
            cut.records.push(cut.used + range.start..cut.used + range.end);
            cut.used += range.end;
            return true;
        }
        Counted::Incomplete if end => {
            cut.fault = Some(Diagnostic::quarantine("syslog.cut_short", "the connection ended within a record"));
        }
        Counted::Incomplete => {}
        Counted::Fault(fault) => cut.fault = Some(fault),
    }
    false
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
        (Some(length), Some(b' ')) if length <= MAX_LINE => {
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
        let cut = Cutter::default().cut(input, end);
        let got: Vec<_> = cut.records.iter().map(|range| &input[range.clone()]).collect();
        assert_eq!(got, records, "{}", String::from_utf8_lossy(input));
        assert_eq!(input.len() - cut.used, left);
        assert_eq!(cut.fault.as_ref().map(|f| f.code.as_ref()), fault);
        // However the bytes arrive: here one by one.
        let (mut cutter, mut buffer, mut got, mut faults) = (Cutter::default(), Vec::new(), Vec::new(), Vec::new());
        for (place, byte) in input.iter().enumerate() {
            buffer.push(*byte);
            let cut = cutter.cut(&buffer, end && place + 1 == input.len());
            got.extend(cut.records.iter().map(|range| buffer[range.clone()].to_vec()));
            faults.extend(cut.fault.map(|fault| fault.code));
            buffer.drain(..cut.used);
            if !faults.is_empty() {
                break;
            }
        }
        assert_eq!(got, records, "byte by byte: {}", String::from_utf8_lossy(input));
        assert_eq!(faults.first().map(AsRef::as_ref), fault, "byte by byte: {}", String::from_utf8_lossy(input));
    }

    #[test]
    fn both_framings_are_told_apart_by_the_first_record() {
        check(b"<13>a\n<13>b\n", false, &[b"<13>a", b"<13>b"], 0, None);
        check(b"5 <13>a6 <13>\nb", false, &[b"<13>a", b"<13>\nb"], 0, None);
        check(b"\n5 <13>a\n7 <13>bcd\r\n7 <13", false, &[b"<13>a", b"<13>bcd"], 5, None);
        check(b"<13>a", false, &[], 5, None);
        check(b"<13>a", true, &[b"<13>a"], 0, None);
        check(b"\n\n", false, &[], 0, None);
    }

    #[test]
    fn a_message_cannot_swallow_the_records_behind_it() {
        // Somebody's message with a line feed in it, relayed line by line.
        check(b"<13>a\n1000000 x\n<13>b\n", false, &[b"<13>a", b"1000000 x", b"<13>b"], 0, None);
        check(b"<13>a\n9x\n<13>b\n", false, &[b"<13>a", b"9x", b"<13>b"], 0, None);
        check(b"5 <13>a<13>b\n5 <13>c", false, &[b"<13>a"], 13, Some("syslog.framing"));
    }

    #[test]
    fn a_length_that_lies_ends_the_connection_and_loses_nothing() {
        check(b"4294967295 <13>a", false, &[], 16, Some("syslog.length"));
        check(b"1048577 <13>a", false, &[], 13, Some("syslog.length"));
        check(b"1048576 <13>a", false, &[], 13, None);
        check(b"3 <13>a", false, &[b"<13"], 2, Some("syslog.framing"));
        check(b"9x", false, &[], 2, Some("syslog.framing"));
        check(b"9 <13>a", true, &[], 7, Some("syslog.cut_short"));
        check(&[b'1'; 12], false, &[], 12, Some("syslog.framing"));
        check(b"21474892949", false, &[], 11, None);
        check(b"21474892949 <13>a", false, &[], 17, Some("syslog.length"));
    }

    #[test]
    fn a_line_without_an_end_is_cut() {
        let long = vec![b'x'; MAX_LINE + 10];
        let mut cutter = Cutter::default();
        let cut = cutter.cut(&long[..MAX_LINE - 1], false);
        assert_eq!((cut.records, cut.used), (vec![], 0));
        let cut = cutter.cut(&long, false);
        assert_eq!((cut.records.len(), cut.records.first(), cut.used), (1, Some(&(0..MAX_LINE)), MAX_LINE));
        assert_eq!(cutter.cut(&[&long[MAX_LINE..], b"\n"].concat(), false).records.first(), Some(&(0..10)));
    }
}
