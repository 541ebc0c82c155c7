//! Files that change whole: written beside, made durable, renamed over.

use crate::{LakeError, wal::sync_dir};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Replaces `path` by what `write` writes, so that a reader and a crash see the old file or the new one.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&mut std::io::BufWriter<File>) -> std::io::Result<()>) -> Result<(), LakeError> {
    let beside = path.with_extension("new");
    let done = || -> std::io::Result<()> {
        let mut file = std::io::BufWriter::new(File::create(&beside)?);
        write(&mut file)?;
        file.flush()?;
        file.get_ref().sync_all()?;
        std::fs::rename(&beside, path)
    };
    done().map_err(|e| LakeError::io("replace a file", e))?;
    path.parent().map_or(Ok(()), sync_dir)
}
