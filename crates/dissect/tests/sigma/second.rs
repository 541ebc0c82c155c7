//! A second Sigma engine, `rsigma-eval`, on the same lines: which rules only one of the two finds in an event, and why.

use super::different::{LANGUAGE, Language, NAMINGS};
use detect::{RuleFile, RuleSet, Scratch};
use model::{Event, LogSource, Timestamp};
use parse::{Format, Input};
use rsigma_eval::{Engine, event::JsonEvent};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The differences that are known.
pub const KNOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../dissect/tests/sigma/different.txt");

/// One line into an event.
pub fn read(line: &[u8], event: &mut Event) {
    parse::parse_into(&Input { raw: line, received: Timestamp(0), format: Format::Json, peer: None }, event);
}

/// An event's log source in the other engine's words, one for each category.
pub fn told(source: &LogSource) -> Vec<rsigma_parser::LogSource> {
    let said = |name: model::Name| (!name.is_none()).then(|| name.as_str().to_owned());
    let one = |category: Option<String>| rsigma_parser::LogSource {
        category,
        product: said(source.product),
        service: said(source.service),
        ..Default::default()
    };
    let each: Vec<_> = source.categories().map(|category| one(said(category))).collect();
    if each.is_empty() { vec![one(None)] } else { each }
}

/// The other engine with these rules.
fn peer<'t>(texts: impl Iterator<Item = &'t str>) -> Engine {
    let parsed: Vec<_> = texts.flat_map(|text| rsigma_parser::parse_sigma_yaml(text).unwrap().rules).collect();
    let mut peer = Engine::new();
    let refused = peer.add_rules(&parsed);
    assert!(refused.is_empty(), "{refused:?}");
    peer
}

/// Both engines with the same rules.
pub struct Both<'r> {
    rules: &'r RuleSet,
    scratch: Scratch,
    event: Event,
    peer: Engine,
    by_id: HashMap<String, u32>,
    pub events: u64,
    pub matches: u64,
    /// Rule, who alone finds it, and why, as lines of the known differences.
    pub differences: BTreeSet<String>,
    /// Events in which the two differ, by cause.
    pub causes: BTreeMap<String, u64>,
    /// Differences that nothing explains, with their events.
    pub unexplained: Vec<String>,
}

impl<'r> Both<'r> {
    pub fn new(rules: &'r RuleSet) -> Both<'r> {
        let by_id = rules.rules().iter().zip(0..).map(|(rule, index)| (rule.reference.id.clone(), index)).collect();
        Both {
            rules,
            scratch: Scratch::new(),
            event: Event::default(),
            peer: peer(rules.rules().iter().map(|rule| rule.text.as_str())),
            by_id,
            events: 0,
            matches: 0,
            differences: BTreeSet::new(),
            causes: BTreeMap::new(),
            unexplained: Vec::new(),
        }
    }

    /// Holds one line against all rules, with both; which rules each of them finds must be the same.
    pub fn hold(&mut self, line: &[u8]) {
        let Ok(value) = serde_json::from_slice::<Value>(line) else { return };
        let mut found = Vec::new();
        read(line, &mut self.event);
        self.rules.matches(&self.event, &mut self.scratch, &mut found);
        self.events += 1;
        self.matches += found.len() as u64;
        let here: BTreeSet<u32> = found.into_iter().collect();
        let there = self.there(&value);
        for rule in here.symmetric_difference(&there) {
            let only = if here.contains(rule) { "here" } else { "there" };
            let id = &self.rules.rules()[*rule as usize].reference.id;
            match self.cause(*rule, here.contains(rule), &value) {
                Some(cause) => {
                    self.differences.insert(format!("{cause} {id} {only}"));
                    *self.causes.entry(cause).or_default() += 1;
                }
                None => self.unexplained.push(format!("{id} only {only}: {}", String::from_utf8_lossy(line))),
            }
        }
    }

    /// The rules that the other engine finds. Of an event in several categories each counts once.
    fn there(&self, event: &Value) -> BTreeSet<u32> {
        let event = JsonEvent::borrow(event);
        let results = told(&self.event.log_source)
            .into_iter()
            .flat_map(|source| self.peer.evaluate_with_logsource(&event, &source));
        results.filter_map(|result| self.by_id.get(result.header.rule_id.as_deref()?)).copied().collect()
    }

    /// Why the two differ: the names without which the other engine does not answer as we do, or the language.
    fn cause(&self, rule: u32, here: bool, event: &Value) -> Option<String> {
        let singles = NAMINGS.iter().map(|naming| vec![naming]);
        let pairs =
            (0..NAMINGS.len()).flat_map(|a| (a + 1..NAMINGS.len()).map(move |b| vec![&NAMINGS[a], &NAMINGS[b]]));
        let named = singles.chain(pairs).find(|namings| {
            let mut event = event.clone();
            let Some(members) = event.as_object_mut() else { return false };
            namings.iter().for_each(|naming| (naming.write)(members));
            self.there(&event).contains(&rule) == here
        });
        if let Some(namings) = named {
            return Some(namings.iter().map(|naming| naming.name).collect::<Vec<_>>().join("+"));
        }
        let id = self.rules.rules()[rule as usize].reference.id.as_str();
        let known = LANGUAGE.iter().find(|language| here && language.rules.contains(&id));
        known.map(|language| language.name.to_owned())
    }
}

/// The differences of the language whose smallest rule and event no longer hold here and not there.
pub fn without_smallest_form() -> Vec<&'static str> {
    let differs = |language: &&Language| {
        let selection = language.selection;
        let text = format!(
            "title: T\nid: t\nlogsource: {{definition: any}}\ndetection:\n    s:\n        {selection}\n    condition: s\n"
        );
        let (rules, _) = RuleSet::compile(vec![RuleFile { name: "t.yml".into(), text: text.clone().into_bytes() }]);
        let (mut event, mut out) = (Event::default(), Vec::new());
        read(language.event.as_bytes(), &mut event);
        rules.matches(&event, &mut Scratch::new(), &mut out);
        let value = serde_json::from_str(language.event).unwrap();
        let there = peer([text.as_str()].into_iter()).evaluate(&JsonEvent::borrow(&value));
        out == [0] && there.is_empty()
    };
    LANGUAGE.iter().filter(|language| !differs(language)).map(|language| language.name).collect()
}

/// What stands above the known differences: the clauses.
pub fn heading() -> String {
    let mut text = String::from(
        "# Rules that this engine and rsigma-eval 0.23 do not find in the same events, over all of the captured events:\n\
         # cause, rule, who alone finds it. Written by `WATCHFLOOR_UPDATE=1 make bench PARTS=equality`. The causes:\n",
    );
    let clauses = NAMINGS.iter().map(|naming| (naming.name, naming.clause));
    for (name, clause) in clauses.chain(LANGUAGE.iter().map(|language| (language.name, language.clause))) {
        text.push_str(&format!("# {name}: {clause}\n"));
    }
    text
}

/// The known differences and what stands above them.
pub fn known() -> (String, BTreeSet<String>) {
    let text = std::fs::read_to_string(KNOWN).unwrap_or_default();
    let (heading, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    (heading.iter().map(|line| format!("{line}\n")).collect(), lines.into_iter().map(str::to_owned).collect())
}
