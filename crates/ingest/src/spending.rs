//! What rules cost: some of the events are timed, and what their conditions took is taken for all; and correlations tell
//! what they remember.

use desk::Desk;
use desk::improve::{self, Spent};
use detect::{Figures, Held, Meter, RuleSet};
use rustc_hash::FxHashMap;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// One event of so many is timed, on average. Which one nobody outside can tell.
const SAMPLE: u64 = 32;
/// How often rules are held to their budget.
const EVERY: Duration = Duration::from_secs(10);
/// Looks in a row at which a correlation must be over its budget.
const LOOKS: u32 = 2;

/// What rules cost, as far as it is known.
#[derive(Debug, Default)]
pub struct Spending {
    /// What they took since it was last taken, by their ids.
    time: Mutex<HashMap<String, Spent>>,
    state: Mutex<Remembered>,
}

/// What the correlations remember.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    /// All of them together.
    pub figures: Figures,
    /// Bytes that they may take together.
    pub limit: u64,
    /// Each of them, by its id.
    pub held: HashMap<String, Held>,
}

/// What a rule may cost.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Percent of one processor that its condition may take.
    pub time_percent: f64,
    /// Percent of what correlations may remember together that one of them may hold once there is no more room.
    pub state_percent: f64,
}

impl Spending {
    fn add(&self, rules: &RuleSet, sample: &FxHashMap<u32, (u64, u64)>) {
        let mut all = self.time.lock().unwrap_or_else(|poison| poison.into_inner());
        for (rule, (nanos, asked)) in sample {
            let Some(rule) = rules.rules().get(*rule as usize) else { continue };
            let spent = all.entry(rule.reference.id.clone()).or_default();
            spent.time += Duration::from_nanos(nanos.saturating_mul(SAMPLE));
            spent.asked += asked.saturating_mul(SAMPLE);
        }
    }

    /// What the correlations remember, as of a second ago.
    pub fn remembered(&self) -> Remembered {
        self.state.lock().unwrap_or_else(|poison| poison.into_inner()).clone()
    }

    pub(crate) fn remember(&self, remembered: Remembered) {
        *self.state.lock().unwrap_or_else(|poison| poison.into_inner()) = remembered;
    }

    fn take(&self) -> HashMap<String, Spent> {
        std::mem::take(&mut *self.time.lock().unwrap_or_else(|poison| poison.into_inner()))
    }
}

/// Chooses events and times their rules.
pub(crate) struct Sampler {
    begun: Instant,
    random: u64,
    /// Events until the next one.
    until: u64,
    /// By rule of the set: nanoseconds, and how often it was asked.
    sample: FxHashMap<u32, (u64, u64)>,
}

impl Default for Sampler {
    fn default() -> Self {
        let random = RandomState::new().hash_one(0) | 1;
        Sampler { begun: Instant::now(), random, until: random % SAMPLE, sample: FxHashMap::default() }
    }
}

impl Meter for Sampler {
    fn now(&mut self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
    fn spent(&mut self, rule: u32, nanos: u64) {
        let (spent, asked) = self.sample.entry(rule).or_default();
        *spent += nanos;
        *asked += 1;
    }
}

impl Sampler {
    /// Whether the next event is one of those.
    pub(crate) fn is_next(&mut self) -> bool {
        if self.until > 0 {
            self.until -= 1;
            return false;
        }
        // Marsaglia's xorshift; gaps of 0 to twice the mean.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.until = self.random % (2 * SAMPLE - 1);
        true
    }

