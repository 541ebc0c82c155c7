//! From memory into Parquet segments, and the log cut behind them.

use crate::columns::{CLASS, PRODUCT, RAW, RAW_BYTES, RECEIVED, SCHEMA, TIME, ATTRS};
use crate::manifest::{Manifest, Segment};
use crate::memory::Block;
use crate::open::Shared;
use crate::{Lake, LakeError, wal};
use datafusion::arrow::array::{Array, RecordBatch, TimestampNanosecondArray, UInt32Array, UInt64Array};
use datafusion::arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use model::Timestamp;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

/// How often the sealer looks without being woken.
const LOOK: Duration = Duration::from_secs(2);
/// Rows of a row group at most.
const ROW_GROUP: usize = 65_536;
const HOUR: i64 = 3_600_000_000_000;

/// The sealer's thread. It ends with the lake.
pub(crate) struct Sealer {
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Sealer {
    pub(crate) fn start(shared: &Arc<Shared>) -> Sealer {
        let own = shared.clone();
        Sealer { shared: shared.clone(), thread: Some(std::thread::spawn(move || run(&own))) }
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            // A sealer that panicked has left the events in the log.
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared) {
    while !shared.closing.load(Ordering::SeqCst) {
        if due(shared) && let Err(error) = seal(shared) {
            tracing::error!(%error, "sealing failed; the events stay in the log and in memory");
        }
        let wake = shared.wake.clone();
        let (waker, woken) = &*wake;
        let mut asked = waker.lock().unwrap_or_else(|poison| poison.into_inner());
        if !*asked {
            asked = match woken.wait_timeout(asked, LOOK) {
                Ok((guard, _)) => guard,
                Err(poison) => poison.into_inner().0,
            }
        }
        *asked = false;
    }
}

fn due(shared: &Shared) -> bool {
    let options = &shared.options;
    let view = shared.view();
    let age = view.oldest.map_or(Duration::ZERO, |oldest| shared.clock.now().since(oldest));
    view.rows() > 0 && (view.rows() >= options.segment_rows || view.bytes >= options.memory_bytes || age >= options.seal_after)
}

impl Lake {
    /// Seals what is in memory now. Blocks.
    pub fn seal(&self) -> Result<(), LakeError> {
        seal(&self.shared)
    }
}

fn seal(shared: &Shared) -> Result<(), LakeError> {
    let blocks = {
        let mut writing = shared.writing();
        let mut view = shared.view();
        if !view.sealing.is_empty() {
            return Ok(());
        }
        writing.wal.rotate();
        view.take()?
    };
    let Some(last) = blocks.last().map(|block| block.last_seq) else { return Ok(()) };
    let manifest = shared.view().manifest.clone();
    let sealed = write_segments(shared, &blocks).and_then(|segments| {
        let next = manifest.with(segments, last);
        next.save(&shared.options.dir.join("manifest.json"))?;
        Ok(next)
    });
    match sealed {
        Ok(next) => {
            let mut view = shared.view();
            view.manifest = Arc::new(next);
            view.sealing.clear();
        }
        Err(error) => {
            shared.view().put_back();
            return Err(error);
        }
    }
    truncate(shared)
}

/// One segment for each hour of receipt.
fn write_segments(shared: &Shared, blocks: &[Arc<Block>]) -> Result<Vec<Segment>, LakeError> {
    let whole = concat_batches(&SCHEMA, blocks.iter().map(|block| &block.batch))?;
    let received = instants(&whole, RECEIVED)?;
    let mut hours: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    for (row, at) in received.values().iter().zip(0u32..) {
        hours.entry(row.div_euclid(HOUR)).or_default().push(at);
    }
    let mut segments = Vec::new();
    for (hour, rows) in hours {
        let part = match rows.len() == whole.num_rows() {
            true => whole.clone(),
            false => take_record_batch(&whole, &UInt32Array::from(rows))?,
        };
        segments.push(write_segment(shared, hour, &sorted(&part)?)?);
    }
    Ok(segments)
}

/// By product and class, then time: what is asked for together lies together.
fn sorted(part: &RecordBatch) -> Result<RecordBatch, LakeError> {
    let columns: Vec<SortColumn> = [PRODUCT, CLASS, TIME]
        .iter()
        .filter_map(|name| part.column_by_name(name))
        .map(|values| SortColumn { values: values.clone(), options: None })
        .collect();
    let order = lexsort_to_indices(&columns, None)?;
    Ok(take_record_batch(part, &order)?)
}

fn write_segment(shared: &Shared, hour: i64, part: &RecordBatch) -> Result<Segment, LakeError> {
    let instant = Timestamp(hour * HOUR).to_string();
    let folder = PathBuf::from("events").join(format!("dt={}", &instant[..10])).join(format!("hh={}", &instant[11..13]));
    std::fs::create_dir_all(shared.path(&folder)).map_err(|e| LakeError::io("create a segment's folder", e))?;
    let path = folder.join(format!("{}.parquet", uuid::Uuid::now_v7()));
    let full = shared.path(&path);
    crate::files::replace(&full, |file| {
        let mut writer = ArrowWriter::try_new(&mut *file, SCHEMA.clone(), Some(properties())).map_err(std::io::Error::other)?;
        writer.write(part).map_err(std::io::Error::other)?;
        writer.close().map_err(std::io::Error::other)?;
        file.flush()
    })?;
    for folder in full.ancestors().skip(1).take(3) {
        wal::sync_dir(folder)?;
    }
    let seqs: &UInt64Array = part.column(0).as_any().downcast_ref().ok_or_else(|| LakeError::query("lake.schema", "no sequence column"))?;
    let times = instants(part, TIME)?;
    let bytes = std::fs::metadata(&full).map_err(|e| LakeError::io("read a segment's size", e))?.len();
    Ok(Segment {
        path,
        rows: part.num_rows() as u64,
        bytes,
        first_seq: seqs.values().iter().copied().min().unwrap_or(0),
        last_seq: seqs.values().iter().copied().max().unwrap_or(0),
        min_time: Timestamp(times.values().iter().copied().min().unwrap_or(0)),
        max_time: Timestamp(times.values().iter().copied().max().unwrap_or(0)),
    })
}

fn properties() -> WriterProperties {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Page);
    for name in [RAW, RAW_BYTES, ATTRS] {
        let path = ColumnPath::from(name);
        properties = properties.set_column_dictionary_enabled(path.clone(), false).set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    for name in ["source.ip", "destination.ip", "process.hash.sha256", "file.hash.sha256", "dns.question.name", "host.name"] {
        // One path element: our names have dots of their own.
        properties = properties.set_column_bloom_filter_enabled(ColumnPath::new(vec![name.to_owned()]), true);
    }
    properties.build()
}

fn instants<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b TimestampNanosecondArray, LakeError> {
    batch
        .column_by_name(name)
        .and_then(|column| column.as_any().downcast_ref())
        .ok_or_else(|| LakeError::query("lake.schema", "no time column"))
}

/// Drops log files that are wholly sealed and followed. What they quarantined is written out first.
fn truncate(shared: &Shared) -> Result<(), LakeError> {
    let done = shared.view().manifest.sealed.min(shared.released.load(Ordering::SeqCst));
    let files = wal::files(&shared.options.dir.join("wal"))?;
    let gone: Vec<_> = files.windows(2).filter(|pair| pair[1].first_seq <= done + 1 && pair[0].first_seq <= done).map(|pair| &pair[0]).collect();
    if gone.is_empty() {
        return Ok(());
    }
    shared.writing().dedup.save(&shared.options.dir.join("seen.bin"))?;
    for file in gone {
        keep_quarantined(shared, file)?;
        std::fs::remove_file(&file.path).map_err(|e| LakeError::io("drop a log file", e))?;
    }
    wal::sync_dir(&shared.options.dir.join("wal"))
}

/// `quarantine/<name of the log file>.ndjson`: source, time, reason and the bytes in hexadecimal.
fn keep_quarantined(shared: &Shared, file: &wal::LogFile) -> Result<(), LakeError> {
    let mut lines = Vec::new();
    wal::read(file, false, |batches| {
        for logged in batches {
            for kept in &logged.quarantined {
                let line = serde_json::json!({
                    "source": &*logged.source, "received": logged.received, "code": kept.reason.code, "message": kept.reason.message,
                    "raw_hex": hex::encode(&kept.raw),
                });
                lines.extend_from_slice(line.to_string().as_bytes());
                lines.push(b'\n');
            }
        }
        Ok(())
    })?;
    if lines.is_empty() {
        return Ok(());
    }
    let name = format!("{:020}.ndjson", file.first_seq);
    crate::files::replace(&shared.options.dir.join("quarantine").join(name), |out| out.write_all(&lines))
}

/// Removes segments that the manifest does not name: they were being written when the machine stopped.
pub(crate) fn remove_orphans(dir: &Path, manifest: &Manifest) -> Result<(), LakeError> {
    let io = |e| LakeError::io("look for unfinished segments", e);
    let mut folders = vec![dir.join("events")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !manifest.segments.iter().any(|segment| path.ends_with(&segment.path)) {
                std::fs::remove_file(&path).map_err(io)?;
            }
        }
    }
    Ok(())
}
