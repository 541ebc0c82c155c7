//! Sigma rules to a compiled plan, matches and explanations.
//!
//! `detect` has no clock, no I/O, no SQL and no async. It reads rules that anyone may have written and events that
//! attackers wrote: everything is bounded, and matching takes time linear in the event.
//!
//! A rule goes [`read`] (`rsigma-parser` and checks) → [`pipeline`], where it is of another naming → [`rule`]
//! (selections, items, atoms) → [`plan`] (tables per field, conditions over hits). [`correlate`] asks about many matches
//! within a time; [`indicators`] holds events against lists of addresses, names and hashes. [`explain`] answers the same
//! question slowly, with names, values and bytes; [`lint`] says of rules what an engineer would.

mod correlate;
mod explain;
mod indicators;
mod lint;
mod pipeline;
mod plan;
mod read;
mod refusal;
mod rule;
mod ruleset;

pub use correlate::{Correlated, Correlation, Correlator, Damaged, Fact, Figures, Held, Kind as CorrelationKind, Limits, Moment};
pub use explain::{Explanation, ItemTruth, SelectionTruth, ValueTruth};
pub use lint::{Finding, LINTS, TACTICS, Weight, lint, without_telemetry};
pub use indicators::{
    explain_indicator, named_indicator, Answer, Finder, Found, INDICATOR_RULE, INDICATOR_TITLE, IndicatorHit, IndicatorScratch, Indicators, Kind, ListFile, ListRefusal, ListReport, Lists, Role,
};
pub use pipeline::{Pipeline, Pipelines};
pub use plan::{Meter, Scratch};
pub use read::{
    ArchiveError, MAX_SAMPLES, Placeholders, RuleFile, Setting, is_sample, rule_files_from_tar_zst, rule_files_from_zip,
    rules_and_samples_from_tar_zst, rules_and_samples_from_zip,
};
pub use refusal::{LoadReport, Refusal};
pub use rule::{Ads, Rule};
pub use ruleset::RuleSet;
