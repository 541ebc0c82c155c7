//! Fields, modifiers and values: what is written otherwise than it was meant.

use super::{Bench, Section, fields, scalar};
use crate::read::yaml::Node;
use rustc_hash::FxHashSet;

/// Characters of a keyword below which it stands in nearly every event.
const SHORT_KEYWORD: usize = 3;

pub(super) fn check(node: &Node, section: &Section<'_>, bench: &mut Bench<'_>) {
    let source = node.get("logsource");
    let [category, product] = ["category", "product"].map(|key| source.and_then(|source| scalar(source.get(key))).unwrap_or_default());
    let known = fields::of(product, category);
    let mut look = Look { known, source: format!("{product} {category}"), section: section.key, selection: "", bench };
    for (name, body) in section.selections() {
        look.selection = name;
        look.body(body, true);
    }
}

struct Look<'b, 'a, 'n> {
    known: Option<&'static [&'static str]>,
    source: String,
    section: &'static str,
    selection: &'n str,
    bench: &'b mut Bench<'a>,
}

impl<'n> Look<'_, '_, 'n> {
    fn say(&mut self, code: &'static str, near: &[&str], message: String) {
        let selection = format!("{}:", self.selection);
        let mut path = vec![self.section, &selection];
        path.extend(near);
        self.bench.say(code, &path, message);
    }

    /// A selection or a part of one; depth is bounded by the reading of the YAML.
    fn body(&mut self, body: &'n Node, outermost: bool) {
        match body {
            Node::Map(entries) => entries.iter().for_each(|(key, value)| self.item(key, value)),
            Node::List(parts) => {
                let keywords: Vec<&str> = parts.iter().filter_map(|part| scalar(Some(part))).collect();
                self.keywords(&keywords);
                for part in parts.iter().filter(|part| !matches!(part, Node::Scalar(_))) {
                    self.body(part, false);
                }
            }
            Node::Scalar(word) if outermost => self.keywords(&[word.as_str()]),
            Node::Scalar(_) | Node::Null => {}
        }
    }

    fn keywords(&mut self, words: &[&str]) {
        self.identical(words, "", "keywords");
        for word in words {
            let bare: String = word.chars().filter(|c| !matches!(c, '*' | '?')).collect();
            if bare.trim().is_empty() {
                self.say("lint.keyword_everything", &[word], format!("the keyword {word:?} stands in every event"));
            } else if bare.chars().count() < SHORT_KEYWORD {
                self.say("lint.keyword_short", &[word], format!("the keyword {word:?} stands in many events"));
            }
            self.wildcards("", word, &[], false);
        }
    }

    fn item(&mut self, key: &'n str, value: &'n Node) {
        let mut words = key.split('|');
        let field = words.next().unwrap_or_default();
        let modifiers: Vec<&str> = words.collect();
        let values: Vec<&str> = match value {
            Node::List(values) => values.iter().filter_map(|value| scalar(Some(value))).collect(),
            value => scalar(Some(value)).into_iter().collect(),
        };
        self.field(field, key);
        self.modifiers(key, &modifiers, &values);
        let has = |modifier: &str| modifiers.contains(&modifier);
        if !has("re") && !has("cased") && !has("base64") && !has("base64offset") {
            self.identical(&values, key, key);
        }
        for value in values {
            if has("re") {
                if !value.is_empty() && !value.contains(['.', '^', '$', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '\\']) {
                    self.say("lint.regex_plain", &[key, value], format!("{key} is a plain word, {value}"));
                }
            } else if !has("cidr") && !has("fieldref") && !has("exists") && !has("expand") {
                self.wildcards(key, value, &modifiers, true);
            }
        }
    }

    fn field(&mut self, field: &str, key: &str) {
        let Some(known) = self.known else { return };
        // ECS names and those of other conventions have dots.
        if field.is_empty() || field.contains('.') || known.contains(&field) || fields::HEADER.contains(&field) {
            return;
        }
        // Its name here is the pipeline's affair.
        if self.bench.renamed.contains(&(self.bench.file, field)) {
            return;
        }
        let near = known.iter().find(|name| name.eq_ignore_ascii_case(field));
        let hint = near.map(|name| format!("; {name} is")).unwrap_or_default();
        let message = format!("{field} is no field of {}{hint}", self.source.trim());
        self.say("lint.field_unknown", &[key], message);
    }

