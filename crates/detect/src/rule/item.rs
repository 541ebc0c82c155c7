//! From a field with modifiers and values, as `rsigma-parser` reads it, to atoms.

use crate::rule::atom::{Anchor, Atom, Order, Pattern, Place, Test, canonical_double};
use crate::rule::dialect;
use crate::rule::encode;
use crate::rule::fold::Form;
use crate::rule::pattern::{Glob, Shape, Written};
use crate::read::placeholder::{self, Lookup};
use crate::refusal::Fault;
use crate::rule::{Item, ItemValue};
use crate::rule::time_part::TimePart;
use crate::rule::view::Views;
use model::LogSource;
use regex::RegexBuilder;
use rsigma_parser::{DetectionItem, FieldSpec, Modifier, SigmaString, SigmaValue, SpecialChar, StringPart};
use rustc_hash::FxHashMap;

/// Bytes that one compiled expression may take.
const REGEX_LIMIT: usize = 4 << 20;
/// Bytes of one pattern.
const MAX_PATTERN: usize = 64 << 10;
/// Atoms of a rule set.
const MAX_ATOMS: usize = 1 << 20;

/// The atoms and views of a rule set while it is being read; equal ones are one.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    pub views: Views,
    pub atoms: Vec<Atom>,
    known: FxHashMap<Atom, u32>,
}

impl Vocabulary {
    /// Ends the reading: nothing more will be interned.
    pub(crate) fn close(&mut self) {
        self.known = FxHashMap::default();
    }

    fn intern(&mut self, atom: Atom) -> Result<u32, Fault> {
        if let Some(index) = self.known.get(&atom) {
            return Ok(*index);
        }
        if self.atoms.len() >= MAX_ATOMS {
            return Err(Fault::new("rule.too_many", "the rule set asks more than a million questions"));
        }
        // Below MAX_ATOMS.
        let index = self.atoms.len() as u32;
        self.atoms.push(atom.clone());
        self.known.insert(atom, index);
        Ok(index)
    }

    /// The item that a field with its values means in a rule of this log source.
    pub(crate) fn item(
        &mut self,
        source: &LogSource,
        written: &DetectionItem,
        lookup: &mut Lookup<'_>,
    ) -> Result<Item, Fault> {
        let field = written.field.name.as_deref();
        let item = self.item_of(source, field, &written.field.modifiers, &written.values, lookup);
        item.map_err(|fault| {
            let key = written_key(&written.field);
            if key.is_empty() { fault } else { fault.near(key) }
        })
    }

    fn item_of(
        &mut self,
        source: &LogSource,
        field: Option<&str>,
        modifiers: &[Modifier],
        values: &[SigmaValue],
        lookup: &mut Lookup<'_>,
    ) -> Result<Item, Fault> {
        let meaning = Meaning::of(modifiers)?;
        let place = match field {
            Some(name) => Place::View(self.views.intern(source, name)),
            None => Place::Anywhere,
        };
        if values.len() > 1 && values.contains(&SigmaValue::Null) {
            return Err(Fault::new("rule.null_in_list", "null stands in a list with other values"));
        }
        let mut item = Item {
            field: field.map(str::to_owned),
            was: None,
            modifiers: modifiers.iter().map(|m| word(*m).to_owned()).collect(),
            all: meaning.all,
            negated: meaning.negated,
            values: Vec::with_capacity(values.len()),
        };
        if meaning.kind == Kind::Exists {
            item.negated = item.negated == exists(values)?;
            let atoms = vec![self.intern(Atom { place, test: Test::Present })?];
            item.values.push(ItemValue { written: values.first().map(ToString::to_string).unwrap_or_default(), atoms });
            return Ok(item);
        }
        for value in values {
            let Some(expanded) = meaning.expanded(value, lookup)? else {
                let atoms = self.atoms_of(source, place, &meaning, value)?;
                item.values.push(ItemValue { written: value.to_string(), atoms });
                continue;
            };
            if expanded.is_empty() {
                // Nothing is on the list, so the value holds for no event.
                item.values.push(ItemValue { written: value.to_string(), atoms: Vec::new() });
            }
            for value in expanded {
                let atoms = self.atoms_of(source, place, &meaning, &value)?;
                item.values.push(ItemValue { written: value.to_string(), atoms });
            }
        }
        if item.values.is_empty() {
            return Err(Fault::new("rule.selection_empty", "a field without any value"));
        }
        Ok(item)
    }

