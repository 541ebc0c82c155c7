//! What each lint says, and what it does not say of a sound rule.

use super::*;
use crate::{Pipeline, Pipelines, RuleSet, Setting};

const GOOD: &str = r"title: Someone asks who they are
id: 61e81caa-246a-4de5-a50a-ed903c95fbd5
status: test
description: A user ran whoami, which people rarely need and intruders always do.
author: Larkfield
date: 2026-03-12
references: ['https://attack.mitre.org/techniques/T1033/']
tags: [attack.discovery, attack.t1033]
ads: {goal: a, strategy: b, blind spots: c, validation: d, response: e}
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\whoami.exe'
    filter:
        User|contains: 'svc'
    condition: selection and not filter
falsepositives:
    - An administrator at work
level: low
";

fn findings(text: &str) -> Vec<Finding> {
    let files = vec![RuleFile { name: "a.yml".to_owned(), text: text.as_bytes().to_vec() }];
    let (set, report) = RuleSet::compile(files.clone());
    lint(&files, &report.refused, set.rules())
}

/// A field that a pipeline has a name for is no unknown one, in the rule's file as it stands.
#[test]
fn a_renamed_field_is_known() {
    let text = GOOD.replace("Image|endswith", "process_path|endswith").replace("User|contains", "process_owner|contains");
    let files = vec![RuleFile { name: "a.yml".to_owned(), text: text.into_bytes() }];
    let pipeline = b"transformations:\n  - {type: field_name_mapping, mapping: {process_path: Image}}\n".to_vec();
    let pipeline = Pipeline::parse(&RuleFile { name: "p.yml".to_owned(), text: pipeline }).unwrap();
    let setting = Setting { pipelines: Pipelines::new(vec![pipeline]), ..Setting::default() };
    let (set, report) = RuleSet::compile_with(files.clone(), &setting);
    let found = lint(&files, &report.refused, set.rules());
    let messages: Vec<_> = found.iter().map(|finding| (finding.code, finding.message.split(' ').next().unwrap())).collect();
    assert_eq!(messages, [("lint.field_unknown", "process_owner")]);
}

/// What is said of the good rule after one change of its text.
fn changed(from: &str, to: &str) -> Vec<(&'static str, Option<u32>)> {
    assert!(GOOD.contains(from), "{from}");
    findings(&GOOD.replacen(from, to, 1)).iter().map(|finding| (finding.code, finding.line)).collect()
}

#[test]
fn nothing_is_said_of_a_good_rule() {
    assert_eq!(findings(GOOD), []);
}

#[test]
fn a_filter_is_held_to_what_a_filter_has() {
    let filter = r"title: Nobody minds the service accounts
id: 61e81caa-246a-4de5-a50a-ed903c95fbd6
description: Service accounts run whoami at every start.
author: Larkfield
date: 2026-03-12
logsource: {category: process_creation, product: windows}
filter:
    rules: [61e81caa-246a-4de5-a50a-ed903c95fbd5]
    selection:
        User|startswith: 'svc'
    condition: selection
";
    let with = |text: &str| {
        let said = findings(&format!("{GOOD}---\n{text}"));
        said.iter().map(|finding| (finding.code, finding.line)).collect::<Vec<_>>()
    };
    assert_eq!(with(filter), []);
    let spare = filter.replace("    condition: selection\n", "    spare: {User: a, Usr: b}\n    condition: selection\n");
    assert_eq!(with(&spare), [("lint.field_unknown", Some(33)), ("lint.selection_unused", Some(33))]);
}

