//! Where an event comes from in Sigma's terms: one product, one service, several categories at once.

use crate::intern::Interner;
use std::sync::LazyLock;

/// An interned product, service or category name, lower case. [`Name::NONE`] is "not said".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name(u32);

/// Names come from our parsers, from rules and from what senders say of their events.
const LIMIT: usize = 16_384;
/// Of these, so many are for whoever comes first; what a sender says finds no room past them, a rule's name does.
const FROM_SENDERS: usize = LIMIT / 2;

static NAMES: LazyLock<Interner> = LazyLock::new(|| Interner::new([""].into_iter(), LIMIT));

impl Name {
    /// "Not said".
    pub const NONE: Name = Name(0);

    /// The number of a name; [`Name::NONE`] for an empty one or when the table is full.
    pub fn of(name: &str) -> Name {
        NAMES.intern(name).map_or(Name::NONE, Name)
    }
    /// The same for a word out of an event. Senders choose these, and must not take the room that rules need: a rule
    /// without a product would look at everything.
    pub fn of_sender(name: &str) -> Name {
        NAMES.intern_within(FROM_SENDERS, name).map_or(Name::NONE, Name)
    }
    /// The name; empty for [`Name::NONE`].
    pub fn as_str(self) -> &'static str {
        NAMES.name(self.0)
    }
    /// Whether nothing was said.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
    /// A small integer for dense tables.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}

/// An event may belong to several categories (Sysmon 12 to 14 is `registry_event` and the specific one), never to more than these.
pub const MAX_CATEGORIES: usize = 4;

/// The Sigma log source of an event, or of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct LogSource {
    /// `windows`, `linux`, `cisco`, …
    pub product: Name,
    /// `sysmon`, `security`, `sshd`, …
    pub service: Name,
    categories: [Name; MAX_CATEGORIES],
}

impl LogSource {
    /// A log source without categories.
    pub fn new(product: Name, service: Name) -> Self {
        LogSource { product, service, categories: [Name::NONE; MAX_CATEGORIES] }
    }
    /// The same with one category more. One past [`MAX_CATEGORIES`] is left out.
    #[must_use]
    pub fn with_category(mut self, category: Name) -> Self {
        if !category.is_none()
            && !self.categories.contains(&category)
            && let Some(free) = self.categories.iter_mut().find(|c| c.is_none())
        {
            *free = category;
        }
        self
    }
    /// The categories, without gaps.
    pub fn categories(&self) -> impl Iterator<Item = Name> + '_ {
        self.categories.iter().copied().take_while(|c| !c.is_none())
    }
    /// Whether an event of this source is one that a rule for `rule` looks at: what the rule does not say is free.
    pub fn satisfies(&self, rule: &LogSource) -> bool {
        (rule.product.is_none() || rule.product == self.product)
            && (rule.service.is_none() || rule.service == self.service)
            && rule.categories().all(|c| self.categories.contains(&c))
    }
}

/// As a person says it: `windows / sysmon / process_creation`.
impl std::fmt::Display for LogSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = [self.product, self.service].into_iter().filter(|name| !name.is_none()).chain(self.categories());
        let words: Vec<&str> = names.map(Name::as_str).collect();
        if words.is_empty() { f.write_str("no log source") } else { f.write_str(&words.join(" / ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_leave_room_for_rules() {
        let known = Name::of("a-name-of-a-rule");
        for n in 0..LIMIT {
            Name::of_sender(&format!("sender-{n}"));
        }
        assert!(Name::of_sender("one-too-many").is_none());
        assert_eq!(Name::of_sender("a-name-of-a-rule"), known);
        assert_eq!(Name::of("another-name-of-a-rule").as_str(), "another-name-of-a-rule");
    }

    #[test]
    fn an_event_of_two_categories_satisfies_rules_of_both() {
        let event = LogSource::new(Name::of("windows"), Name::of("sysmon"))
            .with_category(Name::of("registry_event"))
            .with_category(Name::of("registry_set"));
        let rule = |category| LogSource::new(Name::of("windows"), Name::NONE).with_category(Name::of(category));
        assert!(event.satisfies(&rule("registry_event")));
        assert!(event.satisfies(&rule("registry_set")));
        assert!(!event.satisfies(&rule("process_creation")));
        assert!(!event.satisfies(&LogSource::new(Name::of("linux"), Name::NONE)));
        assert_eq!(event.to_string(), "windows / sysmon / registry_event / registry_set");
        assert_eq!(LogSource::default().to_string(), "no log source");
    }
}
