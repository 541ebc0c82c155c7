//! Reading events back: parts of a snapshot, each through DataFusion with the time range pushed down.

use crate::columns::{ATTRS, EVENT_COLUMNS, FORMAT, PEER, RAW, RAW_BYTES, RECEIVED, SEQ, SOURCE, TIME};
use crate::memory::{Block, Snapshot};
use crate::prefilter::Needle;
use crate::{LakeError, Lake};
use datafusion::arrow::array::{
    Array, AsArray, BinaryArray, RecordBatch, StringArray, TimestampNanosecondArray, UInt8Array, UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr as Df, ident, lit};
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};
use datafusion::scalar::ScalarValue;
use futures::StreamExt;
use model::{Event, Timestamp};
use std::path::PathBuf;
use std::sync::Arc;

/// A block in memory or a segment on disk.
#[derive(Clone)]
pub(crate) enum Part {
    Block(Arc<Block>),
    Segment { path: PathBuf, min_time: Timestamp, max_time: Timestamp, first_seq: u64, last_seq: u64 },
}

impl Part {
    pub(crate) fn times(&self) -> (Timestamp, Timestamp) {
        match self {
            Part::Block(block) => (block.min_time, block.max_time),
            Part::Segment { min_time, max_time, .. } => (*min_time, *max_time),
        }
    }
    pub(crate) fn seqs(&self) -> (u64, u64) {
        match self {
            Part::Block(block) => (block.first_seq, block.last_seq),
            Part::Segment { first_seq, last_seq, .. } => (*first_seq, *last_seq),
        }
    }
}

/// Every part of a snapshot.
pub(crate) fn parts(lake: &Lake, snapshot: &Snapshot) -> Vec<Part> {
    let blocks = snapshot.blocks.iter().cloned().map(Part::Block);
    let segments = snapshot.manifest.segments.iter().map(|segment| Part::Segment {
        path: lake.shared.path(&segment.path),
        min_time: segment.min_time,
        max_time: segment.max_time,
        first_seq: segment.first_seq,
        last_seq: segment.last_seq,
    });
    blocks.chain(segments).collect()
}

/// A session of the query engine, alike for searches and SQL.
pub(crate) fn session() -> SessionContext {
    let mut config = SessionConfig::new().with_information_schema(false).with_target_partitions(2);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.schema_force_view_types = false;
    SessionContext::new_with_config(config)
}

pub(crate) async fn frame(ctx: &SessionContext, part: &Part) -> Result<DataFrame, LakeError> {
    Ok(match part {
        Part::Block(block) => ctx.read_batch(block.batch.clone())?,
        Part::Segment { path, .. } => {
            let path = path.to_string_lossy().into_owned();
            ctx.read_parquet(path, ParquetReadOptions::default().schema(&crate::columns::SCHEMA)).await?
        }
    })
}

/// The instant as a literal of the time columns' type.
pub(crate) fn instant(at: Timestamp) -> Df {
    lit(ScalarValue::TimestampNanosecond(Some(at.nanos()), Some("UTC".into())))
}

/// What to read of a part.
pub(crate) struct Want<'a> {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub seq: Option<u64>,
    pub needle: &'a Needle,
}

/// Calls `each` with every event of the part that may be wanted. Answers how many rows were read.
pub(crate) async fn events(part: &Part, want: &Want<'_>, mut each: impl FnMut(Event)) -> Result<u64, LakeError> {
    let ctx = session();
    let mut frame = frame(&ctx, part).await?;
    if let Some(from) = want.from {
        frame = frame.filter(ident(TIME).gt_eq(instant(from)))?;
    }
    if let Some(to) = want.to {
        frame = frame.filter(ident(TIME).lt(instant(to)))?;
    }
    if let Some(seq) = want.seq {
        frame = frame.filter(ident(SEQ).eq(lit(seq)))?;
    }
    let mut names: Vec<&str> = EVENT_COLUMNS.to_vec();
    let mut looked_at = Vec::new();
    want.needle.columns(&mut looked_at);
    if !looked_at.is_empty() {
        looked_at.push(ATTRS);
    }
    looked_at.sort_unstable();
    looked_at.dedup();
    names.extend(looked_at);
    let mut stream = frame.select(names.iter().map(|name| ident(*name)).collect::<Vec<_>>())?.execute_stream().await?;
    let mut scanned = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        scanned += batch.num_rows() as u64;
        let columns = Columns::of(&batch)?;
        let may = want.needle.rows(&batch, &columns.raw);
        for row in (0..batch.num_rows()).filter(|row| may[*row]) {
            each(columns.event(row));
        }
    }
    Ok(scanned)
}

struct Columns {
    seq: UInt64Array,
    received: TimestampNanosecondArray,
    source: StringArray,
    format: UInt8Array,
    peer: StringArray,
    raw: StringArray,
    raw_bytes: BinaryArray,
}

impl Columns {
    fn of(batch: &RecordBatch) -> Result<Columns, LakeError> {
        let column = |name: &str| batch.column_by_name(name).cloned().ok_or_else(|| LakeError::query("lake.schema", format!("no column {name}")));
        // The engine may hand out another width of the same type.
        let text = |name: &str| -> Result<StringArray, LakeError> {
            Ok(cast(&column(name)?, &DataType::Utf8)?.as_string::<i32>().clone())
        };
        Ok(Columns {
            seq: column(SEQ)?.as_primitive().clone(),
            received: column(RECEIVED)?.as_primitive().clone(),
            source: text(SOURCE)?,
            format: column(FORMAT)?.as_primitive().clone(),
            peer: text(PEER)?,
            raw: text(RAW)?,
            raw_bytes: cast(&column(RAW_BYTES)?, &DataType::Binary)?.as_binary::<i32>().clone(),
        })
    }

    /// The event of a row, parsed again from its bytes.
    fn event(&self, row: usize) -> Event {
        let raw = if self.raw_bytes.is_valid(row) { self.raw_bytes.value(row) } else { self.raw.value(row).as_bytes() };
        let input = parse::Input {
            raw,
            received: Timestamp(self.received.value(row)),
            format: parse::Format::from_code(self.format.value(row)).unwrap_or_default(),
            peer: self.peer.is_valid(row).then(|| self.peer.value(row).parse().ok()).flatten(),
        };
        let mut event = Event::default();
        parse::parse_into(&input, &mut event);
        event.seq = self.seq.value(row);
        event.source = Arc::from(self.source.value(row));
        event
    }
}
