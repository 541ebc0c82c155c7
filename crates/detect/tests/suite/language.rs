//! The rest of the language around single selections: placeholders, filters, collections. Answers written by hand from
//! the specification (rules 2.1 § Placeholders, filters 2.1, modifiers appendix 2.1).

use super::{event_of, matches, rule_text, source};
use detect::{LoadReport, Placeholders, RuleFile, RuleSet, Setting};

fn files(texts: &[&str]) -> Vec<RuleFile> {
    texts
        .iter()
        .zip(1..)
        .map(|(text, i)| RuleFile { name: format!("{i}.yml"), text: text.as_bytes().to_vec() })
        .collect()
}

pub fn lists() -> Setting {
    let mut placeholders = Placeholders::new();
    placeholders.define("Servers", ["srv*", "db-1"]);
    placeholders.define("Admins", [r"CORP\admin", "100%"]);
    placeholders.define("Nets", ["10.0.0.0/8", "2001:db8::/32"]);
    placeholders.define("Dots", ["a.b"]);
    placeholders.define("Nobody", [] as [&str; 0]);
    Setting { placeholders, ..Setting::default() }
}

#[test]
fn an_undefined_placeholder_refuses_its_rule_only() {
    let bad = rule_text("s: {A|expand: 'a%Unknown%'}\ncondition: s");
    let good = rule_text("s: {A: x}\ncondition: s");
    let (set, report) = RuleSet::compile_with(files(&[&bad, &good]), &lists());
    assert_eq!((set.rules().len(), report.refused.len()), (1, 1));
    let refusal = &report.refused[0];
    assert_eq!((refusal.code, refusal.line), ("rule.placeholder_undefined", Some(5)));
    assert!(refusal.message.contains("Unknown"));
}

#[test]
fn a_version_follows_the_lists_that_the_rule_names() {
    let text = rule_text("s: {A|expand: '%Servers%'}\ncondition: s");
    let plain = rule_text("s: {A: x}\ncondition: s");
    let versions = |setting: &Setting| -> Vec<String> {
        let (set, _) = RuleSet::compile_with(files(&[&text, &plain]), setting);
        set.rules().iter().map(|rule| rule.reference.version.clone()).collect()
    };
    let before = versions(&lists());
    let mut other = lists();
    other.placeholders.define("Admins", ["somebody"]);
    assert_eq!(versions(&other), before);
    other.placeholders.define("Servers", ["srv*"]);
    let after = versions(&other);
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1], before[1]);
}

fn rule(id: &str, name: &str, log_source: &str, detection: &str) -> String {
    format!(
        "title: R {id}\nid: {id}\nname: {name}\nlogsource: {{{log_source}}}\ndetection:\n    s: {{{detection}}}\n    condition: s\n"
    )
}

fn filter(log_source: &str, rules: &str, selection: &str, condition: &str) -> String {
    format!(
        "title: F\nlogsource: {{{log_source}}}\nfilter:\n    rules: {rules}\n    selection: {{{selection}}}\n    condition: {condition}\n"
    )
}

/// The ids of the rules that match an event of product `test`, category `cat`.
fn filtered(texts: &[&str], json: &str) -> (Vec<String>, LoadReport) {
    let (set, report) = RuleSet::compile(files(texts));
    let event = event_of(json, source("test", "", &["cat"]));
    let ids = matches(&set, &event).into_iter().map(|rule| set.rules()[rule as usize].reference.id.clone()).collect();
    (ids, report)
}

