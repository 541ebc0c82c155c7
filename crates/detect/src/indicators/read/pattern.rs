//! STIX patterns, as far as one value of one event can answer them: alternatives of comparisons for equality.
//!
//! `[ipv4-addr:value = '192.0.2.7' OR domain-name:value IN ('a.example', 'b.example')] OR [file:hashes.MD5 = '…']`. Several
//! hashes of one file that are joined by AND name the same file and are alternatives too. What needs more than that is
//! refused by name: an event that has one of two required values does not have what the author means.

use crate::indicators::value::Hint;

/// Why a pattern cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    pub code: &'static str,
    pub message: String,
}

fn unfit<T>(code: &'static str, message: impl Into<String>) -> Result<T, Unfit> {
    Err(Unfit { code, message: message.into() })
}

/// Bytes of a pattern.
const MAX_PATTERN: usize = 1 << 20;
/// Parentheses within one another.
const MAX_DEPTH: usize = 16;

/// The values of which each is a hit by itself.
pub(super) fn alternatives(pattern: &str) -> Result<Vec<(Hint, String)>, Unfit> {
    if pattern.len() > MAX_PATTERN {
        return unfit("stix.pattern", "the pattern is longer than 1 MiB");
    }
    let mut parser = Parser { tokens: tokens(pattern)?, at: 0, depth: 0 };
    let values = parser.observations()?;
    match parser.peek() {
        None if !values.is_empty() => Ok(values),
        None => unfit("stix.pattern", "the pattern compares nothing"),
        Some(token) => unfit("stix.pattern", format!("{token:?} is left over")),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// `AND`, `=`, `(`, and paths.
    Word(String),
    /// In quotation marks.
    Text(String),
}

/// Words, marks and texts. A path is a word, with the quotation marks of its parts removed.
fn tokens(pattern: &str) -> Result<Vec<Token>, Unfit> {
    let mut tokens = Vec::new();
    let mut chars = pattern.char_indices().peekable();
    while let Some((_, c)) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '[' | ']' | '(' | ')' | ',' => tokens.push(Token::Word(c.to_string())),
            '=' | '!' | '<' | '>' => {
                let mut word = c.to_string();
                while let Some((_, next)) = chars.next_if(|(_, next)| matches!(next, '=' | '>' | '<')) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
            '\'' => tokens.push(Token::Text(quoted(&mut chars)?)),
            _ => {
                let mut word = c.to_string();
                let mut is_path = false;
                while let Some((_, next)) = chars.next_if(|(_, next)| {
                    !next.is_whitespace()
                        && !matches!(next, '(' | ')' | ',' | '=' | '!' | '<' | '>')
                        && (*next != ']')
                        && (*next != '\'' || is_path)
                }) {
                    is_path |= next == ':';
                    match next {
                        // `hashes.'SHA-256'`, `to_refs[*]`
                        '\'' => word.push_str(&quoted(&mut chars)?),
                        '"' => {}
                        '[' => {
                            while chars.next_if(|(_, inner)| *inner != ']').is_some() {}
                            chars.next();
                        }
                        next => word.push(next),
                    }
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

fn quoted(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>) -> Result<String, Unfit> {
    let mut text = String::new();
    while let Some((_, c)) = chars.next() {
        match c {
            '\'' => return Ok(text),
            '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
            c => text.push(c),
        }
    }
    unfit("stix.pattern", "a quotation mark is not closed")
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

type Values = Vec<(Hint, String)>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.is(word);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, word: &str) -> Result<(), Unfit> {
        if self.take(word) { Ok(()) } else { unfit("stix.pattern", format!("{word} is missing")) }
    }

    fn deeper(&mut self) -> Result<(), Unfit> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { unfit("stix.pattern", "the pattern is nested too deeply") } else { Ok(()) }
    }

    fn observations(&mut self) -> Result<Values, Unfit> {
        let mut values = self.observation()?;
        loop {
            if self.take("OR") {
                values.extend(self.observation()?);
            } else if self.is("AND") || self.is("FOLLOWEDBY") {
                return unfit("stix.pattern_and", "two observations are required");
            } else if ["WITHIN", "REPEATS", "START"].iter().any(|word| self.is(word)) {
                return unfit("stix.pattern_qualifier", "the pattern says how often or when");
            } else {
                return Ok(values);
            }
        }
    }

    fn observation(&mut self) -> Result<Values, Unfit> {
        if self.take("(") {
            self.deeper()?;
            let values = self.observations()?;
            self.expect(")")?;
            self.depth -= 1;
            return Ok(values);
        }
        self.expect("[")?;
        let values = self.alternatives()?;
        self.expect("]")?;
        Ok(values)
    }

    fn alternatives(&mut self) -> Result<Values, Unfit> {
        let mut values = self.conjunction()?;
        while self.take("OR") {
            values.extend(self.conjunction()?);
        }
        Ok(values)
    }

    fn conjunction(&mut self) -> Result<Values, Unfit> {
        let mut parts = vec![self.comparison()?];
        while self.take("AND") {
            parts.push(self.comparison()?);
        }
        // What only says the type of the value beside it requires nothing more.
        if parts.len() > 1 {
            parts.retain(|part| !part.is_empty());
        }
        let hashes = parts.iter().flatten().all(|(hint, _)| *hint == Hint::Hash);
        if parts.len() > 1 && !hashes {
            return unfit("stix.pattern_and", "two values are required");
        }
        Ok(parts.concat())
    }

    fn comparison(&mut self) -> Result<Values, Unfit> {
        if self.take("(") {
            self.deeper()?;
            let values = self.alternatives()?;
            self.expect(")")?;
            self.depth -= 1;
            return Ok(values);
        }
        let path = self.word("a path")?;
        if path.eq_ignore_ascii_case("NOT") || path.eq_ignore_ascii_case("EXISTS") {
            return unfit("stix.pattern_operator", path);
        }
        let operator = self.word("an operator")?.to_ascii_uppercase();
        let texts = match operator.as_str() {
            "=" | "==" | "ISSUBSET" => vec![self.text()?],
            "IN" => {
                self.expect("(")?;
                let mut texts = vec![self.text()?];
                while self.take(",") {
                    texts.push(self.text()?);
                }
                self.expect(")")?;
                texts
            }
            _ => return unfit("stix.pattern_operator", format!("{path} {operator}")),
        };
        if path.ends_with("_ref.type") && operator == "=" {
            return Ok(Vec::new());
        }
        let Some(hint) = hint(&path) else { return unfit("stix.object", path) };
        if operator == "ISSUBSET" && hint != Hint::Address {
            return unfit("stix.pattern_operator", format!("{path} {operator}"));
        }
        Ok(texts.into_iter().map(|text| (hint, text)).collect())
    }

    fn word(&mut self, what: &str) -> Result<String, Unfit> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) => {
                self.at += 1;
                Ok(word.clone())
            }
            _ => unfit("stix.pattern", format!("{what} is missing")),
        }
    }

    fn text(&mut self) -> Result<String, Unfit> {
        match self.tokens.get(self.at) {
            Some(Token::Text(text)) => {
                self.at += 1;
                Ok(text.clone())
            }
            _ => unfit("stix.pattern", "a text in quotation marks is missing"),
        }
    }
}

