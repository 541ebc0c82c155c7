//! From memory into Parquet segments, and the log cut behind them.

use crate::columns::{ATTRS, CLASS, DERIVED, PRODUCT, RAW, RAW_BYTES, RECEIVED, SCHEMA, SEQ, TIME};
use crate::manifest::{Group, MANIFEST, Manifest, Segment};
use crate::memory::Block;
use crate::open::Shared;
use crate::scan::{self, text};
use crate::{Lake, LakeError, dedup, sidecar, wal};
use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, TimestampNanosecondArray, UInt32Array, UInt64Array};
use datafusion::arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use model::Timestamp;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often the sealer looks without being woken.
const LOOK: Duration = Duration::from_secs(2);
/// The longest pause after a failure; it begins with [`LOOK`] and doubles.
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// A segment is about this part of its columns, or smaller.
const SHRINKS: usize = 4;
/// Bytes of columns that one segment is made of: below the 2 GiB at which a column of text ends.
const MAX_BYTES: usize = 1 << 30;
/// Rows of a row group at most.
const ROW_GROUP: usize = 65_536;
/// Raw bytes after which a row group ends: a query holds one group in memory.
const GROUP_BYTES: i32 = 64 << 20;
/// Rows from which on a row group ends with its class.
const SMALL_GROUP: usize = 8_192;
const HOUR: i64 = 3_600_000_000_000;
const DAY: i64 = 24 * HOUR;

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
    let mut pause = LOOK;
    while !shared.closing.load(Ordering::SeqCst) {
        if !due(shared) {
            wait(shared, LOOK, true);
            continue;
        }
        match seal(shared) {
            Ok(()) => pause = LOOK,
            Err(error) => {
                tracing::error!(%error, "sealing failed; the events stay in the log and in memory. Next try in {} s", pause.as_secs());
                wait(shared, pause, false);
                pause = (pause * 2).min(MAX_PAUSE);
            }
        }
    }
}

/// Waits this long, or until there may be something to do if `may_be_woken`; in any case no longer than the lake is open.
fn wait(shared: &Shared, time: Duration, may_be_woken: bool) {
    let (due, woken) = &*shared.wake;
    let until = Instant::now() + time;
    let mut asked = due.lock().unwrap_or_else(|poison| poison.into_inner());
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || (*asked && may_be_woken) || shared.closing.load(Ordering::SeqCst) {
            break;
        }
        asked = woken.wait_timeout(asked, left).map_or_else(|poison| poison.into_inner().0, |(guard, _)| guard);
    }
    *asked = false;
}

fn due(shared: &Shared) -> bool {
    let options = &shared.options;
    let view = shared.view();
    let age = view.oldest().map_or(Duration::ZERO, |oldest| shared.clock.now().since(oldest));
    view.rows() > 0 && (view.rows() >= options.segment_rows || view.bytes() >= options.memory_bytes || age >= options.seal_after)
}

impl Lake {
    /// Seals what is in memory now. Blocks.
    pub fn seal(&self) -> Result<(), LakeError> {
        let last = *self.shared.durable.borrow();
        while self.shared.view().manifest.sealed < last {
            seal(&self.shared)?;
        }
        Ok(())
    }
}

/// Seals one segment's worth of memory.
fn seal(shared: &Shared) -> Result<(), LakeError> {
    let _one_at_a_time = shared.sealing.lock().unwrap_or_else(|poison| poison.into_inner());
    let (blocks, manifest) = {
        let mut writing = shared.writing();
        let mut view = shared.view();
        check_room(shared, view.bytes())?;
        writing.wal.rotate();
        (view.take(shared.options.segment_rows, MAX_BYTES)?, view.manifest.clone())
    };
    let Some(last) = blocks.last().map(|block| block.last_seq) else { return Ok(()) };
    let mut written = Vec::new();
    match write_all(shared, &blocks, &manifest, last, &mut written) {
        Ok(next) => shared.view().sealed(next),
        Err(error) => {
            discard(shared, &manifest, &written);
            shared.view().put_back();
            return Err(error);
        }
    }
    shared.woken_by_sealer.notify_all();
    if let Err(error) = truncate(shared) {
        tracing::error!(%error, "the events are sealed, but the log behind them could not be cut; the next sealing tries again");
    }
    Ok(())
}