    fn atoms_of(
        &mut self,
        source: &LogSource,
        place: Place,
        meaning: &Meaning,
        value: &SigmaValue,
    ) -> Result<Vec<u32>, Fault> {
        self.tests(source, place, meaning, value)?.into_iter().map(|test| self.intern(Atom { place, test })).collect()
    }

    fn tests(
        &mut self,
        source: &LogSource,
        place: Place,
        meaning: &Meaning,
        value: &SigmaValue,
    ) -> Result<Vec<Test>, Fault> {
        let keyword = place == Place::Anywhere;
        match (meaning.kind, value) {
            (Kind::Text, SigmaValue::Null) if !keyword && meaning.is_bare() => Ok(vec![Test::Null]),
            (_, SigmaValue::Null) => Err(Fault::new("rule.value", "null with a modifier or as a keyword")),
            (Kind::Text, SigmaValue::Integer(number)) if !keyword && meaning.is_bare() => {
                Ok(vec![Test::Number(number.to_string())])
            }
            (Kind::Text, SigmaValue::Float(number)) if !keyword && meaning.is_bare() => {
                finite(*number).map(|number| vec![Test::Number(canonical_double(number))])
            }
            (Kind::Text | Kind::Compare(_), value) if meaning.part.is_some() => {
                let part = meaning.part.ok_or_else(|| Fault::new("rule.modifier_conflict", "no part of a moment"))?;
                let order = if let Kind::Compare(order) = meaning.kind { Some(order) } else { None };
                Ok(vec![Test::Part(part, order, number(value)?.to_bits())])
            }
            (Kind::Text, value) => text_tests(meaning, value, keyword),
            (Kind::Regex, value) => Ok(vec![Test::Regex(regex(&meaning.flags, &source_text(value))?)]),
            (Kind::Cidr, value) => network(&source_text(value)).map(|network| vec![Test::Cidr(network)]),
            (Kind::Compare(order), value) => number(value).map(|n| vec![Test::Compare(order, n.to_bits())]),
            (Kind::FieldRef, value) if !keyword => {
                let other = self.views.intern(source, &source_text(value));
                Ok(vec![Test::Same { other, anchor: meaning.anchor.unwrap_or(Anchor::Whole), form: meaning.form }])
            }
            (Kind::FieldRef | Kind::Exists, _) => {
                Err(Fault::new("rule.modifier_conflict", "this modifier needs a field"))
            }
        }
    }
}

/// The beginning of a field's key as a rule writes it; nothing for keywords.
pub(crate) fn written_key(field: &FieldSpec) -> String {
    match (&field.name, field.modifiers.first()) {
        (name, Some(modifier)) => format!("{}|{}", name.as_deref().unwrap_or_default(), word(*modifier)),
        (Some(name), None) => format!("{name}:"),
        (None, None) => String::new(),
    }
}

/// What kind of test the modifiers ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Regex,
    Cidr,
    Compare(Order),
    Exists,
    FieldRef,
}

/// What a chain of modifiers means.
#[derive(Debug)]
struct Meaning {
    kind: Kind,
    anchor: Option<Anchor>,
    form: Form,
    all: bool,
    negated: bool,
    flags: String,
    encodings: Vec<Modifier>,
    /// Placeholders are replaced.
    expand: bool,
    /// The value is compared with a part of a moment.
    part: Option<TimePart>,
}

