//! A set of rules that run, and the questions that can be put to it.

use crate::correlate::Book;
use crate::explain::{self, Explanation};
use crate::rule::item::Vocabulary;
use crate::read::load::{self, RuleFile, Setting};
use crate::plan::{Meter, Plan, Scratch};
use crate::refusal::LoadReport;
use crate::rule::{Rule, Slow};
use crate::rule::view::SlowReadings;
use model::{Event, Matched};
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Compiled rules. Immutable; share it between threads and give each a [`Scratch`].
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    vocabulary: Vocabulary,
    plan: Plan,
    by_id: FxHashMap<String, u32>,
    version: String,
    pub(crate) book: Arc<Book>,
}

impl RuleSet {
    /// Reads and compiles rule files. What cannot run is in the report, by name; the rest runs.
    pub fn compile(files: Vec<RuleFile>) -> (RuleSet, LoadReport) {
        RuleSet::compile_with(files, &Setting::default())
    }

    /// The same with what rules name and do not carry: the lists of placeholders. A rule whose placeholder is not
    /// defined is refused; its version changes with the lists that it names.
    pub fn compile_with(files: Vec<RuleFile>, setting: &Setting) -> (RuleSet, LoadReport) {
        let mut loaded = load::load(files, setting);
        loaded.vocabulary.close();
        let plan = Plan::build(&loaded.rules, &loaded.vocabulary);
        let by_id = loaded.rules.iter().zip(0u32..).map(|(rule, index)| (rule.reference.id.clone(), index)).collect();
        let version = String::new();
        let book = Arc::new(loaded.book);
        let mut set = RuleSet { rules: loaded.rules, vocabulary: loaded.vocabulary, plan, by_id, version, book };
        set.version = digest(set.all());
        (set, loaded.report)
    }

    /// No rules.
    pub fn empty() -> RuleSet {
        RuleSet::compile(Vec::new()).0
    }

    /// The rules, in the order of their files.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules and the correlations over them: everything that can raise an alert, or be switched off.
    pub fn all(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().chain(self.book.list.iter().map(|correlation| &correlation.rule))
    }

    /// 16 hexadecimal digits over the ids and versions of all rules and correlations, whatever their order.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Appends the indexes of the rules that match an event, in ascending order, each once.
    pub fn matches(&self, event: &Event, scratch: &mut Scratch, out: &mut Vec<u32>) {
        self.plan.matches(&self.vocabulary, event, scratch, out, None);
    }

    /// The same for a batch: tells `found` of each event that any rule matches its place in the batch, and the rules.
    pub fn matches_each<'e>(
        &self,
        events: impl IntoIterator<Item = &'e Event>,
        scratch: &mut Scratch,
        mut found: impl FnMut(usize, &[u32]),
    ) {
        let mut rules = Vec::new();
        for (at, event) in events.into_iter().enumerate() {
            rules.clear();
            self.matches(event, scratch, &mut rules);
            if !rules.is_empty() {
                found(at, &rules);
            }
        }
    }

    /// As [`RuleSet::matches`], and tells what the conditions took: slower, so it is for a sample of the events.
    pub fn matches_metered(&self, event: &Event, scratch: &mut Scratch, out: &mut Vec<u32>, meter: &mut dyn Meter) {
        self.plan.matches(&self.vocabulary, event, scratch, out, Some(meter));
    }

    /// The rule of an id.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// Why a rule matches an event, or why not. The log source is not asked: the rule is held against the event's
    /// fields whatever it is. An index past the rules gives an empty explanation.
    pub fn explain(&self, rule: u32, event: &Event) -> Explanation {
        let readings = SlowReadings { views: &self.vocabulary.views, event };
        match self.rules.get(rule as usize) {
            Some(rule) => explain::explain(rule, &self.vocabulary.atoms, &readings),
            None => Explanation::default(),
        }
    }

    /// The fields and values by which a rule matches an event; empty where it does not.
    pub fn matched(&self, rule: u32, event: &Event) -> Vec<Matched> {
        let readings = SlowReadings { views: &self.vocabulary.views, event };
        self.rules.get(rule as usize).map(|rule| explain::matched(rule, &self.vocabulary.atoms, &readings)).unwrap_or_default()
    }

    /// What the slow path asks with.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> (&crate::rule::view::Views, &[crate::rule::atom::Atom]) {
        (&self.vocabulary.views, &self.vocabulary.atoms)
    }

    /// Whether a rule matches an event, asked slowly: the definition that [`RuleSet::matches`] must agree with.
    pub fn holds(&self, rule: u32, event: &Event) -> bool {
        let readings = SlowReadings { views: &self.vocabulary.views, event };
        self.rules.get(rule as usize).is_some_and(|rule| {
            let slow = Slow { logic: &rule.logic, atoms: &self.vocabulary.atoms, readings: &readings };
            event.log_source.satisfies(&rule.log_source) && slow.holds()
        })
    }
}

fn digest<'r>(rules: impl Iterator<Item = &'r Rule>) -> String {
    let mut lines: Vec<String> = rules.map(|rule| format!("{} {}\n", rule.reference.id, rule.reference.version)).collect();
    lines.sort_unstable();
    let digest = Sha256::digest(lines.concat().as_bytes());
    load::hexadecimal(&digest[..8])
}
