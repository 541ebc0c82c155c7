//! The indicators in force, swapped as a whole while the pipeline runs, and what warninglists have held back.

use arc_swap::ArcSwap;
use detect::{Indicators, ListReport};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What events are held against beside the rules. Shared by the pipeline and by whoever reads the lists.
#[derive(Debug, Default)]
pub struct Watching {
    current: ArcSwap<Indicators>,
    reports: ArcSwap<Vec<ListReport>>,
    harmless: Mutex<BTreeMap<String, u64>>,
}

impl Watching {
    /// Puts other indicators in force. Batches under way end with those that they began with, so that no event is held
    /// against both or neither.
    pub fn swap(&self, indicators: Indicators, reports: Vec<ListReport>) {
        self.current.store(Arc::new(indicators));
        self.reports.store(Arc::new(reports));
    }

    /// The indicators in force.
    pub fn indicators(&self) -> Arc<Indicators> {
        self.current.load_full()
    }

    /// What became of each list when those in force were read.
    pub fn reports(&self) -> Arc<Vec<ListReport>> {
        self.reports.load_full()
    }

    /// How many hits each warninglist has held back since the start.
    pub fn harmless(&self) -> BTreeMap<String, u64> {
        self.harmless.lock().unwrap_or_else(|poison| poison.into_inner()).clone()
    }

    pub(crate) fn count_harmless(&self, list: String) {
        *self.harmless.lock().unwrap_or_else(|poison| poison.into_inner()).entry(list).or_default() += 1;
    }
}
