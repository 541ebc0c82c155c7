//! Events that are not sealed yet: columns in blocks, and a tail of rows that is not a block yet.

use crate::columns::{self, Row};
use crate::manifest::Manifest;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::error::ArrowError;
use model::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Rows after which the tail becomes a block.
const BLOCK_ROWS: usize = 8192;
/// Bytes of columns after which it does: one of text ends at 2 GiB, and derived words may be six times their value.
const BLOCK_BYTES: usize = 64 << 20;

/// How rows become columns.
type Build = fn(&[Row]) -> Result<RecordBatch, ArrowError>;

/// Events as columns, with their bounds.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub batch: RecordBatch,
    pub first_seq: u64,
    pub last_seq: u64,
    pub min_time: Timestamp,
    pub max_time: Timestamp,
    /// When its first event came.
    pub received: Timestamp,
    pub bytes: usize,
    /// Rows that have no fields here, because their columns could not be built.
    pub bare: u64,
}

impl Block {
    /// Rows as blocks, in order: one, unless they could not be built together. A row that cannot be built alone is
    /// there with its raw bytes, so that nothing that is in the log keeps the lake from opening.
    fn of(rows: &[Row], build: Build, out: &mut Vec<Arc<Block>>) -> Result<(), ArrowError> {
        if rows.is_empty() {
            return Ok(());
        }
        let fault = match catch_unwind(AssertUnwindSafe(|| build(rows))) {
            Ok(Ok(batch)) => {
                out.extend(Block::with(rows, batch, 0).map(Arc::new));
                return Ok(());
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the builder panicked".to_owned(),
        };
        if let [row] = rows {
            tracing::error!(seq = row.event.seq, source = &*row.event.source, fault, "an event is stored without its fields: its columns cannot be built");
            let batch = columns::batch(&[row.bare()])?;
            out.extend(Block::with(rows, batch, 1).map(Arc::new));
            return Ok(());
        }
        let (front, back) = rows.split_at(rows.len() / 2);
        Block::of(front, build, out)?;
        Block::of(back, build, out)
    }

    fn with(rows: &[Row], batch: RecordBatch, bare: u64) -> Option<Block> {
        let (first, last) = (rows.first()?, rows.last()?);
        let times = || rows.iter().map(|row| row.event.time);
        Some(Block {
            bytes: batch.get_array_memory_size(),
            bare,
            batch,
            first_seq: first.event.seq,
            last_seq: last.event.seq,
            min_time: times().min().unwrap_or_default(),
            max_time: times().max().unwrap_or_default(),
            received: first.event.received,
        })
    }
}

/// What a query sees, changed under one lock.
pub(crate) struct View {
    pub manifest: Arc<Manifest>,
    /// On their way into a segment; still read from here until the manifest has it.
    sealing: Vec<Arc<Block>>,
    blocks: Vec<Arc<Block>>,
    tail: Vec<Row>,
    tail_bytes: usize,
    /// The tail as blocks, made when a query asked for it.
    tail_blocks: Vec<Arc<Block>>,
    /// Events since the start that are here without their fields.
    bare: u64,
    build: Build,
}

/// One consistent state: a manifest and the blocks that it does not have.
#[derive(Clone)]
pub(crate) struct Snapshot {
    pub manifest: Arc<Manifest>,
    pub blocks: Vec<Arc<Block>>,
}

impl View {
    pub(crate) fn new(manifest: Manifest) -> View {
        View {
            manifest: Arc::new(manifest),
            sealing: Vec::new(),
            blocks: Vec::new(),
            tail: Vec::new(),
            tail_bytes: 0,
            tail_blocks: Vec::new(),
            bare: 0,
            build: columns::batch,
        }
    }

