//! The rows of rules: what a compiled set has is noted, what it has no more is noted as gone, and both are journalled.

use db::{DbError, Entry, Sql, Tx, storable, values};
use model::Name;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use std::collections::HashMap;

use super::set::Found;
use super::{STREAM, object};
use crate::Problem;
use crate::triage::{keep_text, tuples};

/// Bytes of the text that the search looks through.
const MAX_WORDS: usize = 8 * 1024;

/// Rows in one statement.
const AT_ONCE: usize = 200;

#[derive(FromQueryResult)]
struct Known {
    id: String,
    source: String,
    file: String,
    revision: String,
    present: bool,
}

/// Brings the rows to what was found. Rules that are gone keep their row, their texts and whether they were switched
/// off: one that comes back is as it was left.
pub(super) async fn note(tx: &mut Tx, found: &[Found]) -> Result<(), Problem> {
    let known: Vec<Known> =
        tx.conn().rows("SELECT id, source, file, revision, present FROM rules", values![]).await?;
    let mut known: HashMap<String, Known> = known.into_iter().map(|row| (row.id.clone(), row)).collect();
    let (mut fresh, mut texts) = (Vec::new(), Vec::new());
    for rule in found {
        match known.remove(&rule.rule.reference.id) {
            None => {
                tx.journal(entry(rule, "rule.add", None)).await?;
                fresh.push(rule);
                texts.push(rule);
            }
            Some(row) if row.is(rule) => {}
            Some(row) => {
                let action = if row.present { "rule.change" } else { "rule.add" };
                tx.journal(entry(rule, action, Some(&row))).await?;
                change(tx, rule).await?;
                texts.push(rule);
            }
        }
    }
    insert(tx, &fresh).await?;
    keep_texts(tx, &texts).await?;
    let mut gone: Vec<Known> = known.into_values().filter(|row| row.present).collect();
    gone.sort_by(|a, b| a.id.cmp(&b.id));
    for row in &gone {
        let text = "UPDATE rules SET present = $2, version = version + 1, updated_at = $3 WHERE id = $1";
        let now = tx.context().now.nanos();
        tx.conn().run(text, values![row.id.as_str(), false, now]).await?;
        let before = Some(serde_json::json!({"source": row.source, "file": row.file, "revision": row.revision}));
        let entry =
            Entry { stream: STREAM, object: object(&row.id), action: "rule.remove", before, after: None, reason: None };
        tx.journal(entry).await?;
    }
    Ok(())
}

impl Known {
    fn is(&self, rule: &Found) -> bool {
        self.present
            && self.revision == rule.rule.reference.version
            && self.source == rule.source
            && self.file == storable(&rule.rule.file)
    }
}

fn entry(found: &Found, action: &'static str, before: Option<&Known>) -> Entry {
    let reference = &found.rule.reference;
    let before = before.map(|row| serde_json::json!({"source": row.source, "file": row.file, "revision": row.revision}));
    let after = serde_json::json!({
        "title": keep_text(&reference.title), "level": reference.level, "revision": reference.version,
        "source": found.source, "file": found.rule.file,
    });
    Entry { stream: STREAM, object: object(&reference.id), action, before, after: Some(after), reason: None }
}

/// What a row says of the rule itself, in the order of [`COLUMNS`].
const COLUMNS: &str = "source, file, revision, title, level, status, product, service, category, tags, correlation, words";

fn columns(found: &Found) -> Vec<Value> {
    let (rule, reference) = (&found.rule, &found.rule.reference);
    let text = |text: &str| storable(text).into_owned();
    let category = rule.log_source.categories().next().unwrap_or(Name::NONE);
    let tags: Vec<String> = reference.tags.iter().map(|tag| tag.to_lowercase()).collect();
    values![
        found.source.as_str(),
        text(&rule.file),
        reference.version.as_str(),
        keep_text(&reference.title),
        i64::from(reference.level.rank()),
        rule.status.as_deref().map(text),
        text(rule.log_source.product.as_str()),
        text(rule.log_source.service.as_str()),
        text(category.as_str()),
        text(&serde_json::to_string(&tags).unwrap_or_default()),
        found.correlation.as_ref().map(|asked| text(&serde_json::to_string(asked).unwrap_or_default())),
        text(&words(found)),
    ]
}

/// What the search looks through, in lower case.
fn words(found: &Found) -> String {
    let (rule, reference) = (&found.rule, &found.rule.reference);
    let log_source = rule.log_source.to_string();
    let parts = [reference.title.as_str(), &reference.id, &rule.file, &log_source];
    let parts = parts.into_iter().chain(reference.tags.iter().map(String::as_str));
    let parts = parts.chain(found.correlation.as_ref().map(|asked| asked.kind.as_str()));
    let parts = parts.chain(rule.author.as_deref()).chain(rule.description.as_deref());
    let mut words = String::new();
    for part in parts {
        let part = part.to_lowercase();
        if words.len() + part.len() < MAX_WORDS {
            words.push_str(&part);
            words.push('\n');
        }
    }
    words
}

const INSERTED: usize = 18;

async fn insert(tx: &Tx, fresh: &[&Found]) -> Result<(), DbError> {
    let now = tx.context().now.nanos();
    for chunk in fresh.chunks(AT_ONCE) {
        let mut bound = Vec::with_capacity(chunk.len() * INSERTED);
        for found in chunk {
            bound.extend(values![found.rule.reference.id.as_str()]);
            bound.extend(columns(found));
            bound.extend(values![1i64, true, true, now, now]);
        }
        let places = tuples(tx.conn().get_database_backend(), chunk.len(), INSERTED);
        let text = format!("INSERT INTO rules (id, {COLUMNS}, version, present, enabled, created_at, updated_at) VALUES {places}");
        tx.conn().run(&text, bound).await?;
    }
    Ok(())
}

async fn change(tx: &Tx, found: &Found) -> Result<(), DbError> {
    let every = COLUMNS.split(", ").chain(["present", "updated_at"]);
    let set: Vec<String> = every.zip(2..).map(|(column, place)| format!("{column} = ${place}")).collect();
    let text = format!("UPDATE rules SET {}, version = version + 1 WHERE id = $1", set.join(", "));
    let mut bound = values![found.rule.reference.id.as_str()];
    bound.extend(columns(found));
    bound.extend(values![true, tx.context().now.nanos()]);
    tx.conn().run(&text, bound).await.map(drop)
}

/// Keeps the text of each rule; one that it had before is there already.
async fn keep_texts(tx: &Tx, texts: &[&Found]) -> Result<(), Problem> {
    let ctx = tx.context().clone();
    for chunk in texts.chunks(AT_ONCE) {
        let mut bound = Vec::with_capacity(chunk.len() * 7);
        for found in chunk {
            let reference = &found.rule.reference;
            let detail = serde_json::to_string(&found.detail()).map_err(|error| Problem::internal(&error))?;
            bound.extend(values![
                reference.id.as_str(),
                reference.version.as_str(),
                storable(&found.rule.text).into_owned(),
                storable(&detail).into_owned(),
                ctx.now.nanos(),
                ctx.actor.user.map(|user| user.to_string()),
                storable(&ctx.actor.name).into_owned(),
            ]);
        }
        let text = format!(
            "INSERT INTO rule_versions (rule, revision, text, detail, added_at, author, author_name) VALUES {} \
             ON CONFLICT (rule, revision) DO NOTHING",
            tuples(tx.conn().get_database_backend(), chunk.len(), 7)
        );
        tx.conn().run(&text, bound).await?;
    }
    Ok(())
}
