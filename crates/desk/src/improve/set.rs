//! From stored files to a set that runs.

use db::Sql;
use detect::{LoadReport, Rule, RuleFile, RuleSet, Setting};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::HashMap;
use std::sync::Arc;

use super::correlation::{self, Asked};
use super::detail::RuleDetailText;
use super::files::{Pack, shown};
use super::{MAX_ID, RuleRefusal, Turn};
use crate::{Desk, Problem, Topic};

/// A rule of a compiled set, with the source that it came from.
pub(super) struct Found {
    pub source: String,
    /// A correlation's log source is what it looks at through the rules that it names.
    pub rule: Rule,
    /// What it asks, if it is a correlation.
    pub correlation: Option<Asked>,
}

/// What stored files come to when every rule is read, whether it is enabled or not.
pub(super) struct Everything {
    pub found: Vec<Found>,
    pub refused: Vec<RuleRefusal>,
}

/// What stored files come to when it runs.
pub(super) struct Running {
    pub set: RuleSet,
    pub refused: Vec<RuleRefusal>,
}

/// The rule files of packs under the names that they are shown by, and whose each is.
fn rule_files(packs: &[Pack]) -> (Vec<RuleFile>, HashMap<String, String>) {
    let (mut files, mut sources) = (Vec::new(), HashMap::new());
    for pack in packs {
        for file in pack.files.iter().filter(|file| !detect::is_sample(&file.name)) {
            let name = shown(&pack.source, &file.name);
            sources.insert(name.clone(), pack.source.clone());
            files.push(RuleFile { name, text: file.text.clone() });
        }
    }
    (files, sources)
}

/// The file of a document: `name#2` is the second document of `name`.
pub(super) fn source_of<'s>(sources: &'s HashMap<String, String>, document: &str) -> Option<&'s String> {
    sources.get(document).or_else(|| sources.get(document.rsplit_once('#')?.0))
}

/// Reads every rule of the packs. Takes about as long as the compilation itself, beside the threads that serve.
pub(super) async fn everything(packs: &[Pack], setting: &Setting) -> Result<Everything, Problem> {
    let (files, sources) = rule_files(packs);
    let setting = without(setting, Vec::new());
    let work = move || {
        let (set, report) = RuleSet::compile_with(files, &setting);
        let looked_at = correlation::looked_at(&set);
        let found = set.all().filter(|rule| usable(&rule.reference.id)).map(|rule| {
            let mut rule = rule.clone();
            rule.log_source = looked_at.get(rule.reference.id.as_str()).copied().unwrap_or(rule.log_source);
            Found {
                source: source_of(&sources, &rule.file).cloned().unwrap_or_default(),
                correlation: set.find_correlation(&rule.reference.id).map(Asked::of),
                rule,
            }
        });
        Everything { found: found.collect(), refused: refused(&set, &report) }
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}

/// Compiles the packs without the rules that are switched off.
pub(super) async fn running(packs: &[Pack], setting: &Setting, disabled: Vec<String>) -> Result<Running, Problem> {
    let (files, _) = rule_files(packs);
    let setting = setting.clone();
    let work = move || {
        let (set, report) = RuleSet::compile_with(files.clone(), &without(&setting, disabled.clone()));
        let unusable: Vec<String> =
            set.all().map(|rule| &rule.reference.id).filter(|id| !usable(id)).cloned().collect();
        let refused = refused(&set, &report);
        if unusable.is_empty() {
            return Running { set, refused };
        }
        let (set, _) = RuleSet::compile_with(files, &without(&setting, [disabled, unusable].concat()));
        Running { set, refused }
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}

fn without(setting: &Setting, ids: Vec<String>) -> Setting {
    Setting { without: ids.into_iter().collect(), ..setting.clone() }
}

/// Whether an id can be the key of a record and a part of an address.
fn usable(id: &str) -> bool {
    id.len() <= MAX_ID && !id.chars().any(char::is_control)
}

fn refused(set: &RuleSet, report: &LoadReport) -> Vec<RuleRefusal> {
    let unusable = set.all().filter(|rule| !usable(&rule.reference.id)).map(|rule| RuleRefusal {
        name: rule.file.clone(),
        code: "rule.id_unusable".to_owned(),
        line: None,
        message: "the id is too long or has control characters".to_owned(),
        remedy: "Give the rule a UUID.".to_owned(),
    });
    report.refused.iter().map(RuleRefusal::from).chain(unusable).collect()
}

#[derive(FromQueryResult)]
struct Id {
    id: String,
}

/// The rules that are switched off.
pub(super) async fn disabled(conn: &impl ConnectionTrait) -> Result<Vec<String>, Problem> {
    let rows: Vec<Id> = conn.rows("SELECT id FROM rules WHERE enabled = $1 ORDER BY id", db::values![false]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The setting that names the version of the set that was last in force.
const IN_FORCE: &str = "rules.set";

/// The version of the set that was last in force.
pub(super) async fn last_in_force(db: &db::Db) -> Result<Option<String>, Problem> {
    Ok(db.meta(IN_FORCE).await?)
}

/// Writes down, with the change that made it, which set is in force from now on.
pub(super) async fn write_down(tx: &db::Tx, running: &Running) -> Result<(), Problem> {
    Ok(tx.set_meta(IN_FORCE, running.set.version()).await?)
}

/// Commits a change, puts its set in force and tells which rules it is about. In a task of its own: a client that hangs
/// up meanwhile must not leave a rule that is off in the records and runs.
pub(super) async fn commit(desk: &Desk, turn: Turn, tx: db::Tx, running: Running, rules: Vec<String>) -> Result<(), Problem> {
    write_down(&tx, &running).await?;
    let desk = desk.clone();
    let work = async move {
        let _turn = turn;
        tx.commit().await?;
        put_in_force(&desk, running);
        desk.live.notify(Topic::Rules, rules);
        Ok(())
    };
    tokio::spawn(work).await.map_err(|error| Problem::internal(&error))?
}

/// Puts a set in force. Batches under way end with the old one.
pub(super) fn put_in_force(desk: &Desk, running: Running) {
    desk.rulebook.inner.refused.store(Arc::new(running.refused));
    desk.rules.store(Arc::new(running.set));
}

impl Found {
    /// What is kept beside the text.
    pub(super) fn detail(&self) -> RuleDetailText {
        RuleDetailText::of(&self.rule)
    }
}
