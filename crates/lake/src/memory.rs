//! Events that are not sealed yet: columns in blocks, and a tail of rows that is not a block yet.

use crate::columns::{self, Row};
use crate::manifest::Manifest;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::error::ArrowError;
use model::Timestamp;
use std::sync::Arc;

/// Rows after which the tail becomes a block.
const BLOCK_ROWS: usize = 8192;
/// Bytes after which it does: a column of text ends at 2 GiB, and JSON may spell a byte with six.
const BLOCK_BYTES: usize = 64 << 20;

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
}

impl Block {
    fn of(rows: &[Row]) -> Result<Option<Block>, ArrowError> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
        let times = || rows.iter().map(|row| row.event.time);
        let batch = columns::batch(rows)?;
        Ok(Some(Block {
            bytes: batch.get_array_memory_size(),
            batch,
            first_seq: first.event.seq,
            last_seq: last.event.seq,
            min_time: times().min().unwrap_or_default(),
            max_time: times().max().unwrap_or_default(),
            received: first.event.received,
        }))
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
    /// The tail as a block, made when a query asked for it.
    tail_block: Option<Arc<Block>>,
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
            tail_block: None,
        }
    }

    pub(crate) fn push(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<(), ArrowError> {
        for row in rows {
            self.tail_block = None;
            self.tail_bytes += row.event.heap_bytes();
            self.tail.push(row);
            if self.tail.len() >= BLOCK_ROWS || self.tail_bytes >= BLOCK_BYTES {
                self.close_tail()?;
            }
        }
        Ok(())
    }

    fn close_tail(&mut self) -> Result<(), ArrowError> {
        let block = match self.tail_block.take() {
            Some(block) => Some(block),
            None => Block::of(&self.tail)?.map(Arc::new),
        };
        self.blocks.extend(block);
        self.tail.clear();
        self.tail_bytes = 0;
        Ok(())
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
        if self.tail_block.is_none() && !self.tail.is_empty() {
            self.tail_block = Block::of(&self.tail)?.map(Arc::new);
        }
        let blocks = self.sealing.iter().chain(&self.blocks).chain(&self.tail_block).cloned().collect();
        Ok(Snapshot { manifest: self.manifest.clone(), blocks })
    }
}
