//! What is embedded in the binary: rules. A folder overrides it.

use crate::config::Settings;
use crate::output::{CONTENT, Failure};
use detect::{Pipeline, Pipelines, RuleFile, RuleSet, Setting};
use rust_embed::Embed;
use std::path::{Path, PathBuf};

#[derive(Embed)]
#[folder = "../../content/rules"]
#[allow_missing = true]
struct Rules;

/// The rules of a folder or file, else the embedded ones, for a setting. What does not load is logged, one line a rule.
pub fn rules(path: Option<&Path>, setting: &Setting) -> Result<RuleSet, Failure> {
    let files = match path {
        Some(path) => files(path)?,
        None => embedded(),
    };
    let (rules, report) = RuleSet::compile_with(files, setting);
    for refusal in &report.refused {
        tracing::warn!("a rule does not load: {refusal}");
    }
    tracing::info!(rules = rules.rules().len(), refused = report.refused.len(), "rules loaded");
    Ok(rules)
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

/// Rule files below a path at most.
const MAX_FILES: usize = 50_000;

/// The rule files of a folder, a file, a `.zip` or a `.tar.zst`, in the order of their names.
pub fn files(path: &Path) -> Result<Vec<RuleFile>, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| Failure::usage(format!("cannot read {}: {error}", path.display()));
    if let Some(open) = archive(path) {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, error))?;
        let mut found = open(&bytes).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        return Ok(found);
    }
    let mut found = Vec::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(next) = waiting.pop() {
        if next.is_dir() {
            for entry in std::fs::read_dir(&next).map_err(|error| unreadable(&next, error))? {
                waiting.push(entry.map_err(|error| unreadable(&next, error))?.path());
            }
        } else if next == path || next.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            let text = std::fs::read(&next).map_err(|error| unreadable(&next, error))?;
            found.push(RuleFile { name: next.to_string_lossy().into_owned(), text });
        }
        if found.len() > MAX_FILES {
            return Err(Failure::usage(format!("more than {MAX_FILES} rule files below {}", path.display())));
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Whether a path is an archive of rules.
pub fn is_archive(path: &Path) -> bool {
    archive(path).is_some()
}

/// The rule files that are embedded.
pub fn embedded() -> Vec<RuleFile> {
    let names = Rules::iter().filter(|name| name.ends_with(".yml"));
    names.filter_map(|name| Some(RuleFile { text: Rules::get(&name)?.data.into_owned(), name: name.into_owned() })).collect()
}

type OpenArchive = fn(&[u8]) -> Result<Vec<RuleFile>, detect::ArchiveError>;

/// How to open an archive of this name; a folder is none, whatever its name.
fn archive(path: &Path) -> Option<OpenArchive> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    if path.is_dir() {
        None
    } else if name.ends_with(".zip") {
        Some(detect::rule_files_from_zip)
    } else if name.ends_with(".tar.zst") {
        Some(detect::rule_files_from_tar_zst)
    } else {
        None
    }
}
