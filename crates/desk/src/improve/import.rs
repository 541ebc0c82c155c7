//! An import: the files of one source in place of those that it had, with a report; and the removal of a source.

use db::Entry;
use detect::{ArchiveError, RuleFile, without_telemetry};
use model::OpContext;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;

use super::files::{self, Base, Pack};
use super::list;
use super::{
    Changes, MAX_REASON, MAX_SOURCE, ONE, RuleEntry, RuleFinding, RuleRefusal, STREAM, changes, noted, set, telemetry,
};
use crate::triage::request::written;
use crate::{Desk, Problem};

/// What to import.
#[derive(Clone, Debug)]
pub struct Import {
    /// The source whose rules these are; what it had before and has no more is removed.
    pub source: String,
    /// The rule files, and the samples beside them.
    pub files: Vec<RuleFile>,
    /// Only say what would change.
    pub dry_run: bool,
}

/// What to remove.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The source whose rules go, all of them.
    pub source: String,
    /// Why; a dry run needs none.
    pub reason: String,
    /// Only say what would change.
    pub dry_run: bool,
}

/// What an import or a removal comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Rules of the source that load; of a removal those that stay, because another source has them too.
    pub loaded: usize,
    /// Rules that were not there.
    pub added: Vec<RuleEntry>,
    /// Rules that have another text.
    pub changed: Vec<RuleEntry>,
    /// Rules that are gone.
    pub removed: Vec<RuleEntry>,
    /// How many are as they were.
    pub unchanged: usize,
    /// What does not load, with code and place; of a removal what will load no more without these rules.
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

/// The rule files of a body, and the samples beside them: a ZIP archive, a Zstandard-compressed tar archive, or one file of rules.
///
/// # Errors
/// The archive is damaged or larger than what is accepted.
pub fn rule_files(body: &[u8]) -> Result<Vec<RuleFile>, ArchiveError> {
    match body {
        [b'P', b'K', ..] => detect::rules_and_samples_from_zip(body),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => detect::rules_and_samples_from_tar_zst(body),
        _ => Ok(vec![RuleFile { name: "rules.yml".to_owned(), text: body.to_vec() }]),
    }
}

/// Imports, or says what an import would change. A rule that was switched off stays off.
///
/// # Errors
/// The source has no name, no rule loads, or the records cannot be written.
pub async fn import(desk: &Desk, ctx: &OpContext, wanted: Import) -> Result<ImportReport, Problem> {
    check_source(&wanted.source)?;
    let pack = Pack { source: wanted.source, files: files::named(wanted.files) };
    if !pack.files.iter().any(|file| !detect::is_sample(&file.name)) {
        return Err(Problem::unprocessable("rules.none", "No rule file (*.yml, *.yaml) is there."));
    }
    exchange(desk, ctx, pack, wanted.dry_run, None).await
}

/// Removes a source with everything that it has, or says what that would change. What another source has under the same
/// ids comes into force; a rule that was switched off is off if it ever comes back.
///
/// # Errors
/// There is no such import, the reason is empty or too long, or the records cannot be written.
pub async fn remove(desk: &Desk, ctx: &OpContext, wanted: Removal) -> Result<ImportReport, Problem> {
    check_source(&wanted.source)?;
    let reason = if wanted.dry_run { String::new() } else { written("reason", wanted.reason, MAX_REASON)? };
    let pack = Pack { source: wanted.source, files: Vec::new() };
    exchange(desk, ctx, pack, wanted.dry_run, Some(reason)).await
}

/// Puts a pack in place of the one of its source; one without files takes the source away.
async fn exchange(desk: &Desk, ctx: &OpContext, pack: Pack, dry_run: bool, reason: Option<String>) -> Result<ImportReport, Problem> {
    let turn = desk.rulebook.turn().await;
    let setting = desk.rulebook.setting();
    let stored = files::stored(desk.db.reader()).await?;
    let removal = pack.files.is_empty();
    if removal && !stored.iter().any(|other| other.source == pack.source) {
        return Err(Problem::not_found("source of rules"));
    }
    let packs = files::with(stored, pack.clone());
    let everything = set::everything(&packs, &setting).await?;
    let report = if removal { removed(desk, &pack.source, &everything).await? } else { imported(desk, &pack, &everything).await? };
    if dry_run {
        return Ok(report);
    }
    if report.loaded == 0 && !removal {
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
    let action = if removal { "rules.remove" } else { "rules.import" };
    tx.journal(Entry { stream: STREAM, object, action, before: None, after: Some(after), reason }).await?;
    set::commit(desk, turn, tx, running, Vec::new()).await?;
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

/// What changes in the rules of one source. A rule that another source has under the same id is changed and not added.
async fn imported(desk: &Desk, pack: &Pack, everything: &set::Everything) -> Result<ImportReport, Problem> {
    let ours: Vec<_> = everything.found.iter().filter(|found| found.source == pack.source).collect();
    let ids: HashSet<&str> = ours.iter().map(|found| found.rule.reference.id.as_str()).collect();
    let before = list::entries(desk).await?;
    let before = before.into_iter().filter(|(source, entry)| *source == pack.source || ids.contains(entry.id.as_str()));
    let own: HashSet<String> = pack.files.iter().map(|file| files::shown(&pack.source, &file.name)).collect();
    let is_own = |name: &str| own.contains(name) || name.rsplit_once('#').is_some_and(|(file, _)| own.contains(file));
    let refused = everything.refused.iter().filter(|refusal| is_own(&refusal.name)).cloned().collect();
    report(desk, before.map(|(_, entry)| entry), &ours, refused).await
}

/// What changes where a source goes: its rules are removed or, where another source has them too, those of that one.
async fn removed(desk: &Desk, source: &str, everything: &set::Everything) -> Result<ImportReport, Problem> {
    let before: Vec<RuleEntry> = list::entries(desk).await?.into_iter().filter(|(of, _)| of == source).map(|(_, entry)| entry).collect();
    let ids: HashSet<&str> = before.iter().map(|entry| entry.id.as_str()).collect();
    let rest: Vec<_> = everything.found.iter().filter(|found| ids.contains(found.rule.reference.id.as_str())).collect();
    let known = desk.rulebook.refused();
    let known: HashSet<(&str, &str)> = known.iter().map(|refusal| (refusal.name.as_str(), refusal.code.as_str())).collect();
    let is_new = |refusal: &&RuleRefusal| !known.contains(&(refusal.name.as_str(), refusal.code.as_str()));
    let refused = everything.refused.iter().filter(is_new).cloned().collect();
    report(desk, before.iter().cloned(), &rest, refused).await
}

async fn report(
    desk: &Desk,
    before: impl Iterator<Item = RuleEntry>,
    after: &[&set::Found],
    refused: Vec<RuleRefusal>,
) -> Result<ImportReport, Problem> {
    let changes = changes(before, after.iter().map(|found| RuleEntry::of(&found.rule)));
    let received = telemetry::received(desk).await?;
    let silent = without_telemetry(after.iter().map(|found| &found.rule), &received);
    Ok(ImportReport::of(after.len(), changes, refused, Some(silent.iter().map(RuleFinding::from).collect())))
}