/// Sealing may use of the reserve what taking in leaves, since it is what makes room; but never all of it: the records
/// and the journal want to be written too.
fn check_room(shared: &Shared, bytes: usize) -> Result<(), LakeError> {
    let reserve = shared.options.reserve_bytes;
    let wanted = ((bytes.min(MAX_BYTES) / SHRINKS) as u64).min(reserve / 2) + reserve / 4;
    let free = shared.free_bytes()?;
    if free < wanted { Err(LakeError::Full { free, reserve: wanted }) } else { Ok(()) }
}

/// Segments and then the manifest that names them. `written`: the paths of all files that were begun.
fn write_all(shared: &Shared, blocks: &[Arc<Block>], manifest: &Manifest, last: u64, written: &mut Vec<PathBuf>) -> Result<Manifest, LakeError> {
    let segments = write_segments(shared, blocks, written)?;
    let next = manifest.with(segments, last);
    next.save(&shared.options.dir.join(MANIFEST))?;
    Ok(next)
}

/// Removes what a failed sealing wrote, unless the manifest on the disk names it: that may be new although its folder
/// could not be made durable. What stays is removed at the next start.
fn discard(shared: &Shared, before: &Manifest, written: &[PathBuf]) {
    match Manifest::load(&shared.options.dir.join(MANIFEST)) {
        Ok(manifest) if manifest.version == before.version => {}
        _ => return,
    }
    for file in written.iter().flat_map(|path| [path.clone(), path.with_extension("idx")]) {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => tracing::warn!(%error, file = %file.display(), "an unfinished segment stays until the next start"),
            _ => {}
        }
    }
}

/// One segment for each hour of receipt.
fn write_segments(shared: &Shared, blocks: &[Arc<Block>], written: &mut Vec<PathBuf>) -> Result<Vec<Segment>, LakeError> {
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
        segments.push(write_segment(shared, hour, &part, written)?);
    }
    Ok(segments)
}

/// Rows in the order of a segment, and where its row groups begin.
struct Ordered {
    rows: RecordBatch,
    groups: Vec<Range<usize>>,
}

/// By product and class, then time: what is asked for together lies together. Events whose time is far from their
/// receipt come last, in groups of their own, so that one of 1970 does not stretch a group over 50 years.
fn ordered(part: &RecordBatch) -> Result<Ordered, LakeError> {
    let (times, received) = (instants(part, TIME)?, instants(part, RECEIVED)?);
    let far = |row: usize| (i128::from(times.value(row)) - i128::from(received.value(row))).abs() > i128::from(DAY);
    let far: BooleanArray = (0..part.num_rows()).map(|row| Some(far(row))).collect();
    let column = |name: &str| scan::column(part, name).cloned();
    let keys = [Arc::new(far.clone()) as ArrayRef, column(PRODUCT)?, column(CLASS)?, column(TIME)?];
    let keys: Vec<SortColumn> = keys.into_iter().map(|values| SortColumn { values, options: None }).collect();
    let order = lexsort_to_indices(&keys, None)?;
    let rows = take_record_batch(part, &order)?;
    let (product, class, raw) = (text(&rows, PRODUCT)?, text(&rows, CLASS)?, text(&rows, RAW)?);
    let is_far = |row: usize| far.value(order.value(row) as usize);
    let mut groups = Vec::new();
    let mut start = 0;
    for row in 1..rows.num_rows() {
        let (count, bytes) = (row - start, raw.value_offsets()[row] - raw.value_offsets()[start]);
        let another = product.value(row) != product.value(row - 1) || class.value(row) != class.value(row - 1);
        if count >= ROW_GROUP || bytes >= GROUP_BYTES || is_far(row) != is_far(row - 1) || (another && count >= SMALL_GROUP) {
            groups.push(start..row);
            start = row;
        }
    }
    groups.push(start..rows.num_rows());
    Ok(Ordered { rows, groups })
}

