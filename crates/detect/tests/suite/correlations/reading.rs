//! What cannot run is refused by its name and place, and never fails the rest.

use super::{BASE, compile, with};

/// The code and the line on which it says so, counted from the line of `correlation:`.
#[track_caller]
fn refused(section: &str, code: &str, line: u32) {
    let (set, report) = compile(&with(section));
    let first = BASE.lines().count() as u32 + 4;
    let found: Vec<_> = report.refused.iter().map(|refusal| (refusal.code, refusal.line.map(|line| line - first))).collect();
    assert_eq!(found, [(code, Some(line))], "{section}\n{:?}", report.refused);
    assert_ne!(report.refused[0].remedy, "Compare the rule with the Sigma specification.", "{code} has no remedy");
    assert_eq!((set.rules().len(), set.correlations().len(), report.loaded), (4, 0, 4));
    // What only a refused correlation names goes on alerting.
    assert!((0..4).all(|rule| set.alerts(rule)));
}

fn section(change: &str) -> String {
    let lines = ["type: event_count", "rules: [a]", "group-by: [u]", "timespan: 1m", "condition: {gte: 2}"];
    let key = change.split(':').next().unwrap_or_default();
    let mut lines: Vec<&str> = lines.into_iter().filter(|line| !line.starts_with(&format!("{key}:"))).collect();
    lines.push(change);
    lines.join("\n")
}

#[test]
fn what_is_missing_or_of_the_wrong_kind() {
    for (change, code) in [
        ("type: event_counts", "rule.correlation_type"),
        ("type: [event_count]", "rule.correlation"),
        ("rules: []", "rule.correlation"),
        ("rules: [a, a]", "rule.correlation"),
        ("rules: [a, null]", "rule.correlation"),
        ("rules: [a, [b]]", "rule.correlation"),
        ("rules: {a: b}", "rule.correlation"),
        ("rules: [nobody]", "rule.correlation_reference_unknown"),
        ("group-by: []", "rule.correlation_group_by"),
        ("group-by: [u, u]", "rule.correlation_group_by"),
        ("group-by: [u, '']", "rule.correlation_group_by"),
        ("timespan: 5", "rule.correlation_timespan"),
        ("timespan: 0s", "rule.correlation_timespan"),
        ("timespan: 5M", "rule.correlation_timespan"),
        ("timespan: 1.5h", "rule.correlation_timespan"),
        ("timespan: -5m", "rule.correlation_timespan"),
        ("timespan: 91d", "rule.correlation_timespan"),
        ("timespan: 99999999999999999999s", "rule.correlation_timespan"),
        ("condition: {}", "rule.correlation_condition"),
        ("condition: 5", "rule.correlation_condition"),
        ("condition: {gte: x}", "rule.correlation_condition"),
        ("condition: {gte: inf}", "rule.correlation_condition"),
        ("condition: {gte: -1}", "rule.correlation_condition"),
        ("condition: {gte: 1.5}", "rule.correlation_condition"),
        ("condition: {gte: 2, near: 3}", "rule.correlation_condition"),
        ("condition: {field: v, gte: 2}", "rule.correlation_condition"),
        ("condition: {lt: 1}", "rule.correlation_condition"),
        ("condition: {gt: 5, lte: 5}", "rule.correlation_condition"),
        ("condition: {gte: 18446744073709551617}", "rule.correlation_limit"),
        ("condition: {gte: 10001}", "rule.correlation_limit"),
        ("generate: maybe", "rule.correlation"),
        ("window: tumbling", "rule.correlation_key"),
        ("gap: 5m", "rule.correlation_key"),
        ("timeframe: 5m", "rule.correlation_key"),
        ("aliases: {x: {b: y}}", "rule.correlation_alias"),
        ("aliases: {x: y}", "rule.correlation_alias"),
        ("aliases: {x: {a: [y]}}", "rule.correlation_alias"),
    ] {
        let section = section(change);
        refused(&section, code, section.lines().count() as u32);
    }
    for missing in ["type", "rules", "group-by", "timespan", "condition"] {
        let section: Vec<_> = section("generate: false").lines().map(str::to_owned).filter(|line| !line.starts_with(missing)).collect();
        let code = match missing {
            "group-by" => "rule.correlation_group_by",
            "timespan" => "rule.correlation_timespan",
            "condition" => "rule.correlation_condition",
            _ => "rule.correlation",
        };
        refused(&section.join("\n"), code, 0);
    }
}

