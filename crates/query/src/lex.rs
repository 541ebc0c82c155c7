//! Text to tokens.

use crate::QueryError;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `field:`, with escapes resolved.
    Name(String),
    /// A word as typed, escapes and wildcards in it.
    Word(String),
    /// Between quotes, escapes resolved.
    Quoted(String),
    /// `[a TO b}`: the two ends and whether each is included.
    Range { low: String, high: String, with_low: bool, with_high: bool },
    /// `>`, `>=`, `<`, `<=` and what follows.
    Compare(&'static str, String),
}

/// Characters of a query at most.
const MAX_QUERY: usize = 16 << 10;

pub(crate) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, QueryError> {
    if text.len() > MAX_QUERY {
        return Err(QueryError::new("query.too_long", 0..text.len(), format!("more than {MAX_QUERY} bytes"), "Ask for less at once."));
    }
    let mut out: Vec<(Token, Range<usize>)> = Vec::new();
    // For every open bracket, whether it stands behind a field's name: ranges and comparisons mean something there.
    let mut scopes: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let after_name = matches!(out.last(), Some((Token::Name(_), span)) if span.end == at);
        let of_field = after_name || scopes.last() == Some(&true);
        let token = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' => {
                at += 1;
                scopes.push(of_field);
                Token::Open
            }
            ')' => {
                at += 1;
                scopes.pop();
                Token::Close
            }
            '"' => Token::Quoted(quoted(text, &mut at)?),
            '[' | '{' if of_field => range(text, &mut at)?,
            '-' | '!' if !after_name && text[at + 1..].chars().next().is_some_and(|next| !next.is_whitespace() && next != ')') => {
                at += 1;
                Token::Not
            }
            '>' | '<' if of_field => {
                at += 1;
                let equal = text[at..].starts_with('=');
                at += usize::from(equal);
                let operator = match (c, equal) {
                    ('>', true) => ">=",
                    ('>', false) => ">",
                    (_, true) => "<=",
                    _ => "<",
                };
                Token::Compare(operator, unescape(&word(text, &mut at, false)))
            }
            _ => {
                let word = word(text, &mut at, !after_name);
                match word.as_str() {
                    "AND" | "&&" => Token::And,
                    "OR" | "||" => Token::Or,
                    "NOT" => Token::Not,
                    name if !after_name && text[at..].starts_with(':') => {
                        at += 1;
                        Token::Name(unescape(name))
                    }
                    _ => Token::Word(word),
                }
            }
        };
        out.push((token, start..at));
    }
    Ok(out)
}

/// A word up to a space or a bracket; `before_name`: also up to a colon.
fn word(text: &str, at: &mut usize, before_name: bool) -> String {
    if before_name && let Some(address) = address(&text[*at..]) {
        *at += address.len();
        return address.to_owned();
    }
    let mut word = String::new();
    let mut chars = text[*at..].chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                word.push('\\');
                *at += 1;
                if let Some(next) = chars.next() {
                    word.push(next);
                    *at += next.len_utf8();
                }
            }
            c if c.is_whitespace() || matches!(c, '(' | ')' | '"') => break,
            // `http://…` and `C:\…` are words; `name:value` is not.
            ':' if before_name && !word.is_empty() && !matches!(chars.peek(), Some('/' | '\\')) && is_name(&word) => break,
            c => {
                word.push(c);
                *at += c.len_utf8();
            }
        }
    }
    word
}

/// An IPv6 or a hardware address at the start: its colons do not make the first group a field's name.
fn address(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_ascii_hexdigit() || c == ':' || c == '.')).unwrap_or(text.len());
    let stands_alone = text[end..].chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
    let found = text.get(..end)?;
    let hardware = || found.split(':').count() == 6 && found.split(':').all(|group| group.len() == 2 && !group.contains('.'));
    (stands_alone && (found.parse::<std::net::Ipv6Addr>().is_ok() || hardware())).then_some(found)
}

/// Whether what stands before a colon is a field's name: `192.0.2.7:443` and `08:15` are words.
fn is_name(word: &str) -> bool {
    let number = word.parse::<std::net::Ipv4Addr>().is_ok() || word.chars().all(|c| c.is_ascii_digit());
    word.chars().all(|c| c.is_alphanumeric() || "._-@\\ ".contains(c)) && !word.contains("::") && !number
}

fn quoted(text: &str, at: &mut usize) -> Result<String, QueryError> {
    let start = *at;
    let mut out = String::new();
    let mut chars = text[start + 1..].char_indices();
    while let Some((place, c)) = chars.next() {
        match c {
            '"' => {
                *at = start + 1 + place + 1;
                return Ok(out);
            }
            // Paths are full of backslashes: only a quote or a backslash can be escaped here.
            '\\' => match chars.clone().next() {
                Some((_, next @ ('"' | '\\'))) => {
                    out.push(next);
                    chars.next();
                }
                _ => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    Err(QueryError::new("query.unclosed_quote", start..text.len(), "a quote is not closed", "Close it with \"."))
}

fn range(text: &str, at: &mut usize) -> Result<Token, QueryError> {
    let start = *at;
    let with_low = text[start..].starts_with('[');
    let fault = || QueryError::new("query.range", start..text.len(), "a range is not [low TO high]", "Write field:[1 TO 5], or {1 TO 5} without the ends.");
    let end = text[start..].find([']', '}']).map(|e| start + e).ok_or_else(fault)?;
    let (low, high) = text[start + 1..end].split_once(" TO ").ok_or_else(fault)?;
    *at = end + 1;
    let trim = |end: &str| end.trim().trim_matches('"').to_owned();
    Ok(Token::Range { low: trim(low), high: trim(high), with_low, with_high: text[end..].starts_with(']') })
}

/// Resolves `\x` to `x`.
pub(crate) fn unescape(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().unwrap_or('\\')),
            c => out.push(c),
        }
    }
    out
}

/// Whether a word has a wildcard that is not escaped.
pub(crate) fn has_wildcard(word: &str) -> bool {
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '*' | '?' => return true,
            _ => {}
        }
    }
    false
}
