//! Rules while the floor runs: what is stored of them, which are in force, how a set is swapped for the next one.
//!
//! A rule comes in a file of a source: the one that this program was started with (the built-in rules or a folder), or
//! an import. The files are stored as they came, so that collections and filters keep their meaning; of each rule a row
//! says what a person asks for, and every text that it ever had is kept.
//!
//! A change is made off to the side: the next set is compiled from the stored files, the change is committed with its
//! journal entries, and then the set in force is exchanged at once. A batch of events meets one set, the old or the new.

mod api;
mod budget;
mod compare;
mod correlation;
mod coverage;
mod detail;
mod files;
mod filter;
mod fired;
mod import;
mod list;
mod noted;
mod set;
mod start;
mod state;
mod telemetry;

#[cfg(test)]
mod tests;

pub use api::{import_routes, routes};
pub use budget::{BUDGET_NOTICE, CHEAP, Spent, hold_to_state, hold_to_time};
pub use compare::{Changes, RuleEntry, RuleFinding, RuleRefusal, changes};
pub use correlation::{NamedRule, RuleCorrelation};
pub(crate) use correlation::asked;
pub use detail::{RuleDetail, RuleSample, Strategy};
pub use files::{Base, Pack};
pub use fired::Firing;
pub(crate) use fired::{Firings, record as record_firings};
pub use import::{Import, ImportReport, Removal, import, remove, rule_files};
pub use filter::RuleQuery;
pub use list::RuleRow;
pub use start::{Opening, renew, start};
pub use state::{disable, enable};
pub use telemetry::{FILED, MAX_PAIRS, log_sources};

use crate::triage::words;
use arc_swap::ArcSwap;
use detect::Setting;
use model::{LogSource, Timestamp};
use std::sync::{Arc, Mutex};

words! {
    /// Whether a rule runs.
    RuleState {
        /// It does.
        Enabled = "enabled",
        /// Somebody has switched it off.
        Disabled = "disabled",
    }
}

/// The stream of the journal in which rules stand.
const STREAM: &str = "rules";

/// Changes of rules happen one after the other, whoever makes them.
const ONE: &str = "rules";

/// Bytes of a rule's id. It is the key of records, and a part of addresses.
pub const MAX_ID: usize = 512;

/// Bytes of the name of a source.
pub const MAX_SOURCE: usize = 64;

/// Bytes of a reason.
pub const MAX_REASON: usize = 2_000;

/// The name under which the journal knows a rule.
pub fn object(id: &str) -> String {
    format!("rule:{id}")
}

/// What is kept in memory beside the set in force. Cheap to clone.
#[derive(Clone, Default)]
pub struct Rulebook {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Held from reading what is stored until the new set is in force, so that sets come into force in the order of
    /// their commits.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// What rules name and do not carry; which of them are off is not said here.
    setting: ArcSwap<Setting>,
    /// What of the stored files does not load.
    refused: ArcSwap<Vec<RuleRefusal>>,
    /// The log sources of the events so far, and when that was asked.
    received: Mutex<Option<(Timestamp, Arc<Vec<LogSource>>)>>,
}

/// Whose turn it is to change the set in force.
type Turn = tokio::sync::OwnedMutexGuard<()>;

impl Rulebook {
    /// Waits until nobody else changes the set in force.
    async fn turn(&self) -> Turn {
        self.inner.turn.clone().lock_owned().await
    }

    /// What rules are compiled for.
    fn setting(&self) -> Arc<Setting> {
        self.inner.setting.load_full()
    }

    /// What of the stored files does not load, in the order of the files.
    pub fn refused(&self) -> Arc<Vec<RuleRefusal>> {
        self.inner.refused.load_full()
    }
}
