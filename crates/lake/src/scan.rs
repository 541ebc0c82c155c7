//! What a query reads: blocks in memory and row groups on disk, both as columns of some of their rows.

use crate::columns::{EVENT_COLUMNS, FORMAT, PEER, RAW, RAW_BYTES, RECEIVED, SEQ, SOURCE};
use crate::manifest::Manifest;
use crate::memory::{Block, Snapshot};
use crate::open::Shared;
use crate::plan::Plan;
use crate::segment::{self, OpenSegment};
use crate::{Lake, LakeError};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, RecordBatch, StringArray, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::{TimestampNanosecondType, UInt8Type, UInt64Type};
use model::{Event, Timestamp};
use std::sync::{Arc, OnceLock};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a search may take.
const TIME: Duration = Duration::from_secs(60);

/// A block in memory or a row group on disk.
pub(crate) struct Piece {
    pub min_time: Timestamp,
    pub max_time: Timestamp,
    pub place: Place,
}

pub(crate) enum Place {
    Block(Arc<Block>),
    Group { manifest: Arc<Manifest>, segment: usize, group: usize, may: Arc<OnceLock<Vec<bool>>> },
}

/// The pieces of a snapshot with events between the times.
pub(crate) fn pieces(snapshot: &Snapshot, from: Option<Timestamp>, to: Option<Timestamp>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for block in &snapshot.blocks {
        pieces.push(Piece { min_time: block.min_time, max_time: block.max_time, place: Place::Block(block.clone()) });
    }
    for (segment, known) in snapshot.manifest.segments.iter().enumerate() {
        let may = Arc::default();
        for (group, known) in known.groups.iter().enumerate() {
            let place = Place::Group { manifest: snapshot.manifest.clone(), segment, group, may: Arc::clone(&may) };
            pieces.push(Piece { min_time: known.min_time, max_time: known.max_time, place });
        }
    }
    pieces.retain(|piece| from.is_none_or(|from| piece.max_time >= from) && to.is_none_or(|to| piece.min_time < to));
    pieces
}

impl Piece {
    /// Whether answers of the plan may be in it, as far as its filter knows.
    pub(crate) fn may(&self, shared: &Shared, plan: &Plan) -> bool {
        match &self.place {
            Place::Group { manifest, segment, group, may } if plan.has_words() => {
                let all = may.get_or_init(|| manifest.segments.get(*segment).map_or_else(Vec::new, |known| segment::may(shared, known, plan)));
                all.get(*group).copied().unwrap_or(true)
            }
            _ => true,
        }
    }

    /// How many events it has.
    pub(crate) fn rows(&self) -> Option<u64> {
        match &self.place {
            Place::Block(block) => Some(block.batch.num_rows() as u64),
            Place::Group { manifest, segment, group, .. } => manifest.segments.get(*segment)?.groups.get(*group).map(|group| u64::from(group.rows)),
        }
    }

    /// Whether the event of this sequence may be in it.
    pub(crate) fn may_have(&self, seq: u64) -> bool {
        match &self.place {
            Place::Block(block) => (block.first_seq..=block.last_seq).contains(&seq),
            Place::Group { manifest, segment, .. } => {
                manifest.segments.get(*segment).is_some_and(|known| (known.first_seq..=known.last_seq).contains(&seq))
            }
        }
    }

    /// These columns; of all rows, or of these, which ascend.
    pub(crate) fn read(&self, shared: &Shared, names: &[&str], rows: Option<&[u32]>) -> Result<RecordBatch, LakeError> {
        match &self.place {
            Place::Block(block) => {
                let indexes = names.iter().map(|name| block.batch.schema_ref().index_of(name)).collect::<Result<Vec<_>, _>>()?;
                let batch = block.batch.project(&indexes)?;
                Ok(match rows {
                    Some(rows) => take_record_batch(&batch, &UInt32Array::from(rows.to_vec()))?,
                    None => batch,
                })
            }
            Place::Group { manifest, segment, group, .. } => {
                let known = manifest.segments.get(*segment).ok_or_else(|| LakeError::query("lake.schema", "no such segment"))?;
                OpenSegment::open(shared, known)?.read(*group, names, rows)
            }
        }
    }

    /// The events of these rows, which ascend, parsed again from their bytes.
    pub(crate) fn events(&self, shared: &Shared, rows: &[u32], mut each: impl FnMut(u32, Event)) -> Result<(), LakeError> {
        let batch = self.read(shared, EVENT_COLUMNS, Some(rows))?;
        let (source, peer, raw) = (text(&batch, SOURCE)?, text(&batch, PEER)?, text(&batch, RAW)?);
        let raw_bytes: &BinaryArray = column(&batch, RAW_BYTES)?.as_binary();
        let seq = column(&batch, SEQ)?.as_primitive::<UInt64Type>();
        let received = column(&batch, RECEIVED)?.as_primitive::<TimestampNanosecondType>();
        let format = column(&batch, FORMAT)?.as_primitive::<UInt8Type>();
        for (at, row) in rows.iter().enumerate() {
            let input = parse::Input {
                raw: if raw_bytes.is_valid(at) { raw_bytes.value(at) } else { raw.value(at).as_bytes() },
                received: Timestamp(received.value(at)),
                format: parse::Format::from_code(format.value(at)).unwrap_or_default(),
                peer: peer.is_valid(at).then(|| peer.value(at).parse().ok()).flatten(),
            };
            let mut event = Event::default();
            parse::parse_into(&input, &mut event);
            event.seq = seq.value(at);
            event.source = Arc::from(source.value(at));
            each(*row, event);
        }
        Ok(())
    }
}

pub(crate) fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, LakeError> {
    batch.column_by_name(name).ok_or_else(|| LakeError::query("lake.schema", format!("no column {name}")))
}

pub(crate) fn text(batch: &RecordBatch, name: &str) -> Result<StringArray, LakeError> {
    Ok(column(batch, name)?.as_string::<i32>().clone())
}

/// When a query has to end: at its time, or when nobody waits for it any more.
#[derive(Clone)]
pub(crate) struct Stop {
    at: Instant,
    left: Arc<AtomicBool>,
}

impl Stop {
    pub(crate) fn check(&self) -> Result<(), LakeError> {
        if self.left.load(Ordering::Relaxed) {
            return Err(LakeError::query("search.left", "Nobody waits for this search any more."));
        }
        if Instant::now() >= self.at {
            return Err(LakeError::query("search.time", format!("The search took longer than {} s. Narrow its time range.", TIME.as_secs())));
        }
        Ok(())
    }
}

/// Tells the work when the one who waits goes away.
struct Leaving(Arc<AtomicBool>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Lake {
    /// Runs a query on a thread that may block, a few at a time.
    pub(crate) async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared, &Stop) -> Result<T, LakeError> + Send + 'static,
    ) -> Result<T, LakeError> {
        let left = Arc::new(AtomicBool::new(false));
        let _leaving = Leaving(left.clone());
        // The semaphore is never closed.
        let permit = self.shared.queries.clone().acquire_owned().await.ok();
        let shared = self.shared.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&shared, &Stop { at: Instant::now() + TIME, left })
        });
        done.await.map_err(|e| LakeError::io("finish a search", std::io::Error::other(e)))?
    }
}
