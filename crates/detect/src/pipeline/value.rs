//! Values as a pipeline sees them: the anchors of `contains`, `startswith` and `endswith` are wildcards of the value,
//! and placeholders are pieces of it.

use crate::read::draft::Leaf;
use crate::read::placeholder;
use rsigma_parser::{Modifier, SigmaString, SigmaValue, SpecialChar, StringPart};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Many,
    One,
    /// A placeholder, by its name.
    Name(String),
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    Text(Vec<Piece>),
    /// A number, a truth or `null`.
    Other(SigmaValue),
}

/// A text of a pipeline or a rule, with its wildcards.
pub(super) fn parse(text: &str) -> Vec<Piece> {
    pieces(&SigmaString::new(text))
}

fn pieces(text: &SigmaString) -> Vec<Piece> {
    let piece = |part: &StringPart| match part {
        StringPart::Plain(text) => Piece::Text(text.clone()),
        StringPart::Special(SpecialChar::WildcardMulti) => Piece::Many,
        StringPart::Special(SpecialChar::WildcardSingle) => Piece::One,
    };
    text.parts.iter().map(piece).collect()
}

/// A value whose placeholders are to be replaced.
fn with_names(text: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    for piece in placeholder::pieces(text) {
        match piece {
            placeholder::Piece::Text(text) => all.extend(parse(text)),
            placeholder::Piece::Percent => all.push(Piece::Text("%".to_owned())),
            placeholder::Piece::Name(name) => all.push(Piece::Name(name.to_owned())),
        }
    }
    merged(all)
}

/// The same without neighbouring texts.
pub(super) fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (out.last_mut(), piece) {
            (_, Piece::Text(text)) if text.is_empty() => {}
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (_, piece) => out.push(piece),
        }
    }
    out
}

/// A value as steps compare and show it: wildcards as they are, the characters themselves behind a backslash, a
/// backslash alone.
pub(super) fn plain(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => text.chars().for_each(|c| {
                if matches!(c, '*' | '?') {
                    out.push('\\');
                }
                out.push(c);
            }),
            Piece::Many => out.push('*'),
            Piece::One => out.push('?'),
            Piece::Name(name) => out.extend(["%", name, "%"]),
        }
    }
    out
}

/// A value as a rule would write it. Where it has placeholders a percent sign of its own is escaped.
pub(super) fn write(pieces: &[Piece], names: bool) -> SigmaString {
    // (character, it stands for itself)
    let mut all: Vec<(char, bool)> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => all.extend(text.chars().map(|c| (c, true))),
            Piece::Many => all.push(('*', false)),
            Piece::One => all.push(('?', false)),
            Piece::Name(name) => all.extend(std::iter::once('%').chain(name.chars()).chain(['%']).map(|c| (c, false))),
        }
    }
    let mut out = String::new();
    for (index, (c, itself)) in all.iter().enumerate() {
        let next = all.get(index + 1).map(|(next, _)| *next);
        let escaped = match c {
            '*' | '?' => *itself,
            '%' => *itself && names,
            // A lone one before anything else is a backslash already.
            '\\' => matches!(next, Some('*' | '?' | '\\' | '%')),
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(*c);
    }
    SigmaString::new(&out)
}

/// The values of a field with its anchors as wildcards; none where the values are no patterns: expressions, networks,
/// numbers to compare with, names of fields, encoded text.
pub(super) fn open(leaf: &Leaf) -> Option<Vec<Seen>> {
    let modifiers = &leaf.item.field.modifiers;
    let (mut before, mut after, mut expands) = (false, false, false);
    for modifier in modifiers {
        match modifier {
            Modifier::Contains => (before, after) = (true, true),
            Modifier::StartsWith => after = true,
            Modifier::EndsWith => before = true,
            Modifier::Expand => expands = true,
            Modifier::All | Modifier::Neq | Modifier::Cased => {}
            _ => return None,
        }
    }
    let seen = |value: &SigmaValue| {
        let mut pieces = match value {
            SigmaValue::Null => return Seen::Other(SigmaValue::Null),
            SigmaValue::String(text) if expands => with_names(&text.original),
            SigmaValue::String(text) => pieces(text),
            other if before || after => vec![Piece::Text(other.to_string())],
            other => return Seen::Other(other.clone()),
        };
        if before && pieces.first() != Some(&Piece::Many) {
            pieces.insert(0, Piece::Many);
        }
        if after && pieces.last() != Some(&Piece::Many) {
            pieces.push(Piece::Many);
        }
        Seen::Text(pieces)
    };
    Some(leaf.item.values.iter().map(seen).collect())
}

/// Puts values back, behind their anchors where all of them still have the wildcards.
pub(super) fn close(leaf: &mut Leaf, mut values: Vec<Seen>) {
    let modifiers = &mut leaf.item.field.modifiers;
    let has = |wanted: &[Modifier]| modifiers.iter().any(|modifier| wanted.contains(modifier));
    let before = has(&[Modifier::Contains, Modifier::EndsWith]);
    let after = has(&[Modifier::Contains, Modifier::StartsWith]);
    let anchored = |value: &Seen| match value {
        Seen::Text(pieces) => {
            (!before || pieces.first() == Some(&Piece::Many))
                && (!after || pieces.last() == Some(&Piece::Many))
                && pieces.len() > usize::from(before) + usize::from(after)
        }
        Seen::Other(_) => false,
    };
    if values.iter().all(anchored) {
        for value in &mut values {
            if let Seen::Text(pieces) = value {
                pieces.drain(..usize::from(before));
                pieces.truncate(pieces.len() - usize::from(after));
            }
        }
    } else {
        modifiers
            .retain(|modifier| !matches!(modifier, Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith));
    }
    let named = |value: &Seen| matches!(value, Seen::Text(pieces) if pieces.iter().any(|piece| matches!(piece, Piece::Name(_))));
    let names = values.iter().any(named);
    if !names {
        modifiers.retain(|modifier| *modifier != Modifier::Expand);
    }
    let value = |value: Seen| match value {
        Seen::Text(pieces) => SigmaValue::String(write(&pieces, names)),
        Seen::Other(value) => value,
    };
    leaf.item.values = values.into_iter().map(value).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_is_shown_with_the_wildcards_that_it_has() {
        for (written, shown) in [
            (r"C:\\Windows\\*", r"C:\Windows\*"),
            (r"\a.exe", r"\a.exe"),
            (r"100\*", r"100\*"),
            (r"a?b", r"a?b"),
            ("", ""),
        ] {
            assert_eq!(plain(&parse(written)), shown);
        }
        assert_eq!(plain(&with_names(r"C:\\%x%\%y")), r"C:\%x%%y");
    }

    fn piece() -> impl Strategy<Value = Piece> {
        prop_oneof![
            r"[a\\*?%]{1,4}".prop_map(Piece::Text),
            Just(Piece::Many),
            Just(Piece::One),
            "[a-z]{1,3}".prop_map(Piece::Name),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(pieces in proptest::collection::vec(piece(), 0..8)) {
            let pieces = merged(pieces);
            let named = pieces.iter().any(|piece| matches!(piece, Piece::Name(_)));
            let text = write(&pieces, named);
            prop_assert_eq!(if named { with_names(&text.original) } else { super::pieces(&text) }, pieces);
        }
    }
}
