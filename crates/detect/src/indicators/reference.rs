//! An indicator as the rule of an alert: what the log carries of a hit, and why it is one.

use super::value::{Kind, lax};
use super::{Answer, Finder, Found, INDICATOR_RULE, INDICATOR_TITLE, IndicatorHit, IndicatorScratch, Indicators};
use crate::explain::{Explanation, ItemTruth, SelectionTruth};
use crate::refusal::shortened;
use model::{Event, RuleRef, Timestamp};
use sha2::{Digest, Sha256};

/// What the first tag of such a rule begins with: kind and value follow.
const PREFIX: &str = "indicator.";
/// Lists that a title names.
const NAMED: usize = 3;
/// Bytes of a list's name in a tag.
const MAX_NAME: usize = 128;

impl Indicators {
    /// The rule of each indicator that was found in an event received at this time; `harmless` is told of each warninglist
    /// that holds one back. The id is the same for all, the first tag says which indicator it is.
    pub fn references(&self, found: &[Found], received: Timestamp, mut harmless: impl FnMut(String)) -> Vec<RuleRef> {
        let mut references = Vec::new();
        for one in found {
            match self.answer(one.entry, &one.value, received) {
                Answer::Hits(hits) => references.extend(reference(&hits)),
                Answer::Benign(list) => harmless(list),
                Answer::Expired => {}
            }
        }
        references
    }
}

fn reference(hits: &[IndicatorHit]) -> Option<RuleRef> {
    let first = hits.first()?;
    let mut names: Vec<&str> = hits.iter().take(NAMED).map(|hit| hit.list.as_str()).collect();
    if hits.len() > NAMED {
        names.push("…");
    }
    let mut tags = vec![format!("{PREFIX}{}:{}", first.kind.as_str(), first.value)];
    for hit in hits {
        tags.push(format!("list:{}", shortened(hit.list.clone(), MAX_NAME)));
        tags.extend(hit.confidence.map(|confidence| format!("confidence:{confidence}")));
        tags.extend(hit.expires.map(|expires| format!("expires:{expires}")));
    }
    tags.dedup();
    let digest = Sha256::digest(tags.join("\n"));
    Some(RuleRef {
        id: INDICATOR_RULE.to_owned(),
        version: crate::read::load::hexadecimal(&digest[..8]),
        title: format!(
            "{INDICATOR_TITLE}: {} ({})",
            shortened(first.value.clone(), 200),
            shortened(names.join(", "), 200)
        ),
        level: hits.iter().map(IndicatorHit::level).max()?,
        tags,
    })
}

/// The indicator that a rule's tags name: its kind's word, and its value.
pub fn named(tags: &[String]) -> Option<(&str, &str)> {
    tags.first()?.strip_prefix(PREFIX)?.split_once(':')
}

/// Why an alert by an indicator is there: the field and the bytes in which the event has it.
pub fn explain_indicator(tags: &[String], event: &Event) -> Option<Explanation> {
    let (word, value) = named(tags)?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == word)?;
    let (mut finder, mut key, mut found) = (Finder::default(), Vec::new(), Vec::new());
    // An indicator that is refused today may have been one.
    if lax(value, kind.into(), &mut key).ok()? == kind {
        finder.insert(kind.into(), &key)?;
    }
    finder.find(event, &mut IndicatorScratch::default(), &mut found);
    let found = found.into_iter().next();
    let raw = found.as_ref().and_then(|found| {
        let from = memchr::memmem::find(event.raw(), found.value.as_bytes())?;
        Some([from, from + found.value.len()])
    });
    let item = ItemTruth {
        field: found.as_ref().map(|found| found.field.name().to_owned()),
        modifiers: vec![word.to_owned()],
        pattern: value.to_owned(),
        holds: found.is_some(),
        was: None,
        slot: found.as_ref().map(|found| found.field.name().to_owned()),
        value: found.as_ref().map(|found| found.value.clone()),
        raw,
        values: Vec::new(),
    };
    let selection =
        SelectionTruth { number: 1, name: "indicator".to_owned(), holds: found.is_some(), items: vec![item] };
    Some(Explanation { condition: "indicator".to_owned(), holds: found.is_some(), selections: vec![selection] })
}
