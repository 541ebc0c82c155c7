//! The files that rules came in, as they are stored.

use db::{DbError, Sql, Tx, values};
use detect::RuleFile;
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::{HashMap, HashSet};

use crate::triage::tuples;

/// Bytes of the name of a file. With its source it is the key of a record.
const MAX_NAME: usize = 1_000;

/// What the program was started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The rules that come with it.
    BuiltIn,
    /// Those of a folder or file that the start names.
    Folder,
}

impl Base {
    /// The name of the source.
    pub const fn as_str(self) -> &'static str {
        match self {
            Base::BuiltIn => "built-in",
            Base::Folder => "folder",
        }
    }

    /// Whether a source is one that comes with the start.
    pub fn is(source: &str) -> bool {
        [Base::BuiltIn, Base::Folder].iter().any(|base| base.as_str() == source)
    }
}

/// The rules of one source: its files, and the samples beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The name of the source.
    pub source: String,
    /// Rules and samples.
    pub files: Vec<RuleFile>,
}

/// The name under which a rule file is compiled and shown. Two sources may have files of one name; those of the base
/// keep theirs, because a rule without an id is known by it.
pub(super) fn shown(source: &str, name: &str) -> String {
    if Base::is(source) { name.to_owned() } else { format!("{source}/{name}") }
}

/// The files under names that a database takes, each once. Of samples with one name the first are kept.
pub(super) fn named(files: Vec<RuleFile>) -> Vec<RuleFile> {
    let mut taken = HashSet::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut out = Vec::with_capacity(files.len());
    for file in files {
        let plain = short(&db::storable(file.name.trim_start_matches("./"))).to_owned();
        let mut name = plain.clone();
        while taken.contains(&name) {
            let number = numbers.entry(plain.clone()).or_insert(1);
            *number += 1;
            name = format!("{plain} ({number})");
        }
        if name == plain || !detect::is_sample(&plain) {
            taken.insert(name.clone());
            out.push(RuleFile { name, ..file });
        }
    }
    out
}

/// The end of a name that is too long, where its ending stands.
fn short(name: &str) -> &str {
    name.get(name.ceil_char_boundary(name.len().saturating_sub(MAX_NAME))..).unwrap_or_default()
}

#[derive(FromQueryResult)]
struct Row {
    source: String,
    name: String,
    text: Vec<u8>,
}

/// Everything that is stored, by source: imports first, so that of two rules with one id the imported one counts.
pub(super) async fn stored(conn: &impl ConnectionTrait) -> Result<Vec<Pack>, DbError> {
    let mut rows: Vec<Row> = conn.rows("SELECT source, name, text FROM rule_files", values![]).await?;
    rows.sort_by(|a, b| (Base::is(&a.source), &a.source, &a.name).cmp(&(Base::is(&b.source), &b.source, &b.name)));
    let mut packs: Vec<Pack> = Vec::new();
    for Row { source, name, text } in rows {
        let file = RuleFile { name, text };
        match packs.last_mut().filter(|pack| pack.source == source) {
            Some(pack) => pack.files.push(file),
            None => packs.push(Pack { source, files: vec![file] }),
        }
    }
    Ok(packs)
}

/// The same with a pack in place of the one of its source; one without files takes the source away.
pub(super) fn with(mut packs: Vec<Pack>, pack: Pack) -> Vec<Pack> {
    packs.retain(|other| other.source != pack.source);
    if !pack.files.is_empty() {
        packs.push(pack);
        packs.sort_by(|a, b| (Base::is(&a.source), &a.source).cmp(&(Base::is(&b.source), &b.source)));
    }
    packs
}

/// Files in one statement: they are bound as bytes, and a statement should stay well below a database's limits.
const AT_ONCE: usize = 200;

/// Stores a pack in place of the one of its source.
pub(super) async fn replace(tx: &Tx, pack: &Pack) -> Result<(), DbError> {
    tx.conn().run("DELETE FROM rule_files WHERE source = $1", values![pack.source.as_str()]).await?;
    for files in pack.files.chunks(AT_ONCE) {
        let places = tuples(tx.conn().get_database_backend(), files.len(), 3);
        let bound = files.iter().flat_map(|file| values![pack.source.as_str(), file.name.as_str(), file.text.clone()]);
        tx.conn()
            .run(&format!("INSERT INTO rule_files (source, name, text) VALUES {places}"), bound.collect())
            .await?;
    }
    Ok(())
}

/// The samples beside a rule's file: `(file, bytes)`.
pub(super) async fn samples(
    conn: &impl ConnectionTrait,
    source: &str,
    rule_file: &str,
) -> Result<Vec<RuleFile>, DbError> {
    let file = rule_file.rsplit_once('#').map_or(rule_file, |(file, _)| file);
    let Some(stem) = file.strip_suffix(".yml").or_else(|| file.strip_suffix(".yaml")) else { return Ok(Vec::new()) };
    let text = "SELECT source, name, text FROM rule_files WHERE source = $1 AND name IN ($2, $3)";
    let bound = values![source, format!("{stem}.hit.ndjson"), format!("{stem}.miss.ndjson")];
    let mut rows: Vec<Row> = conn.rows(text, bound).await?;
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rows.into_iter().map(|row| RuleFile { name: row.name, text: row.text }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_each_stands_once() {
        let file = |name: &str| RuleFile { name: name.to_owned(), text: Vec::new() };
        let names = |files: Vec<RuleFile>| named(files).into_iter().map(|file| file.name).collect::<Vec<_>>();
        assert_eq!(
            names(["./a.yml", "a.yml (2)", "a.yml", "a.yml", "a.hit.ndjson", "a.hit.ndjson", "b\0.yml"].map(file).into()),
            ["a.yml", "a.yml (2)", "a.yml (3)", "a.yml (4)", "a.hit.ndjson", "b\u{fffd}.yml"]
        );
        let long = names(vec![file(&format!("{}.yml", "é".repeat(5_000)))]).remove(0);
        assert!(long.len() <= MAX_NAME && long.ends_with("é.yml"), "{}", long.len());
        // As many of one name as an archive may have entries.
        assert_eq!(names(vec![file("a.yml"); 100_000]).len(), 100_000);
    }
}
