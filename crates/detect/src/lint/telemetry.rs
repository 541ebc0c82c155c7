//! Rules whose events nobody sends here.

use super::{Finding, about};
use crate::rule::Rule;
use model::LogSource;

/// One finding for each rule that none of these log sources satisfies: those of the events that a floor has received.
pub fn without_telemetry<'r>(rules: impl IntoIterator<Item = &'r Rule>, received: &[LogSource]) -> Vec<Finding> {
    let silent = |rule: &&Rule| !received.iter().any(|source| source.satisfies(&rule.log_source));
    rules.into_iter().filter(silent).map(|rule| about(rule, "lint.no_telemetry", "logsource:", format!("no event of {} has come in", words(&rule.log_source)))).collect()
}

/// A log source as a person says it.
fn words(source: &LogSource) -> String {
    let mut parts = vec![source.product.as_str(), source.service.as_str()];
    let categories: Vec<String> = source.categories().map(|name| name.as_str().to_owned()).collect();
    parts.extend(categories.iter().map(String::as_str));
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() { "any log source".to_owned() } else { parts.join(" / ") }
}
