//! Which files a scan reads, and how.

use std::path::{Path, PathBuf};

/// Files of one scan at most.
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
pub fn is_packed(path: &Path) -> bool {
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