impl Meaning {
    fn of(modifiers: &[Modifier]) -> Result<Meaning, Fault> {
        let mut meaning = Meaning {
            kind: Kind::Text,
            anchor: None,
            form: Form::PLAIN,
            all: false,
            negated: false,
            flags: String::new(),
            encodings: Vec::new(),
            expand: false,
            part: None,
        };
        for modifier in modifiers {
            meaning.apply(*modifier)?;
        }
        let textual = meaning.anchor.is_some() || meaning.form != Form::PLAIN || !meaning.encodings.is_empty();
        let conflict = match meaning.kind {
            Kind::Text => false,
            Kind::FieldRef => !meaning.encodings.is_empty(),
            Kind::Exists => textual || meaning.all,
            Kind::Regex => meaning.anchor.is_some() || meaning.form.dashed || !meaning.encodings.is_empty(),
            Kind::Cidr | Kind::Compare(_) => textual,
        };
        let timed = meaning.part.is_some() && (textual || !matches!(meaning.kind, Kind::Text | Kind::Compare(_)));
        if conflict || timed || (!meaning.flags.is_empty() && meaning.kind != Kind::Regex) {
            let words: Vec<&str> = modifiers.iter().map(|m| word(*m)).collect();
            return Err(Fault::new(
                "rule.modifier_conflict",
                format!("modifiers that exclude each other: {}", words.join("|")),
            ));
        }
        Ok(meaning)
    }

    fn apply(&mut self, modifier: Modifier) -> Result<(), Fault> {
        match modifier {
            Modifier::All => self.all = true,
            Modifier::Neq => self.negated = true,
            Modifier::Cased => self.form.cased = true,
            Modifier::WindAsh => self.form.dashed = true,
            Modifier::Contains => return self.anchor(Anchor::Anywhere),
            Modifier::StartsWith => return self.anchor(Anchor::Start),
            Modifier::EndsWith => return self.anchor(Anchor::End),
            Modifier::Re => return self.kind(Kind::Regex),
            Modifier::Cidr => return self.kind(Kind::Cidr),
            Modifier::Exists => return self.kind(Kind::Exists),
            Modifier::FieldRef => return self.kind(Kind::FieldRef),
            Modifier::Gt => return self.kind(Kind::Compare(Order::Greater)),
            Modifier::Gte => return self.kind(Kind::Compare(Order::AtLeast)),
            Modifier::Lt => return self.kind(Kind::Compare(Order::Less)),
            Modifier::Lte => return self.kind(Kind::Compare(Order::AtMost)),
            Modifier::IgnoreCase => self.flags.push('i'),
            Modifier::Multiline => self.flags.push('m'),
            Modifier::DotAll => self.flags.push('s'),
            Modifier::Base64 | Modifier::Base64Offset | Modifier::Wide | Modifier::Utf16 | Modifier::Utf16be => {
                if self.anchor.is_some() {
                    return Err(Fault::new(
                        "rule.modifier_conflict",
                        "an encoding after contains, startswith or endswith",
                    ));
                }
                self.encodings.push(modifier);
            }
            Modifier::Expand => self.expand = true,
            Modifier::Minute => return self.part(TimePart::Minute),
            Modifier::Hour => return self.part(TimePart::Hour),
            Modifier::Day => return self.part(TimePart::Day),
            Modifier::Week => return self.part(TimePart::Week),
            Modifier::Month => return self.part(TimePart::Month),
            Modifier::Year => return self.part(TimePart::Year),
        }
        Ok(())
    }

    fn anchor(&mut self, anchor: Anchor) -> Result<(), Fault> {
        match self.anchor.replace(anchor) {
            None => Ok(()),
            Some(_) => Err(Fault::new("rule.modifier_conflict", "more than one of contains, startswith and endswith")),
        }
    }

    fn kind(&mut self, kind: Kind) -> Result<(), Fault> {
        if self.kind != Kind::Text {
            return Err(Fault::new("rule.modifier_conflict", "modifiers that exclude each other"));
        }
        self.kind = kind;
        Ok(())
    }