    pub(crate) fn push(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<(), ArrowError> {
        for row in rows {
            // Counted before it is taken: together they could be more than a column holds.
            let bytes = row.bytes();
            if self.tail_bytes + bytes > BLOCK_BYTES {
                self.close_tail()?;
            }
            self.tail_blocks.clear();
            self.tail_bytes += bytes;
            self.tail.push(row);
            if self.tail.len() >= BLOCK_ROWS {
                self.close_tail()?;
            }
        }
        Ok(())
    }

    fn close_tail(&mut self) -> Result<(), ArrowError> {
        self.build_tail()?;
        self.bare += self.tail_blocks.iter().map(|block| block.bare).sum::<u64>();
        self.blocks.append(&mut self.tail_blocks);
        self.tail.clear();
        self.tail_bytes = 0;
        Ok(())
    }

    fn build_tail(&mut self) -> Result<(), ArrowError> {
        if self.tail_blocks.is_empty() {
            let mut blocks = Vec::new();
            Block::of(&self.tail, self.build, &mut blocks)?;
            self.tail_blocks = blocks;
        }
        Ok(())
    }

    /// Events that were stored without their fields since the start, as far as they are in a block.
    pub(crate) fn bare(&self) -> u64 {
        self.bare
    }

    /// Events in memory, those on their way left out.
    pub(crate) fn rows(&self) -> usize {
        self.blocks.iter().map(|block| block.batch.num_rows()).sum::<usize>() + self.tail.len()
    }

    /// Bytes of blocks and tail, those on their way left out.
    pub(crate) fn bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.bytes).sum::<usize>() + self.tail_bytes
    }

    /// Bytes of all events in memory.
    pub(crate) fn bytes_in_all(&self) -> usize {
        self.bytes() + self.sealing.iter().map(|block| block.bytes).sum::<usize>()
    }

