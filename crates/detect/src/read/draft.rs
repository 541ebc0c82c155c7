//! A rule between its file and its meaning: what filters and pipelines may still change.

use crate::rule::item::{Vocabulary, word, written_key};
use crate::read::outline::{Outline, array_matching};
use crate::read::placeholder::Lookup;
use crate::refusal::Fault;
use crate::rule::{Body, Expr, Item, Logic, Selection};
use model::LogSource;
use rsigma_parser::{Detection, DetectionItem, Detections, FieldSpec, SigmaRule, SigmaValue};
use std::collections::HashMap;
use std::sync::Arc;

/// A rule that may still change.
#[derive(Debug)]
pub(crate) struct Draft {
    /// What the rule says of itself, and its log source.
    pub rule: SigmaRule,
    /// Its own detection first, then what filters add; all of them must be satisfied.
    pub parts: Vec<Part>,
    /// Whatever besides the rule's text decides its meaning.
    pub influences: Vec<String>,
    /// The steps of pipelines that changed it.
    pub changed_by: Vec<Arc<str>>,
}

/// Selections with their condition.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The title of the filter, or which pipeline; none for the rule's own.
    pub title: Option<String>,
    pub outline: Outline,
    /// The bodies of the selections, by their index.
    pub trees: Vec<Tree>,
    /// The rule matches where this does *not* hold.
    pub excludes: bool,
}

/// What a selection asks, as it is written.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Item(Box<Leaf>),
}

/// A field with its values, and what a pipeline made of it.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub item: DetectionItem,
    /// The field as the rule's file has it, where a pipeline changed it.
    pub origin: Option<Box<FieldSpec>>,
    /// The ids of the steps that were applied to it.
    pub applied: Vec<Arc<str>>,
    /// A step gave the field its name, be it the same.
    pub named: bool,
}

impl Leaf {
    pub(crate) fn new(item: DetectionItem) -> Leaf {
        Leaf { item, origin: None, applied: Vec::new(), named: false }
    }

    /// What the rule means by it; where that is nothing the fault stands where the rule's file has the field.
    fn item(&self, source: &LogSource, lookup: &mut Lookup<'_>, vocabulary: &mut Vocabulary) -> Result<Item, Fault> {
        let item = vocabulary.item(source, &self.item, lookup);
        let Some(origin) = &self.origin else { return item };
        let item = item.map_err(|fault| Fault { near: None, ..fault }.near(written_key(origin)))?;
        Ok(Item { was: origin.name.clone().filter(|_| origin.name != self.item.field.name), ..item })
    }
}

impl Tree {
    fn of(detection: Detection) -> Result<Tree, Fault> {
        let each = |parts: Vec<Detection>| parts.into_iter().map(Tree::of).collect::<Result<Vec<_>, _>>();
        Ok(match detection {
            Detection::AllOf(items) => Tree::All(items.into_iter().map(Tree::leaf).collect()),
            Detection::AnyOf(parts) => Tree::Any(each(parts)?),
            Detection::And(parts) => Tree::All(each(parts)?),
            Detection::Keywords(values) => {
                Tree::leaf(DetectionItem { field: FieldSpec::new(None, Vec::new()), values })
            }
            Detection::ArrayMatch { .. } | Detection::Conditional { .. } => return Err(array_matching()),
        })
    }

    pub(crate) fn leaf(mut item: DetectionItem) -> Tree {
        // Without array matching the parser guards the brackets of a name; events have them as they are.
        if let Some(name) = item.field.name.as_mut().filter(|name| name.contains(['[', ']'])) {
            *name = name.replace("\\[", "[").replace("\\]", "]");
        }
        Tree::Item(Box::new(Leaf::new(item)))
    }

    fn body(
        &self,
        source: &LogSource,
        lookup: &mut Lookup<'_>,
        vocabulary: &mut Vocabulary,
        logic: &mut Logic,
    ) -> Result<Body, Fault> {
        let mut each = |parts: &[Tree]| {
            parts.iter().map(|part| part.body(source, lookup, vocabulary, logic)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match self {
            Tree::All(parts) => Body::All(each(parts)?),
            Tree::Any(parts) => Body::Any(each(parts)?),
            Tree::Item(leaf) => {
                logic.items.push(leaf.item(source, lookup, vocabulary)?);
                // Bounded by the number of values that a rule may have.
                Body::Item(logic.items.len() as u32 - 1)
            }
        })
    }
}

impl Part {
    /// An outline with the bodies that the parser read for it.
    pub(crate) fn new(outline: Outline, detections: Detections) -> Result<Part, Fault> {
        let mut named: HashMap<String, Detection> = detections.named;
        let mut tree = |name: &String| {
            let detection = named.remove(name).ok_or_else(|| Fault::new("rule.selection_unknown", name.as_str()))?;
            Tree::of(detection).map_err(|fault| fault.near(format!("{name}:")))
        };
        let trees = outline.names.iter().map(&mut tree).collect::<Result<_, _>>()?;
        Ok(Part { title: None, outline, trees, excludes: false })
    }

