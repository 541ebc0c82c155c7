//! Conditions laid out flat, and the state of the atoms that they ask.

use super::tree::Node;

/// What is known of an atom in the present event.
pub(super) type State = u8;

/// No text of the atom stands in its field.
pub(super) const NO: State = 0;
/// It holds.
pub(super) const YES: State = 1;
/// Only asking tells.
pub(super) const ASK: State = 2;
/// It was asked and does not hold.
pub(super) const DENIED: State = 3;
/// Nothing stands until the whole event has been read.
pub(super) const UNREAD: State = 4;

/// A child: an atom, or with this bit a node.
pub(super) const NODE: u32 = 1 << 31;

#[derive(Clone, Copy, Debug)]
enum Kind {
    All,
    Any,
    Not,
    AtLeast(u32),
}

#[derive(Clone, Copy, Debug)]
struct Flat {
    kind: Kind,
    start: u32,
    end: u32,
}

/// All conditions of a rule set.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    nodes: Vec<Flat>,
    children: Vec<u32>,
}

/// Answers for one atom.
pub(super) trait Ask {
    /// Whether it holds.
    fn atom(&mut self, atom: u32) -> bool;
}

/// What is known of an answer before everything has been asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
    Open,
}

impl Conditions {
    /// Lays out these trees. Rule sets are bounded far below the 2^31 atoms or nodes that a child can name.
    pub(super) fn build(trees: &[Node]) -> Conditions {
        let mut built = Conditions::default();
        for node in trees {
            let start = built.children.len() as u32;
            let child = |index: &u32| child(trees, *index);
            let kind = match node {
                Node::Atom(atom) => {
                    built.children.push(*atom);
                    Kind::All
                }
                Node::All(parts) | Node::Any(parts) | Node::AtLeast(_, parts) => {
                    built.children.extend(parts.iter().map(child));
                    match node {
                        Node::Any(_) => Kind::Any,
                        // More than there can be children is never reached.
                        Node::AtLeast(count, _) => Kind::AtLeast(u32::try_from(*count).unwrap_or(u32::MAX)),
                        _ => Kind::All,
                    }
                }
                Node::Not(part) => {
                    built.children.push(child(part));
                    Kind::Not
                }
            };
            built.nodes.push(Flat { kind, start, end: built.children.len() as u32 });
        }
        built
    }

    /// Whether a child holds. Conditions and YAML are bounded in depth, and so is this.
    #[inline]
    pub(super) fn holds(&self, child: u32, ask: &mut impl Ask) -> bool {
        if child & NODE == 0 { ask.atom(child) } else { self.node(child & !NODE, ask) }
    }

    /// What is known of a child where this much is known of the atoms.
    pub(super) fn known(&self, child: u32, of: &impl Fn(u32) -> Known) -> Known {
        if child & NODE == 0 {
            return of(child);
        }
        let Some(node) = self.nodes.get((child & !NODE) as usize) else { return Known::No };
        let children = self.children.get(node.start as usize..node.end as usize).unwrap_or_default();
        let answers = || children.iter().map(|child| self.known(*child, of));
        let all = |decided: Known, otherwise: Known| {
            let mut answer = otherwise;
            for known in answers() {
                if known == decided {
                    return decided;
                }
                if known == Known::Open {
                    answer = Known::Open;
                }
            }
            answer
        };
        match node.kind {
            Kind::All => all(Known::No, Known::Yes),
            Kind::Any => all(Known::Yes, Known::No),
            Kind::Not => match all(Known::No, Known::Yes) {
                Known::Yes => Known::No,
                Known::No => Known::Yes,
                Known::Open => Known::Open,
            },
            Kind::AtLeast(count) => {
                let (mut yes, mut open) = (0u32, 0u32);
                for known in answers() {
                    yes += u32::from(known == Known::Yes);
                    open += u32::from(known == Known::Open);
                }
                match (yes >= count, yes + open >= count) {
                    (true, _) => Known::Yes,
                    (_, true) => Known::Open,
                    _ => Known::No,
                }
            }
        }
    }

    fn node(&self, index: u32, ask: &mut impl Ask) -> bool {
        let Some(node) = self.nodes.get(index as usize) else { return false };
        let children = self.children.get(node.start as usize..node.end as usize).unwrap_or_default();
        match node.kind {
            Kind::All => children.iter().all(|child| self.holds(*child, ask)),
            Kind::Any => children.iter().any(|child| self.holds(*child, ask)),
            Kind::Not => !children.iter().all(|child| self.holds(*child, ask)),
            Kind::AtLeast(count) => {
                let mut missing = count;
                missing == 0
                    || children.iter().any(|child| {
                        missing -= u32::from(self.holds(*child, ask));
                        missing == 0
                    })
            }
        }
    }
}

/// The child that stands for a tree.
pub(super) fn child(trees: &[Node], index: u32) -> u32 {
    match trees.get(index as usize) {
        Some(Node::Atom(atom)) => *atom,
        _ => index | NODE,
    }
}
