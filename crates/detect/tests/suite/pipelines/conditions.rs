//! When a step is applied.

use super::{check, check_detection, compile_with};
use crate::{event_of, matches, source};

/// A step `a` → `b` under rule conditions; whether it is applied to a rule with these first lines.
#[track_caller]
fn rule_condition(conditions: &str, head: &str, expected: bool) {
    let rule = format!("title: T\n{head}\ndetection:\n    s:\n        a: x*\n        n: 5\n    condition: s\n");
    let step = format!("type: field_name_mapping\nmapping: {{a: b}}\n{conditions}");
    let (set, report) = compile_with(&rule, &["id: first\ntype: set_state\nkey: k\nval: 5", &step]);
    assert_eq!(report.refused, [], "{conditions}\n{head}");
    let event = event_of(r#"{"b":"x","n":5}"#, source("p", "s", &["c"]));
    assert_eq!(!matches(&set, &event).is_empty(), expected, "{conditions}\n{head}");
}

#[test]
fn on_a_rule() {
    let source = "logsource: {product: p, category: c}";
    let one = |condition: &str| format!("rule_conditions: [{{{condition}}}]");
    for (condition, expected) in [
        ("type: logsource, product: p", true),
        ("type: logsource, product: P, category: c", true),
        ("type: logsource, product: q", false),
        ("type: logsource, product: p, service: s", false),
        ("type: contains_field, field: n", true),
        ("type: contains_field, field: N", false),
        ("type: contains_detection_item, field: a, value: 'x*'", true),
        ("type: contains_detection_item, field: a, value: x", false),
        ("type: contains_detection_item, field: n, value: 5", true),
        ("type: contains_detection_item, field: n, value: '5'", false),
        ("type: processing_item_applied, processing_item_id: first", true),
        ("type: processing_item_applied, processing_item_id: second", false),
        ("type: processing_state, key: k, val: 5", true),
        ("type: processing_state, key: k, val: '5'", false),
        ("type: processing_state, key: k, val: 4, op: gt", true),
        ("type: processing_state, key: k, val: 5, op: ne", false),
        ("type: processing_state, key: other, val: 5, op: ne", false),
        ("type: is_sigma_rule", true),
        ("type: is_sigma_correlation_rule", false),
    ] {
        rule_condition(&one(condition), source, expected);
    }
}

#[test]
fn on_what_a_rule_says_of_itself() {
    let head = "id: 5013198e-0b5c-4c8c-8c52-0b0a7d9dbb6a\nlevel: high\nstatus: test\ndate: 2024/03/01\nauthor: me\ntags: [attack.t1059, attack.execution]\nimpact: 7\nlogsource: {product: p}";
    for (condition, expected) in [
        ("type: tag, tag: attack.t1059", true),
        ("type: tag, tag: attack.t1", false),
        ("type: rule_attribute, attribute: level, value: medium, op: gte", true),
        ("type: rule_attribute, attribute: level, value: high, op: gt", false),
        ("type: rule_attribute, attribute: level, value: high", true),
        ("type: rule_attribute, attribute: status, value: stable, op: lt", true),
        ("type: rule_attribute, attribute: date, value: '2024-02-29', op: gt", true),
        ("type: rule_attribute, attribute: modified, value: '2024-02-29', op: ne", false),
        ("type: rule_attribute, attribute: author, value: me", true),
        ("type: rule_attribute, attribute: author, value: me, op: ne", false),
        ("type: rule_attribute, attribute: id, value: 5013198E-0B5C-4C8C-8C52-0B0A7D9DBB6A", true),
        ("type: rule_attribute, attribute: tags, value: attack.t1059, op: in", true),
        ("type: rule_attribute, attribute: tags, value: attack.t1059, op: not_in", false),
        ("type: rule_attribute, attribute: tags, value: attack.t1059", false),
        ("type: rule_attribute, attribute: impact, value: 10, op: lt", true),
        ("type: rule_attribute, attribute: impact, value: 7", true),
        ("type: rule_attribute, attribute: unheard, value: 7", false),
    ] {
        rule_condition(&format!("rule_conditions: [{{{condition}}}]"), head, expected);
    }
    let own = "type: set_custom_attribute\nattribute: team\nvalue: blue";
    let step = "type: field_name_mapping\nmapping: {a: b}\nrule_conditions: [{type: rule_attribute, attribute: team, value: blue}]";
    check(&[own, step], "a: x", r#"{"b":"x"}"#, true);
    check(&[step], "a: x", r#"{"b":"x"}"#, false);
}

#[test]
fn conditions_are_joined() {
    let source = "logsource: {product: p}";
    let two = "rule_conditions: [{type: logsource, product: p}, {type: logsource, product: q}]";
    rule_condition(two, source, false);
    rule_condition(&format!("{two}\nrule_cond_op: and"), source, false);
    rule_condition(&format!("{two}\nrule_cond_op: or"), source, true);
    rule_condition(&format!("{two}\nrule_cond_op: or\nrule_cond_not: true"), source, false);
    rule_condition(&format!("{two}\nrule_cond_not: true"), source, true);
    let named =
        "rule_conditions:\n  p: {type: logsource, product: p}\n  q: {type: logsource, product: q}\nrule_cond_expr:";
    rule_condition(&format!("{named} p and not q"), source, true);
    rule_condition(&format!("{named} not (p or q)"), source, false);
}

#[test]
fn a_step_counts_as_applied_when_the_rule_passes_it() {
    let rename = "id: r\ntype: field_name_mapping\nmapping: {nothing: here}";
    let after = "type: field_name_mapping\nmapping: {a: b}\nrule_conditions: [{type: processing_item_applied, processing_item_id: r}]";
    check(&[rename, after], "a: x", r#"{"b":"x"}"#, true);
    let never = format!("{rename}\nrule_conditions: [{{type: logsource, product: other}}]");
    check(&[&never, after], "a: x", r#"{"b":"x"}"#, false);
}

/// `a` → `b` under a condition on fields with their values.
#[track_caller]
fn item_condition(conditions: &str, items: &str, json: &str, expected: bool) {
    check(&[&format!("type: field_name_mapping\nmapping: {{a: b}}\n{conditions}")], items, json, expected);
}

#[test]
fn on_a_field_with_its_values() {
    let one = |condition: &str| format!("detection_item_conditions: [{{{condition}}}]");
    let b = r#"{"b":"c:\\x.exe"}"#;
    for (condition, items, expected) in [
        ("type: match_string, cond: any, pattern: '^\\*'", r"a|endswith: \x.exe", true),
        ("type: match_string, cond: any, pattern: '\\*'", r"a: c:\x.exe", false),
        // From the beginning on, and not to the end.
        ("type: match_string, cond: any, pattern: 'c:'", r"a: c:\x.exe", true),
        ("type: match_string, cond: any, pattern: 'x.exe'", r"a: c:\x.exe", false),
        ("type: match_string, cond: all, pattern: 'c:'", r"a: [c:\x.exe, d]", false),
        ("type: match_string, cond: any, pattern: 'c:'", r"a: [c:\x.exe, d]", true),
        ("type: match_string, cond: any, pattern: 'c:', negate: true", r"a: c:\x.exe", false),
        ("type: match_string, cond: any, pattern: 'c:'", r"a|re: 'c:'", false),
        ("type: contains_wildcard, cond: any", r"a|endswith: \x.exe", true),
        ("type: contains_wildcard, cond: any", r"a: c:\x.exe", false),
        ("type: match_value, cond: any, value: c:\\x.exe", r"a: c:\x.exe", true),
        ("type: match_value, cond: all, value: c:\\x.exe", r"a: [c:\x.exe, 5]", false),
        ("type: match_value, cond: any, value: 5", r"a: [c:\x.exe, 5]", true),
        ("type: match_value, cond: any, value: 5", r"a: [c:\x.exe, '5']", false),
    ] {
        item_condition(&one(condition), items, b, expected);
    }
    item_condition(&one("type: is_null, cond: all"), "a: null", r#"{"a":"x"}"#, true);
    item_condition(&one("type: is_null, cond: all"), "a: x", r#"{"a":"x"}"#, true);
    let negated = "detection_item_conditions: [{type: contains_wildcard, cond: any}]\ndetection_item_cond_not: true";
    item_condition(negated, r"a: c:\x.exe", b, true);
    item_condition(negated, r"a|endswith: \x.exe", b, false);
}

#[test]
fn on_a_name() {
    let b = r#"{"b":"x"}"#;
    for (condition, expected) in [
        ("type: include_fields, fields: [a, z]", true),
        ("type: include_fields, fields: a", true),
        ("type: include_fields, fields: [z]", false),
        ("type: exclude_fields, fields: [z]", true),
        ("type: exclude_fields, fields: [a]", false),
        ("type: include_fields, mode: re, fields: ['[a-c]$']", true),
        ("type: include_fields, mode: re, fields: [b]", false),
        ("type: processing_state, key: k, val: v", false),
    ] {
        item_condition(&format!("field_name_conditions: [{{{condition}}}]"), "a: x", b, expected);
    }
    let not = "field_name_conditions: [{type: include_fields, fields: [z]}]\nfield_name_cond_not: true";
    item_condition(not, "a: x", b, true);
    // Of a field and one that it refers to each is asked for itself.
    let step = "type: field_name_suffix\nsuffix: '2'\nfield_name_conditions: [{type: include_fields, fields: [r]}]";
    check(&[step], "a|fieldref: r", r#"{"a":"x","r2":"x"}"#, true);
    check(&[step], "r|fieldref: a", r#"{"r2":"x","a":"x"}"#, true);
}

#[test]
fn what_a_step_was_applied_to_is_known_to_the_next() {
    let first = "id: one\ntype: field_name_mapping\nmapping: {a: [b, c]}";
    let by_item = "type: field_name_suffix\nsuffix: '2'\ndetection_item_conditions: [{type: processing_item_applied, processing_item_id: one}]";
    let by_name = "type: field_name_suffix\nsuffix: '2'\nfield_name_conditions: [{type: processing_item_applied, processing_item_id: one}]";
    for second in [by_item, by_name] {
        check(&[first, second], "a: x\nz: y", r#"{"c2":"x","z":"y"}"#, true);
    }
    let rest = format!("{by_item}\ndetection_item_cond_not: true");
    check(&[first, &rest], "a: x\nz: y", r#"{"c":"x","z2":"y"}"#, true);
}

#[test]
fn filters_pass_through_too() {
    let rule = "title: R\nid: r\nlogsource: {product: test}\ndetection:\n    s: {a: x}\n    condition: s\n---\ntitle: F\nlogsource: {product: test}\nfilter:\n    rules: any\n    known: {u: me}\n    condition: known\n";
    let (set, report) = compile_with(rule, &["type: field_name_prefix\nprefix: p."]);
    assert_eq!(report.refused, []);
    let hits = |json: &str| matches(&set, &event_of(json, source("test", "", &[]))).len();
    assert_eq!((hits(r#"{"p.a":"x"}"#), hits(r#"{"p.a":"x","p.u":"me"}"#), hits(r#"{"p.a":"x","u":"me"}"#)), (1, 0, 1));
    check_detection(&["type: field_name_prefix\nprefix: p."], "s: [word]\ncondition: s", r#"{"a":"a word"}"#, true);
}