#[test]
fn what_a_type_needs() {
    let of = |kind: &str, rules: &str, condition: &str| format!("type: {kind}\nrules: {rules}\ngroup-by: [u]\ntimespan: 1m\ncondition: {condition}");
    for (kind, rules, condition, code, line) in [
        ("value_count", "[a]", "{gte: 2}", "rule.correlation_condition", 5),
        ("value_count", "[a]", "{field: v, gte: 2001}", "rule.correlation_limit", 5),
        ("value_sum", "[a]", "{field: [v, w], gte: 2}", "rule.correlation_condition", 5),
        ("value_percentile", "[a]", "{field: v, gte: 2}", "rule.correlation_condition", 5),
        ("value_percentile", "[a]", "{field: v, percentile: 101, gte: 2}", "rule.correlation_condition", 5),
        ("value_median", "[a]", "{field: v, percentile: 50, gte: 2}", "rule.correlation_condition", 5),
        ("temporal", "[a]", "{gte: 1}", "rule.correlation", 2),
        ("temporal", "[a, b]", "{gte: 3}", "rule.correlation_limit", 5),
        ("temporal", "[a, b]", "a and not b", "rule.correlation_condition", 5),
        ("temporal", "[a, b]", "a and c", "rule.correlation_condition", 5),
        ("temporal_ordered", "[a, b]", "a and b", "rule.correlation_condition", 5),
    ] {
        refused(&of(kind, rules, condition), code, line);
    }
    let alias = "type: temporal\nrules: [a, b]\ngroup-by: [x]\ntimespan: 1m\naliases: {x: {a: u}}";
    refused(alias, "rule.correlation_alias", 5);
}

#[test]
fn a_document_that_is_both_is_neither() {
    let text = with(&section("generate: false")) + "detection: {s: {k: a}, condition: s}\n";
    assert_eq!(compile(&text).1.refused[0].code, "rule.correlation");
    assert_eq!(compile("title: T\ncorrelation: 5\n").1.refused[0].code, "rule.correlation");
}

/// What depends on a refused rule says so, and a circle is named as one.
#[test]
fn references_that_lead_nowhere() {
    let one = |title: &str, name: &str, rules: &str| format!("---\ntitle: {title}\nname: {name}\ncorrelation: {{type: event_count, rules: [{rules}], group-by: [u], timespan: 1m, condition: {{gte: 1}}}}\n");
    let codes = |text: String| {
        let (set, report) = compile(&text);
        let codes: Vec<_> = report.refused.iter().map(|refusal| refusal.code).collect();
        (set.correlations().iter().map(|c| c.rule.reference.title.clone()).collect::<Vec<_>>(), codes)
    };
    let bad = "---\ntitle: Bad\nname: bad\nlogsource: {product: test}\ndetection: {s: {k|nosuch: a}, condition: s}\n";
    let (loaded, found) = codes(format!("{BASE}{bad}{}{}{}", one("One", "one", "bad"), one("Two", "two", "one"), one("Three", "three", "a")));
    assert_eq!((loaded, found), (vec!["Three".to_owned()], vec!["rule.modifier_unknown", "rule.correlation_reference_refused", "rule.correlation_reference_refused"]));
    let (loaded, found) = codes(format!("{BASE}{}{}{}{}", one("One", "one", "two"), one("Two", "two", "one"), one("Three", "three", "one"), one("Four", "four", "four")));
    assert_eq!((loaded, found), (vec![], vec!["rule.correlation_cycle", "rule.correlation_cycle", "rule.correlation_reference_refused", "rule.correlation_cycle"]));
    let twice = BASE.replace("name: b", "name: a");
    assert_eq!(codes(format!("{twice}{}", one("One", "one", "a"))).1, ["rule.correlation_reference_ambiguous"]);
    // Whatever the order of the documents.
    let (loaded, found) = codes(format!("{}{}{BASE}", one("Outer", "outer", "inner").trim_start_matches("---\n"), one("Inner", "inner", "a") + "---\n"));
    assert_eq!((loaded, found), (vec!["Outer".to_owned(), "Inner".to_owned()], vec![]));
}

