//! Readers of event logs. Their workers compile the rules as this program does: those that will surely be asked begin
//! before it has, and both do so at the same time.

use super::work::CHUNKS;
use crate::commands::inputs;
use dissect::{Reader, Setup};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// What the threads of a scan take their readers from.
pub struct Readers {
    setup: Setup,
    begun: Mutex<Vec<Reader>>,
}

impl Readers {
    /// Begins as many workers as the event logs among these files can keep busy, one a thread at most.
    pub fn begin(setup: Setup, files: &[PathBuf], threads: usize) -> Readers {
        let begun = (0..parts(files, threads)).map(|_| Reader::begun(setup.clone())).collect();
        Readers { setup, begun: Mutex::new(begun) }
    }

    /// How many rules the workers have to have.
    pub fn expect(&mut self, rules: usize) {
        self.setup.rules = rules;
        self.begun.get_mut().unwrap_or_else(PoisonError::into_inner).iter_mut().for_each(|reader| reader.expect(rules));
    }

    /// A reader; its worker has begun, or does with the first chunk.
    pub fn take(&self) -> Reader {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner).pop();
        begun.unwrap_or_else(|| Reader::new(self.setup.clone()))
    }
}

/// Parts of the event logs among these files, as their names and sizes tell; `most` if there are more.
fn parts(files: &[PathBuf], most: usize) -> usize {
    let mut parts: usize = 0;
    for file in files.iter().filter(|file| inputs::is_evtx(file)) {
        if parts >= most {
            break;
        }
        let length = std::fs::metadata(file).map_or(0, |found| found.len());
        parts = parts.saturating_add(usize::try_from(length.div_ceil(CHUNKS << 16)).unwrap_or(usize::MAX));
    }
    parts.min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_begin_as_there_is_work_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, length: usize| {
            let path = folder.path().join(name);
            std::fs::write(&path, vec![0; length]).unwrap();
            path
        };
        let (small, large) = (file("small.evtx", 70_000), file("large.EVTX", 3 << 20));
        let (text, gone) = (file("day.ndjson", 9 << 20), folder.path().join("gone.evtx"));
        assert_eq!(parts(&[text.clone(), gone], 8), 0);
        assert_eq!(parts(&[small.clone(), text], 8), 1);
        assert_eq!(parts(&[small.clone(), large.clone()], 8), 4);
        assert_eq!(parts(&[large, small], 2), 2);
    }
}
