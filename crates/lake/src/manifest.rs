//! Which segments there are. One file, replaced whole; what it does not name does not exist.

use crate::LakeError;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Its name in the lake's folder.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The version of the format.
const FORMAT: u32 = 2;

/// One Parquet file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Segment {
    /// Path below the lake's folder.
    pub path: PathBuf,
    pub rows: u64,
    pub bytes: u64,
    pub first_seq: u64,
    pub last_seq: u64,
    /// CRC-32 of the file; checked when a process reads it for the first time.
    pub crc: u32,
    /// CRC-32 of its sidecar.
    pub sidecar_crc: u32,
    pub groups: Vec<Group>,
}

/// A row group: what decides whether it is read at all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub rows: u32,
    /// Event times.
    pub min_time: Timestamp,
    pub max_time: Timestamp,
    /// Blocks of its filter in the sidecar.
    pub filter_blocks: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: u32,
    /// Which lake this is; `None` in one that was made before lakes had ids, until it is opened.
    #[serde(default)]
    pub id: Option<uuid::Uuid>,
    /// Rises by one with every change.
    pub version: u64,
    /// Every event up to this sequence is in a segment.
    pub sealed: u64,
    pub segments: Vec<Segment>,
}

impl Default for Manifest {
    fn default() -> Self {
        Manifest { format: FORMAT, id: None, version: 0, sealed: 0, segments: Vec::new() }
    }
}

impl Manifest {
    pub(crate) fn load(path: &Path) -> Result<Manifest, LakeError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Manifest::default()),
            Err(e) => return Err(LakeError::io("read the manifest", e)),
        };
        let manifest: Manifest = serde_json::from_slice(&text)?;
        if manifest.format != FORMAT {
            return Err(LakeError::Format { file: path.to_owned() });
        }
        Ok(manifest)
    }

    pub(crate) fn save(&self, path: &Path) -> Result<(), LakeError> {
        let text = serde_json::to_vec(self)?;
        crate::files::replace(path, |file| file.write_all(&text))
    }

    /// The next version: these segments more, everything up to `sealed` in them.
    pub(crate) fn with(&self, segments: Vec<Segment>, sealed: u64) -> Manifest {
        let mut next = self.clone();
        next.version += 1;
        next.sealed = sealed;
        next.segments.extend(segments);
        next
    }
}
