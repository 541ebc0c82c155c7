//! What a pipeline may not say.

use super::{file, pipeline_text};
use detect::Pipeline;

#[track_caller]
fn refused(text: &str, code: &str, line: Option<u32>, word: &str) {
    let refusal = Pipeline::parse(&file("dir/p.yml", text)).expect_err(text);
    assert_eq!((refusal.code, refusal.line), (code, line), "{refusal}\n{text}");
    assert!(refusal.message.contains(word) && refusal.name == "dir/p.yml", "{refusal}\n{text}");
    assert!(refusal.remedy != "Compare the rule with the Sigma specification.", "{code} has no remedy");
}

/// A step; the line is counted from its first.
#[track_caller]
fn refused_step(step: &str, code: &str, line: u32, word: &str) {
    refused(&pipeline_text(&["type: set_state\nkey: k\nval: v", step]), code, Some(6 + line), word);
}

#[test]
fn of_the_whole() {
    refused("name: [", "pipeline.yaml", Some(1), "");
    refused("- a\n", "pipeline.invalid", Some(1), "a map");
    refused("name: n\nname: m\n", "pipeline.yaml", Some(2), "");
    refused("name: n\n5: m\n", "pipeline.yaml", None, "line 2");
    refused("name: n\npriority: high\n", "pipeline.invalid", Some(2), "whole number");
    refused("name: n\nversion: 2\n", "pipeline.unknown", Some(2), "`version`");
    refused("name: n\nfinalizers:\n  - type: concat\n", "pipeline.unsupported", Some(3), "finalizers");
    refused("postprocessing: [{type: embed, prefix: x}]\n", "pipeline.unsupported", Some(1), "postprocessing");
    refused("allowed_backends: [splunk]\n", "pipeline.backend", Some(1), "splunk");
    refused("vars:\n  a: []\n", "pipeline.invalid", Some(2), "at least one");
    refused("vars:\n  a: [{}]\n", "pipeline.invalid", Some(2), "a text or a number");
    refused("transformations: {}\n", "pipeline.invalid", Some(1), "a list");
    for text in [
        "",
        "name: n\npostprocessing: []\nfinalizers: []\nallowed_backends: []\n",
        "allowed_backends: [splunk, watchfloor]\n",
    ] {
        if text.is_empty() {
            refused(text, "pipeline.invalid", Some(1), "a map");
        } else {
            assert!(Pipeline::parse(&file("p.yml", text)).is_ok(), "{text}");
        }
    }
    assert_eq!(Pipeline::parse(&file("dir/my.pipe.yml", "priority: 5\n")).unwrap().name(), "my.pipe");
}

#[test]
fn of_steps() {
    for (step, code, line, word) in [
        ("id: x", "pipeline.invalid", 1, "`type`"),
        ("type: teleport", "pipeline.unknown", 1, "teleport"),
        ("type: query_expression_placeholders\nexpression: x", "pipeline.unsupported", 1, "query"),
        ("type: file_placeholders", "pipeline.unsupported", 1, "files"),
        ("type: command_placeholders", "pipeline.unsupported", 1, "programs"),
        ("type: extract_fields\nregex: x", "pipeline.unsupported", 1, "extract_fields"),
        ("type: field_name_mapping", "pipeline.invalid", 1, "`mapping`"),
        ("type: field_name_mapping\nmapping: {a: b}\nmaping: {}", "pipeline.unknown", 3, "`maping`"),
        ("type: field_name_mapping\nmapping:\n  a: []", "pipeline.invalid", 3, "at least one"),
        ("type: field_name_mapping\nmapping:\n  a: 5", "pipeline.invalid", 3, "a text"),
        ("type: field_name_transform\ntransform_func: rot13", "pipeline.unknown", 2, "rot13"),
        ("type: replace_string\nregex: '(?=x)'\nreplacement: y", "pipeline.regex", 2, "look"),
        ("type: replace_string\nregex: 'x{1000}{1000}'\nreplacement: y", "pipeline.regex", 2, ""),
        ("type: replace_string\nregex: x\nreplacement: '\\1'", "pipeline.regex", 3, "no group 1"),
        ("type: replace_string\nregex: x\nreplacement: '\\g<n>'", "pipeline.regex", 3, "no group n"),
        ("type: replace_string\nregex: x\nreplacement: '\\w'", "pipeline.regex", 3, "\\w"),
        ("type: replace_string\nregex: x\nreplacement: 'x\\'", "pipeline.regex", 3, "end"),
        ("type: replace_string\nregex: x\nreplacement: y\nskip_special: yes", "pipeline.invalid", 4, "true or false"),
        ("type: map_string\nmapping: {a: 5}", "pipeline.invalid", 2, "a text"),
        ("type: set_value", "pipeline.invalid", 1, "`value`"),
        ("type: set_value\nvalue: x\nforce_type: num", "pipeline.invalid", 2, "no number"),
        ("type: convert_type", "pipeline.invalid", 1, "target_type"),
        ("type: case\nmethod: camel", "pipeline.unknown", 2, "camel"),
        ("type: value_placeholders\ninclude: a\nexclude: b", "pipeline.invalid", 3, "exclude"),
        ("type: hashes_fields", "pipeline.invalid", 1, "valid_hash_algos"),
        ("type: hashes_fields\nvalid_hash_algos: MD5\ndrop_algo_prefix: true", "pipeline.invalid", 3, "field_prefix"),
        ("type: add_condition\nconditions: {}", "pipeline.invalid", 2, "nothing"),
        ("type: add_condition\nconditions: {'a|contians': x}", "pipeline.unknown", 2, "contians"),
        ("type: change_logsource", "pipeline.invalid", 1, "product"),
        ("type: set_state\nkey: k", "pipeline.invalid", 1, "`val`"),
        ("type: rule_failure", "pipeline.invalid", 1, "`message`"),
        ("type: nest", "pipeline.invalid", 1, "`items`"),
        ("type: nest\nitems:\n  - type: rule_failure", "pipeline.invalid", 3, "`message`"),
    ] {
        refused_step(step, code, line, word);
    }
    let mut deep = "items: []".to_owned();
    for _ in 0..12 {
        deep = format!("items: [{{type: nest, {deep}}}]");
    }
    refused_step(&format!("type: nest\n{deep}"), "pipeline.invalid", 2, "deep");
}