/// The version of a correlation is that of its meaning, and the rules that it names are part of it.
#[test]
fn a_version_changes_with_the_rules_behind_it() {
    let version = |text: &str| compile(text).0.correlations()[0].rule.reference.version.clone();
    let text = with(&section("generate: false"));
    assert_eq!(version(&text), version(&text));
    assert_ne!(version(&text), version(&text.replace("{k: a}", "{k: other}")));
    assert_ne!(version(&text), version(&text.replace("timespan: 1m", "timespan: 2m")));
    assert_eq!(version(&text), version(&text.replace("{k: b}", "{k: other}")));
}

#[test]
fn what_a_correlation_says_of_itself() {
    let (set, report) = compile(&format!("{}level: high\ntags: [attack.t1110]\nstatus: test\n", with("type: value_count\nrules: [a, d]\ngroup-by: [u]\ntimespan: 90m\ncondition: {field: v, gte: 2, lt: 9}")));
    assert_eq!((report.refused.as_slice(), report.loaded), (&[][..], 5));
    let known = set.find_correlation("it").unwrap();
    assert_eq!((known.rule.reference.title.as_str(), known.rule.reference.level, known.kind.as_str()), ("It", model::Severity::High, "value_count"));
    assert_eq!((known.group_by.as_slice(), known.timespan.as_secs(), known.sources.len()), (&["u".to_owned()][..], 5_400, 2));
    assert_eq!(known.rule.condition, "value_count of v gte 2 lt 9");
    assert_eq!(set.find("it"), None);
}

/// What is switched off does not run, and nothing that it fed becomes an alert for that.
#[test]
fn what_is_switched_off_is_named_and_lets_nothing_loose() {
    let one = |name: &str, rules: &str, more: &str| format!("---\ntitle: {name}\nid: id-{name}\nname: {name}\ncorrelation: {{type: event_count, rules: [{rules}], group-by: [u], timespan: 1m, condition: {{gte: 2}}{more}}}\n");
    let text = format!("{BASE}{}{}{}", one("inner", "a, b", ""), one("outer", "inner", ""), one("loud", "c", ", generate: true"));
    let id = |set: &detect::RuleSet, title: &str| set.all().find(|rule| rule.name.as_deref() == Some(title)).unwrap().reference.id.clone();
    let (whole, _) = compile(&text);
    let without = |names: &[&str]| {
        let setting = detect::Setting { without: names.iter().map(|name| id(&whole, name)).collect(), ..Default::default() };
        let (set, report) = detect::RuleSet::compile_with(vec![detect::RuleFile { name: "c.yml".into(), text: text.clone().into() }], &setting);
        let names = |rules: Vec<&detect::Rule>| rules.into_iter().filter_map(|rule| rule.name.clone()).collect::<Vec<_>>();
        let alerting: Vec<&detect::Rule> = set.rules().iter().zip(0..).filter(|(_, at)| set.alerts(*at)).map(|(rule, _)| rule).collect();
        let correlations = set.correlations().iter().map(|correlation| &correlation.rule).collect();
        let refused: Vec<_> = report.refused.iter().map(|refusal| (refusal.code, refusal.message.clone())).collect();
        (names(alerting), names(correlations), refused)
    };
    const CODE: &str = "rule.correlation_reference_disabled";
    assert_eq!(without(&[]), (vec!["c".into(), "d".into()], vec!["inner".into(), "outer".into(), "loud".into()], vec![]));
    let (alerting, correlations, refused) = without(&["a"]);
    assert_eq!((alerting, correlations), (vec!["c".to_owned(), "d".to_owned()], vec!["loud".to_owned()]), "b is no alert by itself");
    assert_eq!(refused, [(CODE, "it names a, which is switched off".to_owned()), (CODE, "it names inner, which names a rule that is switched off".to_owned())]);
    let (alerting, correlations, refused) = without(&["outer", "loud"]);
    assert_eq!((alerting, correlations, refused), (vec!["c".to_owned(), "d".to_owned()], vec!["inner".to_owned()], vec![]));
    let (alerting, _, refused) = without(&["inner"]);
    assert_eq!((alerting, refused), (vec!["c".to_owned(), "d".to_owned()], vec![(CODE, "it names inner, which is switched off".to_owned())]));
}
