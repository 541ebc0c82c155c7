//! Indicators of compromise: addresses, networks, domains, URLs, hashes and mail addresses that somebody has listed.
//!
//! [`read`] takes lists in the formats in which they are published, [`set`] keeps a million of them and more in little
//! memory, [`find`] holds an event against them. What is known to be harmless (a warninglist) is left out of the hits and
//! counted; lists that name the own house (watchlists) become placeholders of rules. Every line was written by somebody
//! else: what would hit everything, or nothing, is refused by name.

mod find;
mod read;
mod reference;
mod set;
#[cfg(test)]
mod tests;
mod value;

pub use find::{Found, Scratch as IndicatorScratch};
pub use read::{ListFile, ListRefusal, ListReport, Lists, Role};
pub use reference::{explain_indicator, named as named_indicator};
pub use set::{Answer, INDICATOR_RULE, INDICATOR_TITLE, Finder, IndicatorHit, Indicators};
pub use value::Kind;