#[test]
fn filters_take_events_out_of_the_rules_that_they_name() {
    let a = rule("a", "alpha", "product: test", "A: x");
    let b = rule("b", "beta", "'product': Test, category: cat", "A: x");
    let other = rule("c", "gamma", "category: cat", "A: x");
    let admin = r#"{"A":"x","User":"ADM_9"}"#;
    for (log_source, rules, condition, expected) in [
        // The specification's example names what is suppressed, other tools' what is kept.
        ("product: test", "[a]", "selection", vec!["b", "c"]),
        ("product: test", "[a]", "not selection", vec!["b", "c"]),
        ("product: test", "a", "selection", vec!["b", "c"]),
        ("product: test", "[a, b]", "selection", vec!["c"]),
        ("product: test", "[alpha, b]", "selection", vec!["c"]),
        ("product: test", "any", "selection", vec!["c"]),
        ("product: test", "any", "1 of sel*", vec!["c"]),
        ("product: test", "any", "not 1 of them", vec!["c"]),
        ("product: TEST, category: cat", "any", "selection", vec!["a", "c"]),
        ("category: cat", "any", "selection", vec!["a"]),
    ] {
        let filter = filter(log_source, rules, "User|startswith: adm_", condition);
        // A filter reaches rules before and after it.
        for texts in [[&a, &b, &other, &filter], [&filter, &a, &b, &other]] {
            let texts = texts.map(String::as_str);
            let (ids, report) = filtered(&texts, admin);
            assert_eq!(report.refused, [], "{filter}");
            assert_eq!(ids, expected, "{filter}");
            assert_eq!(filtered(&texts, r#"{"A":"x","User":"bob"}"#).0, ["a", "b", "c"], "{filter}");
        }
    }
}

#[test]
fn a_filters_names_are_its_own() {
    // The rule's `1 of sel*` and `them` do not see the filter's selections, whose names are the same.
    let rule = "title: R\nid: r\nlogsource: {product: test}\ndetection:\n    sel1: {A: x}\n    selection: {B: y}\n    condition: all of sel* and 1 of them\n";
    let filter = filter("product: test", "r", "C: z", "selection");
    for (json, expected) in
        [(r#"{"A":"x","B":"y"}"#, true), (r#"{"A":"x","B":"y","C":"z"}"#, false), (r#"{"A":"x","C":"z"}"#, false)]
    {
        assert_eq!(!filtered(&[rule, &filter], json).0.is_empty(), expected, "{json}");
    }
    let (set, _) = RuleSet::compile(files(&[rule, &filter]));
    assert_eq!(set.rules()[0].condition, "(all of sel* and 1 of them) and not (selection) [F]");
    let explanation = set.explain(0, &event_of(r#"{"A":"x","B":"y","C":"z"}"#, source("test", "", &[])));
    let truths: Vec<_> = explanation.selections.iter().map(|s| (s.name.as_str(), s.holds)).collect();
    assert_eq!(truths, [("sel1", true), ("selection", true), ("F: selection", true)]);
    assert!(!explanation.holds);
}

#[test]
fn several_filters_work_together_and_change_the_version() {
    let a = rule("a", "alpha", "product: test", "A: x");
    let one = filter("product: test", "a", "User: u", "selection");
    let two = filter("product: test", "any", "Host: h", "not selection");
    for (json, expected) in
        [(r#"{"A":"x"}"#, true), (r#"{"A":"x","User":"u"}"#, false), (r#"{"A":"x","Host":"h"}"#, false)]
    {
        assert_eq!(!filtered(&[&a, &one, &two], json).0.is_empty(), expected, "{json}");
    }
    let version = |texts: &[&str]| RuleSet::compile(files(texts)).0.rules()[0].reference.version.clone();
    assert_ne!(version(&[&a]), version(&[&a, &one]));
}

#[test]
fn filters_that_reach_nothing_are_named() {
    let a = rule("a", "alpha", "product: test", "A: x");
    let codes = |filter: &str| {
        let (ids, report) = filtered(&[&a, filter], r#"{"A":"x"}"#);
        assert_eq!(ids, ["a"]);
        report.refused.into_iter().map(|r| (r.code, r.line)).collect::<Vec<_>>()
    };
    assert_eq!(
        codes(&filter("product: test", "nobody", "B: y", "selection")),
        [("rule.filter_reaches_nothing", Some(3))]
    );
    assert_eq!(codes(&filter("product: else", "a", "B: y", "selection")), [("rule.filter_reaches_nothing", Some(3))]);
    assert_eq!(
        codes(&filter("product: test, service: s", "any", "B: y", "selection")),
        [("rule.filter_reaches_nothing", Some(3))]
    );
    assert_eq!(
        codes(&filter("product: test", "[a, gone]", "B: y", "selection")),
        [("rule.filter_target_unknown", Some(4))]
    );
    assert_eq!(
        codes(&filter("product: test", "a", "B|contians: y", "selection")),
        [("rule.modifier_unknown", Some(5))]
    );
    assert_eq!(codes(&filter("product: test", "a", "B: y", "selction")), [("rule.selection_unknown", Some(6))]);
    assert_eq!(codes(&filter("product: test", "{a: b}", "B: y", "selection")), [("rule.filter", Some(3))]);
}

#[test]
fn collections_share_what_one_document_says() {
    let text = "action: global\ntitle: G\nlogsource: {product: test}\nlevel: high\ndetection:\n    common: {C: 4688}\n    condition: common and s\n---\nid: a\ndetection:\n    s: {A: x}\n---\nid: b\nlevel: low\ndetection:\n    s: {A: '5'}\n---\naction: repeat\nid: c\ndetection:\n    s: {B: y}\n---\naction: reset\n---\ntitle: Own\nid: d\nlogsource: {product: test}\ndetection:\n    s: {B: y}\n    condition: s\n";
    let (set, report) = RuleSet::compile(files(&[text]));
    assert_eq!(report.refused, []);
    let about: Vec<_> =
        set.rules().iter().map(|r| (r.reference.id.as_str(), r.file.as_str(), r.reference.level.as_str())).collect();
    assert_eq!(
        about,
        [("a", "1.yml#2", "high"), ("b", "1.yml#3", "low"), ("c", "1.yml#4", "low"), ("d", "1.yml#6", "medium")]
    );
    for (json, expected) in [
        (r#"{"C":4688,"A":"x"}"#, vec![0]),
        (r#"{"C":"4688","A":5}"#, vec![1]),
        // `repeat` lays its own over the rule before it, key by key: A stays beside B.
        (r#"{"C":4688,"A":"5","B":"y"}"#, vec![1, 2, 3]),
        (r#"{"C":4688,"B":"y"}"#, vec![3]),
    ] {
        assert_eq!(matches(&set, &event_of(json, source("test", "", &[]))), expected, "{json}");
    }
}

#[test]
fn a_fault_in_a_collection_has_its_place() {
    let text = "action: global\ntitle: G\nlogsource: {product: test}\n---\nid: a\ndetection:\n    s: {A: x}\n    condition: s\n---\nid: b\ndetection:\n    s: {A|contians: x}\n    condition: s\n";
    let (set, report) = RuleSet::compile(files(&[text]));
    assert_eq!(set.rules().len(), 1);
    let places: Vec<_> = report.refused.iter().map(|r| (r.name.as_str(), r.code, r.line)).collect();
    assert_eq!(places, [("1.yml#3", "rule.modifier_unknown", Some(12))]);
}
