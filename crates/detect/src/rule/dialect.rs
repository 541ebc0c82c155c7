//! Regular expressions as Sigma means them, written for this program's engine.
//!
//! The specification (modifiers 2.1, § Regular Expression) names PCRE as the flavour. There `$` holds at the end of the
//! text and before a line break that ends it; here it would hold at the end alone, and a command with a line break
//! behind it would escape every rule that ends in `$`. With `m` both mean the end of each line.

use regex_syntax::ast::{AssertionKind, Ast, Flag, GroupKind, parse::Parser};

/// What PCRE's `$` is here. It may take the line break with it: nothing but `$` or that line break can come after.
const END: &str = r"(?:\n?\z)";

/// The same expression in this program's syntax. What cannot be read stays as it is, for the engine to refuse.
pub(crate) fn translated(source: &str) -> String {
    if !source.contains('$') {
        return source.to_owned();
    }
    let Ok(ast) = Parser::new().parse(source) else { return source.to_owned() };
    let mut ends = Vec::new();
    collect(&ast, &mut false, &mut ends);
    let (mut out, mut at) = (String::with_capacity(source.len() + ends.len() * END.len()), 0);
    for (from, to) in ends {
        out.push_str(source.get(at..from).unwrap_or_default());
        out.push_str(END);
        at = to;
    }
    out.push_str(source.get(at..).unwrap_or_default());
    out
}

/// Where a `$` stands that is no end of a line, in order. A flag holds until its group ends; the parser bounds the depth.
fn collect(ast: &Ast, lines: &mut bool, out: &mut Vec<(usize, usize)>) {
    match ast {
        Ast::Flags(set) => *lines = set.flags.flag_state(Flag::MultiLine).unwrap_or(*lines),
        Ast::Assertion(assertion) if assertion.kind == AssertionKind::EndLine && !*lines => {
            out.push((assertion.span.start.offset, assertion.span.end.offset));
        }
        Ast::Repetition(repetition) => collect(&repetition.ast, lines, out),
        Ast::Group(group) => {
            let mut inside = *lines;
            if let GroupKind::NonCapturing(flags) = &group.kind {
                inside = flags.flag_state(Flag::MultiLine).unwrap_or(inside);
            }
            collect(&group.ast, &mut inside, out);
        }
        Ast::Alternation(alternation) => alternation.asts.iter().for_each(|part| collect(part, lines, out)),
        Ast::Concat(concat) => concat.asts.iter().for_each(|part| collect(part, lines, out)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn a_dollar_sign_is_the_end_as_pcre_has_it() {
        for (source, text, expected) in [
            ("x$", "x", true),
            ("x$", "x\n", true),
            ("x$", "x\n\n", false),
            ("x$", "x\ny", false),
            ("x$", "x\r\n", false),
            ("^$", "\n", true),
            ("(?:a$|b)$", "a\n", true),
            ("(a|b$)", "b\n", true),
            ("(?m)x$", "x\ny", true),
            ("(?m:a$)b?", "a\nb", true),
            ("(?m:a$)b?$", "a\nb", false),
            ("(?m:a)$", "a\nb", false),
            ("(?:(?m)a)$", "a\nb", false),
            ("(?m)(?-m:a$)", "a\nb", false),
            (r"x\$", "x$", true),
            (r"x\$", "x\n", false),
            ("[$]", "$", true),
            (r"x\z", "x\n", false),
            ("(?i)X$", "x\n", true),
            ("ü$|€$", "€\n", true),
        ] {
            let regex = regex::Regex::new(&translated(source)).unwrap();
            assert_eq!(regex.is_match(text), expected, "{source} {text:?}: {regex}");
        }
        assert_eq!((translated("a.b").as_str(), translated("($").as_str()), ("a.b", "($"));
    }
}