    fn written(&self) -> String {
        let condition = match &self.title {
            Some(title) => format!("({}) [{title}]", self.outline.written),
            None => format!("({})", self.outline.written),
        };
        if self.excludes { format!("not {condition}") } else { condition }
    }
}

impl Draft {
    /// What it asks; and its condition, as one line.
    pub(crate) fn logic(
        &self,
        source: &LogSource,
        lookup: &mut Lookup<'_>,
        vocabulary: &mut Vocabulary,
    ) -> Result<(Logic, String), Fault> {
        let mut logic = Logic { selections: Vec::new(), items: Vec::new(), condition: Expr::All(Vec::new()) };
        let mut all = Vec::new();
        for part in &self.parts {
            // A rule has far fewer than 2^32 selections.
            let first = logic.selections.len() as u32;
            for index in &part.outline.order {
                let index = *index as usize;
                let (Some(name), Some(tree)) = (part.outline.names.get(index), part.trees.get(index)) else { continue };
                let body = tree
                    .body(source, lookup, vocabulary, &mut logic)
                    .map_err(|fault| fault.near(format!("{name}:")))?;
                let name = part.title.as_ref().map_or_else(|| name.clone(), |title| format!("{title}: {name}"));
                logic.selections.push(Selection { name, body });
            }
            let expr = moved(&part.outline.condition, first);
            all.push(if part.excludes { Expr::Not(Box::new(expr)) } else { expr });
        }
        logic.condition = if all.len() == 1 { all.swap_remove(0) } else { Expr::All(all) };
        let written = match &self.parts[..] {
            [own] => own.outline.written.clone(),
            parts => parts.iter().map(Part::written).collect::<Vec<_>>().join(" and "),
        };
        Ok((logic, written))
    }
}

impl Draft {
    /// Everything that it asks, as one text: equal drafts have equal texts.
    pub(crate) fn meaning(&self) -> String {
        fn within(tree: &Tree, out: &mut String) {
            let (mark, parts) = match tree {
                Tree::All(parts) => ('&', parts),
                Tree::Any(parts) => ('|', parts),
                Tree::Item(leaf) => {
                    let field = &leaf.item.field;
                    out.extend(["\0", field.name.as_deref().unwrap_or("\0")]);
                    field.modifiers.iter().for_each(|modifier| out.extend(["|", word(*modifier)]));
                    for value in &leaf.item.values {
                        // A number is not the text of it.
                        out.push_str(if matches!(value, SigmaValue::String(_)) { "\0t" } else { "\0v" });
                        out.push_str(&value.to_string());
                    }
                    return;
                }
            };
            out.extend([mark, '(']);
            parts.iter().for_each(|part| within(part, out));
            out.push(')');
        }
        let source = &self.rule.logsource;
        let mut out = String::new();
        for part in [&source.product, &source.category, &source.service] {
            out.extend([part.as_deref().unwrap_or_default(), "\0"]);
        }
        for part in &self.parts {
            out.extend([if part.excludes { "\0not " } else { "\0" }, &part.outline.written]);
            for index in part.outline.order.iter().map(|index| *index as usize) {
                out.extend(["\0", part.outline.names.get(index).map_or("", String::as_str)]);
                part.trees.get(index).into_iter().for_each(|tree| within(tree, &mut out));
            }
        }
        out
    }
}

/// The condition over selections that stand so many places later.
fn moved(expr: &Expr, by: u32) -> Expr {
    let each = |parts: &[Expr]| parts.iter().map(|part| moved(part, by)).collect();
    match expr {
        Expr::All(parts) => Expr::All(each(parts)),
        Expr::Any(parts) => Expr::Any(each(parts)),
        Expr::Not(part) => Expr::Not(Box::new(moved(part, by))),
        Expr::Selection(index) => Expr::Selection(index + by),
        Expr::AtLeast(count, of) => Expr::AtLeast(*count, of.iter().map(|index| index + by).collect()),
    }
}
