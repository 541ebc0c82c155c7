//! Conditions as trees over atoms, and what is known of them. Equal subtrees of a rule set are one.

use crate::rule::atom::{Anchor, Atom, Place, Test};
use crate::rule::pattern::Shape;
use crate::rule::{Body, Expr, Item, Logic, Rule};
use rustc_hash::FxHashMap;

/// A node; children stand in a list of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// An atom, by its number.
    Atom(u32),
    All(Box<[u32]>),
    Any(Box<[u32]>),
    Not(u32),
    AtLeast(u64, Box<[u32]>),
}

/// What wakes a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Trigger {
    /// A hit on this atom.
    Atom(u32),
    /// That this view field is present.
    Present(u32),
}

/// A subtree, and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub node: u32,
    /// Guess of how often it holds.
    chance: f64,
    /// Whether asking it may cost more than a look at the atom's state.
    lazy: bool,
    /// What must have happened for it to hold, and a guess of how often that is; none where it can hold without.
    pub required: Option<(f64, Vec<Trigger>)>,
}

/// The trees of a rule set while they are built.
#[derive(Default)]
pub(crate) struct Forest {
    pub nodes: Vec<Node>,
    known: FxHashMap<Node, u32>,
    /// How many items ask each atom.
    uses: Vec<u32>,
}

impl Forest {
    /// No trees yet, of these rules over so many atoms.
    pub(crate) fn of(rules: &[Rule], atoms: usize) -> Forest {
        let mut uses = vec![0u32; atoms];
        for atom in rules.iter().flat_map(|rule| rule.logic.atoms()) {
            uses.get_mut(atom as usize).into_iter().for_each(|uses| *uses += 1);
        }
        Forest { uses, ..Forest::default() }
    }

    /// The tree of a rule.
    pub(crate) fn rule(&mut self, logic: &Logic, atoms: &[Atom]) -> Built {
        let selections: Vec<Built> = logic.selections.iter().map(|selection| self.body(&selection.body, logic, atoms)).collect();
        self.expr(&logic.condition, &selections)
    }

    fn expr(&mut self, expr: &Expr, selections: &[Built]) -> Built {
        let selection = |index: &u32| selections.get(*index as usize).cloned();
        match expr {
            Expr::All(parts) => {
                let parts = parts.iter().map(|part| self.expr(part, selections)).collect();
                self.all(parts)
            }
            Expr::Any(parts) => {
                let parts = parts.iter().map(|part| self.expr(part, selections)).collect();
                self.any(parts)
            }
            Expr::Not(part) => {
                let part = self.expr(part, selections);
                self.not(part)
            }
            Expr::Selection(index) => selection(index).unwrap_or_else(|| self.any(Vec::new())),
            Expr::AtLeast(count, of) => self.at_least(*count, of.iter().filter_map(selection).collect()),
        }
    }

    fn body(&mut self, body: &Body, logic: &Logic, atoms: &[Atom]) -> Built {
        match body {
            Body::All(parts) => {
                let parts = parts.iter().map(|part| self.body(part, logic, atoms)).collect();
                self.all(parts)
            }
            Body::Any(parts) => {
                let parts = parts.iter().map(|part| self.body(part, logic, atoms)).collect();
                self.any(parts)
            }
            Body::Item(index) => match logic.items.get(*index as usize) {
                Some(item) => self.item(item, atoms),
                None => self.any(Vec::new()),
            },
        }
    }

    fn item(&mut self, item: &Item, atoms: &[Atom]) -> Built {
        let mut values = Vec::with_capacity(item.values.len());
        for value in &item.values {
            let leaves = value.atoms.iter().filter_map(|atom| Some(self.atom(*atom, atoms.get(*atom as usize)?))).collect();
            values.push(self.any(leaves));
        }
        let whole = if item.all { self.all(values) } else { self.any(values) };
        if item.negated { self.not(whole) } else { whole }
    }

    fn atom(&mut self, index: u32, atom: &Atom) -> Built {
        let lazy = is_lazy(&atom.test);
        // What many rules ask tells where they look (a provider, an event number, a shell), and is there often.
        let uses = f64::from(self.uses.get(index as usize).copied().unwrap_or_default());
        let chance = chance(&atom.test).max((PER_USE * (uses - 1.0)).min(0.9));
        let required = match (&atom.test, atom.place, lazy) {
            (Test::Null, _, _) | (_, Place::Anywhere, true) => None,
            (_, Place::View(view), true) => Some((PRESENT, vec![Trigger::Present(view)])),
            // Reading the whole event costs more than all else: only for rules that have nothing else to wait for.
            (_, Place::Anywhere, false) => Some((WHOLE_EVENT + chance, vec![Trigger::Atom(index)])),
            (_, Place::View(_), false) => Some((chance, vec![Trigger::Atom(index)])),
        };
        let lazy = lazy || atom.place == Place::Anywhere;
        Built { node: self.node(Node::Atom(index)), chance, lazy, required }
    }

