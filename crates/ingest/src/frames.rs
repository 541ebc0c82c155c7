//! Bytes cut into records, not yet understood.

use bytes::Bytes;
use std::ops::Range;

/// One buffer and the ranges of its records, in order.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    bytes: Bytes,
    ranges: Vec<Range<usize>>,
}

impl Frames {
    /// Cuts a buffer by the format's own record boundaries.
    pub fn split(bytes: Bytes, format: parse::Format) -> Frames {
        let base = bytes.as_ptr() as usize;
        let ranges = parse::split(&bytes, format)
            .map(|record| {
                // `split` hands out parts of the buffer, so the distance is the place.
                let start = record.as_ptr() as usize - base;
                start..start + record.len()
            })
            .collect();
        Frames { bytes, ranges }
    }

    /// Records that are known already. Ranges outside the buffer are cut to it.
    pub fn of(bytes: Bytes, ranges: Vec<Range<usize>>) -> Frames {
        let len = bytes.len();
        let ranges = ranges.into_iter().map(|r| r.start.min(len)..r.end.min(len).max(r.start.min(len))).collect();
        Frames { bytes, ranges }
    }

    /// Records that came one by one.
    pub fn join<'a>(records: impl IntoIterator<Item = &'a [u8]>) -> Frames {
        let mut bytes = Vec::new();
        let mut ranges = Vec::new();
        for record in records {
            let start = bytes.len();
            bytes.extend_from_slice(record);
            ranges.push(start..bytes.len());
        }
        Frames { bytes: Bytes::from(bytes), ranges }
    }

    /// The records.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.ranges.iter().map(|range| &self.bytes[range.clone()])
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Bytes of the whole buffer, separators included.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The records of a range, sharing the buffer.
    pub fn part(&self, range: Range<usize>) -> Frames {
        Frames { bytes: self.bytes.clone(), ranges: self.ranges.get(range).map(<[_]>::to_vec).unwrap_or_default() }
    }
}
