//! What a correlation needs of an event that a rule has matched: the values of a few fields, nothing else.

use super::{Book, Correlation};
use crate::rule::view::Views;
use crate::ruleset::RuleSet;
use model::Event;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Values of one field that are looked at; an event that has more is in no more groups.
const MAX_MEMBERS: usize = 16;
/// Bytes of a value; of a longer one its beginning stands with its hash, so that different ones stay different.
const MAX_VALUE: usize = 256;

/// A match, as correlations see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Index of the rule in the set.
    pub rule: u32,
    /// For each of the rule's columns the values that the event has in it, as they stand there.
    pub values: Vec<Vec<String>>,
}

impl RuleSet {
    /// The correlations, in the order of their files.
    pub fn correlations(&self) -> &[Correlation] {
        &self.book.list
    }

    /// The correlation of an id.
    pub fn find_correlation(&self, id: &str) -> Option<&Correlation> {
        self.book.list.iter().find(|correlation| correlation.rule.reference.id == id)
    }

    /// Whether a match of this rule is an alert. A rule that correlations name is food for them and nothing more,
    /// unless one of them says `generate`.
    pub fn alerts(&self, rule: u32) -> bool {
        !self.book.silent.contains(&rule)
    }

    /// Appends what correlations need to know of an event that these rules have matched.
    pub fn facts(&self, event: &Event, matched: &[u32], out: &mut Vec<Fact>) {
        if self.book.columns.is_empty() {
            return;
        }
        for rule in matched {
            if let Some(columns) = self.book.columns.get(rule) {
                let values = columns.iter().map(|view| values(&self.book.views, *view, event)).collect();
                out.push(Fact { rule: *rule, values });
            }
        }
    }

    /// Whether this can be a fact of this set: it may come out of a process that a hostile file has taken over.
    pub fn is_possible(&self, fact: &Fact) -> bool {
        let longest = MAX_VALUE + 64;
        self.book.columns.get(&fact.rule).is_some_and(|columns| columns.len() == fact.values.len())
            && fact.values.iter().all(|values| values.len() <= MAX_MEMBERS && values.iter().all(|value| value.len() <= longest))
    }
}

impl Book {
    /// Whether there is anything to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The values of a field; null is none.
fn values(views: &Views, view: u32, event: &Event) -> Vec<String> {
    let mut out = Vec::new();
    let Some(field) = views.field_in(view, event) else { return out };
    let mut buffer = String::new();
    for value in event.values(field) {
        if out.len() >= MAX_MEMBERS {
            break;
        }
        out.extend(value.text(&mut buffer).map(bounded));
    }
    out
}

fn bounded(text: &str) -> String {
    if text.len() <= MAX_VALUE {
        return text.to_owned();
    }
    let start = text.get(..text.floor_char_boundary(MAX_VALUE / 2)).unwrap_or_default();
    let digest = Sha256::digest(text.as_bytes());
    format!("{start}… (SHA-256 {})", crate::read::load::hexadecimal(&digest[..16]))
}
