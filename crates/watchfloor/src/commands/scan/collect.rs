//! Parts come back in any order; files are told in theirs.

use super::work::{News, Part};

/// The files of a scan, as far as they are known.
#[derive(Debug)]
pub struct Collected {
    files: Vec<File>,
    /// The first file that has not been told.
    next: usize,
}

#[derive(Debug, Default)]
struct File {
    parts: Option<usize>,
    whole: Part,
    done: usize,
}

impl Collected {
    /// Nothing of so many files.
    pub fn new(files: usize) -> Collected {
        Collected { files: (0..files).map(|_| File::default()).collect(), next: 0 }
    }

    /// Takes one piece of news.
    pub fn take(&mut self, news: News) {
        match news {
            News::Opened { file, parts } => {
                if let Some(file) = self.files.get_mut(file) {
                    file.parts = Some(parts);
                }
            }
            News::Part { file, part } => {
                let Some(file) = self.files.get_mut(file) else { return };
                file.done += 1;
                file.whole.events += part.events;
                file.whole.bytes += part.bytes;
                file.whole.hits.extend(part.hits);
                file.whole.sightings.extend(part.sightings);
                file.whole.faults.extend(part.faults);
            }
        }
    }

    /// The next file that is complete, its matches by record and rule and each fault once.
    pub fn next(&mut self) -> Option<(usize, Part)> {
        let index = self.next;
        let file = self.files.get_mut(index).filter(|file| file.parts == Some(file.done))?;
        self.next += 1;
        let mut whole = std::mem::take(&mut file.whole);
        whole.hits.sort_by_key(|hit| (hit.record, hit.time, hit.rule));
        whole.sightings.sort_by_key(|seen| (seen.record, seen.time, seen.entry));
        whole.faults.sort_by(|a, b| natural(a).cmp(&natural(b)));
        whole.faults.dedup();
        Some((index, whole))
    }
}

/// The first number in a text and the text, so that chunk 9 comes before chunk 10.
fn natural(text: &str) -> (u64, &str) {
    let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).take(18).collect();
    (digits.parse().unwrap_or(0), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_waits_for_its_parts_and_for_the_files_before_it() {
        let part = |file, fault: &str| News::Part { file, part: Part { faults: vec![fault.to_owned()], ..Part::default() } };
        let mut collected = Collected::new(2);
        for news in [News::Opened { file: 1, parts: 1 }, part(1, "only"), News::Opened { file: 0, parts: 2 }, part(0, "chunk 10: b")] {
            collected.take(news);
            assert!(collected.next().is_none());
        }
        collected.take(part(0, "chunk 9: a"));
        let (file, whole) = collected.next().unwrap();
        assert_eq!((file, whole.faults), (0, vec!["chunk 9: a".to_owned(), "chunk 10: b".to_owned()]));
        assert_eq!(collected.next().unwrap().0, 1);
        assert!(collected.next().is_none());
    }
}
