//! What other rules would change: the report of an import, for the command line and for the service.

use detect::{Finding, Refusal, Rule};
use model::Severity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::triage::keep_text;

/// A rule by what it is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleEntry {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level.
    #[schema(value_type = String, example = "high")]
    pub level: Severity,
    /// The file that it came from; `name#2` for the second document of a file.
    pub file: String,
    /// 16 hexadecimal digits over the rule's text.
    pub version: String,
}

impl RuleEntry {
    /// What a loaded rule is known by.
    pub fn of(rule: &Rule) -> RuleEntry {
        let reference = rule.reference.clone();
        RuleEntry {
            id: reference.id,
            title: keep_text(&reference.title),
            level: reference.level,
            file: rule.file.clone(),
            version: reference.version,
        }
    }
}

/// A rule that does not load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleRefusal {
    /// The file; `name#2` for the second document of a file.
    pub name: String,
    /// Stable code such as `rule.modifier_unknown`.
    pub code: String,
    /// Line of the file, from 1, where it is known.
    pub line: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl From<&Refusal> for RuleRefusal {
    fn from(refusal: &Refusal) -> Self {
        RuleRefusal {
            name: refusal.name.clone(),
            code: refusal.code.to_owned(),
            line: refusal.line,
            message: refusal.message.clone(),
            remedy: refusal.remedy.to_owned(),
        }
    }
}

/// `name:line: code: message remedy`, in one line.
impl std::fmt::Display for RuleRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))?;
        write!(f, ": {}: {} {}", self.code, self.message, self.remedy)
    }
}

/// One thing to say about a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleFinding {
    /// Stable code: `lint.…`, or `rule.…` for what does not load.
    pub code: String,
    /// `note`, `warning` or `error`.
    pub severity: String,
    /// The file as it was named.
    pub file: String,
    /// Line, from 1, where it is known.
    pub line: Option<u32>,
    /// The rule's title, where it has one.
    pub title: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl From<&Finding> for RuleFinding {
    fn from(finding: &Finding) -> Self {
        RuleFinding {
            code: finding.code.to_owned(),
            severity: finding.severity.as_str().to_owned(),
            file: finding.file.clone(),
            line: finding.line,
            title: finding.title.clone(),
            message: finding.message.clone(),
            remedy: finding.remedy.to_owned(),
        }
    }
}

/// How one set of rules differs from another, each list by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Rules that were not there.
    pub added: Vec<RuleEntry>,
    /// Rules that have another text.
    pub changed: Vec<RuleEntry>,
    /// Rules that are gone.
    pub removed: Vec<RuleEntry>,
    /// How many are as they were.
    pub unchanged: usize,
}

/// By id; a rule is changed if its text is.
pub fn changes(
    before: impl IntoIterator<Item = RuleEntry>,
    after: impl IntoIterator<Item = RuleEntry>,
) -> Changes {
    let by_id = |entry: RuleEntry| (entry.id.clone(), entry);
    let mut before: BTreeMap<String, RuleEntry> = before.into_iter().map(by_id).collect();
    let after: BTreeMap<String, RuleEntry> = after.into_iter().map(by_id).collect();
    let mut changes = Changes::default();
    for (id, entry) in after {
        match before.remove(&id) {
            None => changes.added.push(entry),
            Some(known) if known.version != entry.version => changes.changed.push(entry),
            Some(_) => changes.unchanged += 1,
        }
    }
    changes.removed = before.into_values().collect();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_known_by_its_id_and_its_text() {
        let entry = |id: &str, version: &str| RuleEntry {
            id: id.into(),
            title: id.to_uppercase(),
            level: Severity::High,
            file: format!("{id}.yml"),
            version: version.into(),
        };
        let found = changes(
            [entry("same", "1"), entry("other", "1"), entry("gone", "1")],
            [entry("same", "1"), entry("other", "2"), entry("new", "1")],
        );
        assert_eq!(found.added, [entry("new", "1")]);
        assert_eq!(found.changed, [entry("other", "2")]);
        assert_eq!((found.removed, found.unchanged), (vec![entry("gone", "1")], 1));
    }
}
