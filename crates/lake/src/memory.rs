//! Events that are not sealed yet: columns in blocks, and a tail of rows that is not a block yet.

use crate::columns::{self, Row};
use crate::manifest::Manifest;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::error::ArrowError;
use model::Timestamp;
use std::sync::Arc;

/// Rows after which the tail becomes a block.
const BLOCK: usize = 8192;

/// Events as columns, with their bounds.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub batch: RecordBatch,
    pub first_seq: u64,
    pub last_seq: u64,
    pub min_time: Timestamp,
    pub max_time: Timestamp,
}

impl Block {
    fn of(rows: &[Row]) -> Result<Option<Block>, ArrowError> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
        let times = || rows.iter().map(|row| row.event.time);
        Ok(Some(Block {
            batch: columns::batch(rows)?,
            first_seq: first.event.seq,
            last_seq: last.event.seq,
            min_time: times().min().unwrap_or_default(),
            max_time: times().max().unwrap_or_default(),
        }))
    }
}

/// What a query sees, changed under one lock.
pub(crate) struct View {
    pub manifest: Arc<Manifest>,
    /// On their way into a segment; still read from here until the manifest has it.
    pub sealing: Vec<Arc<Block>>,
    pub blocks: Vec<Arc<Block>>,
    tail: Vec<Row>,
    /// The tail as a block, made when a query asked for it.
    tail_block: Option<Arc<Block>>,
    /// Bytes of blocks and tail, those on their way left out.
    pub bytes: usize,
    /// When the oldest event in memory came.
    pub oldest: Option<Timestamp>,
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
            tail_block: None,
            bytes: 0,
            oldest: None,
        }
    }

    pub(crate) fn push(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<(), ArrowError> {
        for row in rows {
            self.bytes += row.event.heap_bytes();
            self.oldest.get_or_insert(row.event.received);
            self.tail.push(row);
        }
        self.tail_block = None;
        if self.tail.len() >= BLOCK {
            self.close_tail()?;
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
        Ok(())
    }

    pub(crate) fn rows(&self) -> usize {
        self.blocks.iter().map(|block| block.batch.num_rows()).sum::<usize>() + self.tail.len()
    }

    /// Takes everything in memory for sealing.
    pub(crate) fn take(&mut self) -> Result<Vec<Arc<Block>>, ArrowError> {
        self.close_tail()?;
        self.bytes = 0;
        self.oldest = None;
        self.sealing = std::mem::take(&mut self.blocks);
        Ok(self.sealing.clone())
    }

    /// Puts back what could not be sealed.
    pub(crate) fn put_back(&mut self) {
        let bytes: usize = self.sealing.iter().map(|block| block.batch.get_array_memory_size()).sum();
        self.bytes += bytes;
        self.oldest = self.sealing.first().map(|block| block.min_time).or(self.oldest);
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
