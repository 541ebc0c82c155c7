//! Segments on disk, opened for queries: their checksum is verified once in the life of a process.

use crate::columns::SCHEMA;
use crate::manifest::{Group, Segment};
use crate::plan::Plan;
use crate::sidecar::Filter;
use crate::{LakeError, open::Shared};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};
use datafusion::parquet::file::metadata::PageIndexPolicy;
use rustc_hash::FxHashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Segments of which the footer is kept in memory.
const MAX_OPEN: usize = 128;

/// What is known of the segments that were read.
#[derive(Default)]
pub(crate) struct Opened {
    /// Sound sidecars and files, by path.
    sound: Mutex<FxHashMap<PathBuf, bool>>,
    footers: Mutex<FxHashMap<PathBuf, ArrowReaderMetadata>>,
}

/// A segment whose bytes are what was written.
pub(crate) struct OpenSegment {
    file: File,
    footer: ArrowReaderMetadata,
}

impl OpenSegment {
    /// Opens the file. [`LakeError::Corrupt`] if its bytes have changed.
    pub(crate) fn open(shared: &Shared, segment: &Segment) -> Result<OpenSegment, LakeError> {
        let path = shared.path(&segment.path);
        let file = File::open(&path).map_err(|e| LakeError::io("open a segment", e))?;
        if !shared.opened.is_sound(&path, &file, segment.crc)? {
            return Err(LakeError::Corrupt { file: path, at: 0, what: "wrong checksum of a segment" });
        }
        let mut footers = shared.opened.footers.lock().unwrap_or_else(|poison| poison.into_inner());
        let footer = match footers.get(&path) {
            Some(footer) => footer.clone(),
            None => {
                let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
                let footer = ArrowReaderMetadata::load(&file, options)?;
                if footers.len() >= MAX_OPEN {
                    footers.clear();
                }
                footers.insert(path, footer.clone());
                footer
            }
        };
        Ok(OpenSegment { file, footer })
    }

    /// Columns of a row group; of all its rows, or of these, which ascend.
    pub(crate) fn read(&self, group: usize, names: &[&str], rows: Option<&[u32]>) -> Result<RecordBatch, LakeError> {
        let file = self.file.try_clone().map_err(|e| LakeError::io("read a segment", e))?;
        let indexes = names.iter().map(|name| SCHEMA.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.footer.clone())
            .with_row_groups(vec![group])
            .with_projection(ProjectionMask::roots(self.footer.parquet_schema(), indexes))
            .with_batch_size(1 << 16);
        if let Some(rows) = rows {
            reader = reader.with_row_selection(selection(rows));
        }
        let reader = reader.build()?;
        let schema = datafusion::arrow::array::RecordBatchReader::schema(&reader);
        let batches = reader.collect::<Result<Vec<_>, _>>()?;
        Ok(concat_batches(&schema, &batches)?)
    }
}

fn selection(rows: &[u32]) -> RowSelection {
    let mut selectors: Vec<RowSelector> = Vec::new();
    let mut next = 0;
    for row in rows {
        let row = *row as usize;
        match selectors.last_mut() {
            Some(last) if row == next => last.row_count += 1,
            _ => {
                if row > next {
                    selectors.push(RowSelector::skip(row - next));
                }
                selectors.push(RowSelector::select(1));
            }
        }
        next = row + 1;
    }
    RowSelection::from(selectors)
}

/// For each row group, whether answers of the plan may be in it. True for all without a sidecar to be trusted.
pub(crate) fn may(shared: &Shared, segment: &Segment, plan: &Plan) -> Vec<bool> {
    let path = shared.path(&segment.path).with_extension("idx");
    let sound = File::open(&path).ok().filter(|file| shared.opened.is_sound(&path, file, segment.sidecar_crc).unwrap_or(false));
    let Some(file) = sound else { return vec![true; segment.groups.len()] };
    let mut before = 0;
    let of_group = |group: &Group| {
        let filter = Filter { file: &file, before, blocks: group.filter_blocks };
        before += u64::from(group.filter_blocks);
        plan.may(&filter)
    };
    segment.groups.iter().map(of_group).collect()
}

impl Opened {
    fn is_sound(&self, path: &Path, file: &File, crc: u32) -> Result<bool, LakeError> {
        let known = self.sound.lock().unwrap_or_else(|poison| poison.into_inner()).get(path).copied();
        if let Some(sound) = known {
            return Ok(sound);
        }
        let sound = checksum(file).map_err(|e| LakeError::io("read a segment", e))? == crc;
        if !sound {
            tracing::error!(file = %path.display(), "the file is damaged: its bytes are not those that were written");
        }
        self.sound.lock().unwrap_or_else(|poison| poison.into_inner()).insert(path.to_owned(), sound);
        Ok(sound)
    }
}

fn checksum(file: &File) -> std::io::Result<u32> {
    let mut reader = file.try_clone()?;
    let mut crc = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(crc.finalize()),
            n => crc.update(&buffer[..n]),
        }
    }
}

/// Verifies every segment, as a statement reads them all.
pub(crate) fn verify_all(shared: &Shared, segments: &[Segment]) -> Result<(), LakeError> {
    segments.iter().try_for_each(|segment| OpenSegment::open(shared, segment).map(|_| ()))
}
