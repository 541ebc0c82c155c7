//! The shapes as a tree: from each place in a document, what was seen to come next.

use super::scan;
use std::num::NonZeroU32;

/// A place in documents that began alike; counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node(NonZeroU32);

/// Where every document begins.
pub(super) const ROOT: Node = Node(NonZeroU32::MIN);

impl Node {
    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// What stands between two values beside a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value is an object that has names.
    Open,
    /// The object ends.
    Close,
    /// The array has another value.
    Again,
}

const STEPS: usize = 3;

/// Places that a thread remembers.
const MAX_NODES: usize = 1 << 17;
/// Bytes of their names.
const MAX_BYTES: usize = 1 << 20;
/// Bytes of a name that is learnt.
const MAX_NAME: usize = 256;
/// Names that may follow one place; the next one takes the room of the oldest.
const MAX_NAMES: usize = 64;
/// Places that each document may add to the budget: documents that are never met again must not keep a thread busy with
/// learning them.
const EARNED: usize = 4;

struct Place {
    names: Vec<Name>,
    steps: [Option<Node>; STEPS],
    shape: Option<u32>,
    oldest: u8,
}

/// A name with its closing quote. Its beginning is here itself: what is compared for each name of each document had better
/// lie together.
struct Name {
    head: [u64; HEAD],
    /// Bytes of the whole.
    len: u32,
    to: Node,
    /// What comes after the head.
    rest: Box<[u8]>,
}

/// Words of a name's head, of eight bytes each.
const HEAD: usize = 3;

impl Name {
    /// The name that stands at `at`.
    fn of(text: &[u8], at: usize, end: usize, to: Node) -> Option<Name> {
        let name = text.get(at..end)?;
        let head = std::array::from_fn(|index| scan::word(name, 8 * index));
        Some(Name { head, len: u32::try_from(name.len()).ok()?, to, rest: name.get(8 * HEAD..).unwrap_or(&[]).into() })
    }

    /// Where it ends if it stands at `at`; `first` is the word there.
    #[inline]
    fn end(&self, text: &[u8], at: usize, first: u64) -> Option<usize> {
        let len = self.len as usize;
        if masked(first, len) != self.head[0] {
            return None;
        }
        for (index, head) in self.head.iter().enumerate().skip(1) {
            let before = 8 * index;
            if len <= before {
                break;
            }
            if masked(scan::word(text, at + before), len - before) != *head {
                return None;
            }
        }
        if !self.rest.is_empty() && text.get(at + 8 * HEAD..at + len) != Some(&*self.rest) {
            return None;
        }
        Some(at + len)
    }
}

/// The first bytes of a word, the others zero.
#[inline]
fn masked(word: u64, bytes: usize) -> u64 {
    if bytes >= 8 { word } else { word & !(u64::MAX << (8 * bytes)) }
}

pub(super) struct Tree {
    places: Vec<Place>,
    bytes: usize,
    budget: usize,
}

impl Default for Tree {
    fn default() -> Self {
        Tree { places: vec![Place::new()], bytes: 0, budget: MAX_NODES }
    }
}

impl Place {
    fn new() -> Self {
        Place { names: Vec::new(), steps: [None; STEPS], shape: None, oldest: 0 }
    }
}

impl Tree {
    /// Whether it is time to start over.
    pub(super) fn is_full(&self) -> bool {
        self.places.len() >= MAX_NODES || self.bytes >= MAX_BYTES
    }

    /// To be said of each document.
    pub(super) fn earn(&mut self) {
        self.budget = (self.budget + EARNED).min(MAX_NODES);
    }

    /// The place after the name that begins at `at`, behind its quote, and where its closing quote ends. A new name is
    /// learnt; `None` where that cannot be.
    #[inline]
    pub(super) fn name(&mut self, from: Node, text: &[u8], at: usize) -> Option<(Node, usize)> {
        let word = scan::word(text, at);
        for name in &self.places.get(from.index())?.names {
            if let Some(end) = name.end(text, at, word) {
                return Some((name.to, end));
            }
        }
        self.new_name(from, text, at)
    }

    #[cold]
    fn new_name(&mut self, from: Node, text: &[u8], at: usize) -> Option<(Node, usize)> {
        let quote = scan::stop(text, at);
        // A name with escapes or control characters needs more thought than is given to it here.
        if text.get(quote) != Some(&b'"') || quote - at > MAX_NAME {
            return None;
        }
        let to = self.add()?;
        let end = quote + 1;
        let name = Name::of(text, at, end, to)?;
        self.bytes += name.rest.len();
        let place = self.places.get_mut(from.index())?;
        if place.names.len() < MAX_NAMES {
            // Most places have one name only.
            place.names.reserve_exact(1 + place.names.len() / 2);
            place.names.push(name);
        } else {
            place.names[usize::from(place.oldest)] = name;
            place.oldest = (place.oldest + 1) % MAX_NAMES as u8;
        }
        Some((to, end))
    }

    /// The place after a step, learnt where it is new.
    #[inline]
    pub(super) fn step(&mut self, from: Node, step: Step) -> Option<Node> {
        match self.places.get(from.index())?.steps[step as usize] {
            Some(to) => Some(to),
            None => self.new_step(from, step),
        }
    }

    #[cold]
    fn new_step(&mut self, from: Node, step: Step) -> Option<Node> {
        let to = self.add()?;
        self.places.get_mut(from.index())?.steps[step as usize] = Some(to);
        Some(to)
    }

    /// The number of the shape of documents that end here.
    pub(super) fn shape(&self, node: Node) -> Option<usize> {
        self.places.get(node.index())?.shape.map(|shape| shape as usize)
    }

    /// Documents that end here have the shape of this number.
    pub(super) fn set_shape(&mut self, node: Node, shape: usize) {
        if let Some(place) = self.places.get_mut(node.index()) {
            place.shape = u32::try_from(shape).ok();
        }
    }

    fn add(&mut self) -> Option<Node> {
        if self.is_full() || self.budget == 0 {
            return None;
        }
        self.budget -= 1;
        self.places.push(Place::new());
        u32::try_from(self.places.len()).ok().and_then(NonZeroU32::new).map(Node)
    }
}
