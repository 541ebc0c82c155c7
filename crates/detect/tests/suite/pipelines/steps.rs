//! What each step does to a rule.

use super::{check, check_detection, stops};

#[test]
fn a_field_gets_another_name() {
    let map = "type: field_name_mapping\nmapping: {a: b, c: [d, e], same: same}";
    check(&[map], "a: x", r#"{"b":"x"}"#, true);
    check(&[map], "a: x", r#"{"a":"x"}"#, false);
    check(&[map], "A: x", r#"{"A":"x"}"#, true);
    check(&[map], "a|endswith|cased: X", r#"{"b":"..X"}"#, true);
    check(&[map], "a|endswith|cased: X", r#"{"b":"..x"}"#, false);
    check(&[map], "a|re: '^x$'", r#"{"b":"x"}"#, true);
    // One of several names suffices.
    check(&[map], "c: x", r#"{"d":"x"}"#, true);
    check(&[map], "c: x", r#"{"d":"y","e":"x"}"#, true);
    check(&[map], "c: x", r#"{"c":"x"}"#, false);
    check(&[map], "c|contains|all: [x, y]", r#"{"d":"x","e":"y"}"#, false);
    check(&[map], "c|contains|all: [x, y]", r#"{"d":"x-y"}"#, true);
    // What a field is not, none of them is.
    check(&[map], "c|neq: x", r#"{"d":"y"}"#, true);
    check(&[map], "c|neq: x", r#"{"d":"y","e":"x"}"#, false);
    check(&[map], "c: null", r#"{"e":"x"}"#, false);
    check(&[map], "c: null", r#"{"z":"x"}"#, true);
    check(&[map], "c|exists: false", r#"{"e":"x"}"#, false);
    check(&[map], "c|exists: true", r#"{"e":"x"}"#, true);
    // A reference is to a field, too.
    check(&[map], "z|fieldref: a", r#"{"z":"x","b":"x"}"#, true);
    check(&[map], "z|fieldref: c", r#"{"z":"x","e":"x"}"#, true);
    check(&[map], "a|fieldref: c", r#"{"b":"x","d":"x"}"#, true);
}

#[test]
fn keywords_get_a_field() {
    let map = "type: field_name_mapping\nmapping:\n  null: m";
    check_detection(&[map], "s: [one, 'two*']\ncondition: s", r#"{"m":"is one of"}"#, true);
    check_detection(&[map], "s: [one, 'two*']\ncondition: s", r#"{"n":"is one of"}"#, false);
    check_detection(&[map], "s: [one, 'two*']\ncondition: s", r#"{"m":"a two"}"#, true);
}

#[test]
fn names_get_other_beginnings_ends_and_letters() {
    let prefixes = "type: field_name_prefix_mapping\nmapping: {win.: '', w: [x., y.]}";
    check(&[prefixes], "win.a: x", r#"{"a":"x"}"#, true);
    check(&[prefixes], "wa: x", r#"{"y.a":"x"}"#, true);
    check(&[prefixes], "other: x", r#"{"other":"x"}"#, true);
    check(&["type: field_name_prefix\nprefix: p."], "a: x", r#"{"p.a":"x"}"#, true);
    check(&["type: field_name_suffix\nsuffix: .keyword"], "a: x", r#"{"a.keyword":"x"}"#, true);
    let lower = "type: field_name_transform\ntransform_func: lower\nmapping: {KeepMe: KeepMe}";
    check(&[lower], "CommandLine: x", r#"{"commandline":"x"}"#, true);
    check(&[lower], "KeepMe: x", r#"{"KeepMe":"x"}"#, true);
    check(
        &["type: field_name_transform\ntransform_func: snake_case"],
        "CommandLine: x",
        r#"{"command_line":"x"}"#,
        true,
    );
    check(&["type: field_name_transform\ntransform_func: upper"], "a: x", r#"{"A":"x"}"#, true);
    check(&["type: field_name_transform\ntransform_func: title"], "commandLine: x", r#"{"Commandline":"x"}"#, true);
}

const DROP: &str = "type: drop_detection_item\nfield_name_conditions: [{type: include_fields, fields: [a]}]";

#[test]
fn what_is_dropped_is_no_longer_asked_for() {
    check(&[DROP], "a: x\nb: y", r#"{"b":"y"}"#, true);
    check(&[DROP], "a: x\nb: y", r#"{"a":"x"}"#, false);
    // In a list of alternatives it is none of them.
    check_detection(&[DROP], "s:\n    - a: x\n    - b: y\ncondition: s", r#"{"a":"x"}"#, false);
    check_detection(&[DROP], "s:\n    - a: x\n    - b: y\ncondition: s", r#"{"b":"y"}"#, true);
    // A selection of which nothing is left falls out of the condition.
    check_detection(&[DROP], "s: {a: x}\nt: {b: y}\ncondition: s and t", r#"{"b":"y"}"#, true);
    check_detection(&[DROP], "s: {a: x}\nt: {b: y}\ncondition: s or t", r#"{"a":"x"}"#, false);
    check_detection(&[DROP], "s: {a: x}\nt: {b: y}\ncondition: t and not s", r#"{"a":"x","b":"y"}"#, true);
    check_detection(&[DROP], "x1: {a: x}\nx2: {b: y}\nx3: {c: z}\ncondition: all of x*", r#"{"b":"y","c":"z"}"#, true);
    check_detection(&[DROP], "x1: {a: x}\nx2: {b: y}\nx3: {c: z}\ncondition: 2 of x*", r#"{"b":"y"}"#, false);
    stops(&[DROP], "s: {a: x}\nt: {a: y}\ncondition: s or t", "rule.pipeline", None, "nothing is left");
    stops(&[DROP], "x1: {a: x}\nx2: {b: y}\ncondition: 2 of x*", "rule.pipeline", Some(7), "1 selections are left");
}

#[test]
fn a_condition_is_added() {
    let add = "type: add_condition\nconditions: {i: [one, two], n: 5}";
    check(&[add], "a: x", r#"{"a":"x","i":"TWO","n":5}"#, true);
    check(&[add], "a: x", r#"{"a":"x","i":"two"}"#, false);
    check(&[add], "a: x", r#"{"i":"two","n":5}"#, false);
    let not = "type: add_condition\nconditions: {'i|startswith': tw}\nnegated: true\nname: noise";
    check(&[not], "a: x", r#"{"a":"x","i":"two"}"#, false);
    check(&[not], "a: x", r#"{"a":"x"}"#, true);
    check_detection(&[add], "s: {a: x}\nt: {b: y}\ncondition: s or t", r#"{"a":"x"}"#, false);
    let template = "type: add_condition\ntemplate: true\nconditions: {i: ['$product-${product}s $$', '$products']}";
    check(&[template], "a: x", r#"{"a":"x","i":"test-tests $"}"#, true);
    check(&[template], "a: x", r#"{"a":"x","i":"$products"}"#, true);
    let plain = "type: add_condition\nconditions: {i: '$product'}";
    check(&[plain], "a: x", r#"{"a":"x","i":"$product"}"#, true);
    let absent = "type: add_condition\ntemplate: true\nconditions: {i: $service}";
    stops(&[absent], "s: {a: x}\ncondition: s", "rule.pipeline", None, "no service");
    // What was added is a field as any other.
    check(&[plain, "type: field_name_prefix\nprefix: p."], "a: x", r#"{"p.a":"x","p.i":"$product"}"#, true);
}

#[test]
fn a_rule_looks_at_another_log_source() {
    let change = "type: change_logsource\nproduct: other";
    check(&[change], "a: x", r#"{"a":"x"}"#, false);
    check(&["type: change_logsource\nproduct: test"], "a: x", r#"{"a":"x"}"#, true);
}

#[test]
fn parts_of_texts_are_replaced() {
    let slashes = r"type: replace_string
regex: '\\'
replacement: /";
    check(&[slashes], r"a: C:\Windows\a.exe", r#"{"a":"c:/windows/a.exe"}"#, true);
    check(&[slashes], r"a|endswith: \a.exe", r#"{"a":"c:/windows/a.exe"}"#, true);
    check(&[slashes], r"a|contains: ['\b\', '\c\']", r#"{"a":"/x/c/y"}"#, true);
    // The wildcard after a backslash of its own stays one.
    check(&[slashes], r"a: C:\\*", r#"{"a":"C:/anything"}"#, true);
    let groups = r"type: replace_string
regex: '(\w+)\.(?P<end>exe|com)'
replacement: '\g<end>-\1\\'";
    check(&[groups], "a: tool.exe", r#"{"a":"exe-tool\\"}"#, true);
    // The value is seen with its wildcards: here they are taken away, there they come.
    let anchor = r"type: replace_string
regex: '^\*'
replacement: 'C:'";
    check(&[anchor], r"a|endswith: \a.exe", r#"{"a":"C:\\a.exe"}"#, true);
    check(&[anchor], r"a|endswith: \a.exe", r#"{"a":"D:\\a.exe"}"#, false);
    check(&["type: replace_string\nregex: x\nreplacement: '*'"], "a: axb", r#"{"a":"a...b"}"#, true);
    let literal = "type: replace_string\nregex: x\nreplacement: '*'\nskip_special: true";
    check(&[literal], "a: axb", r#"{"a":"a...b"}"#, false);
    check(&[literal], "a: axb?", r#"{"a":"a*b7"}"#, true);
    let interpreted = "type: replace_string\nregex: x\nreplacement: '*'\nskip_special: true\ninterpret_special: true";
    check(&[interpreted], "a: axb", r#"{"a":"a...b"}"#, true);
    check(&["type: replace_string\nregex: '^4'\nreplacement: '5'"], "a: 4688", r#"{"a":5688}"#, true);
    // Expressions, networks and encoded texts are no patterns.
    check(&["type: replace_string\nregex: x\nreplacement: y"], "a|re: '^x$'", r#"{"a":"x"}"#, true);
    check(&["type: replace_string\nregex: a\nreplacement: b"], "a|base64: aaa", r#"{"a":"YWFh"}"#, true);
}

#[test]
fn texts_are_mapped_set_converted_and_cased() {
    let map = r"type: map_string
mapping: {one: eins, '*two*': [zwei, 'drei*'], 'C:\x': y}";
    check(&[map], "a: one", r#"{"a":"eins"}"#, true);
    check(&[map], "a: one", r#"{"a":"one"}"#, false);
    check(&[map], "a|contains: [two, four]", r#"{"a":"zwei"}"#, true);
    check(&[map], "a|contains: [two, four]", r#"{"a":"a zwei"}"#, false);
    check(&[map], "a|contains: [two, four]", r#"{"a":"dreist"}"#, true);
    check(&[map], "a|contains: [two, four]", r#"{"a":"a four b"}"#, true);
    check(&[map], r"a: C:\\x", r#"{"a":"y"}"#, true);
    check(&["type: set_value\nvalue: z*"], "a|contains: [x, y]", r#"{"a":"zett"}"#, true);
    check(&["type: set_value\nvalue: 5"], "a|re: x", r#"{"a":5}"#, true);
    check(&["type: set_value\nvalue: null"], "a: x", r#"{"b":5}"#, true);
    check(&["type: set_value\nvalue: 5\nforce_type: str"], "a: x", r#"{"a":"5"}"#, true);
    check(&["type: set_value\nvalue: '5'\nforce_type: num"], "a: x", r#"{"a":5}"#, true);
    check(&["type: set_value\nvalue: z"], "a|neq: x", r#"{"a":"z"}"#, false);
    check(&["type: convert_type\ntarget_type: num"], "a: ['5', 6]", r#"{"a":5}"#, true);
    check(&["type: convert_type\ntarget_type: str"], "a: [5, x]", r#"{"a":"5"}"#, true);
    stops(
        &["id: c\ntype: convert_type\ntarget_type: num"],
        "s:\n    a|contains: '5'\ncondition: s",
        "rule.pipeline",
        Some(6),
        "p: 1 convert_type (c): *5* is no number",
    );
    check(&["type: case\nmethod: upper"], "a|cased|contains: ab", r#"{"a":"xABx"}"#, true);
    check(&["type: case\nmethod: upper"], "a|cased|contains: ab", r#"{"a":"xabx"}"#, false);
    check(&["type: case"], "a|cased: AB", r#"{"a":"ab"}"#, true);
    check(&["type: case\nmethod: snake_case"], "a|cased: AbCd", r#"{"a":"ab_cd"}"#, true);
}

#[test]
fn a_text_becomes_an_expression_that_means_the_same() {
    for (method, other) in [("plain", false), ("ignore_case_flag", true), ("ignore_case_brackets", true)] {
        let step = format!("type: regex\nmethod: {method}");
        check(&[&step], "a: 'Ab.?'", r#"{"a":"Ab.c"}"#, true);
        check(&[&step], "a: 'Ab.?'", r#"{"a":"AB.C"}"#, other);
        check(&[&step], "a: 'Ab.?'", r#"{"a":"AbXc"}"#, false);
        check(&[&step], "a: 'Ab.?'", r#"{"a":"xAb.c"}"#, false);
        check(&[&step], r"a|endswith: \b*.exe", r#"{"a":"c:\\b\nx.exe"}"#, true);
        check(&[&step], r"a|endswith: \b*.exe", r#"{"a":"c:\\b\nx.exe.txt"}"#, false);
        // A number beside it stays one.
        check(&[&step], "a: [Ab, 5]", r#"{"a":5}"#, true);
        check(&[&step], "a|neq: [Ab, 5]", r#"{"a":5}"#, false);
        check(&[&step], "a|neq: [Ab, 5]", r#"{"a":"Ab"}"#, false);
        check(&[&step], "a|neq: [Ab, 5]", r#"{"a":"x"}"#, true);
        check(&[&step], "a|contains|all: [Ab, cd]", r#"{"a":"cd Ab"}"#, true);
        check(&[&step], "a|contains|all: [Ab, cd]", r#"{"a":"cd"}"#, false);
        // A value ends where it ends, a line break is part of it.
        check(&[&step], "a: Ab", r#"{"a":"Ab\n"}"#, false);
    }
    check(&["type: regex"], "a: aß", r#"{"a":"Aß"}"#, true);
    check(&["type: regex"], "a: aß", r#"{"a":"aS"}"#, false);
    stops(&["type: regex"], "s:\n    a|expand: '%who%'\ncondition: s", "rule.pipeline", Some(6), "%who%");
}

#[test]
fn placeholders_are_filled() {
    let values = "type: value_placeholders";
    check(&[values], "a|expand: 'x%one%'", r#"{"a":"xv1"}"#, true);
    check(&[values], "a|expand: 'x%one%'", r#"{"a":"xv..2"}"#, true);
    check(&[values], "a|contains|expand: '%two%%n%'", r#"{"a":"..b7.."}"#, true);
    check(&[values], r"a|expand: '100\%%two%'", r#"{"a":"100%b"}"#, true);
    check(&[values], "a|re|expand: '^%one%$'", r#"{"a":"v..2"}"#, true);
    check(&[values], "a|re|expand: '^%one%$'", r#"{"a":"xv1"}"#, false);
    let stars = "type: wildcard_placeholders\ninclude: [who]";
    check(&[values, stars], "a|expand: '%who%-%two%'", r#"{"a":"anybody-b"}"#, true);
    check(&[values, stars], "a|expand: '%who%-%two%'", r#"{"a":"anybody-c"}"#, false);
    let others = "type: wildcard_placeholders\nexclude: [who]";
    stops(&[others], "s:\n    a|expand: '%who%-%two%'\ncondition: s", "rule.placeholder_undefined", Some(6), "who");
    stops(&[values], "s:\n    a|expand: '%who%'\ncondition: s", "rule.placeholder_undefined", Some(6), "who");
    // A step between them leaves a placeholder what it is.
    check(&["type: case\nmethod: upper", values], "a|cased|expand: 'x%two%'", r#"{"a":"Xb"}"#, true);
    check(&["type: replace_string\nregex: x\nreplacement: y", values], "a|expand: 'x%two%'", r#"{"a":"yb"}"#, true);
}

#[test]
fn hashes_get_fields_of_their_own() {
    let hashes = "type: hashes_fields\nvalid_hash_algos: [MD5, SHA1]\nfield_prefix: File";
    check(&[hashes], "Hashes|contains: ['SHA1=ab', 'MD5=cd']", r#"{"FileSHA1":"AB"}"#, true);
    check(&[hashes], "Hashes|contains: ['SHA1=ab', 'MD5=cd']", r#"{"FileMD5":"cd"}"#, true);
    check(&[hashes], "Hashes|contains: ['SHA1=ab', 'MD5=cd']", r#"{"FileMD5":"ab"}"#, false);
    check(&[hashes], "Hashes|contains|all: ['SHA1=ab', 'MD5=cd']", r#"{"FileMD5":"cd"}"#, false);
    check(
        &[hashes],
        "Hash: 0123456789abcdef0123456789abcdef",
        r#"{"FileMD5":"0123456789abcdef0123456789abcdef"}"#,
        true,
    );
    check(&[hashes], "Other: 'SHA1=ab'", r#"{"Other":"SHA1=ab"}"#, true);
    let one = "type: hashes_fields\nvalid_hash_algos: [SHA1, MD5]\nfield_prefix: hash\ndrop_algo_prefix: true\nfield_to_parse: [H]";
    check(&[one], "H: ['SHA1|ab', 'md5=cd']", r#"{"hash":"cd"}"#, true);
    stops(&[hashes], "s:\n    Hashes|contains: 'IMPHASH=ab'\ncondition: s", "rule.pipeline", Some(6), "IMPHASH");
    stops(
        &[hashes],
        "s:\n    Hashes|contains|all: ['IMPHASH=ab', 'MD5=c']\ncondition: s",
        "rule.pipeline",
        Some(6),
        "IMPHASH",
    );
}

#[test]
fn steps_fail_rules() {
    let rule = "s:\n    a: x\n    b: y\ncondition: s";
    stops(
        &["id: no\ntype: rule_failure\nmessage: not here"],
        rule,
        "rule.pipeline_failure",
        None,
        "p: 1 rule_failure (no): not here",
    );
    let item =
        "type: detection_item_failure\nmessage: no b\nfield_name_conditions: [{type: include_fields, fields: b}]";
    stops(&[item], rule, "rule.pipeline_failure", Some(7), "no b");
    check(&[item], "a: x", r#"{"a":"x"}"#, true);
    // The line is that of the rule's file, whatever the field is called by then.
    let map = "type: field_name_mapping\nmapping: {b: c}";
    let mapped =
        "type: detection_item_failure\nmessage: no c\nfield_name_conditions: [{type: include_fields, fields: c}]";
    stops(&[map, mapped], rule, "rule.pipeline_failure", Some(7), "no c");
    let strict = "type: strict_field_mapping_failure";
    stops(&[map, strict], rule, "rule.pipeline_failure", Some(6), "field a");
    check(&["type: field_name_mapping\nmapping: {a: a, b: c}", strict], "a: x\nb: y", r#"{"a":"x","c":"y"}"#, true);
}

#[test]
fn steps_nest() {
    let nest = "type: nest\nrule_conditions: [{type: contains_field, field: a}]\nitems:\n  - {type: field_name_suffix, suffix: '1'}\n  - type: nest\n    items: [{type: field_name_suffix, suffix: '2'}]";
    check(&[nest], "a: x\nb: y", r#"{"a12":"x","b12":"y"}"#, true);
    check(&[nest], "b: y", r#"{"b":"y"}"#, true);
}

#[test]
fn what_is_shown_to_nobody_changes_nothing() {
    for step in ["type: add_field\nfield: z", "type: remove_field\nfield: [z]", "type: set_field\nfields: []"] {
        check(&[step], "a: x", r#"{"a":"x"}"#, true);
    }
}

#[test]
fn many_steps_make_no_deep_rule() {
    let more = "type: field_name_mapping\nmapping: {a: [a, b]}";
    check(&[more; 500], "a: x\nz|neq: y", r#"{"b":"x"}"#, true);
    check(&[more; 500], "a: x\nz|neq: y", r#"{"a":"x","z":"y"}"#, false);
}

#[test]
fn a_flood_is_refused() {
    let double = "type: field_name_mapping\nmapping: {a: [a, a, a, a]}";
    stops(&[double; 40], "s:\n    a: x\ncondition: s", "rule.too_many_values", Some(6), "64 MiB");
    let grow = "type: replace_string\nregex: '.+'\nreplacement: '\\g<0>\\g<0>\\g<0>\\g<0>'";
    stops(&[grow; 40], "s:\n    a: x\ncondition: s", "rule.value", Some(6), "64 KiB");
    // Each match is another half of a megabyte, which is never written.
    let huge = format!("type: replace_string\nregex: '.'\nreplacement: {}", "x".repeat(500_000));
    let long = format!("s:\n    a: {}\ncondition: s", "y".repeat(60_000));
    for flag in ["", "\nskip_special: true"] {
        stops(&[&format!("{huge}{flag}")], &long, "rule.value", Some(6), "64 KiB");
    }
    let groups = format!("type: replace_string\nregex: '(.+)'\nreplacement: {}", "\\1".repeat(200_000));
    stops(&[&groups], &long, "rule.value", Some(6), "64 KiB");
}
