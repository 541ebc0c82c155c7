//! Processing pipelines: how rules that were written for one naming of the world are brought to another, in the YAML
//! of pySigma. What a pipeline asks for and this program does not do refuses the pipeline, by name and place; it is
//! never half applied.
//!
//! A pipeline is read once ([`document`], [`read`]) into [`step`]s. Each rule passes through all of them after its
//! filters have been added and before it is compiled: [`gate`] says whether a step is applied, [`rename`], [`rewrite`],
//! [`placeholders`] and [`hashes`] what becomes of a field, [`prune`] what is left of a condition. Values are seen as
//! pySigma shows them ([`value`]): `|endswith: \a.exe` is `*\a.exe`. What a correlation names of a rule gets its new
//! name once all rules are read ([`heard`]).

mod attribute;
mod condition;
mod document;
mod gate;
mod hashes;
mod heard;
mod placeholders;
mod prune;
mod read;
mod rename;
mod replace;
mod rewrite;
mod state;
mod step;
mod value;

use crate::read::draft::{Draft, Leaf};
use crate::read::load::RuleFile;
use crate::read::yaml::Node;
use crate::refusal::{Fault, Refusal};
use rsigma_parser::SigmaValue;
use state::Scalar;
use std::collections::{BTreeMap, BTreeSet};
use step::Step;
use value::Piece;

pub(crate) use heard::{Named, Passed, Renaming};

/// A processing pipeline.
#[derive(Clone, Debug)]
pub struct Pipeline {
    name: String,
    /// Lower ones come first.
    priority: i64,
    vars: BTreeMap<String, Vec<Vec<Piece>>>,
    steps: Vec<Step>,
    file: RuleFile,
}

impl Pipeline {
    /// Reads a pipeline.
    ///
    /// # Errors
    /// What is unknown, malformed or cannot be done here, with its place and remedy.
    pub fn parse(file: &RuleFile) -> Result<Pipeline, Refusal> {
        read::pipeline(file).map_err(|fault| fault.refuse(file.name.clone(), "", 1))
    }

    /// Its name; that of its file where it has none.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Pipelines that rules pass through, one after another.
#[derive(Clone, Debug, Default)]
pub struct Pipelines {
    steps: Vec<Step>,
    /// Variables are those of all pipelines; of the same name the last one's.
    vars: BTreeMap<String, Vec<Vec<Piece>>>,
    files: Vec<RuleFile>,
}

impl Pipelines {
    /// Those of lower priority first, of equal priority in the order given.
    pub fn new(mut pipelines: Vec<Pipeline>) -> Pipelines {
        pipelines.sort_by_key(|pipeline| pipeline.priority);
        let mut all = Pipelines::default();
        for pipeline in pipelines {
            all.steps.extend(pipeline.steps);
            all.vars.extend(pipeline.vars);
            all.files.push(pipeline.file);
        }
        all
    }

    /// The files that they were read from, in their order: read again they are the same pipelines.
    pub fn files(&self) -> &[RuleFile] {
        &self.files
    }

    /// Sends a rule through; `rule` is its document. `heard` says whether correlations may name fields of it.
    pub(crate) fn apply<'s>(&'s self, rule: &Node, draft: &mut Draft, heard: bool) -> Result<Renaming<'s>, Fault> {
        let passage = |correlates| Passage::new(&self.vars, rule, correlates);
        let mut both = Both { rule: passage(false), fields: passage(true), renaming: Renaming::default() };
        for step in &self.steps {
            step.apply(draft, &mut both, Open { rule: true, fields: heard })?;
        }
        if !draft.changed_by.is_empty() {
            draft.influences.push(draft.meaning());
        }
        Ok(both.renaming)
    }
}

/// Bytes that pipelines may write for one rule: mappings of one name to several and replacements multiply.
const MAX_WORK: usize = 64 << 20;
/// Bytes that a field with its values takes besides its texts.
const LEAF: usize = 64;

/// A rule on its way, and beside it what correlations name of it. Steps may ask which of the two they are applied to, so
/// that each has a state of its own.
struct Both<'s, 'p> {
    rule: Passage<'p>,
    fields: Passage<'p>,
    renaming: Renaming<'s>,
}

/// For which of the two the conditions of the steps around a step hold.
#[derive(Clone, Copy, Debug)]
struct Open {
    rule: bool,
    fields: bool,
}

/// One rule on its way through pipelines.
#[derive(Debug)]
struct Passage<'p> {
    vars: &'p BTreeMap<String, Vec<Vec<Piece>>>,
    /// The rule's document.
    rule: &'p Node,
    /// It is a correlation, or what one names of the rule.
    correlates: bool,
    state: BTreeMap<String, Scalar>,
    /// Attributes that steps gave the rule.
    attributes: BTreeMap<String, Scalar>,
    /// The ids of the steps that were applied to the rule.
    applied: BTreeSet<&'p str>,
    left: usize,
}

impl<'p> Passage<'p> {
    fn new(vars: &'p BTreeMap<String, Vec<Vec<Piece>>>, rule: &'p Node, correlates: bool) -> Passage<'p> {
        let (state, attributes, applied) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Passage { vars, rule, correlates, state, attributes, applied, left: MAX_WORK }
    }

    /// Counts what a step writes.
    fn spend(&mut self, bytes: usize) -> Result<(), Fault> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            Fault::new("rule.too_many_values", format!("pipelines make more than {} MiB of this rule", MAX_WORK >> 20))
        })?;
        Ok(())
    }

    /// The same for a field with its values, so many times.
    fn spend_on(&mut self, leaf: &Leaf, times: usize) -> Result<(), Fault> {
        let text =
            |value: &SigmaValue| if let SigmaValue::String(text) = value { LEAF + text.original.len() } else { LEAF };
        let bytes: usize = leaf.item.values.iter().map(text).sum();
        self.spend((LEAF + bytes).saturating_mul(times))
    }
}
