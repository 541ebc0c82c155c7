//! Which rules a hit wakes, and of which log source each of them is.

/// Rules by atom, and among those of an atom by the log source that they look at.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    /// Where the runs of an atom begin; one more than atoms.
    starts: Vec<u32>,
    runs: Vec<Run>,
    rules: Vec<u32>,
}

/// Rules of one log source.
#[derive(Clone, Copy, Debug)]
struct Run {
    source: u32,
    start: u32,
    end: u32,
}

impl Wakes {
    /// From (atom, log source, rule), sorted and each once.
    pub(super) fn build(atoms: usize, triples: &[(u32, u32, u32)]) -> Wakes {
        let mut built = Wakes { starts: Vec::with_capacity(atoms + 1), ..Wakes::default() };
        for run in triples.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let Some((atom, source, _)) = run.first() else { continue };
            // Bounded by rules times atoms of a rule.
            let (first, start) = (built.runs.len() as u32, built.rules.len() as u32);
            built.starts.resize(built.starts.len().max(*atom as usize + 1), first);
            built.rules.extend(run.iter().map(|(_, _, rule)| *rule));
            built.runs.push(Run { source: *source, start, end: built.rules.len() as u32 });
        }
        built.starts.resize(atoms + 1, built.runs.len() as u32);
        built
    }

    /// The rules that wait for an atom and look at one of these log sources.
    #[inline]
    pub(super) fn of(&self, atom: u32, active: &Active) -> impl Iterator<Item = u32> {
        let bounds = (self.starts.get(atom as usize), self.starts.get(atom as usize + 1));
        let runs = match bounds {
            (Some(start), Some(end)) => self.runs.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        };
        let awake = runs.iter().filter(|run| active.has(run.source));
        awake.flat_map(|run| self.rules.get(run.start as usize..run.end as usize).unwrap_or_default()).copied()
    }
}

/// The log sources, of those that rules name, that an event satisfies.
#[derive(Clone, Debug, Default)]
pub(super) struct Active(Box<[u64]>);

impl Active {
    pub(super) fn new(sources: usize, members: impl Iterator<Item = u32>) -> Active {
        let mut words = vec![0u64; sources.div_ceil(64)];
        for member in members {
            if let Some(word) = words.get_mut(member as usize / 64) {
                *word |= 1 << (member % 64);
            }
        }
        Active(words.into())
    }

    #[inline]
    pub(super) fn has(&self, source: u32) -> bool {
        self.0.get(source as usize / 64).is_some_and(|word| word >> (source % 64) & 1 == 1)
    }
}
