//! Which log sources a floor has received, so that rules without any event can be named.

use lake::Lake;
use model::{LogSource, Name, Timestamp};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::{Desk, Problem};

/// Pairs that one floor can have; more than Sigma knows.
pub const MAX_PAIRS: usize = 10_000;
/// What an event is filed under: its product, and its service, first category or both.
pub const FILED: &str = "SELECT DISTINCT _product AS product, _class AS class FROM events";
/// Sysmon files an event under the general category and means a particular one too, which the store does not keep.
const REGISTRY: [&str; 4] = ["registry_add", "registry_delete", "registry_set", "registry_rename"];
/// How long an answer is good: the question goes over every event.
const FRESH: Duration = Duration::from_secs(60);

/// The log sources that an event filed so may have had. A class of one word is a service or a category.
pub fn log_sources(product: &str, class: &str) -> Vec<LogSource> {
    let of = |service: &str| LogSource::new(Name::of(product), Name::of(service));
    let (services, category) = match class.split_once('/') {
        Some((service, category)) => (vec![service], category),
        None => (vec![class, ""], class),
    };
    let particular = if category == "registry_event" { &REGISTRY[..] } else { &[] };
    let mut sources = Vec::new();
    for service in services {
        let named = of(service).with_category(Name::of(category));
        sources.push(named);
        sources.extend(particular.iter().map(|more| named.with_category(Name::of(more))));
    }
    sources
}

/// The log sources of the events that the floor holds, as of a minute ago or less.
pub(super) async fn received(desk: &Desk) -> Result<Arc<Vec<LogSource>>, Problem> {
    let now = desk.now();
    let fresh = |asked: Timestamp| asked <= now && now.since(asked) < FRESH;
    let known = desk.rulebook.inner.received.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, sources)) = known.as_ref().filter(|(asked, _)| fresh(*asked)) {
        return Ok(sources.clone());
    }
    let sources = match (ask(&desk.lake).await, known) {
        (Ok(sources), _) => Arc::new(sources),
        // What was there before is better than no list of rules at all.
        (Err(problem), Some((_, sources))) => {
            tracing::warn!(%problem, "the log sources that have come in could not be counted");
            sources
        }
        (Err(problem), None) => return Err(problem),
    };
    let answer = Some((now, sources.clone()));
    *desk.rulebook.inner.received.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    Ok(sources)
}

async fn ask(lake: &Lake) -> Result<Vec<LogSource>, Problem> {
    let table = lake.sql(FILED, MAX_PAIRS).await.map_err(crate::investigate::lake_problem)?;
    let table = serde_json::to_value(&table).map_err(|error| Problem::internal(&error))?;
    let rows = table["rows"].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    Ok(rows.iter().flat_map(|row| log_sources(&text(&row[0]), &text(&row[1]))).collect())
}

/// Whether any event that has come in is one that a rule for `wanted` looks at.
pub(super) fn seen(received: &[LogSource], wanted: &LogSource) -> bool {
    received.iter().any(|source| source.satisfies(wanted))
}

/// The log source of a rule out of its three words.
pub(super) fn wanted(product: &str, service: &str, category: &str) -> LogSource {
    LogSource::new(Name::of(product), Name::of(service)).with_category(Name::of(category))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_event_is_filed_under_says_which_rules_look_at_it() {
        let looks = |class: &str, rule: LogSource| seen(&log_sources("windows", class), &rule);
        let rule = |service: &str, category: &str| wanted("windows", service, category);
        assert!(looks("sysmon/registry_event", rule("", "registry_set")) && looks("sysmon/registry_event", rule("sysmon", "")));
        assert!(looks("security", rule("security", "")) && looks("dns", rule("", "dns")));
        assert!(!looks("security", rule("sysmon", "")) && !looks("sysmon/file_event", rule("", "registry_set")));
    }
}
