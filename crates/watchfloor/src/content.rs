//! What is embedded in the binary: rules. A folder overrides it.

use crate::config::Settings;
use crate::output::{CONTENT, Failure};
use desk::improve::{Base, Opening};
use detect::{Pipeline, Pipelines, RuleFile, Setting};
use rust_embed::Embed;
use std::path::{Path, PathBuf};

#[derive(Embed)]
#[folder = "../../content/rules"]
#[allow_missing = true]
struct Rules;

/// What a floor starts with: the rules of a folder, file or archive, else the embedded ones; with the samples beside them, compiled
/// for a setting.
pub fn base(path: Option<&Path>, setting: Setting) -> Result<Opening, Failure> {
    let Some(path) = path else {
        let samples = Rules::iter().filter(|name| detect::is_sample(name));
        let samples = samples.filter_map(|name| Some(RuleFile { text: Rules::get(&name)?.data.into_owned(), name: name.into_owned() }));
        return Ok(Opening { base: Base::BuiltIn, files: embedded().into_iter().chain(samples).collect(), only_first: false, setting });
    };
    Ok(Opening { base: Base::Folder, files: relative(path, with_samples(path)?), only_first: false, setting })
}

/// The rule files of a path, as [`files`] finds them, and the samples beside them.
pub fn with_samples(path: &Path) -> Result<Vec<RuleFile>, Failure> {
    if let Some(archive) = Archive::of(path) {
        return archive.open(path, archive.rules_and_samples);
    }
    let mut found = files(path)?;
    let samples: Vec<RuleFile> = found.iter().flat_map(|rule| samples(Path::new(&rule.name))).collect();
    found.extend(samples);
    Ok(found)
}

/// The pipelines of files and of folders of them. One that cannot be read as a whole is a failure: rules that went
/// through half of it would look where nothing is.
pub fn pipelines(paths: &[PathBuf]) -> Result<Pipelines, Failure> {
    let mut all = Vec::new();
    for path in paths {
        for file in files(path)? {
            let read = Pipeline::parse(&file);
            all.push(read.map_err(|refusal| Failure { message: format!("pipeline {refusal}"), code: CONTENT })?);
        }
    }
    Ok(Pipelines::new(all))
}

/// The pipelines that the settings name.
pub fn configured(settings: &Settings) -> Result<Pipelines, Failure> {
    pipelines(&settings.path("rules.pipelines").into_iter().collect::<Vec<_>>())
}

/// The samples beside a rule's file. One that is too large to show or cannot be read is left out: it changes no match.
fn samples(rule: &Path) -> Vec<RuleFile> {
    let beside = ["hit.ndjson", "miss.ndjson"].map(|kind| rule.with_extension(kind));
    let small = |path: &PathBuf| path.metadata().is_ok_and(|file| file.is_file() && file.len() <= detect::MAX_SAMPLES);
    let read = |path: PathBuf| Some(RuleFile { text: std::fs::read(&path).ok()?, name: path.to_string_lossy().into_owned() });
    beside.into_iter().filter(small).filter_map(read).collect()
}

/// Rule files below a path at most.
const MAX_FILES: usize = 50_000;

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot read {}: {error}", path.display()))
}

/// The rule files of a folder, a file, a `.zip` or a `.tar.zst`, in the order of their names. Links to folders within a
/// folder are not followed: they may lead round in circles.
pub fn files(path: &Path) -> Result<Vec<RuleFile>, Failure> {
    if let Some(archive) = Archive::of(path) {
        return archive.open(path, archive.rules);
    }
    let mut found = Vec::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(next) = waiting.pop() {
        if next.is_dir() {
            for entry in std::fs::read_dir(&next).map_err(|error| unreadable(&next, &error))? {
                let below = entry.map_err(|error| unreadable(&next, &error))?.path();
                if !(below.is_symlink() && below.is_dir()) {
                    waiting.push(below);
                }
            }
        } else if next == path || next.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            let text = std::fs::read(&next).map_err(|error| unreadable(&next, &error))?;
            found.push(RuleFile { name: next.to_string_lossy().into_owned(), text });
        }
        if found.len() > MAX_FILES {
            return Err(Failure::usage(format!("more than {MAX_FILES} rule files below {}", path.display())));
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Names as they are below the path that was given: where it lies on this machine is nobody's business.
pub fn relative(path: &Path, files: Vec<RuleFile>) -> Vec<RuleFile> {
    let name = |name: &str| {
        let below = Path::new(name).strip_prefix(path).ok().filter(|below| !below.as_os_str().is_empty());
        let own = || Path::new(name).file_name().map(Path::new);
        match below.or_else(|| if Path::new(name) == path { own() } else { None }) {
            Some(below) => below.to_string_lossy().into_owned(),
            None => name.to_owned(),
        }
    };
    files.into_iter().map(|file| RuleFile { name: name(&file.name), ..file }).collect()
}

/// Whether a path is an archive of rules.
pub fn is_archive(path: &Path) -> bool {
    Archive::of(path).is_some()
}

/// The rule files that are embedded.
pub fn embedded() -> Vec<RuleFile> {
    let names = Rules::iter().filter(|name| name.ends_with(".yml"));
    names.filter_map(|name| Some(RuleFile { text: Rules::get(&name)?.data.into_owned(), name: name.into_owned() })).collect()
}

type Unpack = fn(&[u8]) -> Result<Vec<RuleFile>, detect::ArchiveError>;

/// How an archive is read.
struct Archive {
    rules: Unpack,
    rules_and_samples: Unpack,
}

impl Archive {
    /// How to open one of this name; a folder is none, whatever its name.
    fn of(path: &Path) -> Option<Archive> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        if path.is_dir() {
            None
        } else if name.ends_with(".zip") {
            Some(Archive { rules: detect::rule_files_from_zip, rules_and_samples: detect::rules_and_samples_from_zip })
        } else if name.ends_with(".tar.zst") {
            Some(Archive { rules: detect::rule_files_from_tar_zst, rules_and_samples: detect::rules_and_samples_from_tar_zst })
        } else {
            None
        }
    }

    fn open(&self, path: &Path, unpack: Unpack) -> Result<Vec<RuleFile>, Failure> {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        let mut found = unpack(&bytes).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }
}
