//! Conditions on the rule, on a field with its values, and on a field's name.

use super::Passage;
use super::attribute::Attribute;
use super::document::{Keys, Node};
use super::state::StateTest;
use super::value::{self, Piece, Seen};
use crate::read::draft::{Draft, Leaf, Tree};
use crate::refusal::Fault;
use model::{LogSource, Name};
use regex::{Regex, RegexBuilder};
use rsigma_parser::{Modifier, SigmaValue};
use rustc_hash::FxHashSet;

/// Bytes that one compiled expression of a pipeline may take.
const REGEX_LIMIT: usize = 1 << 20;

/// An expression of a pipeline.
pub(super) fn regex(node: &Node) -> Result<Regex, Fault> {
    let built = RegexBuilder::new(node.text()?).size_limit(REGEX_LIMIT).dfa_size_limit(REGEX_LIMIT).build();
    built.map_err(|error| node.fault("pipeline.regex", error.to_string().lines().last().unwrap_or_default()))
}

/// Whether an expression matches from the beginning of a text on, which is how pipelines ask.
fn begins(pattern: &Regex, text: &str) -> bool {
    pattern.find(text).is_some_and(|found| found.start() == 0)
}

fn unknown(keys: &mut Keys<'_>, kind: &str) -> Fault {
    let fault = Fault::new("pipeline.unknown", format!("there is no condition {kind} here"));
    fault.at(keys.raw("type").map(|node| node.line))
}

/// On the rule.
#[derive(Clone, Debug)]
pub(super) enum RuleCondition {
    LogSource { product: Option<String>, category: Option<String>, service: Option<String> },
    ContainsItem { field: String, value: Seen },
    ContainsField(String),
    Applied(String),
    State(StateTest),
    IsRule,
    IsCorrelation,
    Tag(String),
    Attribute(Attribute),
}

impl RuleCondition {
    pub(super) fn read(keys: &mut Keys<'_>, kind: &str) -> Result<RuleCondition, Fault> {
        Ok(match kind {
            "logsource" => {
                let [product, category, service] =
                    [keys.text("product")?, keys.text("category")?, keys.text("service")?];
                if product.is_none() && category.is_none() && service.is_none() {
                    return Err(Fault::new(
                        "pipeline.invalid",
                        "the condition logsource names no product, category or service",
                    ));
                }
                RuleCondition::LogSource { product, category, service }
            }
            "contains_detection_item" => {
                let field = keys.need_text("field")?;
                let value =
                    keys.raw("value").ok_or_else(|| Fault::new("pipeline.invalid", "the condition has no `value`"))?;
                RuleCondition::ContainsItem { field, value: wanted(value)? }
            }
            "contains_field" => RuleCondition::ContainsField(keys.need_text("field")?),
            "processing_item_applied" => RuleCondition::Applied(keys.need_text("processing_item_id")?),
            "processing_state" => RuleCondition::State(StateTest::read(keys)?),
            "is_sigma_rule" => RuleCondition::IsRule,
            "is_sigma_correlation_rule" => RuleCondition::IsCorrelation,
            "tag" => RuleCondition::Tag(keys.need_text("tag")?),
            "rule_attribute" => RuleCondition::Attribute(Attribute::read(keys)?),
            _ => return Err(unknown(keys, kind)),
        })
    }

    pub(super) fn holds(&self, about: &About<'_>, passage: &Passage<'_>) -> bool {
        match self {
            RuleCondition::LogSource { product, category, service } => {
                let wanted = [product, category, service].map(|part| part.as_deref().unwrap_or_default());
                about.looks_at(wanted)
            }
            RuleCondition::ContainsItem { field, value } => about.contains(&|leaf| {
                leaf.item.field.name.as_ref() == Some(field)
                    && value::open(leaf).is_some_and(|values| values.contains(value))
            }),
            RuleCondition::ContainsField(field) => {
                about.contains(&|leaf| leaf.item.field.name.as_ref() == Some(field))
            }
            RuleCondition::Applied(id) => passage.applied.contains(id.as_str()),
            RuleCondition::State(test) => test.holds(&passage.state),
            RuleCondition::IsRule => !passage.correlates,
            RuleCondition::IsCorrelation => passage.correlates,
            RuleCondition::Tag(tag) => about.tags().iter().any(|own| own.eq_ignore_ascii_case(tag)),
            RuleCondition::Attribute(attribute) => attribute.holds(passage),
        }
    }
}