    /// Hands in what was measured with this set.
    pub(crate) fn hand_in(&mut self, rules: &RuleSet, to: &Spending) {
        if !self.sample.is_empty() {
            to.add(rules, &self.sample);
            self.sample.clear();
        }
    }
}

/// Correlations that crowd the others out.
#[derive(Debug, Default)]
struct Crowding {
    /// What each had given up at the last look.
    evicted: HashMap<String, u64>,
    /// At how many looks in a row each was over its budget.
    looks: HashMap<String, u32>,
}

impl Crowding {
    /// The correlation that holds most of those that are over their budget, and its bytes. Where nothing had to be given
    /// up there is room for all, however much one of them holds.
    fn look(&mut self, now: &Remembered, percent: f64) -> Option<(String, u64)> {
        let most = now.limit as f64 * percent / 100.0;
        // A new set counts what is given up from nought.
        let gave_up = |rule: &str, held: &Held| held.evicted > 0 && self.evicted.get(rule) != Some(&held.evicted);
        let over = now.held.iter().filter(|(rule, held)| held.bytes as f64 > most && gave_up(rule, held));
        let looks = over.map(|(rule, _)| (rule.clone(), self.looks.get(rule).map_or(1, |looks| looks.saturating_add(1))));
        self.looks = looks.collect();
        self.evicted = now.held.iter().map(|(rule, held)| (rule.clone(), held.evicted)).collect();
        let bytes = |rule: &String| now.held.get(rule).map_or(0, |held| held.bytes);
        let over = self.looks.iter().filter(|(_, looks)| **looks >= LOOKS).map(|(rule, _)| (rule.clone(), bytes(rule)));
        over.max_by_key(|(_, bytes)| *bytes)
    }
}

/// Holds rules to their budget until `stop`: of time on average over ten seconds, of state at two looks ten seconds apart.
pub async fn watch(desk: Desk, spending: Arc<Spending>, budget: Budget, stop: CancellationToken) {
    let (mut since, mut crowding) = (Instant::now(), Crowding::default());
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        let spent = spending.take();
        let elapsed = since.elapsed();
        since = Instant::now();
        if let Err(error) = improve::hold_to_time(&desk, &spent, elapsed, budget.time_percent).await {
            tracing::warn!(%error, "a rule over its budget could not be switched off; it is tried again");
        }
        let remembered = spending.remembered();
        let Some((rule, bytes)) = crowding.look(&remembered, budget.state_percent) else { continue };
        if let Err(error) = improve::hold_to_state(&desk, &rule, bytes, remembered.limit, budget.state_percent).await {
            tracing::warn!(%error, "a correlation over its budget could not be switched off; it is tried again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_one_event_in_so_many_is_timed() {
        let mut sampler = Sampler::default();
        let timed = (0..100_000).filter(|_| sampler.is_next()).count() as u64;
        let expected = 100_000 / SAMPLE;
        assert!((expected * 9 / 10..expected * 11 / 10).contains(&timed), "{timed}");
    }

    #[test]
    fn only_who_holds_too_much_while_there_is_no_room_is_over_its_budget() {
        let now = |held: &[(&str, u64, u64)]| Remembered {
            limit: 100,
            held: held.iter().map(|(rule, bytes, evicted)| ((*rule).to_owned(), Held { bytes: *bytes, evicted: *evicted })).collect(),
            ..Remembered::default()
        };
        let mut crowding = Crowding::default();
        let mut look = |held: &[(&str, u64, u64)]| crowding.look(&now(held), 50.0);
        // Much, and room for it; half, and no room for it; more, at one look and after a pause.
        for within in [("a", 90, 0), ("a", 90, 0), ("a", 50, 1), ("a", 50, 2), ("a", 51, 3), ("a", 51, 3), ("a", 51, 4)] {
            assert_eq!(look(&[within, ("b", 10, 7)]), None, "{within:?}");
        }
        let over = Some(("a".to_owned(), 52));
        assert_eq!(look(&[("a", 52, 5), ("b", 10, 8)]), over);
        // Where it could not be switched off it is the one again; under a new set it begins anew.
        assert_eq!(look(&[("a", 52, 1), ("b", 10, 0)]), over);
        assert_eq!(look(&[("a", 52, 0), ("b", 10, 0)]), None);
    }
}
