//! Which files a command reads, and what is in them.

use dissect::Log;
use model::{Clock, SystemClock, Timestamp};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Files of one command at most.
const MAX_FILES: usize = 1_000_000;
/// Folders within each other.
const MAX_DEPTH: usize = 64;
/// Endings that are read when they are found in a folder; a file that is named is read whatever its ending.
const ENDINGS: [&str; 8] = ["evtx", "json", "jsonl", "ndjson", "log", "syslog", "txt", "csv"];

/// What to read, in the order of the output, and what could not be looked at.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Files; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// Paths and what is wrong with them.
    pub faults: Vec<(PathBuf, String)>,
}

/// The files of these paths, each once: paths in the order given, folders by name. Links in folders are not followed.
pub fn find(paths: &[PathBuf]) -> Inputs {
    let mut inputs = Inputs::default();
    for path in paths {
        if path == Path::new("-") {
            inputs.files.push(path.clone());
            continue;
        }
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => walk(path, 0, &mut inputs),
            Ok(_) => inputs.files.push(path.clone()),
            Err(error) => inputs.faults.push((path.clone(), error.to_string())),
        }
    }
    let mut seen = std::collections::HashSet::new();
    inputs.files.retain(|path| seen.insert(path.clone()));
    inputs
}

fn walk(folder: &Path, depth: usize, inputs: &mut Inputs) {
    let entries = std::fs::read_dir(folder).and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>());
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => return inputs.faults.push((folder.to_owned(), error.to_string())),
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < MAX_DEPTH => walk(&path, depth + 1, inputs),
            Ok(kind) if kind.is_dir() => inputs.faults.push((path, format!("more than {MAX_DEPTH} folders deep"))),
            Ok(kind) if kind.is_file() && known(&path) => {
                if inputs.files.len() >= MAX_FILES {
                    return inputs.faults.push((path, format!("more than {MAX_FILES} files")));
                }
                inputs.files.push(path);
            }
            Ok(_) => {}
            Err(error) => inputs.faults.push((path, error.to_string())),
        }
    }
}

fn known(path: &Path) -> bool {
    ENDINGS.iter().any(|ending| is(path, ending))
}

/// What is in a file.
pub enum Content {
    /// An event log, for a worker.
    Log(Log),
    /// Text.
    Text(Text),
}

/// A file of text.
#[derive(Debug)]
pub struct Text {
    /// Its bytes, unpacked.
    pub bytes: Vec<u8>,
    /// The time of an event that has none: when the file was written.
    pub written: Timestamp,
}

/// Opens a file; `-` is standard input. An event log is known by its name or its first bytes.
pub fn open(path: &Path) -> io::Result<Content> {
    if !is_packed(path) && (is_evtx(path) || begins_like_evtx(path)) {
        return Ok(Content::Log(Log::open(path)?));
    }
    let bytes = read(path)?;
    if is_evtx(path) || bytes.starts_with(dissect::MAGIC) {
        return Ok(Content::Log(Log::from_bytes(bytes)));
    }
    let written = std::fs::metadata(path).and_then(|found| found.modified()).ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let written = written.map_or_else(|| SystemClock.now(), |since| Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)));
    Ok(Content::Text(Text { bytes, written }))
}

/// Bytes of one input at most, after decompression.
const MAX_INPUT: u64 = 4 << 30;

/// A file's bytes, decompressed by its name's ending.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let plain: Box<dyn Read> = if path == Path::new("-") { Box::new(io::stdin().lock()) } else { Box::new(std::fs::File::open(path)?) };
    let mut reader: Box<dyn Read> = match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(plain)),
        Some("zst") => Box::new(zstd::stream::read::Decoder::new(plain)?),
        _ => plain,
    };
    let mut bytes = Vec::new();
    reader.by_ref().take(MAX_INPUT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(io::Error::other(format!("larger than {MAX_INPUT} bytes")));
    }
    Ok(bytes)
}

/// Whether a file's first bytes are an event log's. Only of a plain file: reading would take them from a pipe.
fn begins_like_evtx(path: &Path) -> bool {
    let mut start = Vec::new();
    path != Path::new("-")
        && path.is_file()
        && std::fs::File::open(path).is_ok_and(|file| file.take(8).read_to_end(&mut start).is_ok() && start == dissect::MAGIC)
}

/// Whether the file is an event log by its name.
pub fn is_evtx(path: &Path) -> bool {
    is(path, "evtx")
}

/// Whether the name ends so, a compression's ending aside.
fn is(path: &Path, ending: &str) -> bool {
    let plain = if is_packed(path) { path.file_stem().map(Path::new) } else { Some(path) };
    plain.and_then(Path::extension).is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

/// Whether the file is compressed by its name.
fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|found| found == "gz" || found == "zst")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_log_is_known_by_what_is_inside() {
        assert!(is_evtx(Path::new("a/Security.EVTX")) && is_evtx(Path::new("Security.evtx.zst")));
        assert!(known(Path::new("day.ndjson.gz")) && !known(Path::new("rules.yml")) && !known(Path::new("image.gz")));
    }
}