    fn part(&mut self, part: TimePart) -> Result<(), Fault> {
        match self.part.replace(part) {
            None => Ok(()),
            Some(_) => Err(Fault::new("rule.modifier_conflict", "more than one part of a moment")),
        }
    }

    /// The values that a value with placeholders becomes; none where there is nothing to replace.
    fn expanded(&self, value: &SigmaValue, lookup: &mut Lookup<'_>) -> Result<Option<Vec<SigmaValue>>, Fault> {
        let SigmaValue::String(text) = value else { return Ok(None) };
        if !self.expand {
            return Ok(None);
        }
        // A list's value within an expression is that text, not an expression.
        let raw = self.kind == Kind::Regex;
        let values = placeholder::expand(&text.original, lookup, if raw { regex::escape } else { str::to_owned })?;
        let read = |text: String| if raw { SigmaString::from_raw(&text) } else { SigmaString::new(&text) };
        Ok(Some(values.into_iter().map(|text| SigmaValue::String(read(text))).collect()))
    }

    /// Whether a number or null keeps its type.
    fn is_bare(&self) -> bool {
        self.part.is_none() && self.anchor.is_none() && self.encodings.is_empty() && self.form == Form::PLAIN
    }
}

fn text_tests(meaning: &Meaning, value: &SigmaValue, keyword: bool) -> Result<Vec<Test>, Fault> {
    let written = match value {
        SigmaValue::String(text) => text.clone(),
        other => SigmaString::from_raw(&source_text(other)),
    };
    let variants = encoded(&meaning.encodings, &written)?;
    let anchor = meaning.anchor.unwrap_or(if keyword { Anchor::Anywhere } else { Anchor::Whole });
    variants
        .into_iter()
        .map(|mut pieces| {
            if matches!(anchor, Anchor::End | Anchor::Anywhere) {
                pieces.insert(0, Written::Many);
            }
            if matches!(anchor, Anchor::Start | Anchor::Anywhere) {
                pieces.push(Written::Many);
            }
            let glob = Glob::new(&pieces, meaning.form);
            if keyword && glob.shape() == Shape::Any {
                return Err(Fault::new("rule.matches_everything", "a keyword that is in every event"));
            }
            Ok(Test::Text { glob, form: meaning.form })
        })
        .collect()
}

/// The value after its encodings; more than one where it depends on where it stands.
fn encoded(encodings: &[Modifier], value: &SigmaString) -> Result<Vec<Vec<Written>>, Fault> {
    if value.original.len() > MAX_PATTERN {
        return Err(Fault::new("rule.value", "a value of more than 64 KiB"));
    }
    if encodings.is_empty() {
        let pieces = value.parts.iter().map(|part| match part {
            StringPart::Plain(text) => Written::Text(text.clone()),
            StringPart::Special(SpecialChar::WildcardMulti) => Written::Many,
            StringPart::Special(SpecialChar::WildcardSingle) => Written::One,
        });
        return Ok(vec![pieces.collect()]);
    }
    let plain = value
        .as_plain()
        .ok_or_else(|| Fault::new("rule.modifier_conflict", "a wildcard in a value that is to be encoded"))?;
    let not_text = || Fault::new("rule.modifier_conflict", "UTF-16 that is no text; encode it as Base64");
    let mut variants = vec![plain.into_bytes()];
    for encoding in encodings {
        let mut next = Vec::new();
        for bytes in variants {
            let text = || std::str::from_utf8(&bytes).map_err(|_| not_text());
            match encoding {
                Modifier::Wide => next.push(encode::utf16_le(text()?)),
                Modifier::Utf16be => next.push(encode::utf16_be(text()?)),
                Modifier::Utf16 => next.push(encode::utf16_marked(text()?)),
                Modifier::Base64Offset => {
                    next.extend(encode::base64_offsets(&bytes).into_iter().map(String::into_bytes))
                }
                _ => next.push(encode::base64(&bytes).into_bytes()),
            }
        }
        variants = next;
    }
    if variants.is_empty() || variants.iter().any(Vec::is_empty) {
        return Err(Fault::new("rule.value", "a value too short to encode"));
    }
    let written = |bytes| String::from_utf8(bytes).map(|text| vec![Written::Text(text)]).map_err(|_| not_text());
    variants.into_iter().map(written).collect()
}

