//! Tokens to an expression. `OR` binds weakest, then `AND` (which may be left out), then `NOT`.

use crate::lex::{self, Token};
use crate::{Bound, Expr, Glob, QueryError, Subject, Test, TextTest};
use ipnet::IpNet;
use model::{Field, FieldKind, Timestamp};
use std::net::{IpAddr, Ipv6Addr};
use std::ops::Range;
use std::time::Duration;

/// Brackets within each other.
const MAX_DEPTH: usize = 64;
/// Terms of a query.
const MAX_TERMS: usize = 1_000;

/// Reads what was typed. `now` is what `now-1h` counts from. An empty text is every event.
pub fn parse_bar(text: &str, now: Timestamp) -> Result<Expr, QueryError> {
    let tokens = lex::tokens(text)?;
    if tokens.is_empty() {
        return Ok(Expr::All);
    }
    if tokens.len() > MAX_TERMS {
        return Err(QueryError::new("query.too_many_terms", 0..text.len(), format!("more than {MAX_TERMS} terms"), "Ask for less at once."));
    }
    let mut parser = Parser { tokens: &tokens, at: 0, end: text.len(), now };
    let expr = parser.or(0, None)?;
    match parser.peek() {
        None => Ok(expr),
        Some((_, span)) => Err(QueryError::new("query.bracket", span.clone(), "a bracket is closed that was not opened", "Remove it, or escape it with \\.")),
    }
}