#[test]
fn of_conditions() {
    for (conditions, code, line, word) in [
        ("rule_conditions: [{product: p}]", "pipeline.invalid", 3, "`type`"),
        ("rule_conditions: [{type: weather}]", "pipeline.unknown", 3, "weather"),
        ("rule_conditions: [{type: match_string}]", "pipeline.unknown", 3, "match_string"),
        ("rule_conditions: [{type: logsource}]", "pipeline.invalid", 3, "product"),
        ("rule_conditions: [{type: logsource, prodct: p}]", "pipeline.invalid", 3, ""),
        ("rule_conditions: [{type: logsource, product: p, servce: s}]", "pipeline.unknown", 3, "servce"),
        ("rule_conditions:\n  - {type: tag, tag: a.b}\n  - {type: tag}", "pipeline.invalid", 5, "`tag`"),
        ("rule_cond_op: xor", "pipeline.unknown", 3, "xor"),
        ("rule_cond_not: true", "pipeline.condition", 3, "rule_conditions"),
        ("rule_cond_expr: a", "pipeline.condition", 3, "rule_conditions"),
        (
            "rule_conditions: {a: {type: is_sigma_rule}}\nrule_cond_expr: a\nrule_cond_op: or",
            "pipeline.condition",
            4,
            "exclude",
        ),
        ("rule_conditions: {a: {type: is_sigma_rule}}\nrule_cond_expr: b", "pipeline.condition", 4, "b"),
        ("rule_conditions: [{type: rule_attribute, attribute: level, value: urgent}]", "pipeline.invalid", 3, "level"),
        (
            "rule_conditions: [{type: rule_attribute, attribute: title, value: a, op: gt}]",
            "pipeline.invalid",
            3,
            "title",
        ),
        (
            "rule_conditions: [{type: rule_attribute, attribute: title, value: a, op: in}]",
            "pipeline.invalid",
            3,
            "title",
        ),
        ("rule_conditions: [{type: rule_attribute, attribute: date, value: soon}]", "pipeline.invalid", 3, "date"),
        (
            "rule_conditions: [{type: rule_attribute, attribute: detection, value: x}]",
            "pipeline.unsupported",
            3,
            "detection",
        ),
        (
            "rule_conditions: [{type: rule_attribute, attribute: title, value: x, op: like}]",
            "pipeline.unknown",
            3,
            "like",
        ),
        ("rule_conditions: [{type: processing_state, key: k, val: []}]", "pipeline.invalid", 3, "one value"),
        ("detection_item_conditions: [{type: match_string, pattern: x}]", "pipeline.invalid", 3, "`cond`"),
        ("detection_item_conditions: [{type: match_string, cond: some, pattern: x}]", "pipeline.unknown", 3, "some"),
        ("detection_item_conditions: [{type: match_string, cond: any, pattern: '('}]", "pipeline.regex", 3, ""),
        ("field_name_conditions: [{type: include_fields, fields: []}]", "pipeline.invalid", 3, "at least one"),
        ("field_name_conditions: [{type: include_fields, mode: re, fields: ['(']}]", "pipeline.regex", 3, ""),
    ] {
        refused_step(&format!("type: field_name_prefix\nprefix: p\n{conditions}"), code, line, word);
    }
    let whole = "type: set_state\nkey: k\nval: v\nfield_name_conditions: [{type: include_fields, fields: a}]";
    refused_step(whole, "pipeline.condition", 1, "as a whole");
}
