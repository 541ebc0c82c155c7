//! One step of a pipeline: what it does and when.

use super::condition::{About, FieldCondition, ItemCondition, RuleCondition};
use super::gate::Gate;
use super::hashes::Hashes;
use super::placeholders::Placeholders;
use super::rename::Rename;
use super::rewrite::Rewrite;
use super::state::Scalar;
use super::{Both, Open, Passage, prune};
use crate::read::draft::{Draft, Leaf, Part, Tree};
use crate::read::outline::Outline;
use crate::refusal::Fault;
use crate::rule::Expr;
use crate::rule::item::written_key;
use rsigma_parser::{DetectionItem, FieldSpec, SigmaString, SigmaValue};
use std::sync::Arc;

/// A step.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub id: Option<Arc<str>>,
    /// Its pipeline, number, type and id, for people.
    pub label: Arc<str>,
    pub rule: Gate<RuleCondition>,
    pub item: Gate<ItemCondition>,
    pub field: Gate<FieldCondition>,
    pub what: What,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(super) enum What {
    Rename(Rename),
    Rewrite(Rewrite),
    Placeholders(Placeholders),
    Hashes(Hashes),
    Drop,
    FailItem(String),
    FailRule(String),
    /// Fails where no step gave a field its name.
    Strict,
    Add(Added),
    LogSource {
        product: Option<String>,
        category: Option<String>,
        service: Option<String>,
    },
    State(String, Scalar),
    Attribute(String, Scalar),
    Nest(Vec<Step>),
    /// What no event is matched by.
    Nothing,
}

impl What {
    /// Whether it is done to fields with their values, so that conditions on them make sense.
    pub(super) fn is_of_items(&self) -> bool {
        use What::{Drop, FailItem, Hashes, Placeholders, Rename, Rewrite};
        matches!(self, Rename(_) | Rewrite(_) | Placeholders(_) | Hashes(_) | Drop | FailItem(_))
    }
}

/// A condition that is added.
#[derive(Clone, Debug)]
pub(super) struct Added {
    pub title: String,
    pub name: String,
    pub items: Vec<(FieldSpec, Vec<Template>)>,
    pub negated: bool,
}

/// A value of it.
#[derive(Clone, Debug)]
pub(super) enum Template {
    Value(SigmaValue),
    /// With `$category`, `$product` and `$service`.
    Text {
        text: String,
        raw: bool,
    },
}

