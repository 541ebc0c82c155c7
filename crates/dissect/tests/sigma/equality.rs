//! Equal answers with a second engine on the published cases and on events spread over all captures. The whole of the
//! captures is held by `make bench PARTS=equality`.

use super::data::{Shared, flat, records};
use super::different::LANGUAGE;
use super::second::{Both, heading, known, peer, read};
use detect::{RuleFile, RuleSet, Scratch};
use model::Event;
use rsigma_eval::event::JsonEvent;

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

/// Each difference of the language is there in its smallest form, and the answer is ours.
#[test]
fn differences_of_the_language_have_a_smallest_form() {
    for language in LANGUAGE {
        let text = format!(
            "title: T\nid: t\nlogsource: {{definition: any}}\ndetection:\n    s:\n        {}\n    condition: s\n",
            language.selection
        );
        let (rules, _) = RuleSet::compile(vec![RuleFile { name: "t.yml".into(), text: text.clone().into_bytes() }]);
        let (mut event, mut out) = (Event::default(), Vec::new());
        read(language.event.as_bytes(), &mut event);
        rules.matches(&event, &mut Scratch::new(), &mut out);
        assert_eq!(out, [0], "{}", language.name);
        let value = serde_json::from_str(language.event).unwrap();
        let there = peer([text.as_str()].into_iter()).evaluate(&JsonEvent::borrow(&value));
        assert!(there.is_empty(), "no longer different: {}", language.name);
    }
}