/// Of what conditions on the rule are asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum About<'d> {
    Rule(&'d Draft),
    /// A correlation by its tags and the log sources of the rules that it hears; it has no fields of its own.
    Correlation(&'d [String], &'d FxHashSet<LogSource>),
}

impl About<'_> {
    /// Whether a log source has these parts, of which an empty one is any; of a correlation any of its rules' has them.
    fn looks_at(&self, wanted: [&str; 3]) -> bool {
        let is = |own: [&str; 3]| {
            wanted.iter().zip(own).all(|(wanted, own)| wanted.is_empty() || own.trim().eq_ignore_ascii_case(wanted))
        };
        match self {
            About::Rule(draft) => {
                let own = &draft.rule.logsource;
                is([&own.product, &own.category, &own.service].map(|part| part.as_deref().unwrap_or_default()))
            }
            About::Correlation(_, sources) => sources.iter().any(|source| {
                let category = source.categories().next().map(Name::as_str).unwrap_or_default();
                is([source.product.as_str(), category, source.service.as_str()])
            }),
        }
    }

    fn tags(&self) -> &[String] {
        match self {
            About::Rule(draft) => &draft.rule.tags,
            About::Correlation(tags, _) => tags,
        }
    }

    fn contains(&self, is: &dyn Fn(&Leaf) -> bool) -> bool {
        fn within(tree: &Tree, is: &dyn Fn(&Leaf) -> bool) -> bool {
            match tree {
                Tree::All(parts) | Tree::Any(parts) => parts.iter().any(|part| within(part, is)),
                Tree::Item(leaf) => is(leaf),
            }
        }
        match self {
            About::Rule(draft) => draft.parts.iter().flat_map(|part| &part.trees).any(|tree| within(tree, is)),
            About::Correlation(..) => false,
        }
    }
}

/// A value that is looked for.
fn wanted(node: &Node) -> Result<Seen, Fault> {
    Ok(match node.sigma(false)? {
        SigmaValue::String(text) => Seen::Text(value::parse(&text.original)),
        other => Seen::Other(other),
    })
}

/// On a field with its values.
#[derive(Clone, Debug)]
pub(super) enum ItemCondition {
    MatchString { pattern: Regex, any: bool, negate: bool },
    MatchValue { value: Seen, any: bool },
    IsNull { any: bool },
    ContainsWildcard { any: bool },
    Applied(String),
    State(StateTest),
}

impl ItemCondition {
    pub(super) fn read(keys: &mut Keys<'_>, kind: &str) -> Result<ItemCondition, Fault> {
        let any = |keys: &mut Keys<'_>| {
            let any = keys.word("cond", &[("any", true), ("all", false)])?;
            any.ok_or_else(|| Fault::new("pipeline.invalid", format!("the condition {kind} has no `cond`, any or all")))
        };
        Ok(match kind {
            "match_string" => ItemCondition::MatchString {
                any: any(keys)?,
                pattern: regex(keys.need("pattern")?)?,
                negate: keys.flag("negate")?,
            },
            "match_value" => ItemCondition::MatchValue { any: any(keys)?, value: wanted(keys.need("value")?)? },
            "is_null" => ItemCondition::IsNull { any: any(keys)? },
            "contains_wildcard" => ItemCondition::ContainsWildcard { any: any(keys)? },
            "processing_item_applied" => ItemCondition::Applied(keys.need_text("processing_item_id")?),
            "processing_state" => ItemCondition::State(StateTest::read(keys)?),
            _ => return Err(unknown(keys, kind)),
        })
    }

    pub(super) fn holds(&self, leaf: &Leaf, passage: &Passage<'_>) -> bool {
        match self {
            ItemCondition::MatchString { pattern, any, negate } => of(leaf, *any, &|value| {
                matches!(value, Some(Seen::Text(pieces)) if begins(pattern, &value::plain(pieces))) != *negate
            }),
            ItemCondition::MatchValue { value: wanted, any } => of(leaf, *any, &|value| value == Some(wanted)),
            ItemCondition::IsNull { any } => {
                of(leaf, *any, &|value| matches!(value, Some(Seen::Other(SigmaValue::Null))))
            }
            ItemCondition::ContainsWildcard { any } => of(
                leaf,
                *any,
                &|value| matches!(value, Some(Seen::Text(pieces)) if pieces.iter().any(|piece| matches!(piece, Piece::Many | Piece::One))),
            ),
            ItemCondition::Applied(id) => leaf.applied.iter().any(|known| **known == **id),
            ItemCondition::State(test) => test.holds(&passage.state),
        }
    }
}

