//! Wildcards: `*` for any text, `?` for any character, `\` before either for itself.

/// A compiled pattern. Case does not matter; matching takes text times pattern steps at worst.
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
        let open_front = self.parts.first() == Some(&Part::Many);
        let open_back = self.parts.last() == Some(&Part::Many);
        if open_front && open_back {
            return self.matches(text);
        }
        // All beginnings at once: which places of the pattern have been reached by some of them. Trying one beginning
        // after another would take a day for a long run of letters. A word at a time: a word has no space in it.
        let end = self.parts.len();
        let (mut reached, mut next) = (Reached::new(end), Reached::new(end));
        let mut chars = text.char_indices();
        loop {
            let char = chars.next();
            let boundary = is_boundary(text, char.map_or(text.len(), |(at, _)| at));
            // Looked at before a new beginning is added: no word is empty.
            if (boundary || open_back) && reached.has(end) {
                return true;
            }
            let Some((_, c)) = char else { return false };
            if boundary || open_front {
                reached.add(&self.parts, 0);
            }
            next.clear();
            if !c.is_whitespace() {
                for place in &reached.places {
                    match self.parts.get(*place) {
                        Some(Part::Many) => next.add(&self.parts, *place),
                        Some(Part::One) => next.add(&self.parts, place + 1),
                        Some(Part::Char(wanted)) if *wanted == c => next.add(&self.parts, place + 1),
                        _ => {}
                    }
                }
            }
            std::mem::swap(&mut reached, &mut next);
        }
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

/// The places of a pattern that a text has led to.
struct Reached {
    places: Vec<usize>,
    is_in: Vec<bool>,
}

impl Reached {
    /// None of them; the last place is `end`, behind the pattern.
    fn new(end: usize) -> Reached {
        Reached { places: Vec::new(), is_in: vec![false; end + 1] }
    }

    fn has(&self, place: usize) -> bool {
        self.is_in[place]
    }

    /// Adds a place and, since a star may stand for nothing, the one behind a star.
    fn add(&mut self, parts: &[Part], mut place: usize) {
        while !self.is_in[place] {
            self.is_in[place] = true;
            self.places.push(place);
            if parts.get(place) == Some(&Part::Many) {
                place += 1;
            }
        }
    }

    fn clear(&mut self) {
        self.places.drain(..).for_each(|place| self.is_in[place] = false);
    }
}

/// Whether no letter or digit stands on both sides of this place.
pub(crate) fn is_boundary(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let behind = text[at..].chars().next().is_some_and(char::is_alphanumeric);
    !(before && behind)
}