#[test]
fn every_lint_has_its_code_and_its_line() {
    for (from, to, code, line) in [
        ("id: 61e81caa-246a-4de5-a50a-ed903c95fbd5\n", "", "lint.id_missing", 1),
        ("ed903c95fbd5", "nope", "lint.id_invalid", 2),
        ("Someone asks who they are", &"long ".repeat(30), "lint.title_length", 1),
        ("status: test\n", "", "lint.status_missing", 1),
        ("status: test", "status: production", "lint.status_unknown", 3),
        ("level: low\n", "", "lint.level_missing", 1),
        ("date: 2026-03-12\n", "", "lint.date_missing", 1),
        ("2026-03-12", "2026/03/12", "lint.date_format", 6),
        ("date: 2026-03-12", "date: 2026-03-12\nmodified: 2025-01-01", "lint.date_order", 7),
        ("description: A user ran whoami, which people rarely need and intruders always do.\n", "", "lint.description_missing", 1),
        ("A user ran whoami, which people rarely need and intruders always do.", "whoami", "lint.description_short", 4),
        ("author: Larkfield\n", "", "lint.author_missing", 1),
        ("'https://attack.mitre.org/techniques/T1033/'", "a memo", "lint.reference_form", 7),
        ("falsepositives:\n    - An administrator at work\n", "ads2: ~\n", "lint.falsepositives_missing", 1),
        ("An administrator at work", "None", "lint.falsepositives_empty", 20),
        (", validation: d", "", "lint.ads_missing", 9),
        ("tags: [attack.discovery, attack.t1033]\n", "", "lint.tag_missing", 1),
        ("attack.t1033]", "T1033]", "lint.tag_form", 8),
        ("attack.t1033]", "attack.discovery]", "lint.tag_duplicate", 8),
        ("attack.t1033]", "acme.t1033]", "lint.tag_namespace", 8),
        ("attack.t1033]", "attack.t33]", "lint.tag_attack", 8),
        ("    category: process_creation\n    product: windows\n", "    definition: all\n", "lint.logsource_open", 10),
        ("    category: process_creation\n", "", "lint.logsource_part", 11),
        ("    product: windows\n", "    product: windows\n    vendor: ms\n", "lint.logsource_key", 13),
        (" and not filter", "", "lint.selection_unused", 16),
        ("    filter:\n        User|contains: 'svc'\n    condition: selection and not filter", "    on:\n        User|contains: 'svc'\n    condition: selection and not on", "lint.selection_boolean", 16),
        ("    filter:\n        User|contains: 'svc'\n    condition: selection and not filter", "    x: a\n    No : {User: 'svc'}\n    condition: x and selection and not No", "lint.selection_boolean", 17),
        ("selection and", "1 of selection and", "lint.quantifier_single", 18),
        ("    filter:\n        User|contains: 'svc'\n    condition: selection and not filter", "    condition: 1 of them", "lint.quantifier_single", 16),
        ("selection and not filter", "all of them", "lint.all_of_them", 18),
        ("Image|endswith", "image|endswith", "lint.field_unknown", 15),
        ("Image|endswith", "Image|endswith|endswith", "lint.modifier_twice", 15),
        ("User|contains", "User|contains|all", "lint.all_single", 17),
        ("User|contains: 'svc'", "User|all: [a, b]", "lint.all_whole", 17),
        ("'svc'", "[svc, Svc]", "lint.value_duplicate", 17),
        ("User|contains: 'svc'", "User: '*'", "lint.wildcard_alone", 17),
        ("'svc'", "'s**c'", "lint.wildcard_double", 17),
        ("'svc'", r"'\s\*c'", "lint.wildcard_escaped", 17),
        ("User|contains: 'svc'", "User: 'svc*'", "lint.wildcard_for_modifier", 17),
        ("'svc'", "'*svc'", "lint.wildcard_redundant", 17),
        ("\n        User|contains: 'svc'", " [word, ab]", "lint.keyword_short", 16),
        ("\n        User|contains: 'svc'", " [word, '**']", "lint.keyword_everything", 16),
        ("User|contains", "User|re", "lint.regex_plain", 17),
    ] {
        let found = changed(from, to);
        assert!(found.contains(&(code, Some(line))), "{code} is not on line {line}: {found:?}");
    }
}

