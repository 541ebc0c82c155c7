//! The same answers as a second engine's, event by event, over all of the captured events. What is measured is how many
//! differ; what differs must be known, with its clause of the specification.

#[path = "../crates/dissect/tests/sigma/data.rs"]
pub mod data;
#[path = "../crates/dissect/tests/sigma/different.rs"]
mod different;
#[path = "../crates/dissect/tests/sigma/second.rs"]
pub mod second;

use crate::report::Report;
use data::{Shared, flat, records};
use detect::RuleSet;
use second::{Both, KNOWN, heading, known, without_smallest_form};

pub fn measure(report: &mut Report) {
    let Some(shared) = Shared::find() else { return report.skip("equal answers with a second engine: no public data") };
    println!("equality: all captured events with both engines");
    let (rules, _) = RuleSet::compile(shared.rules());
    let mut both = Both::new(&rules);
    for bundle in ["evtx/evtx-attack-samples.tar.zst", "sigma/regression_data.tar.zst"] {
        for (_, bytes) in shared.unpacked(bundle).into_iter().filter(|(name, _)| name.ends_with(".evtx")) {
            records(bytes).iter().filter_map(|record| flat(record)).for_each(|line| both.hold(&line));
        }
    }
    shared.each_json_lines(u64::MAX, |bytes| {
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).for_each(|line| both.hold(line));
    });
    let note = format!("{} events, {} rules", both.events, rules.rules().len());
    report.add("equality/matches", "matches", vec![both.matches as f64], &note);
    for (cause, events) in &both.causes {
        report.add(format!("equality/{cause}"), "events", vec![*events as f64], "that differ for this cause");
    }
    if std::env::var_os("WATCHFLOOR_UPDATE").is_some() {
        let lines: String = both.differences.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(KNOWN, heading() + &lines).unwrap();
    }
    let (_, known) = known();
    assert!(without_smallest_form().is_empty(), "no longer different: {:?}", without_smallest_form());
    both.unexplained.iter().take(20).for_each(|event| println!("  unexplained: {event}"));
    let new: Vec<_> = both.differences.difference(&known).collect();
    let gone: Vec<_> = known.difference(&both.differences).collect();
    assert!(both.unexplained.is_empty() && new.is_empty() && gone.is_empty(), "new {new:#?}, no longer there {gone:#?}");
}
