//! Literals without which a regular expression cannot match, folded, for the automaton that stands before it.

use crate::rule::fold::fold_char;
use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than this are not worth it.
const MAX_LITERALS: usize = 32;
/// Shorter literals are in too many values.
const MIN_BYTES: usize = 2;

/// Folded texts of which at least one is in every text that matches; none where nothing useful is known.
pub(crate) fn required(source: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::Parser::new().parse(source).ok()?;
    of(&hir)
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => useful(vec![text(hir)?]),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(of(part)?);
            }
            useful(all)
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The best of the parts, where texts that stand side by side are one.
fn concat(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut run = String::new();
    let mut offer = |candidate: Option<Vec<String>>| {
        if let Some(candidate) = candidate.filter(|candidate| best.as_ref().is_none_or(|best| score(candidate) > score(best))) {
            best = Some(candidate);
        }
    };
    for part in parts {
        match (part.kind(), text(part)) {
            (_, Some(more)) => run.push_str(&more),
            (HirKind::Look(_), None) => {}
            (_, None) => {
                offer(useful(vec![std::mem::take(&mut run)]));
                offer(of(part));
            }
        }
    }
    offer(useful(vec![run]));
    best
}

/// The one folded text that an expression matches whatever the case, if it is that simple.
fn text(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(std::str::from_utf8(&literal.0).ok()?.chars().map(fold_char).collect()),
        HirKind::Class(Class::Unicode(class)) => {
            let mut chars = class.iter().flat_map(|range| range.start()..=range.end()).take(9);
            let first = fold_char(chars.next()?);
            let mut count = 1;
            for c in chars {
                count += 1;
                if count > 8 || fold_char(c) != first {
                    return None;
                }
            }
            Some(first.to_string())
        }
        HirKind::Capture(capture) => text(&capture.sub),
        _ => None,
    }
}

fn useful(literals: Vec<String>) -> Option<Vec<String>> {
    (literals.len() <= MAX_LITERALS && literals.iter().all(|literal| literal.len() >= MIN_BYTES)).then_some(literals)
}

/// Longer is rarer, and one is rarer than several.
fn score(literals: &[String]) -> usize {
    let shortest = literals.iter().map(String::len).min().unwrap_or(0);
    shortest.min(16) * 64 / (literals.len() + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        assert_eq!(required(source).unwrap_or_default(), expected, "{source}");
    }

    #[test]
    fn literals_of_expressions() {
        check("(?i)PowerShell", &["powershell"]);
        check(r"\\Windows\\__1\d{9}", &[r"\windows\__1"]);
        check(r"https?://[0-9]+", &["http"]);
        check("(foo|ba[rz]q)x", &["foo", "ba"]);
        check("(foo|[rz]q)x", &[]);
        check("(foobar|barfoo)+x", &["foobar", "barfoo"]);
        check(r"\bnet\b", &["net"]);
        check("a|", &[]);
        check(".*", &[]);
        check("(?i)sſk", &["ssk"]);
        check("(?:abc)?defg", &["defg"]);
        check("(", &[]);
    }
}
