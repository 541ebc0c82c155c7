//! From files that anyone may have written to rules that are understood: archives, YAML, collections, filters,
//! placeholders, conditions. What cannot run is refused by name, and never fails the rest.

mod archive;
mod collection;
pub(crate) mod condition;
pub(crate) mod draft;
mod filters;
pub(crate) mod head;
pub(crate) mod load;
pub(crate) mod outline;
pub(crate) mod placeholder;
mod said;
pub(crate) mod yaml;

pub use archive::{
    ArchiveError, MAX_SAMPLES, is_sample, rule_files_from_tar_zst, rule_files_from_zip, rules_and_samples_from_tar_zst,
    rules_and_samples_from_zip,
};
pub use load::{RuleFile, Setting};
pub use placeholder::Placeholders;
