//! Syslog over TCP: however the bytes arrive, the records are the same; counted records come back; nothing is lost.
//!
//! The file is compiled in, since the crate that it stands in brings the whole program along.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Verdict;

#[path = "../../crates/ingest/src/receivers/framing.rs"]
mod framing;

fuzz_target!(|data: &[u8]| {
    let (size, data) = data.split_first().map_or((1, data), |(first, rest)| (usize::from(*first).max(1), rest));
    let whole = stream(data, usize::MAX);
    assert_eq!(stream(data, size), whole, "arriving {size} bytes at a time: {}", data.escape_ascii());

    let records: Vec<&[u8]> = data.split(|byte| *byte == 0).filter(|record| !record.is_empty()).collect();
    let written: Vec<u8> = records.iter().flat_map(|record| [format!("{} ", record.len()).as_bytes(), record].concat()).collect();
    let (found, fault, left) = stream(&written, size);
    assert_eq!((found, fault, left), (records.iter().map(|record| record.to_vec()).collect(), None, Vec::new()));
});

type Outcome = (Vec<Vec<u8>>, Option<(String, Verdict)>, Vec<u8>);

/// Records, fault and what is left over of a connection that sends so many bytes at a time and then ends.
fn stream(data: &[u8], size: usize) -> Outcome {
    let mut records = Vec::new();
    let mut buffer: Vec<u8> = Vec::new();
    let mut rest = data;
    loop {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        rest = after;
        buffer.extend_from_slice(piece);
        let end = rest.is_empty();
        let mut cut = framing::cut(&buffer, false);
        take(&buffer, &cut, &mut records);
        buffer.drain(..cut.used);
        if end && cut.fault.is_none() {
            cut = framing::cut(&buffer, true);
            take(&buffer, &cut, &mut records);
            buffer.drain(..cut.used);
        }
        if end || cut.fault.is_some() {
            buffer.extend_from_slice(rest);
            let fault = cut.fault.map(|fault| (fault.code.into_owned(), fault.verdict));
            assert!(fault.is_some() || buffer.is_empty(), "{} bytes are nobody's", buffer.len());
            return (records, fault, buffer);
        }
    }
}

fn take(buffer: &[u8], cut: &framing::Cut, records: &mut Vec<Vec<u8>>) {
    let mut at = 0;
    for range in &cut.records {
        assert!(range.start >= at && range.end <= cut.used && range.start <= range.end, "{:?}", cut.records);
        let separator = |byte: &u8| byte.is_ascii_whitespace() || byte.is_ascii_digit();
        assert!(buffer[at..range.start].iter().all(separator), "lost: {}", buffer[at..range.start].escape_ascii());
        records.push(buffer[range.clone()].to_vec());
        at = range.end;
    }
    assert!(cut.used <= buffer.len());
}
