//! What did not load, by name, with a stable code, the place and the remedy.

use serde::Serialize;

/// What became of a set of rule files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    /// Rules that run.
    pub loaded: usize,
    /// Rules that do not, in the order of the files.
    pub refused: Vec<Refusal>,
}

/// One rule that cannot run here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The file; `name#2` for the second document of a file.
    pub name: String,
    /// Stable code such as `rule.modifier_unknown`.
    pub code: &'static str,
    /// Line of the file, from 1, where it is known.
    pub line: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// `name:line: code: message remedy`, in one line.
impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))?;
        write!(f, ": {}: {} {}", self.code, self.message, self.remedy)
    }
}

/// Why a rule cannot run, before it is known which file it stands in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    pub code: &'static str,
    pub message: String,
    /// Line within the document, from 1.
    pub line: Option<u32>,
    /// Text that stands on the faulty line, to find it where the line is not known.
    pub near: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Fault {
        Fault { code, message: shortened(message.into(), MAX_MESSAGE), line: None, near: None }
    }
    /// The same, on the line where `text` stands.
    pub(crate) fn near(mut self, text: impl Into<String>) -> Fault {
        self.near.get_or_insert(text.into());
        self
    }
    /// The same, on this line.
    pub(crate) fn at(mut self, line: Option<u32>) -> Fault {
        self.line = line;
        self
    }

    /// The refusal of the document that begins on line `first` (from 1) of file `name`.
    pub(crate) fn refuse(self, name: String, text: &str, first: u32) -> Refusal {
        let found =
            |near: &String| text.lines().zip(0u32..).find(|(line, _)| line.contains(near.as_str())).map(|(_, index)| index + 1);
        let line = self.line.or_else(|| self.near.as_ref().and_then(found)).map(|line| line + first - 1);
        Refusal { name, code: self.code, line, message: self.message, remedy: remedy(self.code) }
    }
}

/// Bytes of a message: it quotes rules, which anyone may have written.
pub(crate) const MAX_MESSAGE: usize = 400;

/// At most so many bytes of a text, with a mark where something is missing.
pub(crate) fn shortened(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
    }
    text
}

/// What to do about a fault; one line per code that this crate gives.
fn remedy(code: &str) -> &'static str {
    REMEDIES
        .iter()
        .find(|(known, _)| *known == code)
        .map_or("Compare the rule with the Sigma specification.", |(_, remedy)| remedy)
}

/// Every code and its remedy.
const REMEDIES: &[(&str, &str)] = &[
    ("rule.yaml", "Mend the YAML: unique keys, no custom tags, no merge keys, modest nesting and few aliases."),
    ("rule.encoding", "Save the file as UTF-8."),
    ("rule.too_large", "Split the file; one rule may have 1 MiB of text."),
    ("rule.too_many", "Load fewer rules; a set may have 50,000."),
    ("rule.too_many_selections", "Use fewer selections, or lists of values within one."),
    ("rule.too_many_values", "Use fewer values; indicator lists belong in a lookup."),
    ("rule.invalid", "Give the rule a title, a logsource and a detection, as the Sigma specification says."),
    ("rule.level_unknown", "Use informational, low, medium, high or critical."),
    ("rule.status_unsupported", "The rule's author marks it as not usable; use its replacement."),
    ("rule.id_duplicate", "Remove one of the two rules or give it an id of its own."),
    ("rule.correlation", "Give `correlation` a type, rules (each once), group-by, timespan and a condition; temporal types need two rules."),
    ("rule.correlation_type", "Use event_count, value_count, value_sum, value_avg, value_percentile, value_median, temporal or temporal_ordered."),
    ("rule.correlation_key", "Use type, rules, group-by, timespan, condition, aliases and generate; windows slide, other kinds do not exist here."),
    ("rule.correlation_group_by", "Name at least one field, each once; a host or an account, say."),
    ("rule.correlation_timespan", "Write a whole number and s, m, h or d, at most 90d."),
    ("rule.correlation_condition", "Compare with gt, gte, lt, lte, eq or neq and a number; value types also name a `field`. Rules are joined by and, or and `N of`."),
    ("rule.correlation_limit", "Ask for less: at most 10,000 events, 2,000 different values, or as many rules as are named."),
    ("rule.correlation_alias", "Write `ALIAS: {RULE: FIELD}` for rules that the correlation names."),
    ("rule.correlation_reference_unknown", "Load the rule too, or give the id or name of one that is loaded."),
    ("rule.correlation_reference_ambiguous", "Give the rule's id; several have this name."),
    ("rule.correlation_reference_refused", "Mend the rule that it names; its refusal stands in the same report."),
    ("rule.correlation_reference_disabled", "Switch that rule on again, or this correlation off."),
    ("rule.correlation_cycle", "Break the circle; a correlation cannot wait for itself."),
    ("rule.filter", "Give the filter a title, a logsource and a `filter` with rules, selections and a condition."),
    ("rule.filter_reaches_nothing", "Name rules that are loaded, or widen the logsource; a rule must have all that the filter's names."),
    ("rule.filter_target_unknown", "Remove the name from the filter or load the rule that it names."),
    ("rule.collection_action", "Use `action: global`, `repeat` (after a rule) or `reset`."),
    ("rule.deprecated_aggregation", "Rewrite the part after `|`, `near` or `timeframe` as a Sigma correlation."),
    ("rule.condition", "Use and, or, not, parentheses and `1 of name*`."),
    ("rule.selection_unknown", "Name a selection that stands in `detection`."),
    ("rule.selection_empty", "Give the selection at least one field or keyword; an empty one would match everything."),
    ("rule.modifier_unknown", "Use a modifier of the Sigma specification; `not` belongs in the condition."),
    ("rule.modifier_conflict", "Use modifiers that go together, in the order in which they apply."),
    ("rule.placeholder_undefined", "Define a list of this name, or write the values into the rule and drop `expand`."),
    (
        "rule.array_matching_unsupported",
        "Write the rule without `field[any]`, `field[all]` and the like; lists match on any member.",
    ),
    ("rule.value", "Write a value of the kind that the modifier needs."),
    ("rule.value_nested", "Give the field a value or a list of values, not a map; join nested names with dots."),
    // The specification: null cannot be part of a list of field values.
    ("rule.null_in_list", "Give `null` a selection of its own and join the two in the condition."),
    ("rule.matches_everything", "Name something to look for."),
    ("rule.pipeline", "Change the rule or the step of the pipeline that stops at it."),
    ("rule.pipeline_failure", "The pipeline refuses such rules; leave the rule out, or the pipeline."),
    ("pipeline.yaml", "Mend the YAML: UTF-8, one document, unique keys, no custom tags, no merge keys, few aliases."),
    ("pipeline.invalid", "Write the value that this place needs, or remove it."),
    ("pipeline.unknown", "Use a step, condition or key of the guide's page on pipelines."),
    ("pipeline.unsupported", "Remove it from the pipeline, or leave the pipeline to a program that makes queries."),
    ("pipeline.backend", "Add `watchfloor` to `allowed_backends` if the pipeline fits here too."),
    ("pipeline.condition", "Name each condition once, joined by and, or, not and parentheses, where the step can have it."),
    ("pipeline.regex", "Mend the expression; look-around and back-references do not exist here."),
    ("rule.regex", "Mend the expression; look-around and back-references do not exist here."),
    ("rule.regex_too_large", "Use smaller repetition counts; the compiled expression exceeds its limit."),
];