    fn all(&mut self, mut parts: Vec<Built>) -> Built {
        if parts.len() == 1 {
            return parts.swap_remove(0);
        }
        // The rarest first; what costs more than a look last.
        parts.sort_by(|a, b| (a.lazy, a.chance).partial_cmp(&(b.lazy, b.chance)).unwrap_or(std::cmp::Ordering::Equal));
        let node = self.node(Node::All(parts.iter().map(|part| part.node).collect()));
        let chance = parts.iter().map(|part| part.chance).product();
        let lazy = parts.iter().any(|part| part.lazy);
        let rarest = parts.into_iter().filter_map(|part| part.required).min_by(|a, b| a.0.total_cmp(&b.0));
        Built { node, chance, lazy, required: rarest }
    }

    fn any(&mut self, mut parts: Vec<Built>) -> Built {
        if parts.len() == 1 {
            return parts.swap_remove(0);
        }
        parts.sort_by(|a, b| (a.lazy, -a.chance).partial_cmp(&(b.lazy, -b.chance)).unwrap_or(std::cmp::Ordering::Equal));
        let node = self.node(Node::Any(parts.iter().map(|part| part.node).collect()));
        let chance = parts.iter().map(|part| part.chance).sum::<f64>().min(1.0);
        let lazy = parts.iter().any(|part| part.lazy);
        let required = parts.into_iter().map(|part| part.required).try_fold((0.0, Vec::new()), union);
        Built { node, chance, lazy, required }
    }

    fn not(&mut self, part: Built) -> Built {
        Built { node: self.node(Node::Not(part.node)), chance: 1.0 - part.chance, lazy: part.lazy, required: None }
    }

    fn at_least(&mut self, count: u64, parts: Vec<Built>) -> Built {
        let node = self.node(Node::AtLeast(count, parts.iter().map(|part| part.node).collect()));
        let lazy = parts.iter().any(|part| part.lazy);
        // Any one of them must hold; that suffices to be woken.
        let required = parts.into_iter().map(|part| part.required).try_fold((0.0, Vec::new()), union);
        Built { node, chance: required.as_ref().map_or(0.5, |(chance, _)| *chance), lazy, required }
    }

    fn node(&mut self, node: Node) -> u32 {
        if let Some(index) = self.known.get(&node) {
            return *index;
        }
        // Bounded by the number of values that a rule set may have.
        let index = self.nodes.len() as u32;
        self.nodes.push(node.clone());
        self.known.insert(node, index);
        index
    }
}

fn union(mut all: (f64, Vec<Trigger>), part: Option<(f64, Vec<Trigger>)>) -> Option<(f64, Vec<Trigger>)> {
    let (chance, triggers) = part?;
    all.0 += chance;
    all.1.extend(triggers);
    Some(all)
}

/// How often a field that a rule names is present, as a guess.
const PRESENT: f64 = 0.7;

/// How much more often than others an atom is guessed to hold for each further rule that asks it.
const PER_USE: f64 = 0.004;
/// Weighs more than any sum of chances that matters.
const WHOLE_EVENT: f64 = 1e6;

/// Whether an atom has no text to look for and is asked when a condition reaches it.
pub(crate) fn is_lazy(test: &Test) -> bool {
    match test {
        Test::Text { glob, .. } => matches!(glob.shape(), Shape::Any | Shape::Wild(None)),
        Test::Regex(pattern) => super::literal::required(pattern.0.as_str()).is_none(),
        Test::Number(_) => false,
        Test::Compare(..) | Test::Part(..) | Test::Cidr(_) | Test::Null | Test::Present | Test::Same { .. } => true,
    }
}

/// What most paths and command lines of Windows hold.
const COMMON: &[&[u8]] = &[
    br"c:\windows",
    br"\windows",
    br"\system32",
    br"c:\",
    br"\users",
    br"\program files",
    b".exe",
    b"microsoft",
    b"http",
];

/// Bytes of a text that tell it from others.
fn telling(text: &[u8]) -> usize {
    let common = |at: usize| COMMON.iter().find(|common| text.get(at..).is_some_and(|rest| rest.starts_with(common)));
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        match common(at) {
            Some(common) => at += common.len(),
            None => {
                at += 1;
                count += 1;
            }
        }
    }
    count
}

/// How often an atom holds where its field is present: a guess from what its text tells and where it must stand.
fn chance(test: &Test) -> f64 {
    let of = |text: &[u8], base: f64| base.powi(i32::try_from(telling(text).min(24)).unwrap_or(24));
    match test {
        Test::Text { glob, .. } => match glob.shape() {
            Shape::Any => PRESENT,
            Shape::Exact(text) => 0.3 * of(text, 0.85),
            Shape::Prefix(text) => 0.6 * of(text, 0.93),
            Shape::Suffix(text) => of(text, 0.7),
            Shape::Contains(text) => of(text, 0.75),
            Shape::Wild(text) => of(text.unwrap_or_default(), 0.75),
        },
        Test::Number(_) => 0.1,
        Test::Regex(pattern) => match super::literal::required(pattern.0.as_str()) {
            Some(texts) => texts.iter().map(|text| of(text.as_bytes(), 0.75)).sum::<f64>().min(1.0),
            None => 0.3,
        },
        Test::Compare(..) | Test::Part(..) | Test::Cidr(_) => 0.3,
        Test::Null => 0.3,
        Test::Present => PRESENT,
        Test::Same { anchor, .. } => {
            if *anchor == Anchor::Whole {
                0.1
            } else {
                0.2
            }
        }
    }
}
