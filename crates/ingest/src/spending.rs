//! What the conditions of rules cost: some of the events are timed, and what they took is taken for all.

use desk::Desk;
use desk::improve::{self, Spent};
use detect::{Meter, RuleSet};
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

/// What rules took since it was last taken, by their ids.
#[derive(Debug, Default)]
pub struct Spending(Mutex<HashMap<String, Spent>>);

impl Spending {
    fn add(&self, rules: &RuleSet, sample: &FxHashMap<u32, (u64, u64)>) {
        let mut all = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        for (rule, (nanos, asked)) in sample {
            let Some(rule) = rules.rules().get(*rule as usize) else { continue };
            let spent = all.entry(rule.reference.id.clone()).or_default();
            spent.time += Duration::from_nanos(nanos.saturating_mul(SAMPLE));
            spent.asked += asked.saturating_mul(SAMPLE);
        }
    }

    fn take(&self) -> HashMap<String, Spent> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(|poison| poison.into_inner()))
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

/// Holds rules to their budget until `stop`: `percent` of one processor, on average over ten seconds.
pub async fn watch(desk: Desk, spending: Arc<Spending>, percent: f64, stop: CancellationToken) {
    let mut since = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        let spent = spending.take();
        let elapsed = since.elapsed();
        since = Instant::now();
        if let Err(error) = improve::hold_to_budget(&desk, &spent, elapsed, percent).await {
            tracing::warn!(%error, "a rule over its budget could not be switched off; it is tried again");
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
}