    fn modifiers(&mut self, key: &str, modifiers: &[&str], values: &[&str]) {
        let mut seen = FxHashSet::default();
        for modifier in modifiers.iter().filter(|modifier| !seen.insert(**modifier)) {
            self.say("lint.modifier_twice", &[key], format!("{modifier} stands twice"));
        }
        if !modifiers.contains(&"all") {
            return;
        }
        let partial = ["contains", "startswith", "endswith", "re", "base64offset"].iter().any(|word| modifiers.contains(word));
        if values.len() == 1 {
            self.say("lint.all_single", &[key], format!("{key} has one value"));
        } else if !partial && !key.starts_with('|') && !values.iter().any(|value| value.contains(['*', '?'])) {
            self.say("lint.all_whole", &[key], format!("{key} can hold only where the field has several values"));
        }
    }

    fn identical(&mut self, values: &[&str], key: &str, what: &str) {
        let mut seen = FxHashSet::default();
        for value in values {
            if !seen.insert(value.to_lowercase()) {
                self.say("lint.value_duplicate", &[key, value], format!("{what} has {value:?} twice, without regard to case"));
            }
        }
    }

    fn wildcards(&mut self, key: &str, value: &str, modifiers: &[&str], is_field: bool) {
        let parts = split(value);
        let stars = |part: &Part| *part == Part::Star;
        if parts.windows(2).any(|pair| pair.iter().all(stars)) {
            self.say("lint.wildcard_double", &[key, value], format!("two wildcards in a row in {value}"));
        }
        // In an address `\?` is meant; in a path, beside other backslashes, it rarely is.
        if parts.contains(&Part::Escaped) && parts.contains(&Part::Backslash) {
            self.say("lint.wildcard_escaped", &[key, value], format!("{value} means a literal * or ?"));
        }
        if !is_field {
            return;
        }
        let (first, last) = (parts.first().is_some_and(stars), parts.last().is_some_and(stars));
        let inner = parts.iter().filter(|part| matches!(part, Part::Star | Part::One)).count() - usize::from(first) - usize::from(last && parts.len() > 1);
        if parts.iter().all(stars) && !parts.is_empty() {
            if modifiers.is_empty() {
                self.say("lint.wildcard_alone", &[key, value], format!("{key} holds for any value"));
            }
            return;
        }
        let anchor = ["contains", "startswith", "endswith"].into_iter().find(|word| modifiers.contains(word));
        let redundant = match anchor {
            Some("contains") => first || last,
            Some("startswith") => last,
            Some("endswith") => first,
            _ => false,
        };
        if redundant {
            self.say("lint.wildcard_redundant", &[key, value], format!("{key} already allows what the wildcard of {value} does"));
        } else if anchor.is_none() && inner == 0 {
            let instead = match (first, last) {
                (true, true) => "contains",
                (true, false) => "endswith",
                (false, true) => "startswith",
                (false, false) => return,
            };
            self.say("lint.wildcard_for_modifier", &[key, value], format!("{value} is {instead}"));
        }
    }
}

/// What a value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Other,
    Star,
    One,
    /// A backslash that stands for itself.
    Backslash,
    /// A backslash before a wildcard, which makes it a character.
    Escaped,
}

fn split(value: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut left = value.chars().peekable();
    while let Some(c) = left.next() {
        parts.push(match (c, left.peek()) {
            ('\\', Some('\\')) => {
                left.next();
                Part::Backslash
            }
            ('\\', Some('*' | '?')) => {
                left.next();
                Part::Escaped
            }
            ('\\', _) => Part::Backslash,
            ('*', _) => Part::Star,
            ('?', _) => Part::One,
            _ => Part::Other,
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_and_wildcards_are_told_apart() {
        assert_eq!(split(r"a\*"), [Part::Other, Part::Escaped]);
        assert_eq!(split(r"a\\*"), [Part::Other, Part::Backslash, Part::Star]);
        assert_eq!(split(r"\a?"), [Part::Backslash, Part::Other, Part::One]);
        assert_eq!(split("**"), [Part::Star, Part::Star]);
    }
}