/// What a path of an object names, if it is one of ours. What an author calls a domain may be an address.
fn hint(path: &str) -> Option<Hint> {
    let (object, property) = path.split_once(':')?;
    let is_hash = [
        "hashes.MD5",
        "hashes.SHA-1",
        "hashes.SHA1",
        "hashes.SHA-256",
        "hashes.SHA256",
        "hashes.SHA-512",
        "hashes.SHA512",
    ]
    .iter()
    .any(|known| {
        property.eq_ignore_ascii_case(known)
            || property.to_ascii_lowercase().ends_with(&format!("_ref.{}", known.to_ascii_lowercase()))
    });
    match (object, property) {
        ("file" | "artifact" | "process", _) if is_hash => Some(Hint::Hash),
        ("ipv4-addr" | "ipv6-addr", "value") => Some(Hint::Address),
        ("domain-name", "value") => Some(Hint::Any),
        ("url", "value") => Some(Hint::Url),
        ("email-addr", "value")
        | ("email-message", "from_ref.value" | "sender_ref.value" | "to_refs.value" | "cc_refs.value") => {
            Some(Hint::Email)
        }
        ("network-traffic", "dst_ref.value" | "src_ref.value") => Some(Hint::Any),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, expected: Result<&[&str], &str>) {
        let got = alternatives(pattern);
        let shown: Result<Vec<&str>, &str> = match &got {
            Ok(values) => Ok(values.iter().map(|(_, text)| text.as_str()).collect()),
            Err(unfit) => Err(unfit.code),
        };
        assert_eq!(shown.as_deref().map_err(|code| *code), expected, "{pattern}: {got:?}");
    }

    #[test]
    fn alternatives_run() {
        check("[ipv4-addr:value = '192.0.2.7']", Ok(&["192.0.2.7"]));
        check("[domain-name:value='evil.example']", Ok(&["evil.example"]));
        check(
            "[ipv4-addr:value = '192.0.2.7' OR domain-name:value = 'a.example'] OR [url:value = 'http://b.example/\\'x']",
            Ok(&["192.0.2.7", "a.example", "http://b.example/'x"]),
        );
        check("([domain-name:value IN ('a.example', 'b.example')])", Ok(&["a.example", "b.example"]));
        check("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", Ok(&["192.0.2.0/24"]));
        check("[file:hashes.'SHA-256' = 'aa' AND file:hashes.MD5 = 'bb']", Ok(&["aa", "bb"]));
        check("[file:hashes.\"SHA-256\" = 'aa']", Ok(&["aa"]));
        check("[file:hashes.md5 = 'aa']", Ok(&["aa"]));
        check("[process:binary_ref.hashes.'SHA-256' = 'aa']", Ok(&["aa"]));
        check(
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.7']",
            Ok(&["192.0.2.7"]),
        );
        check("[email-message:to_refs[*].value = 'eve@evil.example']", Ok(&["eve@evil.example"]));
        check("[(ipv4-addr:value = '192.0.2.7') OR (ipv4-addr:value = '192.0.2.8')]", Ok(&["192.0.2.7", "192.0.2.8"]));
    }

    #[test]
    fn what_one_value_cannot_answer_is_refused_by_name() {
        check(
            "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.7']",
            Err("stix.object"),
        );
        check("[domain-name:value = 'a.example' AND ipv4-addr:value = '192.0.2.7']", Err("stix.pattern_and"));
        check("[ipv4-addr:value = '192.0.2.7'] AND [domain-name:value = 'a.example']", Err("stix.pattern_and"));
        check("[ipv4-addr:value = '192.0.2.7'] FOLLOWEDBY [domain-name:value = 'a.example']", Err("stix.pattern_and"));
        check("[ipv4-addr:value = '192.0.2.7'] REPEATS 5 TIMES", Err("stix.pattern_qualifier"));
        check("[file:name = 'evil.exe']", Err("stix.object"));
        check("[file:hashes.MD5 = 'aa' AND file:name = 'evil.exe']", Err("stix.object"));
        check("[url:value LIKE 'http://%']", Err("stix.pattern_operator"));
        check("[NOT ipv4-addr:value = '192.0.2.7']", Err("stix.pattern_operator"));
        check("[ipv4-addr:value != '192.0.2.7']", Err("stix.pattern_operator"));
        check("[network-traffic:dst_ref.type = 'ipv4-addr']", Err("stix.pattern"));
        check("[ipv4-addr:value = '192.0.2.7'", Err("stix.pattern"));
        check("[ipv4-addr:value = '192.0.2.7", Err("stix.pattern"));
        check("", Err("stix.pattern"));
        check("[]", Err("stix.pattern"));
        check(&"(".repeat(100_000), Err("stix.pattern"));
        check(&format!("[{}", "(".repeat(100_000)), Err("stix.pattern"));
        check(&"[".repeat(1 << 21), Err("stix.pattern"));
    }
}
