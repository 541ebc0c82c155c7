//! Indicators in records: what is found of a set, and where.

use crate::examine::affordable;
use detect::{Finder, Found, IndicatorScratch};
use model::{Event, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An indicator that a record has. What the lists say of it, only the side that read them knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The record: EVTX's own number, else the place in its file, from 1.
    pub record: u64,
    /// Event time.
    pub time: Timestamp,
    /// Place of the indicator in the set.
    pub entry: u32,
    /// The field in which it stands.
    pub field: String,
    /// What stands there; empty where its chunk has more values than may be told.
    pub value: String,
    /// Host, where the event names one.
    pub host: Option<String>,
    /// Account, where the event names one.
    pub user: Option<String>,
}

/// Sightings of one chunk that are told.
const MAX_SIGHTINGS: usize = 20_000;

/// Holds records against a set, with buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    finder: Arc<Finder>,
    scratch: IndicatorScratch,
    found: Vec<Found>,
    sightings: Vec<Sighting>,
    untold: u64,
}

impl Sightings {
    pub fn set(&mut self, finder: Arc<Finder>) {
        self.finder = finder;
    }

    pub fn finder(&self) -> &Arc<Finder> {
        &self.finder
    }

    pub fn take(&mut self) -> Vec<Sighting> {
        std::mem::take(&mut self.sightings)
    }

    pub fn untold(&mut self) -> u64 {
        std::mem::take(&mut self.untold)
    }

    /// `budget` is how many bytes of texts may still be told.
    pub fn look(&mut self, event: &Event, record: u64, budget: &mut usize) {
        self.finder.find(event, &mut self.scratch, &mut self.found);
        for found in self.found.drain(..) {
            if self.sightings.len() >= MAX_SIGHTINGS {
                self.untold += 1;
                continue;
            }
            let value = if *budget == 0 { String::new() } else { found.value };
            *budget = budget.saturating_sub(value.len());
            let (host, user) = affordable(event, budget);
            self.sightings.push(Sighting {
                record,
                time: event.time,
                entry: found.entry,
                field: found.field.name().to_owned(),
                value,
                host,
                user,
            });
        }
    }
}
