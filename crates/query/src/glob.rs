//! Wildcards: `*` for any text, `?` for any character, `\` before either for itself.

/// A compiled pattern. Case does not matter; matching is linear in text times pattern at worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Char(char),
    One,
    Many,
}

impl Glob {
    /// Reads a pattern.
    pub fn new(pattern: &str) -> Glob {
        let mut parts = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let part = match c {
                '*' => Part::Many,
                '?' => Part::One,
                '\\' => Part::Char(chars.next().unwrap_or('\\')),
                c => Part::Char(c),
            };
            if part == Part::Many && parts.last() == Some(&Part::Many) {
                continue;
            }
            match part {
                Part::Char(c) => parts.extend(c.to_lowercase().map(Part::Char)),
                part => parts.push(part),
            }
        }
        Glob { parts }
    }

    /// Whether all of `text` matches. `text` must be in lower case.
    pub fn matches(&self, text: &str) -> bool {
        // The last star is the only one worth returning to.
        let (mut at, mut part) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        loop {
            let next = text[at..].chars().next();
            match (self.parts.get(part), next) {
                (Some(Part::Many), _) => {
                    back = Some((part + 1, at));
                    part += 1;
                }
                (Some(Part::One), Some(c)) => {
                    part += 1;
                    at += c.len_utf8();
                }
                (Some(Part::Char(wanted)), Some(c)) if *wanted == c => {
                    part += 1;
                    at += c.len_utf8();
                }
                (None, None) => return true,
                _ => match back.and_then(|(part, from)| Some((part, from, text[from..].chars().next()?))) {
                    Some((again, from, skipped)) => {
                        at = from + skipped.len_utf8();
                        part = again;
                        back = Some((again, at));
                    }
                    None => return false,
                },
            }
        }
    }

    /// The same pattern within a text: beginning and ending where a word does, unless a star stands there.
    pub fn within(&self, text: &str) -> bool {
        let starts = std::iter::once(0).chain(text.char_indices().map(|(at, c)| at + c.len_utf8()));
        let open_front = self.parts.first() == Some(&Part::Many);
        let open_back = self.parts.last() == Some(&Part::Many);
        if open_front && open_back {
            return self.matches(text);
        }
        // A word at a time: patterns of words are short, and a word has no space in it.
        starts.filter(|at| open_front || is_boundary(text, *at)).any(|from| {
            let rest = &text[from..];
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            if open_back {
                return self.matches(&rest[..end]);
            }
            rest[..end].char_indices().map(|(at, c)| at + c.len_utf8()).any(|to| {
                is_boundary(text, from + to) && self.matches(&rest[..to])
            })
        })
    }

    /// Runs of ASCII letters and digits that every matching text contains, in lower case; `true`: nothing that is a
    /// letter or digit of ASCII can stand next to it. Both kinds of matching begin and end where a word does, unless
    /// a wildcard stands there.
    pub fn words(&self) -> Vec<(String, bool)> {
        let is_open = |part: Option<&Part>| matches!(part, Some(Part::Many | Part::One));
        let mut all = Vec::new();
        let mut at = 0;
        while at < self.parts.len() {
            let start = at;
            let mut word = String::new();
            while let Some(Part::Char(c)) = self.parts.get(at).filter(|part| matches!(part, Part::Char(c) if c.is_ascii_alphanumeric())) {
                word.push(*c);
                at += 1;
            }
            if word.is_empty() {
                at += 1;
            } else {
                let before = start.checked_sub(1).and_then(|before| self.parts.get(before));
                all.push((word, !is_open(before) && !is_open(self.parts.get(at))));
            }
        }
        all
    }
}

/// Whether no letter or digit stands on both sides of this place.
pub(crate) fn is_boundary(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let behind = text[at..].chars().next().is_some_and(char::is_alphanumeric);
    !(before && behind)
}