impl Step {
    /// Applies the step to a rule for which its conditions hold, and notes it for the fields that correlations name of
    /// the rule where they hold for those. `open` says for which of the two the steps around it hold.
    pub(super) fn apply<'s: 'p, 'p>(
        &'s self,
        draft: &mut Draft,
        both: &mut Both<'s, 'p>,
        open: Open,
    ) -> Result<(), Fault> {
        let holds = |open: bool, passage: &Passage<'p>| open && self.holds(&About::Rule(draft), passage);
        let open = Open { rule: holds(open.rule, &both.rule), fields: holds(open.fields, &both.fields) };
        if open.rule {
            self.note(&mut both.rule);
        }
        if open.fields {
            self.note(&mut both.fields);
            both.renaming.note(self, &both.fields);
        }
        if let What::Nest(steps) = &self.what {
            return steps.iter().try_for_each(|step| step.apply(draft, both, open));
        }
        if !open.rule {
            return Ok(());
        }
        let passage = &mut both.rule;
        let changed = match &self.what {
            What::FailRule(message) => return Err(self.fault("rule.pipeline_failure", message, None)),
            What::Strict => return self.strict(draft),
            What::Add(added) => {
                let part = self.added(added, draft)?;
                passage.spend(super::LEAF * part.trees.len())?;
                draft.parts.push(part);
                true
            }
            What::LogSource { product, category, service } => {
                let own = &mut draft.rule.logsource;
                let before = (own.product.clone(), own.category.clone(), own.service.clone());
                (own.product, own.category, own.service) = (product.clone(), category.clone(), service.clone());
                before != (own.product.clone(), own.category.clone(), own.service.clone())
            }
            What::State(..) | What::Attribute(..) | What::Nest(_) | What::Nothing => false,
            _ => self.items(draft, passage)?,
        };
        if changed {
            draft.changed_by.push(self.label.clone());
        }
        Ok(())
    }

    /// Sends a correlation through, which has no fields and no log source that could be changed.
    pub(super) fn pass<'p>(&'p self, about: &About<'_>, passage: &mut Passage<'p>) -> Result<(), Fault> {
        if !self.holds(about, passage) {
            return Ok(());
        }
        self.note(passage);
        match &self.what {
            What::FailRule(message) => Err(self.fault("rule.pipeline_failure", message, None)),
            What::Nest(steps) => steps.iter().try_for_each(|step| step.pass(about, passage)),
            _ => Ok(()),
        }
    }

    fn holds(&self, about: &About<'_>, passage: &Passage<'_>) -> bool {
        self.rule.passes(|condition| condition.holds(about, passage))
    }

    /// What later steps may ask for, its own nested ones too.
    fn note<'p>(&'p self, passage: &mut Passage<'p>) {
        passage.applied.extend(self.id.as_deref());
        match &self.what {
            What::State(key, value) => drop(passage.state.insert(key.clone(), value.clone())),
            What::Attribute(name, value) => drop(passage.attributes.insert(name.clone(), value.clone())),
            _ => {}
        }
    }

    /// The fault of a rule at which this step stops, where the rule's file has the field.
    fn fault(&self, code: &'static str, message: &str, leaf: Option<&Leaf>) -> Fault {
        let fault = Fault::new(code, format!("{}: {message}", self.label));
        let key = leaf.map(|leaf| written_key(leaf.origin.as_deref().unwrap_or(&leaf.item.field)));
        key.filter(|key| !key.is_empty()).into_iter().fold(fault, Fault::near)
    }

    /// Applies the step to every field; whether anything is other than before.
    fn items(&self, draft: &mut Draft, passage: &mut Passage<'_>) -> Result<bool, Fault> {
        let mut changed = false;
        let mut parts = Vec::with_capacity(draft.parts.len());
        for (mut part, is_own) in
            std::mem::take(&mut draft.parts).into_iter().zip(std::iter::once(true).chain(std::iter::repeat(false)))
        {
            let mut gone = Vec::new();
            for (index, tree) in part.trees.iter_mut().enumerate() {
                let whole = std::mem::replace(tree, Tree::All(Vec::new()));
                match self.walk(whole, passage, &mut changed)? {
                    Some(left) => *tree = left,
                    None => gone.push(index),
                }
            }
            let pruned = prune::without(&mut part, &gone);
            if pruned.map_err(|fault| Fault { message: format!("{}: {}", self.label, fault.message), ..fault })? {
                parts.push(part);
            } else if is_own {
                return Err(self.fault("rule.pipeline", "nothing is left of the rule", None));
            }
        }
        draft.parts = parts;
        Ok(changed)
    }

    /// The tree with the step applied to its fields; none where nothing is left.
    fn walk(&self, tree: Tree, passage: &mut Passage<'_>, changed: &mut bool) -> Result<Option<Tree>, Fault> {
        let mut each = |parts: Vec<Tree>| -> Result<Vec<Tree>, Fault> {
            let walked = parts.into_iter().map(|part| self.walk(part, passage, changed));
            walked.filter_map(Result::transpose).collect()
        };
        // Alternatives of an alternative are alternatives: a tree does not grow deeper from step to step.
        Ok(match tree {
            Tree::All(parts) => {
                let parts = each(parts)?
                    .into_iter()
                    .flat_map(|part| if let Tree::All(parts) = part { parts } else { vec![part] });
                Some(parts.collect::<Vec<_>>()).filter(|parts| !parts.is_empty()).map(Tree::All)
            }
            Tree::Any(parts) => {
                let parts = each(parts)?
                    .into_iter()
                    .flat_map(|part| if let Tree::Any(parts) = part { parts } else { vec![part] });
                Some(parts.collect::<Vec<_>>()).filter(|parts| !parts.is_empty()).map(Tree::Any)
            }
            Tree::Item(leaf) => self.leaf(leaf, passage, changed)?,
        })
    }

    /// What becomes of a field; none where it is dropped.
    pub(super) fn leaf(&self, leaf: Box<Leaf>, passage: &mut Passage<'_>, changed: &mut bool) -> Result<Option<Tree>, Fault> {
        let asked = self.field.passes(|condition| condition.holds(&leaf, passage))
            && self.item.passes(|condition| condition.holds(&leaf, passage));
        if !asked {
            return Ok(Some(Tree::Item(leaf)));
        }
        let new = match &self.what {
            What::Rename(rename) => rename.apply(&leaf, &self.field, passage),
            What::Rewrite(rewrite) => rewrite.apply(&leaf, passage),
            What::Placeholders(placeholders) => placeholders.apply(&leaf, passage),
            What::Hashes(hashes) => hashes.apply(&leaf, passage),
            What::Drop => {
                *changed = true;
                return Ok(None);
            }
            What::FailItem(message) => return Err(self.fault("rule.pipeline_failure", message, Some(&leaf))),
            _ => Ok(None),
        };
        let new = new.map_err(|fault| self.fault(fault.code, &fault.message, Some(&leaf)))?;
        let Some(mut tree) = new else { return Ok(Some(Tree::Item(leaf))) };
        *changed |= self.mark(&mut tree, &leaf);
        Ok(Some(tree))
    }

    /// Notes on what came of a leaf that the step was applied to it; whether it is other than before.
    fn mark(&self, tree: &mut Tree, before: &Leaf) -> bool {
        match tree {
            Tree::All(parts) | Tree::Any(parts) => {
                for part in parts {
                    self.mark(part, before);
                }
                true
            }
            Tree::Item(leaf) => {
                leaf.applied.extend(self.id.clone());
                let changed = leaf.item != before.item;
                if changed && leaf.origin.is_none() {
                    leaf.origin = Some(Box::new(before.item.field.clone()));
                }
                changed
            }
        }
    }

    fn strict(&self, draft: &Draft) -> Result<(), Fault> {
        fn unnamed(tree: &Tree) -> Option<&Leaf> {
            match tree {
                Tree::All(parts) | Tree::Any(parts) => parts.iter().find_map(unnamed),
                Tree::Item(leaf) => Some(&**leaf).filter(|leaf| !leaf.named && leaf.item.field.name.is_some()),
            }
        }
        match draft.parts.iter().flat_map(|part| &part.trees).find_map(unnamed) {
            Some(leaf) => {
                let name = leaf.item.field.name.as_deref().unwrap_or_default();
                Err(self.fault(
                    "rule.pipeline_failure",
                    &format!("no step has a name for the field {name}"),
                    Some(leaf),
                ))
            }
            None => Ok(()),
        }
    }

    fn added(&self, added: &Added, draft: &Draft) -> Result<Part, Fault> {
        let leaves = added.items.iter().map(|(field, values)| {
            let values = values.iter().map(|value| match value {
                Template::Value(value) => Ok(value.clone()),
                Template::Text { text, raw } => {
                    let text = filled(text, draft).map_err(|message| self.fault("rule.pipeline", &message, None))?;
                    Ok(SigmaValue::String(if *raw { SigmaString::from_raw(&text) } else { SigmaString::new(&text) }))
                }
            });
            let values = values.collect::<Result<Vec<_>, Fault>>()?;
            let mut leaf = Leaf::new(DetectionItem { field: field.clone(), values });
            leaf.applied.extend(self.id.clone());
            Ok(Tree::Item(Box::new(leaf)))
        });
        let tree = Tree::All(leaves.collect::<Result<_, Fault>>()?);
        let outline = Outline {
            names: vec![added.name.clone()],
            written: added.name.clone(),
            condition: Expr::Selection(0),
            order: vec![0],
        };
        Ok(Part { title: Some(added.title.clone()), outline, trees: vec![tree], excludes: added.negated })
    }
}

/// A text with the parts of the rule's log source: `$product` or `${product}`; `$$` is a dollar sign.
fn filled(text: &str, draft: &Draft) -> Result<String, String> {
    let source = &draft.rule.logsource;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let inner = rest.strip_prefix('{').unwrap_or(rest);
        let length = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let name = inner.get(..length).unwrap_or_default();
        let part = match name {
            "category" => &source.category,
            "product" => &source.product,
            "service" => &source.service,
            // It is no name of ours.
            _ => {
                out.push('$');
                continue;
            }
        };
        let after = inner.get(length..).unwrap_or_default();
        let after = if inner.len() < rest.len() { after.strip_prefix('}') } else { Some(after) };
        let Some(after) = after else {
            out.push('$');
            continue;
        };
        out.push_str(part.as_deref().ok_or_else(|| format!("the rule's log source has no {name}"))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}
