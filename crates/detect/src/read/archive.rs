//! Rule files out of archives, and the samples beside them: bytes in, bytes out, bounded in number, size and sum.

use crate::read::load::RuleFile;
use std::io::{Cursor, Read};
use tar::PaxExtensions;

/// Entries of an archive, rules or not.
const MAX_ENTRIES: usize = 100_000;
/// Bytes of one rule file; a larger one is passed on cut off just above what a rule may have, and refused by name.
const MAX_FILE: u64 = (1 << 20) + 1;
/// Bytes of one file of samples; a larger one is left out: it changes no match.
pub const MAX_SAMPLES: u64 = 1 << 20;
/// Bytes of all files that are taken.
const MAX_TOTAL: usize = 256 << 20;
/// Bytes that a compressed archive may unpack to.
const MAX_UNPACKED: u64 = 1 << 30;
/// Bytes of a long name, or of the other things that an entry may say of the next one.
const MAX_DESCRIBED: u64 = 64 << 10;
/// Memory of the decompressor, as a power of two: 128 MiB.
const MAX_WINDOW_LOG: u32 = 27;

/// Why an archive was not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is damaged, or no such archive.
    #[error("the archive cannot be read: {0}")]
    Damaged(String),
    /// It is larger than what is accepted.
    #[error("the archive is too large: {0}")]
    TooLarge(&'static str),
}

/// The rule files of a ZIP archive.
///
/// # Errors
/// [`ArchiveError`] where it is damaged or exceeds the bounds.
pub fn rule_files_from_zip(bytes: &[u8]) -> Result<Vec<RuleFile>, ArchiveError> {
    unzip(bytes, is_rule)
}

/// The rule files of a ZIP archive and the samples beside them.
///
/// # Errors
/// As [`rule_files_from_zip`].
pub fn rules_and_samples_from_zip(bytes: &[u8]) -> Result<Vec<RuleFile>, ArchiveError> {
    unzip(bytes, |name| is_rule(name) || is_sample(name))
}

/// The rule files of a Zstandard-compressed tar archive.
///
/// # Errors
/// [`ArchiveError`] where it is damaged or exceeds the bounds.
pub fn rule_files_from_tar_zst(bytes: &[u8]) -> Result<Vec<RuleFile>, ArchiveError> {
    untar(bytes, is_rule)
}

/// The rule files of a Zstandard-compressed tar archive and the samples beside them.
///
/// # Errors
/// As [`rule_files_from_tar_zst`].
pub fn rules_and_samples_from_tar_zst(bytes: &[u8]) -> Result<Vec<RuleFile>, ArchiveError> {
    untar(bytes, |name| is_rule(name) || is_sample(name))
}

/// Whether a file holds samples (`NAME.hit.ndjson`, `NAME.miss.ndjson`) and no rule.
pub fn is_sample(name: &str) -> bool {
    name.ends_with(".hit.ndjson") || name.ends_with(".miss.ndjson")
}

fn is_rule(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".yml") || lower.ends_with(".yaml")
}

fn unzip(bytes: &[u8], wanted: fn(&str) -> bool) -> Result<Vec<RuleFile>, ArchiveError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut collected = Collected::default();
    if archive.len() > MAX_ENTRIES {
        return Err(ArchiveError::TooLarge("more than 100,000 entries"));
    }
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if entry.is_file() && wanted(&name) {
            collected.add(name, &mut entry)?;
        }
    }
    Ok(collected.files)
}

fn untar(bytes: &[u8], wanted: fn(&str) -> bool) -> Result<Vec<RuleFile>, ArchiveError> {
    let mut decoder = zstd::Decoder::new(Cursor::new(bytes)).map_err(damaged)?;
    decoder.window_log_max(MAX_WINDOW_LOG).map_err(damaged)?;
    let mut archive = tar::Archive::new(decoder.take(MAX_UNPACKED));
    let (mut collected, mut long) = (Collected::default(), None);
    // Raw, as the library reads a long name into memory however long it is.
    for (entry, count) in archive.entries().map_err(damaged)?.raw(true).zip(0usize..) {
        if count >= MAX_ENTRIES {
            return Err(ArchiveError::TooLarge("more than 100,000 entries"));
        }
        let mut entry = entry.map_err(damaged)?;
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() {
            let mut name = described(&mut entry)?;
            name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
            long = Some(name);
        } else if kind.is_pax_local_extensions() {
            let text = described(&mut entry)?;
            let path = PaxExtensions::new(&text).flatten().find(|extension| extension.key_bytes() == b"path");
            long = path.map(|path| path.value_bytes().to_vec()).or(long);
        } else if !kind.is_gnu_longlink() && !kind.is_pax_global_extensions() {
            let name = long.take().unwrap_or_else(|| entry.path_bytes().into_owned());
            let name = String::from_utf8_lossy(&name).into_owned();
            if kind.is_file() && wanted(&name) {
                collected.add(name, &mut entry)?;
            }
        }
    }
    Ok(collected.files)
}

/// What an entry says of the next one.
fn described(entry: &mut impl Read) -> Result<Vec<u8>, ArchiveError> {
    let mut text = Vec::new();
    entry.take(MAX_DESCRIBED + 1).read_to_end(&mut text).map_err(damaged)?;
    if text.len() as u64 > MAX_DESCRIBED {
        return Err(ArchiveError::TooLarge("a name of more than 64 KiB"));
    }
    Ok(text)
}

#[derive(Default)]
struct Collected {
    files: Vec<RuleFile>,
    total: usize,
}

impl Collected {
    fn add(&mut self, name: String, entry: &mut impl Read) -> Result<(), ArchiveError> {
        let mut text = Vec::new();
        entry.take(MAX_FILE).read_to_end(&mut text).map_err(damaged)?;
        self.total += text.len();
        if self.total > MAX_TOTAL {
            return Err(ArchiveError::TooLarge("more than 256 MiB of rules"));
        }
        if is_sample(&name) && text.len() as u64 > MAX_SAMPLES {
            return Ok(());
        }
        self.files.push(RuleFile { name, text });
        Ok(())
    }
}

fn damaged(error: impl std::fmt::Display) -> ArchiveError {
    ArchiveError::Damaged(error.to_string())
}
