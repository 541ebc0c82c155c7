//! The fields that correlations name: each is renamed as the rule's own field would be, in the rule that it is read of.

use super::condition::About;
use super::state::Scalar;
use super::step::{Step, What};
use super::{Passage, Pipelines};
use crate::read::draft::{Leaf, Tree};
use crate::read::yaml::Node;
use crate::refusal::Fault;
use crate::rule::Rule;
use model::LogSource;
use rsigma_parser::{DetectionItem, FieldSpec};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names that one field of a correlation may become; of more the first ones are read.
const MAX_NAMES: usize = 64;

/// The steps that give the fields of one rule their names, each with the state in which it is applied.
#[derive(Debug, Default)]
pub(crate) struct Renaming<'p> {
    steps: Vec<(&'p Step, BTreeMap<String, Scalar>)>,
}

impl<'p> Renaming<'p> {
    /// Notes a step that is applied to the fields, if it gives names.
    pub(super) fn note(&mut self, step: &'p Step, passage: &Passage<'_>) {
        if matches!(step.what, What::Rename(_)) {
            self.steps.push((step, passage.state.clone()));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// The names of a field of a correlation in one of its rules.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The first one is read that an event has.
    pub names: Vec<String>,
    /// The steps that changed them.
    pub changed_by: Vec<Arc<str>>,
}

/// What went through pipelines, for the correlations that are tied to it afterwards.
#[derive(Debug)]
pub(crate) struct Passed<'p> {
    pipelines: &'p Pipelines,
    /// By the ids of rules.
    renamings: FxHashMap<String, Renaming<'p>>,
}

impl<'p> Passed<'p> {
    pub(crate) fn new(pipelines: &'p Pipelines) -> Passed<'p> {
        Passed { pipelines, renamings: FxHashMap::default() }
    }

    /// Notes how the fields of a rule are renamed.
    pub(crate) fn note(&mut self, rule: &Rule, renaming: Renaming<'p>) {
        if !renaming.is_empty() {
            self.renamings.insert(rule.reference.id.clone(), renaming);
        }
    }

    /// What a field that is called so where the rule was written is called here.
    pub(crate) fn names(&self, rule: &Rule, field: &str) -> Named {
        let leaf =
            Leaf::new(DetectionItem { field: FieldSpec::new(Some(field.to_owned()), Vec::new()), values: Vec::new() });
        let (mut leaves, mut changed_by) = (vec![leaf], Vec::new());
        for (step, state) in self.renamings.get(&rule.reference.id).into_iter().flat_map(|renaming| &renaming.steps) {
            let mut passage = Passage::new(&self.pipelines.vars, &Node::Null, true);
            passage.state.clone_from(state);
            let (mut changed, mut next) = (false, Vec::new());
            for leaf in leaves {
                // A rename drops nothing, and a few names without values stay within what a rule may take.
                if let Ok(Some(tree)) = step.leaf(Box::new(leaf), &mut passage, &mut changed) {
                    gather(tree, &mut next);
                }
            }
            leaves = next;
            if changed {
                changed_by.push(step.label.clone());
            }
        }
        let mut names: Vec<String> = leaves.into_iter().filter_map(|leaf| leaf.item.field.name).collect();
        if names.is_empty() {
            names.push(field.to_owned());
        }
        Named { names, changed_by }
    }

    /// Whether nothing passes through anything.
    pub(crate) fn is_untouched(&self) -> bool {
        self.pipelines.steps.is_empty()
    }

    /// Sends a correlation itself through, by the log sources of the rules that it hears.
    ///
    /// # Errors
    /// A step refuses such rules.
    pub(crate) fn pass(&self, correlation: &Rule, sources: &FxHashSet<LogSource>) -> Result<(), Fault> {
        let document = Node::parse(&correlation.text)?;
        let about = About::Correlation(&correlation.reference.tags, sources);
        let mut passage = Passage::new(&self.pipelines.vars, &document, true);
        self.pipelines.steps.iter().try_for_each(|step| step.pass(&about, &mut passage))
    }
}

/// The fields of a tree, each name once.
fn gather(tree: Tree, out: &mut Vec<Leaf>) {
    match tree {
        Tree::All(parts) | Tree::Any(parts) => parts.into_iter().for_each(|part| gather(part, out)),
        Tree::Item(leaf) => {
            let known = out.iter().any(|known| known.item.field.name == leaf.item.field.name);
            if !known && out.len() < MAX_NAMES {
                out.push(*leaf);
            }
        }
    }
}
