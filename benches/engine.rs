//! The rule engine alone: a line of JSON to its matches, in process and in one thread, beside a second engine.

mod curve;
mod lanes;
mod memory;
mod sides;

use crate::corpus::Shared;
use crate::report::Report;
use detect::{RuleFile, RuleSet};
use sides::{Floor, Ours, Peer, Side};
use std::collections::BTreeMap;

pub use lanes::Lane;
pub use memory::child;
pub use sides::timed;

const RUNS: usize = 3;
/// Rules whose counts differ that are named.
const NAMED: usize = 40;

pub fn measure(report: &mut Report) {
    let shared = match Shared::find() {
        Ok(shared) => shared,
        Err(place) => return report.skip(format!("the engine on captured events with SigmaHQ's rules: no data at {}", place.display())),
    };
    println!("engine: building the lanes");
    let files = sigma_rules(&shared);
    let rules = load(report, &files);
    let folder = tempfile::tempdir().unwrap();
    let short = Lane::short(&shared, folder.path());
    let long = Lane::long(&shared);
    for lane in [&short, &long] {
        compare(report, lane, &rules);
        memory::measure(report, lane);
    }
    curve::measure(report, &short, &rules);
}

/// Times how long both engines take to load the rules, in turns; gives back the rules.
fn load(report: &mut Report, files: &[RuleFile]) -> RuleSet {
    let (rules, refused) = RuleSet::compile(files.to_vec());
    let [mut ours, mut peers] = [(); 2].map(|()| (Vec::new(), Vec::new()));
    for _ in 0..RUNS {
        let files = files.to_vec();
        sides::taken(&mut ours, || RuleSet::compile(files));
        sides::taken(&mut peers, || Peer::new(&rules, false));
    }
    for (name, (wall, cpu)) in [("watchfloor", ours), ("rsigma-eval", peers)] {
        let note = format!("{} rules, {} refused; time that passed", rules.rules().len(), refused.refused.len());
        report.add(format!("engine/load {name}"), "s", wall, note);
        report.add(format!("engine/load {name} processor"), "cpu-s", cpu, "the same, of all threads together");
    }
    rules
}

/// The 3,141 rules of SigmaHQ's main folder.
fn sigma_rules(shared: &Shared) -> Vec<RuleFile> {
    shared.rules().into_iter().filter(|file| file.name.starts_with("rules/")).collect()
}

/// Alternates the sides on a lane; then holds the matches of both engines against each other.
fn compare(report: &mut Report, lane: &Lane, rules: &RuleSet) {
    let sources = sides::sources(lane);
    let mut sides: Vec<(&str, Box<dyn Side + '_>)> = vec![
        ("watchfloor", Box::new(Ours::new(Some(rules)))),
        ("parse only", Box::new(Ours::new(None))),
        ("rsigma-eval routed", Box::new(Peer::new(rules, true))),
        ("rsigma-eval", Box::new(Peer::new(rules, false))),
        ("serde_json", Box::new(Floor)),
        ("forgetful", Box::new(Ours::forgetful(rules))),
    ];
    let mut seconds = vec![Vec::new(); sides.len()];
    let mut counts = vec![BTreeMap::new(); sides.len()];
    for _ in 0..RUNS {
        for (at, (_, side)) in sides.iter_mut().enumerate() {
            counts[at].clear();
            seconds[at].push(sides::timed(|| side.run(lane, &sources, &mut counts[at])));
        }
    }
    let corpus = format!("{} events of {} bytes, {} rules", lane.events, lane.bytes.len() / lane.events, rules.rules().len());
    for ((name, _), (runs, counts)) in sides.iter().zip(seconds.iter().zip(&counts)) {
        let rates = runs.iter().map(|seconds| lane.events as f64 / seconds).collect();
        report.add(format!("engine/{} {name}", lane.name), "events/cpu-s", rates, format!("{corpus}, {} matches", counts.values().sum::<u64>()));
    }
    for (at, name) in [(2, "rsigma-eval routed"), (3, "rsigma-eval"), (1, "parse only")] {
        for (own, kind) in [(0, ""), (5, "forgetful ")] {
            let ratios = seconds[own].iter().zip(&seconds[at]).map(|(own, other)| other / own).collect();
            report.add(format!("engine/{} {kind}to {name}", lane.name), "times", ratios, "run by run");
        }
    }
    let micros = seconds[0].iter().zip(&seconds[1]).map(|(whole, parse)| (whole - parse) / lane.events as f64 * 1e6).collect();
    report.add(format!("engine/{} match", lane.name), "us/event", micros, "the first less parse only");
    let differing = differences(rules, &counts[0], &counts[2]);
    let rules = differing.len();
    report.add(format!("engine/{} differing rules", lane.name), "rules", vec![rules as f64], "counts of both engines, routed, named above");
}

/// Names each rule of which the two do not count the same.
fn differences(rules: &RuleSet, own: &BTreeMap<u32, u64>, other: &BTreeMap<u32, u64>) -> Vec<u32> {
    let count = |of: &BTreeMap<u32, u64>, rule: u32| of.get(&rule).copied().unwrap_or(0);
    let all: Vec<u32> = (0..rules.rules().len() as u32).filter(|rule| count(own, *rule) != count(other, *rule)).collect();
    for rule in all.iter().take(NAMED) {
        let known = &rules.rules()[*rule as usize];
        println!("  differs: {} {} here, {} there: {}", known.reference.id, count(own, *rule), count(other, *rule), known.reference.title);
    }
    all
}
