//! The analyst's day, one folder per activity. A room holds its nouns and rules (`mod.rs`, pure), its SQL
//! (`store.rs`) and its routes (`api.rs`). Rooms call each other's public functions, never each other's tables.

pub mod access;
pub mod admin;
pub mod answers;
pub mod cases;
pub mod improve;
pub mod investigate;
pub mod jobs;
mod live;
mod problem;
pub mod triage;

pub use live::{Live, LiveEvent, Topic};
pub use problem::{Problem, ShownOnce};

use model::{Clock, Timestamp};
use std::sync::Arc;

/// What every room works with. Cheap to clone: it is the state of the HTTP routes.
#[derive(Clone)]
pub struct Desk {
    /// The records.
    pub db: db::Db,
    /// The events.
    pub lake: lake::Lake,
    /// The rules in force, for titles and explanations; swapped whole.
    pub rules: Arc<arc_swap::ArcSwap<detect::RuleSet>>,
    /// What else is known of rules in memory; starts as `Rulebook::default()`.
    pub rulebook: improve::Rulebook,
    /// What tells open consoles that something changed.
    pub live: Live,
    /// What log-ins and tokens need in memory; starts as `Gate::default()`.
    pub gate: admin::Gate,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Desk {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