/// Asks every value; what is no pattern is `None`.
fn of(leaf: &Leaf, any: bool, is: &dyn Fn(Option<&Seen>) -> bool) -> bool {
    let values = value::open(leaf);
    let count = leaf.item.values.len();
    // A field that a correlation names has none, of which nothing is said.
    if count == 0 {
        return false;
    }
    let mut each = (0..count).map(|index| is(values.as_ref().and_then(|values| values.get(index))));
    if any { each.any(|held| held) } else { each.all(|held| held) }
}

/// On the name of a field.
#[derive(Clone, Debug)]
pub(super) enum FieldCondition {
    Include(Names),
    Exclude(Names),
    Applied(String),
    State(StateTest),
}

/// Names of fields.
#[derive(Clone, Debug)]
pub(super) enum Names {
    Plain(Vec<String>),
    Patterns(Vec<Regex>),
}

impl Names {
    fn read(keys: &mut Keys<'_>) -> Result<Names, Fault> {
        let fields = keys.need("fields")?;
        Ok(if keys.word("mode", &[("plain", false), ("re", true)])? == Some(true) {
            Names::Patterns(fields.each()?.into_iter().map(regex).collect::<Result<_, _>>()?)
        } else {
            Names::Plain(fields.texts()?)
        })
    }

    fn contain(&self, name: &str) -> bool {
        match self {
            Names::Plain(names) => names.iter().any(|known| known == name),
            Names::Patterns(patterns) => patterns.iter().any(|pattern| begins(pattern, name)),
        }
    }
}

impl FieldCondition {
    pub(super) fn read(keys: &mut Keys<'_>, kind: &str) -> Result<FieldCondition, Fault> {
        Ok(match kind {
            "include_fields" => FieldCondition::Include(Names::read(keys)?),
            "exclude_fields" => FieldCondition::Exclude(Names::read(keys)?),
            "processing_item_applied" => FieldCondition::Applied(keys.need_text("processing_item_id")?),
            "processing_state" => FieldCondition::State(StateTest::read(keys)?),
            _ => return Err(unknown(keys, kind)),
        })
    }

    /// Of one name of a leaf: that of its field, or of a field that a value refers to.
    pub(super) fn holds_of(&self, name: Option<&str>, leaf: &Leaf, passage: &Passage<'_>) -> bool {
        match self {
            FieldCondition::Include(names) => name.is_some_and(|name| names.contain(name)),
            FieldCondition::Exclude(names) => !name.is_some_and(|name| names.contain(name)),
            FieldCondition::Applied(id) => leaf.applied.iter().any(|known| **known == **id),
            FieldCondition::State(test) => test.holds(&passage.state),
        }
    }

    /// Of any name of a leaf.
    pub(super) fn holds(&self, leaf: &Leaf, passage: &Passage<'_>) -> bool {
        self.holds_of(leaf.item.field.name.as_deref(), leaf, passage)
            || referred(leaf).any(|name| self.holds_of(Some(name), leaf, passage))
    }
}

/// The fields that the values of a leaf refer to.
pub(super) fn referred(leaf: &Leaf) -> impl Iterator<Item = &str> {
    let refers = leaf.item.field.has_modifier(Modifier::FieldRef);
    leaf.item.values.iter().filter(move |_| refers).filter_map(|value| match value {
        SigmaValue::String(text) => Some(text.original.as_str()),
        _ => None,
    })
}
