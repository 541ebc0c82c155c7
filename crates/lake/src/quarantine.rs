//! What was set aside, newest first: it stands in the log until that is sealed, then in `quarantine/`.
//!
//! There is no index: it is rare, and who looks for it can wait for the log to be read.

use crate::wal::{self, LogFile};
use crate::{Lake, LakeError};
use model::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

/// Which piece: the log file that it came in, and its place among the pieces of that file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptId {
    /// The first sequence of the file.
    pub file: u64,
    /// From 0.
    pub place: u32,
}

impl std::fmt::Display for KeptId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.file, self.place)
    }
}

impl std::str::FromStr for KeptId {
    type Err = NoKeptId;
    fn from_str(text: &str) -> Result<Self, NoKeptId> {
        let (file, place) = text.split_once('-').ok_or(NoKeptId)?;
        let id = KeptId { file: file.parse().map_err(|_| NoKeptId)?, place: place.parse().map_err(|_| NoKeptId)? };
        if id.to_string() == text { Ok(id) } else { Err(NoKeptId) }
    }
}

/// A text that names no piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of anything in quarantine")]
pub struct NoKeptId;

/// A piece, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub id: KeptId,
    /// The source that it came through.
    pub source: String,
    /// When.
    pub received: Timestamp,
    /// The stable code of the fault.
    pub code: String,
    /// What is wrong with it.
    pub message: String,
    /// Bytes.
    pub size: u64,
}

/// A line of a file in `quarantine/`.
#[derive(Deserialize)]
struct Line {
    source: String,
    received: Timestamp,
    code: String,
    message: String,
    raw_hex: String,
}

impl Lake {
    /// The newest `limit` pieces, or those before `before`. Reads files: not for an async task.
    pub fn quarantined(&self, before: Option<KeptId>, limit: usize) -> Result<Vec<Kept>, LakeError> {
        let mut found = Vec::new();
        for (number, path) in self.kept_files()?.into_iter().rev() {
            if before.is_some_and(|before| number > before.file) {
                continue;
            }
            let mut pieces = Vec::new();
            read(&path, number, |kept, _| {
                if before.is_none_or(|before| kept.id < before) {
                    pieces.push(kept);
                }
            })?;
            found.extend(pieces.into_iter().rev());
            if found.len() >= limit {
                found.truncate(limit);
                break;
            }
        }
        Ok(found)
    }

    /// One piece with its bytes. Reads files: not for an async task.
    pub fn quarantined_bytes(&self, id: KeptId) -> Result<Option<(Kept, Vec<u8>)>, LakeError> {
        let Some(path) = self.kept_files()?.remove(&id.file) else { return Ok(None) };
        let mut found = None;
        read(&path, id.file, |kept, raw| {
            if kept.id == id {
                found = Some((kept, raw));
            }
        })?;
        Ok(found)
    }

    /// By first sequence. What is in `quarantine/` already is whole there, even if its log file is still to be removed.
    fn kept_files(&self) -> Result<BTreeMap<u64, PathBuf>, LakeError> {
        let io = |e| LakeError::io("list the quarantine", e);
        let mut files: BTreeMap<u64, PathBuf> =
            wal::files(&self.shared.options.dir.join("wal"))?.into_iter().map(|file| (file.first_seq, file.path)).collect();
        for entry in std::fs::read_dir(self.shared.options.dir.join("quarantine")).map_err(io)? {
            let path = entry.map_err(io)?.path();
            let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
            if let (Some(number), true) = (number, is_ndjson(&path)) {
                files.insert(number, path);
            }
        }
        Ok(files)
    }
}

fn is_ndjson(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ndjson")
}

fn read(path: &Path, number: u64, mut each: impl FnMut(Kept, Vec<u8>)) -> Result<(), LakeError> {
    if is_ndjson(path) {
        return read_lines(path, number, each);
    }
    let mut place = 0;
    // Whichever it is, it may be the file that is being written.
    let done = wal::read(&LogFile { first_seq: number, path: path.to_owned() }, true, |batches| {
        for logged in batches {
            for kept in logged.quarantined {
                let piece = Kept {
                    id: KeptId { file: number, place },
                    source: logged.source.to_string(),
                    received: logged.received,
                    code: kept.reason.code.into_owned(),
                    message: kept.reason.message,
                    size: kept.raw.len() as u64,
                };
                place += 1;
                each(piece, kept.raw);
            }
        }
        Ok(())
    });
    match done {
        // Sealed since it was listed: its pieces were written out first.
        Err(LakeError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            let name = format!("{number:020}.ndjson");
            let sealed = path.parent().and_then(Path::parent).map(|dir| dir.join("quarantine").join(name));
            sealed.filter(|path| path.exists()).map_or(Ok(()), |path| read_lines(&path, number, each))
        }
        done => done.map(drop),
    }
}

