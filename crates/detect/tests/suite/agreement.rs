//! Random rules on random events: the plan says what the slow definition says.

use super::generate::{Made, event, filter, item, keywords, lists, rule};
use super::{event_of, rule_text, source};
use detect::{RuleFile, RuleSet, Scratch};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

fn files<'t>(texts: impl IntoIterator<Item = &'t String>) -> Vec<RuleFile> {
    texts
        .into_iter()
        .enumerate()
        .map(|(i, text)| RuleFile { name: format!("{i}.yml"), text: text.as_bytes().to_vec() })
        .collect()
}

/// What may be refused of what is generated; anything else is the generator's fault.
const REFUSED: &[&str] = &["rule.regex", "rule.filter_reaches_nothing"];

fn compiled<'t>(texts: impl IntoIterator<Item = &'t String>) -> Result<RuleSet, TestCaseError> {
    let (set, report) = RuleSet::compile_with(files(texts), &lists());
    prop_assert!(report.refused.iter().all(|r| REFUSED.contains(&r.code)), "{:#?}", report.refused);
    Ok(set)
}

fn agree(set: &RuleSet, made: &Made, scratch: &mut Scratch, out: &mut Vec<u32>) -> Result<(), TestCaseError> {
    let event = made.event();
    out.clear();
    set.matches(&event, scratch, out);
    // What is remembered must not change an answer.
    for other in [scratch, &mut Scratch::forgetful()] {
        let mut again = Vec::new();
        set.matches(&event, other, &mut again);
        prop_assert_eq!(&*out, &again);
    }
    let slow: Vec<u32> = (0..set.rules().len() as u32).filter(|rule| set.holds(*rule, &event)).collect();
    if *out != slow {
        let odd: Vec<&str> = (0..set.rules().len() as u32)
            .filter(|rule| out.contains(rule) != slow.contains(rule))
            .map(|rule| set.rules()[rule as usize].text.as_str())
            .collect();
        return Err(TestCaseError::fail(format!("{out:?} is not {slow:?}\n{}\n{made:?}", odd.join("---\n"))));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// One scratch serves two sets in turn, as it does when rules are loaded anew.
    #[test]
    fn the_plan_agrees_with_its_definition(
        rules in prop::collection::vec(rule(), 1..10),
        filters in prop::collection::vec(filter(), 0..2),
        others in prop::collection::vec(rule(), 1..3),
        events in prop::collection::vec(event(), 1..6),
    ) {
        let set = compiled(rules.iter().chain(&filters))?;
        let other = compiled(&others)?;
        let (mut scratch, mut out) = (Scratch::new(), Vec::new());
        for made in &events {
            agree(&set, made, &mut scratch, &mut out)?;
        }
        for made in events.iter().take(2) {
            agree(&other, made, &mut scratch, &mut out)?;
            agree(&set, made, &mut scratch, &mut out)?;
        }
    }

    /// Each rule asks one thing, so that no other part of a condition hides what it says.
    #[test]
    fn single_items_agree(
        items in prop::collection::vec(prop_oneof![4 => item(), 1 => keywords()], 1..40),
        negated in any::<bool>(),
        events in prop::collection::vec(event(), 1..8),
    ) {
        let condition = if negated { "not s" } else { "s" };
        let rules: Vec<String> = items.iter().map(|item| {
            let lines: String = item.lines().iter().map(|line| format!("        {line}\n")).collect();
            format!("title: R\nlogsource: {{definition: any}}\ndetection:\n    s:\n{lines}    condition: {condition}\n")
        }).collect();
        let set = compiled(&rules)?;
        let (mut scratch, mut out) = (Scratch::new(), Vec::new());
        for made in &events {
            agree(&set, made, &mut scratch, &mut out)?;
        }
    }

    /// So many values in one field that every table is full: crowded windows, long texts, more than a small automaton.
    #[test]
    fn crowded_fields_agree(
        lists in prop::collection::vec((prop::sample::select(vec!["contains", "startswith", "endswith", "cased", "contains|windash", "contains|cased"]), prop::collection::vec("[ab]{1,3}(abab|bbbb|cdef|-x/y|)[abK\u{212A}]{0,4}", 20..60)), 2..6),
        long in "[ab]{250,300}",
        events in prop::collection::vec(("[abAB]{0,9}(abab|bbbb|cdef|-X–y|)[abkK]{0,9}", any::<bool>()), 1..6),
    ) {
        let mut rules: Vec<String> = lists.iter().map(|(modifiers, words)| rule_text(&format!("s:\n    A|{modifiers}: ['{}']\ncondition: s", words.join("', '")))).collect();
        rules.push(rule_text(&format!("s:\n    A|contains: '{long}'\ncondition: s")));
        // One rule for each value of the first list, so that each is told from the others.
        rules.extend(lists[0].1.iter().map(|word| rule_text(&format!("s:\n    A|contains: '{word}'\ncondition: s"))));
        let set = compiled(&rules)?;
        let (mut scratch, mut out) = (Scratch::new(), Vec::new());
        for (text, whole) in &events {
            let value = if *whole { format!("{text}{long}{text}") } else { text.clone() };
            let event = event_of(&serde_json::json!({ "A": value }).to_string(), source("test", "", &[]));
            out.clear();
            set.matches(&event, &mut scratch, &mut out);
            let slow: Vec<u32> = (0..set.rules().len() as u32).filter(|rule| set.holds(*rule, &event)).collect();
            prop_assert_eq!(&out, &slow, "{}", value);
        }
    }
}

/// What is remembered from event to event is filled, found again, driven out and begun anew in one long run: some values
/// come back, one field has another value each time.
#[test]
fn a_long_run_on_one_scratch_agrees() {
    let mut runner = TestRunner::deterministic();
    let items = prop::collection::vec(item(), 40).new_tree(&mut runner).unwrap().current();
    let mut rules: Vec<String> = items
        .iter()
        .map(|item| {
            rule_text(&format!("s:\n    {}\ncondition: s", item.text())).replace("product: test", "definition: any")
        })
        .collect();
    rules.push(
        rule_text("s:\n    D|contains: ['1234', 'x77y']\ncondition: s").replace("product: test", "definition: any"),
    );
    let set = compiled(&rules).unwrap();
    let events: Vec<Made> = prop::collection::vec(event(), 1_500).new_tree(&mut runner).unwrap().current();
    let (mut scratch, mut out, mut matches) = (Scratch::new(), Vec::new(), 0);
    for (made, number) in events.iter().cycle().zip(0..9_000) {
        let mut event = made.event();
        let unlike = format!("x{number}y{}", "ab".repeat(200));
        event.push(model::Field::intern("D").unwrap(), model::Value::Str(&unlike));
        out.clear();
        set.matches(&event, &mut scratch, &mut out);
        let slow: Vec<u32> = (0..set.rules().len() as u32).filter(|rule| set.holds(*rule, &event)).collect();
        assert_eq!(out, slow, "event {number}: {made:?}");
        matches += out.len();
    }
    assert!(matches > 9_000, "{matches}");
}

/// What rules ask of a field in which whole values tell them apart.
fn telling() -> impl Strategy<Value = String> {
    let values = prop::sample::select(vec!["1", "2", "'1'", "'x'", "'X'", "''", "'true'", "null", "1.5", "[1, 'x']", "['x', 3]"]);
    prop_oneof![
        5 => values.prop_map(|value| format!("N: {value}")),
        1 => Just("N|cased: 'x'".to_owned()),
        1 => Just("N|neq: 1".to_owned()),
        1 => any::<bool>().prop_map(|there| format!("N|exists: {there}")),
        1 => Just("N|gt: 1".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Shapes that come often are narrowed by what such a field holds.
    #[test]
    fn rules_that_a_value_tells_apart_agree(
        rules in prop::collection::vec((telling(), prop_oneof![4 => item(), 1 => keywords()], 0usize..7), 18..40),
        events in prop::collection::vec((0usize..13, "[abAB]{0,4}", any::<bool>()), 4..10),
    ) {
        const CONDITIONS: [&str; 7] = ["n and s", "n or s", "s and not n", "n and not s", "not n", "1 of them", "all of them"];
        const VALUES: [&str; 13] = ["1", "2", "3", "1.0", "1.5", "\"1\"", "\"x\"", "\"X\"", "\"\"", "true", "null", "[1, \"x\"]", "[\"X\", 7]"];
        let rules: Vec<String> = rules.iter().map(|(telling, item, condition)| {
            let lines: String = item.lines().iter().map(|line| format!("        {line}\n")).collect();
            format!("title: R\nlogsource: {{product: test}}\ndetection:\n    n:\n        {telling}\n    s:\n{lines}    condition: {}\n", CONDITIONS[*condition])
        }).collect();
        let set = compiled(&rules)?;
        let (mut scratch, mut out) = (Scratch::new(), Vec::new());
        for (value, text, has) in events {
            let absent = serde_json::json!({ "A": text }).to_string();
            let json = if has { format!("{{\"N\": {}, {}", VALUES[value], &absent[1..]) } else { absent };
            let event = event_of(&json, source("test", "", &[]));
            let slow: Vec<u32> = (0..set.rules().len() as u32).filter(|rule| set.holds(*rule, &event)).collect();
            // The shape is met often; before and after it is narrowed the answer is the same.
            for _ in 0..40 {
                out.clear();
                set.matches(&event, &mut scratch, &mut out);
                prop_assert_eq!(&out, &slow, "{}", json);
            }
        }
    }
}

/// The generators are worth something only where what they make holds often and fails often.
#[test]
fn every_kind_of_item_holds_and_fails() {
    let mut runner = TestRunner::deterministic();
    let mut answers: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    for _ in 0..400 {
        let items: Vec<_> = prop::collection::vec(prop_oneof![4 => item(), 1 => keywords()], 40)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let events: Vec<_> = prop::collection::vec(event(), 12).new_tree(&mut runner).unwrap().current();
        let events: Vec<_> = events.iter().map(Made::event).collect();
        for item in items {
            let kind = item.key.trim_start_matches("Image").trim_start_matches(['A', 'B', 'C']).to_owned();
            let lines: String = item.lines().iter().map(|line| format!("        {line}\n")).collect();
            let text =
                format!("title: R\nlogsource: {{definition: any}}\ndetection:\n    s:\n{lines}    condition: s\n");
            let (set, _) = RuleSet::compile_with(files([&text]), &lists());
            let counts = answers.entry(kind).or_default();
            if !set.rules().is_empty() {
                events.iter().for_each(|event| counts[usize::from(set.holds(0, event))] += 1);
            }
        }
    }
    assert!(answers.len() > 60, "{}", answers.len());
    let poor: Vec<_> = answers.iter().filter(|(_, counts)| counts.iter().any(|count| *count < 5)).collect();
    assert!(poor.is_empty(), "{poor:?}");
}