fn write_segment(shared: &Shared, hour: i64, part: &RecordBatch, written: &mut Vec<PathBuf>) -> Result<Segment, LakeError> {
    let instant = Timestamp(hour * HOUR).to_string();
    let folder = PathBuf::from("events").join(format!("dt={}", &instant[..10])).join(format!("hh={}", &instant[11..13]));
    std::fs::create_dir_all(shared.path(&folder)).map_err(|e| LakeError::io("create a segment's folder", e))?;
    let path = folder.join(format!("{}.parquet", uuid::Uuid::now_v7()));
    let full = shared.path(&path);
    written.push(full.clone());
    let ordered = ordered(part)?;
    let crc = write_parquet(&full, &ordered)?;
    let (groups, sidecar_crc) = write_sidecar(&full.with_extension("idx"), &ordered)?;
    for folder in full.ancestors().skip(1).take(3) {
        wal::sync_dir(folder)?;
    }
    let seqs: &UInt64Array = scan::column(part, SEQ)?.as_primitive();
    let bytes = std::fs::metadata(&full).map_err(|e| LakeError::io("read a segment's size", e))?.len();
    Ok(Segment {
        path,
        rows: part.num_rows() as u64,
        bytes,
        first_seq: seqs.values().iter().copied().min().unwrap_or(0),
        last_seq: seqs.values().iter().copied().max().unwrap_or(0),
        crc,
        sidecar_crc,
        groups,
    })
}

/// Writes the file; the answer is its checksum.
fn write_parquet(path: &Path, ordered: &Ordered) -> Result<u32, LakeError> {
    let mut crc = 0;
    crate::files::replace(path, |file| {
        let mut summed = Summed { file, crc: crc32fast::Hasher::new() };
        let mut writer = ArrowWriter::try_new(&mut summed, SCHEMA.clone(), Some(properties())).map_err(std::io::Error::other)?;
        for group in &ordered.groups {
            writer.write(&ordered.rows.slice(group.start, group.len())).map_err(std::io::Error::other)?;
            writer.flush().map_err(std::io::Error::other)?;
        }
        writer.close().map_err(std::io::Error::other)?;
        crc = summed.crc.finalize();
        Ok(())
    })?;
    Ok(crc)
}

/// Sums up what goes through it.
struct Summed<'f> {
    file: &'f mut std::io::BufWriter<File>,
    crc: crc32fast::Hasher,
}

impl Write for Summed<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.crc.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn write_sidecar(path: &Path, ordered: &Ordered) -> Result<(Vec<Group>, u32), LakeError> {
    let (raw, derived, times) = (text(&ordered.rows, RAW)?, text(&ordered.rows, DERIVED)?, instants(&ordered.rows, TIME)?);
    let mut sidecar = sidecar::Builder::new();
    let mut groups = Vec::with_capacity(ordered.groups.len());
    for group in &ordered.groups {
        let within = || times.values()[group.clone()].iter().copied().map(Timestamp);
        groups.push(Group {
            rows: u32::try_from(group.len()).unwrap_or(u32::MAX),
            min_time: within().min().unwrap_or_default(),
            max_time: within().max().unwrap_or_default(),
            filter_blocks: sidecar.group(&raw.slice(group.start, group.len()), &derived.slice(group.start, group.len())),
        });
    }
    Ok((groups, sidecar.write(path)?))
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
    properties.build()
}

fn instants<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b TimestampNanosecondArray, LakeError> {
    Ok(scan::column(batch, name)?.as_primitive())
}

/// Drops log files that are wholly sealed and followed. What they quarantined is written out first.
fn truncate(shared: &Shared) -> Result<(), LakeError> {
    let done = shared.view().manifest.sealed.min(shared.released.load(Ordering::SeqCst));
    let files = wal::files(&shared.options.dir.join("wal"))?;
    let gone: Vec<_> = files.windows(2).filter(|pair| pair[1].first_seq <= done + 1 && pair[0].first_seq <= done).map(|pair| &pair[0]).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let seen = shared.writing().dedup.to_bytes();
    dedup::save(&seen, &shared.options.dir.join("seen.bin"))?;
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

/// Removes segments and sidecars that the manifest does not name: they were being written when the machine stopped.
pub(crate) fn remove_orphans(dir: &Path, manifest: &Manifest) -> Result<(), LakeError> {
    let io = |e| LakeError::io("look for unfinished segments", e);
    let parquet = || manifest.segments.iter().map(|segment| dir.join(&segment.path));
    let named: FxHashSet<PathBuf> = parquet().chain(parquet().map(|path| path.with_extension("idx"))).collect();
    let mut folders = vec![dir.join("events")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !named.contains(&path) {
                std::fs::remove_file(&path).map_err(io)?;
            }
        }
    }
    Ok(())
}