fn regex(flags: &str, source: &str) -> Result<Pattern, Fault> {
    if source.len() > MAX_PATTERN {
        return Err(Fault::new("rule.regex_too_large", "an expression of more than 64 KiB"));
    }
    let source = if flags.is_empty() { source.to_owned() } else { format!("(?{flags}){source}") };
    let source = dialect::translated(&source);
    RegexBuilder::new(&source).size_limit(REGEX_LIMIT).dfa_size_limit(REGEX_LIMIT / 4).build().map(Pattern).map_err(
        |error| match error {
            regex::Error::CompiledTooBig(limit) => {
                Fault::new("rule.regex_too_large", format!("the compiled expression exceeds {limit} bytes"))
            }
            error => Fault::new("rule.regex", error.to_string().lines().last().unwrap_or_default()),
        },
    )
}

fn network(text: &str) -> Result<ipnet::IpNet, Fault> {
    let single = || text.parse().ok().map(|ip: std::net::IpAddr| ipnet::IpNet::from(ip));
    let network = text.parse().ok().or_else(single);
    network.ok_or_else(|| Fault::new("rule.value", format!("no network: {text}")).near(text))
}

fn number(value: &SigmaValue) -> Result<f64, Fault> {
    match value {
        // Beyond 2^53 the nearest double stands for the integer.
        SigmaValue::Integer(number) => Ok(*number as f64),
        SigmaValue::Float(number) => finite(*number),
        other => {
            let text = source_text(other);
            text.parse().map_err(|_| Fault::new("rule.value", format!("no number: {text}"))).and_then(finite)
        }
    }
}

fn finite(number: f64) -> Result<f64, Fault> {
    number.is_finite().then_some(number).ok_or_else(|| Fault::new("rule.value", "a number that is not finite"))
}

fn exists(values: &[SigmaValue]) -> Result<bool, Fault> {
    match values {
        [SigmaValue::Bool(wanted)] => Ok(*wanted),
        [SigmaValue::String(text)] if text.original.eq_ignore_ascii_case("true") => Ok(true),
        [SigmaValue::String(text)] if text.original.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Fault::new("rule.value", "exists takes true or false")),
    }
}

/// The value as the rule writes it.
fn source_text(value: &SigmaValue) -> String {
    match value {
        SigmaValue::String(text) => text.original.clone(),
        other => other.to_string(),
    }
}

/// A modifier as rules write it.
pub(crate) fn word(modifier: Modifier) -> &'static str {
    match modifier {
        Modifier::Contains => "contains",
        Modifier::StartsWith => "startswith",
        Modifier::EndsWith => "endswith",
        Modifier::All => "all",
        Modifier::Base64 => "base64",
        Modifier::Base64Offset => "base64offset",
        Modifier::Wide => "wide",
        Modifier::Utf16be => "utf16be",
        Modifier::Utf16 => "utf16",
        Modifier::WindAsh => "windash",
        Modifier::Re => "re",
        Modifier::Cidr => "cidr",
        Modifier::Cased => "cased",
        Modifier::Exists => "exists",
        Modifier::Expand => "expand",
        Modifier::FieldRef => "fieldref",
        Modifier::Gt => "gt",
        Modifier::Gte => "gte",
        Modifier::Lt => "lt",
        Modifier::Lte => "lte",
        Modifier::Neq => "neq",
        Modifier::IgnoreCase => "i",
        Modifier::Multiline => "m",
        Modifier::DotAll => "s",
        Modifier::Minute => "minute",
        Modifier::Hour => "hour",
        Modifier::Day => "day",
        Modifier::Week => "week",
        Modifier::Month => "month",
        Modifier::Year => "year",
    }
}
