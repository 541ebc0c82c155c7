//! A pipeline's YAML: typed, in order, each value with its line; and reading it key by key, so that no key goes unread.

use crate::read::yaml;
use crate::refusal::Fault;
use rsigma_parser::{SigmaString, SigmaValue};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A value and the line on which it stands, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub line: u32,
    pub value: Value,
}

/// What stands there.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// A key is `None` where the document has `null`.
    Map(Vec<(Option<String>, Node)>),
}

impl Node {
    /// The tree of a document.
    pub(super) fn parse(text: &str) -> Result<Node, Fault> {
        let node: Spanned<Value> = yaml::parse(text).map_err(|fault| Fault { code: "pipeline.yaml", ..fault })?;
        Ok(Node::from(node))
    }

    /// A fault of this place.
    pub(super) fn fault(&self, code: &'static str, message: impl Into<String>) -> Fault {
        Fault::new(code, message).at(Some(self.line))
    }

    fn wanted(&self, what: &str) -> Fault {
        self.fault("pipeline.invalid", format!("{what} is wanted here"))
    }

    pub(super) fn text(&self) -> Result<&str, Fault> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wanted("a text")),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, Fault> {
        match self.value {
            Value::Bool(flag) => Ok(flag),
            _ => Err(self.wanted("true or false")),
        }
    }

    pub(super) fn list(&self) -> Result<&[Node], Fault> {
        match &self.value {
            Value::List(list) => Ok(list),
            _ => Err(self.wanted("a list")),
        }
    }

    pub(super) fn map(&self) -> Result<&[(Option<String>, Node)], Fault> {
        match &self.value {
            Value::Map(entries) => Ok(entries),
            _ => Err(self.wanted("a map")),
        }
    }

    /// One value or a list of at least one.
    pub(super) fn each(&self) -> Result<Vec<&Node>, Fault> {
        match &self.value {
            Value::List(list) if list.is_empty() => Err(self.wanted("at least one value")),
            Value::List(list) => Ok(list.iter().collect()),
            _ => Ok(vec![self]),
        }
    }

    /// One text or a list of at least one.
    pub(super) fn texts(&self) -> Result<Vec<String>, Fault> {
        self.each()?.into_iter().map(|node| node.text().map(str::to_owned)).collect()
    }

    /// A value as a rule would have it; a `raw` text is no pattern.
    pub(super) fn sigma(&self, raw: bool) -> Result<SigmaValue, Fault> {
        Ok(match &self.value {
            Value::Null => SigmaValue::Null,
            Value::Bool(flag) => SigmaValue::Bool(*flag),
            Value::Integer(number) => SigmaValue::Integer(*number),
            Value::Float(number) => SigmaValue::Float(*number),
            Value::Text(text) if raw => SigmaValue::String(SigmaString::from_raw(text)),
            Value::Text(text) => SigmaValue::String(SigmaString::new(text)),
            Value::List(_) | Value::Map(_) => return Err(self.wanted("a text, a number, true, false or null")),
        })
    }
}

impl From<Spanned<Value>> for Node {
    fn from(spanned: Spanned<Value>) -> Node {
        Node { line: u32::try_from(spanned.referenced.line()).unwrap_or_default(), value: spanned.value }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a YAML value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value).map(Value::Integer).map_err(|_| E::custom("a number beyond 64 bits"))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Spanned<Value>>()? {
            items.push(Node::from(item));
        }
        Ok(Value::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<Value>>()? {
            let key = match key.value {
                Value::Text(key) => Some(key),
                Value::Null => None,
                _ => {
                    let line = key.referenced.line();
                    return Err(Error::custom(format!("a key on line {line} is no text; put it into quotation marks")));
                }
            };
            entries.push((key, Node::from(map.next_value::<Spanned<Value>>()?)));
        }
        Ok(Value::Map(entries))
    }
}

/// The keys of a map, of which each must be asked for once.
pub(super) struct Keys<'n> {
    node: &'n Node,
    /// What the map is, for people.
    what: String,
    left: Vec<(&'n str, &'n Node)>,
}

impl<'n> Keys<'n> {
    pub(super) fn of(node: &'n Node, what: impl Into<String>) -> Result<Keys<'n>, Fault> {
        let mut left = Vec::new();
        for (key, value) in node.map()? {
            let key = key.as_deref().ok_or_else(|| value.fault("pipeline.unknown", "there is no key null here"))?;
            left.push((key, value));
        }
        Ok(Keys { node, what: what.into(), left })
    }

    /// What is being read, from now on.
    pub(super) fn call(&mut self, what: impl Into<String>) {
        self.what = what.into();
    }

    /// The value of a key that may be absent; `null` is as good as that.
    pub(super) fn get(&mut self, key: &str) -> Option<&'n Node> {
        self.raw(key).filter(|node| node.value != Value::Null)
    }

    /// The value of a key, be it `null`.
    pub(super) fn raw(&mut self, key: &str) -> Option<&'n Node> {
        let at = self.left.iter().position(|(known, _)| *known == key)?;
        Some(self.left.swap_remove(at).1)
    }

    /// The value of a key that must be there.
    pub(super) fn need(&mut self, key: &str) -> Result<&'n Node, Fault> {
        self.get(key).ok_or_else(|| self.node.fault("pipeline.invalid", format!("{} has no `{key}`", self.what)))
    }

    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>, Fault> {
        self.get(key).map(|node| node.text().map(str::to_owned)).transpose()
    }

    pub(super) fn need_text(&mut self, key: &str) -> Result<String, Fault> {
        self.need(key)?.text().map(str::to_owned)
    }

    pub(super) fn flag(&mut self, key: &str) -> Result<bool, Fault> {
        self.get(key).map_or(Ok(false), Node::flag)
    }

    /// One of several words; the first where nothing is said.
    pub(super) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Fault> {
        let Some(node) = self.get(key) else { return Ok(None) };
        let word = node.text()?;
        let found = words.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning);
        let known = || words.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        found
            .map(Some)
            .ok_or_else(|| node.fault("pipeline.unknown", format!("`{key}` cannot be {word}; there are {}", known())))
    }

    /// Ends the reading: a key that nobody asked for would be half a pipeline.
    pub(super) fn done(self) -> Result<(), Fault> {
        let first = self.left.iter().min_by_key(|(_, node)| node.line);
        first.map_or(Ok(()), |(key, node)| {
            Err(node.fault("pipeline.unknown", format!("{} has no key `{key}`", self.what)))
        })
    }
}
