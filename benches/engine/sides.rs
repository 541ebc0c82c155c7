//! Who is measured: our parser and engine, the other engine, and a JSON reader alone.

use super::lanes::Lane;
use crate::peer::{read, told};
use crate::report::{cpu, cpu_of_thread};
use detect::{RuleSet, Scratch};
use model::Event;
use rsigma_eval::{Engine, event::JsonEvent};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

/// The categories of each event in the other engine's words.
pub type Sources = Vec<Vec<rsigma_parser::LogSource>>;
/// Matches by rule.
pub type Counts = BTreeMap<u32, u64>;

/// One that reads a lane.
pub trait Side {
    fn run(&mut self, lane: &Lane, sources: &Sources, counts: &mut Counts);
}

/// Seconds of this thread's processor time.
pub fn timed(work: impl FnOnce()) -> f64 {
    let begun = cpu_of_thread();
    work();
    cpu_of_thread() - begun
}

/// Adds the seconds that passed and those of all processors; what was made is dropped afterwards.
pub fn taken<T>((wall, processor): &mut (Vec<f64>, Vec<f64>), work: impl FnOnce() -> T) {
    let (begun, used) = (Instant::now(), cpu(std::process::id()));
    let made = work();
    wall.push(begun.elapsed().as_secs_f64());
    processor.push(cpu(std::process::id()) - used);
    drop(made);
}

/// Asks our own parser, before anything is timed: the other engine is told for nothing.
pub fn sources(lane: &Lane) -> Sources {
    let mut event = Event::default();
    let told = lane.lines().map(|line| {
        read(line, &mut event);
        told(&event.log_source)
    });
    told.collect()
}

/// Our parser, with or without rules behind it.
pub struct Ours<'r> {
    rules: Option<&'r RuleSet>,
    scratch: Scratch,
    event: Event,
}

impl<'r> Ours<'r> {
    pub fn new(rules: Option<&'r RuleSet>) -> Ours<'r> {
        Ours { rules, scratch: Scratch::new(), event: Event::default() }
    }

    /// The same without any memory of values.
    pub fn forgetful(rules: &'r RuleSet) -> Ours<'r> {
        Ours { scratch: Scratch::forgetful(), ..Ours::new(Some(rules)) }
    }
}

impl Side for Ours<'_> {
    fn run(&mut self, lane: &Lane, _: &Sources, counts: &mut Counts) {
        let mut found = Vec::new();
        for line in lane.lines() {
            read(line, &mut self.event);
            std::hint::black_box(&self.event);
            if let Some(rules) = self.rules {
                found.clear();
                rules.matches(&self.event, &mut self.scratch, &mut found);
                found.iter().for_each(|rule| *counts.entry(*rule).or_default() += 1);
            }
        }
    }
}

/// The other engine, told the log source or not.
pub struct Peer {
    engine: Engine,
    by_id: HashMap<String, u32>,
    routed: bool,
}

impl Peer {
    pub fn new(rules: &RuleSet, routed: bool) -> Peer {
        let by_id = rules.rules().iter().zip(0..).map(|(rule, index)| (rule.reference.id.clone(), index)).collect();
        Peer { by_id, ..Peer::of(rules.rules().iter().map(|rule| rule.text.as_str()), routed) }
    }

    /// Of the rules alone, without the numbers that they have here.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>, routed: bool) -> Peer {
        let parsed: Vec<_> = texts.filter_map(|text| rsigma_parser::parse_sigma_yaml(text).ok()).flat_map(|parsed| parsed.rules).collect();
        let mut engine = Engine::new();
        engine.add_rules(&parsed);
        Peer { engine, by_id: HashMap::new(), routed }
    }
}

impl Side for Peer {
    fn run(&mut self, lane: &Lane, sources: &Sources, counts: &mut Counts) {
        let mut seen: Vec<u32> = Vec::new();
        for (line, sources) in lane.lines().zip(sources) {
            let Ok(value) = serde_json::from_slice::<Value>(line) else { continue };
            let event = JsonEvent::borrow(&value);
            seen.clear();
            let mut keep = |results: Vec<rsigma_eval::EvaluationResult>| {
                let known = results.iter().filter_map(|result| self.by_id.get(result.header.rule_id.as_deref()?));
                seen.extend(known);
            };
            if self.routed {
                sources.iter().for_each(|source| keep(self.engine.evaluate_with_logsource(&event, source)));
            } else {
                keep(self.engine.evaluate(&event));
            }
            // Of an event in several categories each rule is counted once.
            seen.sort_unstable();
            seen.dedup();
            seen.iter().for_each(|rule| *counts.entry(*rule).or_default() += 1);
        }
    }
}

/// `serde_json` values and nothing more.
pub struct Floor;

impl Side for Floor {
    fn run(&mut self, lane: &Lane, _: &Sources, _: &mut Counts) {
        lane.lines().for_each(|line| drop(std::hint::black_box(serde_json::from_slice::<Value>(line))));
    }
}