struct Parser<'a> {
    tokens: &'a [(Token, Range<usize>)],
    at: usize,
    end: usize,
    now: Timestamp,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a (Token, Range<usize>)> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, wanted: &Token) -> bool {
        let found = self.peek().is_some_and(|(token, _)| token == wanted);
        self.at += usize::from(found);
        found
    }

    /// `scope`: the field that stands before the bracket.
    fn or(&mut self, depth: usize, scope: Option<&Subject>) -> Result<Expr, QueryError> {
        let mut all = vec![self.and(depth, scope)?];
        while self.eat(&Token::Or) {
            all.push(self.and(depth, scope)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::Or(all) })
    }

    fn and(&mut self, depth: usize, scope: Option<&Subject>) -> Result<Expr, QueryError> {
        let mut all = vec![self.not(depth, scope)?];
        loop {
            let explicit = self.eat(&Token::And);
            match self.peek() {
                Some((Token::Or | Token::Close, _)) | None if !explicit => break,
                _ => all.push(self.not(depth, scope)?),
            }
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::And(all) })
    }

    fn not(&mut self, depth: usize, scope: Option<&Subject>) -> Result<Expr, QueryError> {
        if depth > MAX_DEPTH {
            let place = self.peek().map_or(self.end..self.end, |(_, span)| span.clone());
            return Err(QueryError::new("query.too_deep", place, format!("more than {MAX_DEPTH} brackets"), "Use fewer brackets."));
        }
        if self.eat(&Token::Not) {
            return Ok(Expr::Not(Box::new(self.not(depth + 1, scope)?)));
        }
        let Some((token, span)) = self.peek() else {
            return Err(QueryError::new("query.unfinished", self.end..self.end, "something is missing at the end", "Add a term."));
        };
        self.at += 1;
        match token {
            Token::Open => self.bracket(span, depth, scope),
            Token::Name(name) => self.field(name, span, depth),
            _ => match (scope, token) {
                (Some(subject), token) => match self.test(subject, token, span)? {
                    Some(test) => Ok(Expr::Field(subject.clone(), test)),
                    None => Err(unexpected(span)),
                },
                (None, Token::Word(word)) => Ok(bare(word)),
                (None, Token::Quoted(text)) => Ok(Expr::Anywhere(TextTest::Phrase(text.to_lowercase()))),
                (None, _) => Err(unexpected(span)),
            },
        }
    }

    /// What follows an opening bracket at `opened`, and the closing one.
    fn bracket(&mut self, opened: &Range<usize>, depth: usize, scope: Option<&Subject>) -> Result<Expr, QueryError> {
        let inner = self.or(depth + 1, scope)?;
        if self.eat(&Token::Close) {
            Ok(inner)
        } else {
            Err(QueryError::new("query.bracket", opened.clone(), "a bracket is not closed", "Close it with )."))
        }
    }

    fn field(&mut self, name: &str, place: &Range<usize>, depth: usize) -> Result<Expr, QueryError> {
        let subject = subject(name);
        let missing = || QueryError::new("query.no_value", place.clone(), format!("{name}: has no value"), "Write field:value, or field:* for any.");
        let (token, span) = self.peek().ok_or_else(missing)?;
        self.at += 1;
        // `field:(a OR >b)`: every term inside is about this field.
        if *token == Token::Open {
            return self.bracket(span, depth, Some(&subject));
        }
        let test = self.test(&subject, token, span)?.ok_or_else(missing)?;
        Ok(Expr::Field(subject, test))
    }

    /// What a token behind `field:`, or in a bracket behind it, asks of the field; `None`: it is no value.
    fn test(&self, subject: &Subject, token: &Token, span: &Range<usize>) -> Result<Option<Test>, QueryError> {
        Ok(Some(match token {
            Token::Word(word) => self.value(subject, word, span)?,
            Token::Quoted(text) => match subject {
                Subject::Time | Subject::Received => self.value(subject, text, span)?,
                _ => plain(subject, text),
            },
            Token::Range { low, high, with_low, with_high } => {
                let bound = |text: &str, included: bool| match text {
                    "*" => Bound::Open,
                    text if included => Bound::Included(text.to_owned()),
                    text => Bound::Excluded(text.to_owned()),
                };
                self.range(subject, bound(low, *with_low), bound(high, *with_high), span)?
            }
            Token::Compare(operator, text) if !text.is_empty() => {
                let (low, high) = match *operator {
                    ">" => (Bound::Excluded(text.clone()), Bound::Open),
                    ">=" => (Bound::Included(text.clone()), Bound::Open),
                    "<" => (Bound::Open, Bound::Excluded(text.clone())),
                    _ => (Bound::Open, Bound::Included(text.clone())),
                };
                self.range(subject, low, high, span)?
            }
            _ => return Ok(None),
        }))
    }

    fn value(&self, subject: &Subject, word: &str, span: &Range<usize>) -> Result<Test, QueryError> {
        if word == "*" {
            return Ok(Test::Exists);
        }
        if matches!(subject, Subject::Time | Subject::Received) {
            let at = self.instant(word, span)?;
            return Ok(Test::Instant(Bound::Included(at), Bound::Included(at)));
        }
        if lex::has_wildcard(word) {
            return Ok(Test::Glob(Glob::new(word)));
        }
        if let Ok(net) = word.parse::<IpNet>() {
            return Ok(Test::Cidr(net));
        }
        // An IPv6 address has many spellings.
        if let Ok(ip) = word.parse::<Ipv6Addr>() {
            return Ok(Test::Cidr(IpNet::from(IpAddr::V6(ip))));
        }
        Ok(plain(subject, &lex::unescape(word)))
    }

    fn range(&self, subject: &Subject, low: Bound<String>, high: Bound<String>, span: &Range<usize>) -> Result<Test, QueryError> {
        if !matches!(subject, Subject::Time | Subject::Received) {
            let lower = |bound: Bound<String>| match bound {
                Bound::Included(text) => Bound::Included(text.to_lowercase()),
                Bound::Excluded(text) => Bound::Excluded(text.to_lowercase()),
                Bound::Open => Bound::Open,
            };
            return Ok(Test::Range(lower(low), lower(high)));
        }
        let instant = |bound: Bound<String>| -> Result<Bound<Timestamp>, QueryError> {
            Ok(match bound {
                Bound::Included(text) => Bound::Included(self.instant(&text, span)?),
                Bound::Excluded(text) => Bound::Excluded(self.instant(&text, span)?),
                Bound::Open => Bound::Open,
            })
        };
        Ok(Test::Instant(instant(low)?, instant(high)?))
    }

    /// RFC 3339, `2026-03-12`, `now`, `now-15m`.
    fn instant(&self, text: &str, span: &Range<usize>) -> Result<Timestamp, QueryError> {
        let relative = |rest: &str| {
            let (sign, rest) = (rest.chars().next()?, rest.get(1..)?);
            let unit = rest.chars().next_back()?;
            let amount: u64 = rest[..rest.len() - unit.len_utf8()].parse().ok()?;
            let seconds = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86_400,
                'w' => 604_800,
                _ => return None,
            };
            let distance = Duration::from_secs(amount.checked_mul(seconds)?);
            match sign {
                '-' => Some(self.now.minus(distance)),
                '+' => Some(self.now.plus(distance)),
                _ => None,
            }
        };
        let found = match text.strip_prefix("now") {
            Some("") => Some(self.now),
            Some(rest) => relative(rest),
            None => Timestamp::parse(text).ok().or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")).ok()),
        };
        found.ok_or_else(|| {
            QueryError::new("query.time", span.clone(), format!("{text} is no time"), "Write 2026-03-12T08:00:00Z, 2026-03-12, now or now-1h.")
        })
    }
}

fn subject(name: &str) -> Subject {
    match name {
        "@timestamp" => Subject::Time,
        "_received" | "event.ingested" => Subject::Received,
        "_source" => Subject::Source,
        "_raw" => Subject::Raw,
        "_id" => Subject::Id,
        name => Field::lookup(name).map_or_else(|| Subject::Named(name.into()), Subject::Field),
    }
}

/// Equality, or containment on fields of running text.
fn plain(subject: &Subject, text: &str) -> Test {
    let running = match subject {
        Subject::Raw => true,
        Subject::Field(field) => field.info().is_some_and(|info| info.kind == FieldKind::Text),
        _ => false,
    };
    let text = text.to_lowercase();
    if running { Test::Contains(text) } else { Test::Equals(text) }
}

fn unexpected(place: &Range<usize>) -> QueryError {
    QueryError::new("query.unexpected", place.clone(), "a term was expected here", "Write field:value, a word, or \"a phrase\".")
}

fn bare(word: &str) -> Expr {
    if word == "*" {
        return Expr::All;
    }
    if lex::has_wildcard(word) {
        return Expr::Anywhere(TextTest::Glob(Glob::new(word)));
    }
    let text = lex::unescape(word);
    match text.parse() {
        Ok(ip) => Expr::Address(ip),
        Err(_) => Expr::Anywhere(TextTest::Word(text.to_lowercase())),
    }
}
