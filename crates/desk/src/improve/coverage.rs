//! What the rules look for, by ATT&CK tactic and technique. What is there and blind (no events, switched off) is said.

use db::{Sql, values};
use sea_orm::FromQueryResult;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

use super::list::Standing;
use super::{fired, telemetry};
use crate::{Desk, Problem};

/// Which part of ATT&CK the rules look for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleCoverage {
    /// The tactics that rules name, by name.
    pub tactics: Vec<TacticCoverage>,
    /// Rules without a technique.
    pub untagged: i64,
}

/// A tactic.
#[derive(Debug, Serialize, ToSchema)]
pub struct TacticCoverage {
    /// Its name as a tag has it: `initial-access`. Empty for techniques of rules that name no tactic.
    pub tactic: String,
    /// Over all of its rules, each once.
    pub sum: Coverage,
    /// Its techniques, by number. A rule with several tactics and techniques counts for each pair.
    pub techniques: Vec<TechniqueCoverage>,
}

/// A technique or sub-technique.
#[derive(Debug, Serialize, ToSchema)]
pub struct TechniqueCoverage {
    /// `T1059.001`.
    pub technique: String,
    /// Its rules.
    pub sum: Coverage,
}

/// What a number of rules comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// Rules.
    pub rules: i64,
    /// Those of them that are switched on.
    pub enabled: i64,
    /// Those that run and whose events come in.
    pub seeing: i64,
    /// Matches in the last 30 days.
    pub fired: i64,
}

impl Coverage {
    fn add(&mut self, one: Coverage) {
        self.rules += one.rules;
        self.enabled += one.enabled;
        self.seeing += one.seeing;
        self.fired += one.fired;
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    product: String,
    service: String,
    category: String,
    tags: String,
    enabled: bool,
}

/// Adds up.
pub(super) async fn coverage(desk: &Desk) -> Result<RuleCoverage, Problem> {
    let standing = Standing::of(desk).await?;
    let month: HashMap<String, i64> = fired::month(desk.db.reader(), desk.now()).await?;
    let text = "SELECT id, product, service, category, tags, enabled FROM rules WHERE present = $1";
    let rows: Vec<Row> = desk.db.reader().rows(text, values![true]).await?;
    let mut tactics: BTreeMap<String, (Coverage, BTreeMap<String, Coverage>)> = BTreeMap::new();
    let mut untagged = 0;
    for row in rows {
        let tags: Vec<String> = serde_json::from_str(&row.tags).map_err(|error| Problem::internal(&error))?;
        let seen = telemetry::seen(&standing.received, &telemetry::wanted(&row.product, &row.service, &row.category));
        let one = Coverage {
            rules: 1,
            enabled: i64::from(row.enabled),
            seeing: i64::from(row.enabled && seen && standing.runs(&row.id)),
            fired: month.get(&row.id).copied().unwrap_or(0),
        };
        let (named, techniques) = attack(&tags);
        untagged += i64::from(techniques.is_empty());
        for tactic in if named.is_empty() && !techniques.is_empty() { vec![String::new()] } else { named } {
            let (sum, by_technique) = tactics.entry(tactic).or_default();
            sum.add(one);
            techniques.iter().for_each(|technique| by_technique.entry(technique.clone()).or_default().add(one));
        }
    }
    let tactic = |(tactic, (sum, techniques)): (String, (Coverage, BTreeMap<String, Coverage>))| TacticCoverage {
        tactic,
        sum,
        techniques: techniques.into_iter().map(|(technique, sum)| TechniqueCoverage { technique, sum }).collect(),
    };
    Ok(RuleCoverage { tactics: tactics.into_iter().map(tactic).collect(), untagged })
}

/// Tactics and techniques among tags, each once. Older rules write tactics with underscores.
fn attack(tags: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut tactics, mut techniques) = (Vec::new(), Vec::new());
    for tag in tags.iter().filter_map(|tag| tag.strip_prefix("attack.")) {
        let is_technique = tag.strip_prefix('t').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let tactic = tag.replace('_', "-");
        let (list, name) = if is_technique {
            (&mut techniques, tag.to_uppercase())
        } else if detect::TACTICS.contains(&tactic.as_str()) {
            (&mut tactics, tactic)
        } else {
            continue;
        };
        if !list.contains(&name) {
            list.push(name);
        }
    }
    (tactics, techniques)
}

#[cfg(test)]
mod tests {
    use super::attack;

    #[test]
    fn tactics_and_techniques_are_told_apart_from_groups_and_software() {
        let tags = ["attack.t1059.001", "attack.initial_access", "attack.initial-access", "attack.g0016", "attack.s0002", "cve.2021-1", "attack.t1059.001"];
        let tags = tags.map(str::to_owned);
        assert_eq!(attack(&tags), (vec!["initial-access".to_owned()], vec!["T1059.001".to_owned()]));
    }
}