    /// When the oldest event in memory came, those on their way left out.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.blocks.first().map(|block| block.received).or(self.tail.first().map(|row| row.event.received))
    }

    /// Takes the oldest blocks for sealing, at least one, up to these sizes; nothing if others are on their way.
    pub(crate) fn take(&mut self, max_rows: usize, max_bytes: usize) -> Result<Vec<Arc<Block>>, ArrowError> {
        if !self.sealing.is_empty() {
            return Ok(Vec::new());
        }
        if self.blocks.is_empty() || self.rows() <= max_rows {
            self.close_tail()?;
        }
        let (mut taken, mut rows, mut bytes) = (0, 0, 0);
        for block in &self.blocks {
            rows += block.batch.num_rows();
            bytes += block.bytes;
            if taken > 0 && (rows > max_rows || bytes > max_bytes) {
                break;
            }
            taken += 1;
        }
        self.sealing = self.blocks.drain(..taken).collect();
        Ok(self.sealing.clone())
    }

    /// What was taken is in a segment of this manifest.
    pub(crate) fn sealed(&mut self, manifest: Manifest) {
        self.manifest = Arc::new(manifest);
        self.sealing.clear();
    }

    /// Puts back what could not be sealed.
    pub(crate) fn put_back(&mut self) {
        let mut blocks = std::mem::take(&mut self.sealing);
        blocks.append(&mut self.blocks);
        self.blocks = blocks;
    }

    pub(crate) fn snapshot(&mut self) -> Result<Snapshot, ArrowError> {
        self.build_tail()?;
        let blocks = self.sealing.iter().chain(&self.blocks).chain(&self.tail_blocks).cloned().collect();
        Ok(Snapshot { manifest: self.manifest.clone(), blocks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{Array, AsArray};
    use model::{Event, field};

    fn row(seq: u64, raw: &[u8]) -> Row {
        let mut event = Event::default();
        parse::parse_into(&parse::Input { raw, received: Timestamp(0), format: parse::Format::Json, peer: None }, &mut event);
        event.seq = seq;
        event.source = "a".into();
        Row { event, format: parse::Format::Json, peer: None }
    }

    fn again(row: &Row, seq: u64) -> Row {
        let mut row = row.clone();
        row.event.seq = seq;
        row
    }

    /// One long name over many values: a few KB of raw bytes that name it again for each of them.
    fn blown_up(seq: u64) -> Row {
        let name = "\\u0001".repeat(480);
        let children: Vec<String> = (0..1_900).map(|i| format!("\"{i}\":1")).collect();
        row(seq, format!("{{\"{name}\":{{{}}}}}", children.join(",")).as_bytes())
    }

    #[test]
    fn no_record_makes_columns_much_larger_than_itself() {
        let one = blown_up(1);
        let raw = one.event.raw().len();
        assert!(one.event.slots().len() >= 1_900, "the parser no longer takes such a record");
        let mut view = View::new(Manifest::default());
        view.push((1..=40).map(|seq| again(&one, seq))).unwrap();
        let blocks = view.snapshot().unwrap().blocks;
        let attrs: usize = blocks
            .iter()
            .map(|block| {
                let attrs = block.batch.column_by_name(columns::ATTRS).unwrap().as_string::<i32>();
                assert!(attrs.value(0).contains(columns::LEFT_OUT), "what was left out is not said");
                attrs.value_data().len()
            })
            .sum();
        assert!(attrs < 40 * 5 * raw, "{attrs} bytes of attributes from {raw} bytes 40 times");
    }

    #[test]
    fn a_block_is_closed_before_its_columns_are_too_large() {
        // A control character takes six bytes in `attrs`.
        let large = row(1, &[br#"{"x":""#.as_slice(), &br"\u0001".repeat(2 << 20), br#""}"#].concat());
        let mut view = View::new(Manifest::default());
        view.push((1..=8).map(|seq| again(&large, seq))).unwrap();
        let blocks = view.snapshot().unwrap().blocks;
        assert_eq!(blocks.iter().map(|block| block.batch.num_rows()).sum::<usize>(), 8);
        for block in &blocks {
            let texts: usize = block.batch.columns().iter().filter_map(|column| column.as_string_opt::<i32>()).map(|text| text.value_data().len()).sum();
            assert!(texts <= BLOCK_BYTES + (1 << 20), "{texts} bytes of text in one block");
        }
    }

    #[test]
    fn a_row_that_cannot_be_built_is_there_bare_and_counted() {
        let mut view = View::new(Manifest::default());
        view.build = |rows| match rows.iter().any(|row| row.event.str(field::MESSAGE) == Some("bad")) {
            true => panic!("byte array offset overflow"),
            false => columns::batch(rows),
        };
        view.push((1..=9).map(|seq| row(seq, if seq == 4 { br#"{"message":"bad"}"# } else { br#"{"message":"good"}"# }))).unwrap();
        let seqs = |view: &mut View| -> Vec<(u64, bool)> {
            let blocks = view.snapshot().unwrap().blocks;
            let of = |block: &Arc<Block>| {
                let seqs = block.batch.column_by_name(columns::SEQ).unwrap().as_primitive::<datafusion::arrow::datatypes::UInt64Type>().clone();
                let messages = block.batch.column_by_name("message").unwrap().as_string::<i32>().clone();
                seqs.values().iter().copied().zip((0..messages.len()).map(|row| messages.is_valid(row)).collect::<Vec<_>>()).collect::<Vec<_>>()
            };
            blocks.iter().flat_map(of).collect()
        };
        let expected: Vec<(u64, bool)> = (1..=9).map(|seq| (seq, seq != 4)).collect();
        assert_eq!(seqs(&mut view), expected);
        let taken = view.take(usize::MAX, usize::MAX).unwrap();
        assert_eq!((taken.iter().map(|block| block.batch.num_rows()).sum::<usize>(), view.bare()), (9, 1));
        assert_eq!(seqs(&mut view), expected, "while they are being sealed");
        let bare = taken.iter().find(|block| block.bare == 1).unwrap();
        let raw = bare.batch.column_by_name(columns::RAW).unwrap().as_string::<i32>();
        assert_eq!(raw.value(0), r#"{"message":"bad"}"#);
    }
}
