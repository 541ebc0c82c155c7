//! Sigma rules to a compiled plan, matches and explanations.
//!
//! `detect` has no clock, no I/O, no SQL and no async. It reads rules that anyone may have written and events that
//! attackers wrote: everything is bounded, and matching takes time linear in the event.
//!
//! A rule goes [`load`] (`rsigma-parser` and checks) → [`rule`] (selections, items, [`atom`]s) → [`plan`] (tables per
//! field, conditions over hits). [`explain`] answers the same question slowly, with names, values and bytes.

mod ads;
mod archive;
mod atom;
mod collection;
mod condition;
mod draft;
mod encode;
mod explain;
mod filters;
mod fold;
mod item;
mod lint;
mod load;
mod locate;
mod outline;
mod pattern;
mod placeholder;
mod plan;
mod refusal;
mod rule;
mod ruleset;
mod taxonomy;
mod time_part;
mod view;
mod yaml;

pub use ads::Ads;
pub use archive::{ArchiveError, rule_files_from_tar_zst, rule_files_from_zip};
pub use explain::{Explanation, ItemTruth, SelectionTruth, ValueTruth};
pub use lint::{Finding, LINTS, TACTICS, Weight, lint, without_telemetry};
pub use load::{RuleFile, Setting};
pub use placeholder::Placeholders;
pub use plan::Scratch;
pub use refusal::{LoadReport, Refusal};
pub use rule::Rule;
pub use ruleset::RuleSet;