fn read_lines(path: &Path, number: u64, mut each: impl FnMut(Kept, Vec<u8>)) -> Result<(), LakeError> {
    let io = |e| LakeError::io("read the quarantine", e);
    let mut at = 0;
    for (line, place) in BufReader::new(File::open(path).map_err(io)?).lines().zip(0..) {
        let line = line.map_err(io)?;
        let corrupt = |what| LakeError::Corrupt { file: path.to_owned(), at, what };
        let read: Line = serde_json::from_str(&line).map_err(|_| corrupt("no line of the quarantine"))?;
        let raw = hex::decode(&read.raw_hex).map_err(|_| corrupt("bytes that are no hexadecimal"))?;
        at += line.len() as u64 + 1;
        let Line { source, received, code, message, .. } = read;
        let id = KeptId { file: number, place };
        each(Kept { id, source, received, code, message, size: raw.len() as u64 }, raw);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Batch, LakeOptions, Quarantined};
    use model::{Clock, Diagnostic, Event, ManualClock};
    use std::sync::Arc;

    fn batch(clock: &ManualClock, raw: &[u8]) -> Batch {
        let received = clock.now();
        let mut event = Event::default();
        parse::parse_into(&parse::Input { raw: b"{}", received, format: parse::Format::Auto, peer: None }, &mut event);
        let reason = Diagnostic::quarantine("syslog.short", "cut \u{1b}[31m short");
        Batch {
            source: "fw".into(),
            id: None,
            received,
            format: parse::Format::Auto,
            peer: None,
            events: vec![event],
            item_ids: Vec::new(),
            rules: Vec::new(),
            matches: Vec::new(),
            rule_set: String::new(),
            quarantined: vec![Quarantined { raw: raw.to_vec(), reason }],
            rejected: 0,
        }
    }

    #[test]
    fn a_piece_keeps_its_id_and_bytes_when_the_log_is_sealed() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_773_316_800_000)));
        let lake = Lake::open(LakeOptions { reserve_bytes: 0, ..LakeOptions::new(dir.path()) }, clock.clone()).unwrap();
        let raws: [&[u8]; 3] = [b"99 <13>", b"\xff\x00", b""];
        lake.append(vec![batch(&clock, raws[0]), batch(&clock, raws[1])]).unwrap();
        lake.append(vec![batch(&clock, raws[2])]).unwrap();
        let before = lake.quarantined(None, 10).unwrap();
        let places: Vec<String> = before.iter().map(|kept| kept.id.to_string()).collect();
        assert_eq!(places, ["1-2", "1-1", "1-0"], "newest first");
        assert_eq!((before[2].source.as_str(), before[2].size, before[2].code.as_str()), ("fw", 7, "syslog.short"));
        assert_eq!(lake.quarantined(Some(before[0].id), 1).unwrap(), before[1..2]);

        lake.release(u64::MAX);
        lake.seal().unwrap();
        lake.append(vec![batch(&clock, b"later")]).unwrap();
        lake.seal().unwrap();
        assert!(std::fs::read_dir(dir.path().join("quarantine")).unwrap().count() > 0, "the log was not cut");
        let after = lake.quarantined(None, 10).unwrap();
        assert_eq!((after.len(), &after[1..]), (4, &before[..]));
        for (kept, raw) in before.iter().rev().zip(raws) {
            let (same, bytes) = lake.quarantined_bytes(kept.id).unwrap().unwrap();
            assert_eq!((&same, bytes.as_slice()), (kept, raw));
        }
        for absent in ["1-3", "2-0"] {
            assert_eq!(lake.quarantined_bytes(absent.parse().unwrap()).unwrap(), None);
        }
    }

    #[test]
    fn an_id_has_one_text() {
        assert_eq!("7-0".parse(), Ok(KeptId { file: 7, place: 0 }));
        for bad in ["", "7", "-", "7-", "07-0", "+7-0", "7-0 ", "7-0-0", "x-1"] {
            assert_eq!(bad.parse::<KeptId>(), Err(NoKeptId), "{bad}");
        }
    }
}
