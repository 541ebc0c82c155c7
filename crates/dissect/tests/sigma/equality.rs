//! Equal answers with a second engine on the published cases and on events spread over all captures. The whole of the
//! captures is held by `make bench PARTS=equality`.

use super::data::{Shared, flat, records};
use super::second::{Both, heading, known, without_smallest_form};
use detect::RuleSet;

/// Captured events that are held in the tests.
const EVENTS: usize = 5_000;

#[test]
fn both_engines_find_the_same_but_for_the_known_differences() {
    let Some(shared) = Shared::find() else { return };
    let (rules, report) = RuleSet::compile(shared.rules());
    assert_eq!(report.refused, []);
    let mut both = Both::new(&rules);
    let logs = |bundle: &str| {
        let files = shared.unpacked(bundle).into_iter().filter(|(name, _)| name.ends_with(".evtx"));
        files.flat_map(|(_, bytes)| records(bytes)).filter_map(|record| flat(&record)).collect::<Vec<_>>()
    };
    let cases = logs("sigma/regression_data.tar.zst");
    cases.iter().for_each(|line| both.hold(line));
    let mut lines = logs("evtx/evtx-attack-samples.tar.zst");
    shared.each_json_lines(1 << 20, |bytes| {
        lines.extend(bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
    });
    assert!(cases.len() >= 162 && lines.len() > EVENTS, "{} and {}", cases.len(), lines.len());
    let step = lines.len() as f64 / EVENTS as f64;
    (0..EVENTS).for_each(|at| both.hold(&lines[(at as f64 * step) as usize]));
    println!("{} events, {} matches; events that differ by cause: {:?}", both.events, both.matches, both.causes);
    assert_eq!(both.unexplained, [] as [String; 0]);
    let (above, known) = known();
    assert_eq!(above, heading());
    let new: Vec<_> = both.differences.difference(&known).collect();
    assert!(new.is_empty(), "not in different.txt: {new:#?}");
    assert!(both.events >= 5_162 && both.matches > 500, "{} events, {} matches", both.events, both.matches);
}

#[test]
fn differences_of_the_language_have_a_smallest_form() {
    assert_eq!(without_smallest_form(), [] as [&str; 0]);
}
