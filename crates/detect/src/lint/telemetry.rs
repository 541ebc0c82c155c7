//! Rules whose events nobody sends here.

use super::{Finding, about};
use crate::rule::Rule;
use model::LogSource;

/// One finding for each rule that none of these log sources satisfies: those of the events that a floor has received.
pub fn without_telemetry<'r>(rules: impl IntoIterator<Item = &'r Rule>, received: &[LogSource]) -> Vec<Finding> {
    let silent = |rule: &&Rule| !received.iter().any(|source| source.satisfies(&rule.log_source));
    let finding = |rule: &Rule| {
        about(rule, "lint.no_telemetry", "logsource:", format!("no event of {} has come in", rule.log_source))
    };
    rules.into_iter().filter(silent).map(finding).collect()
}
