//! Placeholders (`|expand`): names in a rule that stand for the values of this environment.
//!
//! `%Servers%` names a list. A percent sign behind a backslash is a percent sign, as the specification's own example
//! `\%plain%name%` shows. The values of a list are patterns: `srv*` means every name that begins with `srv`.

use crate::refusal::Fault;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Lists by name, for the rules that name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placeholders {
    lists: BTreeMap<String, Vec<String>>,
}

/// Values that one written value may become.
const MAX_EXPANDED: usize = 10_000;

impl Placeholders {
    /// No lists.
    pub fn new() -> Placeholders {
        Placeholders::default()
    }

    /// Defines (or replaces) a list. An empty one is defined as well: nothing is on it, and a value that names it holds
    /// for no event.
    pub fn define<S: Into<String>>(&mut self, name: impl Into<String>, values: impl IntoIterator<Item = S>) {
        self.lists.insert(name.into(), values.into_iter().map(Into::into).collect());
    }

    pub(crate) fn get(&self, name: &str) -> Option<&[String]> {
        self.lists.get(name).map(Vec::as_slice)
    }
}

/// The lists, and which of them one rule used.
#[derive(Debug)]
pub(crate) struct Lookup<'p> {
    lists: &'p Placeholders,
    used: BTreeSet<String>,
}

impl<'p> Lookup<'p> {
    pub(crate) fn new(lists: &'p Placeholders) -> Lookup<'p> {
        Lookup { lists, used: BTreeSet::new() }
    }

    fn values(&mut self, name: &str) -> Option<&'p [String]> {
        let values = self.lists.get(name)?;
        self.used.insert(name.to_owned());
        Some(values)
    }

    /// The used lists as texts, for the version of the rule.
    pub(crate) fn influences(&self) -> impl Iterator<Item = String> + '_ {
        self.used.iter().map(|name| format!("{name}\0{}", self.lists.get(name).unwrap_or_default().join("\0")))
    }
}

/// A piece of a value with placeholders.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    Text(&'t str),
    /// `\%`
    Percent,
    Name(&'t str),
}

/// A value's pieces, in order.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut at) = (text, 0);
    while let Some(found) = rest.get(at..).and_then(|tail| tail.find('%')).map(|found| at + found) {
        let (before, after) = (rest.get(..found).unwrap_or_default(), rest.get(found + 1..).unwrap_or_default());
        let name = after.find('%').and_then(|end| after.get(..end)).filter(|name| is_name(name));
        // Two backslashes are one, and the percent sign after them is not escaped.
        let escaped = before.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        if let Some(plain) = before.strip_suffix('\\').filter(|_| escaped) {
            pieces.extend([Piece::Text(plain), Piece::Percent]);
            (rest, at) = (after, 0);
        } else if let Some(name) = name {
            pieces.extend([Piece::Text(before), Piece::Name(name)]);
            (rest, at) = (after.get(name.len() + 1..).unwrap_or_default(), 0);
        } else {
            // A percent sign that opens no name is one.
            at = found + 1;
        }
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

fn is_name(name: &str) -> bool {
    name.chars().any(char::is_alphanumeric) && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Every value that `text` becomes when each placeholder is replaced by each of its values.
pub(crate) fn expand(text: &str, lookup: &mut Lookup<'_>, shape: fn(&str) -> String) -> Result<Vec<String>, Fault> {
    let mut out = vec![String::new()];
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.iter_mut().for_each(|value| value.push_str(text)),
            Piece::Percent => out.iter_mut().for_each(|value| value.push('%')),
            Piece::Name(name) => {
                let Some(values) = lookup.values(name) else {
                    let fault = Fault::new("rule.placeholder_undefined", format!("no list is named {name}"));
                    return Err(fault.near(format!("%{name}%")));
                };
                if out.len() * values.len() > MAX_EXPANDED {
                    return Err(Fault::new(
                        "rule.too_many_values",
                        format!("%{name}% and its neighbours make too many values"),
                    ));
                }
                out = out
                    .iter()
                    .flat_map(|value| values.iter().map(move |more| format!("{value}{}", shape(more))))
                    .collect();
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> Placeholders {
        let mut lists = Placeholders::new();
        lists.define("a", ["1", "2"]);
        lists.define("b-c.d", ["x%y"]);
        lists.define("none", [] as [&str; 0]);
        lists
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(expand(text, &mut Lookup::new(&lists()), str::to_owned).unwrap(), expected, "{text}");
    }

    #[test]
    fn values_take_the_place_of_names() {
        check("%a%", &["1", "2"]);
        check(r"C:\%a%-%a%", &[r"C:%a%-1", r"C:%a%-2"]);
        check(r"C:\\%a%", &[r"C:\\1", r"C:\\2"]);
        check(r"\%plain%a%", &["%plain1", "%plain2"]);
        check("100% of %b-c.d%", &["100% of x%y"]);
        check("%a", &["%a"]);
        check("%%", &["%%"]);
        check("x%none%", &[]);
        check("", &[""]);
        assert_eq!(
            expand("%who%", &mut Lookup::new(&lists()), str::to_owned).unwrap_err().code,
            "rule.placeholder_undefined"
        );
    }

    #[test]
    fn a_flood_of_values_is_refused() {
        let text = "%a%".repeat(64);
        assert_eq!(expand(&text, &mut Lookup::new(&lists()), str::to_owned).unwrap_err().code, "rule.too_many_values");
    }
}
