//! An import: the files of one source in place of those that it had, with a report.

use db::Entry;
use detect::{ArchiveError, RuleFile, without_telemetry};
use model::OpContext;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;

use super::files::{self, Base, Pack};
use super::list;
use super::{Changes, MAX_SOURCE, ONE, RuleEntry, RuleFinding, RuleRefusal, STREAM, changes, noted, set, telemetry};
use crate::{Desk, Problem, Topic};

/// What to import.
#[derive(Clone, Debug)]
pub struct Import {
    /// The source whose rules these are; what it had before and has no more is removed.
    pub source: String,
    /// The rule files.
    pub files: Vec<RuleFile>,
    /// Only say what would change.
    pub dry_run: bool,
}

/// What an import comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Rules that load.
    pub loaded: usize,
    /// Rules that were not there.
    pub added: Vec<RuleEntry>,
    /// Rules that have another text.
    pub changed: Vec<RuleEntry>,
    /// Rules that are gone.
    pub removed: Vec<RuleEntry>,
    /// How many are as they were.
    pub unchanged: usize,
    /// What does not load, with code and place.
    pub refused: Vec<RuleRefusal>,
    /// Rules whose events the floor has not received; null if no floor was named.
    pub without_telemetry: Option<Vec<RuleFinding>>,
}

impl ImportReport {
    /// The report of these changes.
    pub fn of(loaded: usize, changes: Changes, refused: Vec<RuleRefusal>, silent: Option<Vec<RuleFinding>>) -> Self {
        let Changes { added, changed, removed, unchanged } = changes;
        ImportReport { loaded, added, changed, removed, unchanged, refused, without_telemetry: silent }
    }
}

/// The rule files of a body: a ZIP archive, a Zstandard-compressed tar archive, or one file of rules.
///
/// # Errors
/// The archive is damaged or larger than what is accepted.
pub fn rule_files(body: &[u8]) -> Result<Vec<RuleFile>, ArchiveError> {
    match body {
        [b'P', b'K', ..] => detect::rule_files_from_zip(body),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => detect::rule_files_from_tar_zst(body),
        _ => Ok(vec![RuleFile { name: "rules.yml".to_owned(), text: body.to_vec() }]),
    }
}

/// Imports, or says what an import would change. A rule that was switched off stays off.
///
/// # Errors
/// The source has no name, no rule loads, or the records cannot be written.
pub async fn import(desk: &Desk, ctx: &OpContext, wanted: Import) -> Result<ImportReport, Problem> {
    check_source(&wanted.source)?;
    let pack = Pack { source: wanted.source, files: named(wanted.files) };
    if pack.files.is_empty() {
        return Err(Problem::unprocessable("rules.none", "No rule file (*.yml, *.yaml) is there."));
    }
    let _turn = desk.rulebook.inner.turn.lock().await;
    let setting = desk.rulebook.setting();
    let packs = files::with(files::stored(desk.db.reader()).await?, pack.clone());
    let everything = set::everything(&packs, &setting).await?;
    let report = report(desk, &pack, &everything).await?;
    if wanted.dry_run {
        return Ok(report);
    }
    if report.loaded == 0 {
        let first = report.refused.first().map(|refusal| format!(" The first: {refusal}")).unwrap_or_default();
        return Err(Problem::unprocessable("rules.none", format!("None of these rules loads; nothing was changed.{first}")));
    }
    let running = set::running(&packs, &setting, set::disabled(desk.db.reader()).await?).await?;
    let mut tx = desk.db.begin(ctx).await?;
    tx.one_at_a_time(ONE).await?;
    files::replace(&tx, &pack).await?;
    noted::note(&mut tx, &everything.found).await?;
    let after = serde_json::json!({
        "loaded": report.loaded, "added": report.added.len(), "changed": report.changed.len(),
        "removed": report.removed.len(), "refused": report.refused.len(),
    });
    let object = format!("rules:{}", pack.source);
    tx.journal(Entry { stream: STREAM, object, action: "rules.import", before: None, after: Some(after), reason: None })
        .await?;
    set::write_down(&tx, &running).await?;
    tx.commit().await?;
    set::put_in_force(desk, running);
    desk.live.notify(Topic::Rules, Vec::new());
    Ok(report)
}

fn check_source(source: &str) -> Result<(), Problem> {
    let known = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if source.is_empty() || source.len() > MAX_SOURCE || !source.chars().all(known) || Base::is(source) {
        return Err(Problem::unprocessable(
            "rules.source",
            format!("`source` is 1 to {MAX_SOURCE} letters, digits, `.`, `_` and `-`, and none of `built-in` and `folder`."),
        ));
    }
    Ok(())
}

/// The files under names that a database takes, each once.
fn named(files: Vec<RuleFile>) -> Vec<RuleFile> {
    let mut taken = HashSet::new();
    let name = |file: RuleFile| {
        let plain = db::storable(file.name.trim_start_matches("./")).into_owned();
        let mut name = plain.clone();
        let mut more = 2;
        while !taken.insert(name.clone()) {
            name = format!("{plain} ({more})");
            more += 1;
        }
        RuleFile { name, ..file }
    };
    files.into_iter().map(name).collect()
}

/// What changes in the rules of one source. A rule that another source has under the same id is changed and not added.
async fn report(desk: &Desk, pack: &Pack, everything: &set::Everything) -> Result<ImportReport, Problem> {
    let ours: Vec<_> = everything.found.iter().filter(|found| found.source == pack.source).collect();
    let after: Vec<RuleEntry> = ours.iter().map(|found| RuleEntry::of(&found.rule)).collect();
    let ids: HashSet<&str> = after.iter().map(|entry| entry.id.as_str()).collect();
    let before = list::entries(desk).await?;
    let before = before.into_iter().filter(|(source, entry)| *source == pack.source || ids.contains(entry.id.as_str()));
    let changes = changes(before.map(|(_, entry)| entry), after.iter().cloned());
    let own: HashSet<String> = pack.files.iter().map(|file| files::shown(&pack.source, &file.name)).collect();
    let is_own = |name: &str| own.contains(name) || name.rsplit_once('#').is_some_and(|(file, _)| own.contains(file));
    let refused = everything.refused.iter().filter(|refusal| is_own(&refusal.name)).cloned().collect();
    let received = telemetry::received(desk).await?;
    let silent = without_telemetry(ours.iter().map(|found| &found.rule), &received);
    Ok(ImportReport::of(ours.len(), changes, refused, Some(silent.iter().map(RuleFinding::from).collect())))
}