/// Between quotation marks, in other letters or as a part of a name it is a text to every reader.
#[test]
fn a_name_that_is_a_text_to_everyone_is_no_boolean() {
    for name in ["'on'", "\"off\"", "oN", "only", "none", "yes_1"] {
        let bare = name.trim_matches(['\'', '"']);
        let text = GOOD.replace("    filter:", &format!("    {name}:")).replace("not filter", &format!("not {bare}"));
        assert_eq!(findings(&text), [], "{name}");
    }
}

#[test]
fn a_flood_of_findings_is_cut_off() {
    let values: Vec<String> = (0..20_000).map(|number| format!("            - '*{number}'\n")).collect();
    let text = GOOD.replace("        User|contains: 'svc'", &format!("        User|contains:\n{}", values.concat()));
    let found = findings(&text);
    assert_eq!(found.len(), 1_001);
    let last = found.iter().find(|finding| finding.code == "lint.more").unwrap();
    assert_eq!((last.line, last.message.as_str()), (Some(1), "19000 more findings are not told"));
    // Nor does a list of nothing but tags take longer than it is long.
    let tags: Vec<String> = (0..90_000).map(|number| format!("a.{number}")).collect();
    let found = findings(&GOOD.replace("attack.t1033]", &format!("{}]", tags.join(", "))));
    assert!(found.iter().any(|finding| finding.code == "lint.more"), "{:?}", found.first());
}

#[test]
fn what_does_not_load_is_an_error_under_its_own_code() {
    for (from, to, code) in [
        ("Image|endswith", "Image|ends", "rule.modifier_unknown"),
        ("not filter", "not filters", "rule.selection_unknown"),
        ("level: low", "level: urgent", "rule.level_unknown"),
        ("title:", "title: [", "rule.yaml"),
    ] {
        let found = findings(&GOOD.replacen(from, to, 1));
        let refusal = found.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("{code}: {found:?}"));
        assert_eq!(refusal.severity, Weight::Error);
        assert!(!refusal.remedy.is_empty() && refusal.file == "a.yml");
    }
}

#[test]
fn rules_of_one_file_are_told_apart() {
    let second = GOOD.replacen("61e81caa", "71e81caa", 1);
    let found = findings(&format!("{GOOD}---\n{second}"));
    let codes: Vec<_> = found.iter().map(|finding| (finding.code, finding.file.as_str(), finding.line)).collect();
    assert_eq!(codes, [("lint.title_duplicate", "a.yml", Some(23))]);
}

#[test]
fn no_event_of_its_log_source_is_said_of_a_rule() {
    let files = vec![RuleFile { name: "a.yml".to_owned(), text: GOOD.as_bytes().to_vec() }];
    let (set, _) = RuleSet::compile(files);
    let source = |product, category| model::LogSource::new(model::Name::of(product), model::Name::NONE).with_category(model::Name::of(category));
    assert_eq!(without_telemetry(set.rules(), &[source("linux", "file_event"), source("windows", "process_creation")]), []);
    let found = without_telemetry(set.rules(), &[source("linux", "process_creation")]);
    assert_eq!((found[0].code, found[0].line, found[0].message.as_str()), ("lint.no_telemetry", Some(10), "no event of windows / process_creation has come in"));
}

#[test]
fn every_code_that_is_given_is_in_the_table() {
    let sources = [include_str!("condition.rs"), include_str!("head.rs"), include_str!("tags.rs"), include_str!("telemetry.rs"), include_str!("values.rs"), include_str!("mod.rs")];
    for word in sources.iter().flat_map(|text| text.split('"')).filter(|word| word.starts_with("lint.")) {
        assert!(LINTS.iter().any(|(code, ..)| *code == word), "{word}");
    }
    assert!(LINTS.iter().all(|(_, _, remedy)| !remedy.is_empty()));
}
