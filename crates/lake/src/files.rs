//! Files that change whole: written beside, made durable, renamed over.

use crate::{LakeError, wal::sync_dir};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Replaces `path` by what `write` writes, so that a reader and a crash see the old file or the new one. What was
/// written of a file that could not be finished is removed: a full disk must not be filled by trying.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&mut std::io::BufWriter<File>) -> std::io::Result<()>) -> Result<(), LakeError> {
    let beside = path.with_extension("new");
    let done = || -> std::io::Result<()> {
        let mut file = std::io::BufWriter::new(File::create(&beside)?);
        write(&mut file)?;
        file.flush()?;
        file.get_ref().sync_all()?;
        std::fs::rename(&beside, path)
    };
    if let Err(error) = done() {
        let _ = std::fs::remove_file(&beside);
        return Err(LakeError::io("replace a file", error));
    }
    path.parent().map_or(Ok(()), sync_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_file_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        replace(&path, |file| file.write_all(b"old")).unwrap();
        let error = replace(&path, |file| {
            file.write_all(b"new").and_then(|()| file.flush())?;
            Err(std::io::ErrorKind::StorageFull.into())
        });
        assert!(error.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "what was written of it is still there");
    }
}
