//! Every code that this module gives, with its weight and its remedy.

use super::Weight::{self, Note, Warning};

/// The weight and the remedy of a code.
pub(super) fn of(code: &str) -> (Weight, &'static str) {
    LINTS.iter().find(|(known, ..)| *known == code).map_or((Warning, ""), |(_, weight, remedy)| (*weight, remedy))
}

/// Codes, their weights and remedies. What loading refuses has codes of its own, `rule.…`.
pub const LINTS: &[(&str, Weight, &str)] = &[
    ("lint.id_missing", Warning, "Give the rule a UUID; without one alerts and exceptions hang on its file's name."),
    ("lint.id_invalid", Warning, "Use a fresh UUID, version 4."),
    ("lint.title_length", Warning, "Say in 1 to 120 characters who did what; the rest belongs in the description."),
    ("lint.title_duplicate", Warning, "Give each rule a title of its own; two alike cannot be told apart in a queue."),
    ("lint.status_missing", Note, "Say how far the rule is trusted: stable, test or experimental."),
    ("lint.status_unknown", Warning, "Use stable, test, experimental, deprecated or unsupported."),
    ("lint.level_missing", Warning, "Give informational, low, medium, high or critical."),
    ("lint.level_unknown", Warning, "Use informational, low, medium, high or critical."),
    ("lint.date_missing", Note, "Say when the rule was made, as 2026-03-12."),
    ("lint.date_format", Warning, "Write a day that exists as YYYY-MM-DD."),
    ("lint.date_order", Warning, "`modified` is the day of the last change."),
    ("lint.description_missing", Warning, "Say what the rule finds and why that matters."),
    ("lint.description_short", Note, "Say what the rule finds and why that matters."),
    ("lint.author_missing", Note, "Name who can be asked about the rule."),
    ("lint.reference_form", Warning, "Give a list of addresses that begin with https://."),
    ("lint.falsepositives_missing", Note, "List what harmless thing looks the same, or `Unlikely`."),
    ("lint.falsepositives_empty", Warning, "List what harmless thing looks the same, or `Unlikely`."),
    ("lint.ads_missing", Note, "Add goal, strategy, blind spots, false positives, validation and response: keys of a map `ads`, or headings in the description."),
    ("lint.tag_missing", Note, "Tag the rule with its ATT&CK tactic and technique."),
    ("lint.tag_form", Warning, "Write namespace.name in lower case, as attack.t1059.001 or cve.2021-44228."),
    ("lint.tag_duplicate", Note, "Remove one of the two."),
    ("lint.tag_namespace", Note, "Use attack, car, cve, d3fend, detection, stp or tlp, so that other tools read it too."),
    ("lint.tag_attack", Warning, "Write a tactic with hyphens (attack.initial-access), or a technique (attack.t1059.001), group, software or campaign."),
    ("lint.logsource_open", Warning, "Name a category, or a product with a service; else every event is looked at."),
    ("lint.logsource_part", Note, "Name product and service, or a category."),
    ("lint.logsource_key", Warning, "Use category, product, service and definition."),
    ("lint.no_telemetry", Warning, "Connect a source that sends such events, or leave the rule out."),
    ("lint.selection_unused", Warning, "Name the selection in the condition or remove it; as it stands it changes nothing."),
    ("lint.selection_boolean", Warning, "Use another name, or quotation marks: readers of YAML 1.1, pySigma among them, take this one for true or false."),
    ("lint.quantifier_single", Note, "Name the selection itself, or choose several with a wildcard."),
    ("lint.all_of_them", Note, "Choose by name (`all of selection_*`), so that a selection added later does not change the condition."),
    ("lint.correlation_upper_bound", Warning, "Add `gte`, or ask for more than instead of fewer than: each window ends with an event and is asked at once."),
    ("lint.field_unknown", Warning, "Use a field that events of this log source have; case matters."),
    ("lint.modifier_twice", Warning, "Remove one of the two."),
    ("lint.all_single", Warning, "Remove `all`, or give the values that must hold together."),
    ("lint.all_whole", Warning, "Add `contains`, or remove `all`: one value cannot equal two different ones."),
    ("lint.value_duplicate", Warning, "Remove one of the two; Sigma compares without regard to case."),
    ("lint.wildcard_alone", Note, "Use `FIELD|exists: true`."),
    ("lint.wildcard_double", Warning, "One wildcard is enough."),
    ("lint.wildcard_escaped", Warning, "If any text is meant after a backslash write `\\\\*`; a wildcard behind a single backslash is the character itself."),
    ("lint.wildcard_for_modifier", Note, "Use the modifier; it says what is meant and needs no escapes."),
    ("lint.wildcard_redundant", Note, "Remove the wildcard."),
    ("lint.keyword_everything", Warning, "Name a word to look for."),
    ("lint.keyword_short", Note, "Use a longer word, or a field."),
    ("lint.regex_plain", Note, "Use `contains`, which is faster and ignores case."),
    ("lint.more", Note, "Mend what is said and look again."),
];
