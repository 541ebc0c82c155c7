//! Parts come back in any order; they are told in theirs.

use super::queue::Place;
use super::work::{News, Part};
use std::collections::{BTreeMap, HashSet};

/// The files of a scan, as far as they are known.
#[derive(Debug, Default)]
pub struct Collected {
    /// The file and part that is told next.
    next: Place,
    ready: BTreeMap<Place, Part>,
    /// How many parts a file has.
    parts: BTreeMap<usize, usize>,
    /// Faults of the file that is being told.
    told: HashSet<String>,
}

/// What is next.
#[derive(Debug)]
pub enum Next {
    /// A part of a file.
    Part(Place, Part),
    /// Nothing more of a file.
    End,
}

/// Faults of one file that are remembered, so that each is told once.
const MAX_TOLD: usize = 1_000;

impl Collected {
    /// Takes one piece of news.
    pub fn take(&mut self, news: News) {
        match news {
            News::Opened { file, parts } => {
                self.parts.insert(file, parts);
            }
            News::Part { place, part } => {
                self.ready.insert(place, part);
            }
        }
    }

    /// The next part, its matches by record and rule and each of its file's faults once; or the end of its file.
    pub fn next(&mut self) -> Option<Next> {
        let (file, index) = self.next;
        if let Some(mut part) = self.ready.remove(&self.next) {
            self.next.1 += 1;
            part.hits.sort_by_key(|hit| (hit.record, hit.time, hit.rule));
            part.sightings.sort_by_key(|seen| (seen.record, seen.time, seen.entry));
            let told = &mut self.told;
            part.faults.retain(|fault| !told.contains(fault) && (told.len() >= MAX_TOLD || told.insert(fault.clone())));
            return Some(Next::Part((file, index), part));
        }
        if self.parts.get(&file) == Some(&index) {
            self.parts.remove(&file);
            self.told.clear();
            self.next = (file + 1, 0);
            return Some(Next::End);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(collected: &mut Collected) -> Vec<String> {
        let next = std::iter::from_fn(|| collected.next());
        next.map(|next| match next {
            Next::Part((file, _), part) => format!("{file}: {}", part.faults.join(" and ")),
            Next::End => "end".to_owned(),
        })
        .collect()
    }

    #[test]
    fn a_part_waits_for_those_before_it_and_is_told_before_those_after_it() {
        let part = |place, fault: &str| News::Part { place, part: Part { faults: vec![fault.to_owned()], ..Part::default() } };
        let mut collected = Collected::default();
        for news in [News::Opened { file: 1, parts: 1 }, part((1, 0), "only"), part((0, 1), "second")] {
            collected.take(news);
            assert!(collected.next().is_none());
        }
        collected.take(part((0, 0), "first"));
        assert_eq!(all(&mut collected), ["0: first", "0: second"]);
        collected.take(part((0, 2), "first"));
        assert_eq!(all(&mut collected), ["0: "], "once a file");
        collected.take(News::Opened { file: 0, parts: 3 });
        assert_eq!(all(&mut collected), ["end", "1: only", "end"]);
        collected.take(News::Opened { file: 2, parts: 0 });
        assert_eq!(all(&mut collected), ["end"]);
    }
}
