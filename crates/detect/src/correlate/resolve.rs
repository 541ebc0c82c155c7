//! From correlations that name rules to correlations that hear them: references, aliases, columns, and the order in
//! which one correlation feeds another.

use super::{Book, Column, Correlation, Draft, Leg};
use crate::read::head::{self, text};
use crate::read::yaml::Node;
use crate::pipeline::{Named, Passed};
use crate::refusal::Fault;
use crate::rule::Rule;
use model::LogSource;
use rustc_hash::{FxHashMap, FxHashSet};

/// Names of rules that do not run, so that a correlation can say why it does not either.
#[derive(Debug, Default)]
pub(crate) struct Known {
    refused: FxHashSet<String>,
    /// Ids of what is switched off.
    off: FxHashSet<String>,
    /// Names of what is switched off, and how many have each.
    off_names: FxHashMap<String, usize>,
    /// Correlations that are switched off.
    drafts: Vec<Draft>,
}

impl Known {
    /// Notes a document that was refused.
    pub(crate) fn refuse(&mut self, document: &str, file: &str) {
        self.refused.insert(key(file));
        if let Ok(node) = Node::parse(document) {
            self.refused.extend(["id", "name"].iter().filter_map(|part| text(&node, part)).map(|name| key(&name)));
        }
    }

    /// Notes a rule that is switched off.
    pub(crate) fn switched_off(&mut self, rule: &Rule) {
        self.off.insert(key(&rule.reference.id));
        if let Some(name) = &rule.name {
            *self.off_names.entry(key(name)).or_default() += 1;
        }
    }

    /// Notes a correlation that is switched off: what only feeds it is no alert by itself for that.
    pub(crate) fn correlation_switched_off(&mut self, draft: Draft) {
        self.switched_off(&draft.rule);
        self.drafts.push(draft);
    }
}

/// Ids and names are found whatever their case.
fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What a correlation hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    Rule(u32),
    Draft(usize),
}

/// Everything that can be named.
#[derive(Default)]
struct Names {
    by_id: FxHashMap<String, Source>,
    by_name: FxHashMap<String, Vec<Source>>,
}

impl Names {
    fn add(&mut self, rule: &Rule, source: Source) {
        self.by_id.insert(key(&rule.reference.id), source);
        if let Some(name) = &rule.name {
            self.by_name.entry(key(name)).or_default().push(source);
        }
    }

    fn find(&self, name: &str, known: &Known) -> Result<Source, Fault> {
        let fault = |code, message: String| Fault::new(code, message).near(name);
        let wanted = key(name);
        if let Some(source) = self.by_id.get(&wanted) {
            return Ok(*source);
        }
        if known.off.contains(&wanted) {
            return Err(fault(DISABLED, format!("it names {name}, which is switched off")));
        }
        let off = known.off_names.get(&wanted).copied().unwrap_or(0);
        match (self.by_name.get(&wanted).map_or(&[][..], Vec::as_slice), off) {
            ([source], 0) => Ok(*source),
            ([], 1) => Err(fault(DISABLED, format!("it names {name}, which is switched off"))),
            ([], 0) if known.refused.contains(&wanted) => Err(refused(name)),
            ([], 0) => Err(fault("rule.correlation_reference_unknown", format!("no rule has the id or name {name}"))),
            _ => Err(fault("rule.correlation_reference_ambiguous", format!("several rules are called {name}"))),
        }
    }
}

/// The code of what does not run because a rule that it names is switched off.
const DISABLED: &str = "rule.correlation_reference_disabled";

fn refused(name: &str) -> Fault {
    Fault::new("rule.correlation_reference_refused", format!("it names {name}, which does not load")).near(name)
}

/// The correlations that run, and for each draft that does not its place and why.
pub(crate) fn resolve(drafts: Vec<Draft>, rules: &[Rule], known: &Known, passed: &Passed<'_>) -> (Book, Vec<(usize, Fault)>) {
    let mut names = Names::default();
    rules.iter().zip(0u32..).for_each(|(rule, index)| names.add(rule, Source::Rule(index)));
    drafts.iter().zip(0usize..).for_each(|(draft, index)| names.add(&draft.rule, Source::Draft(index)));
    let mut sources: Vec<Result<Vec<Source>, Fault>> = drafts.iter().map(|draft| heard(draft, &names, known)).collect();
    for (draft, heard) in drafts.iter().zip(&mut sources) {
        if let Some(fault) = heard.as_ref().ok().and_then(|heard| aliased(draft, heard, rules, &drafts)) {
            *heard = Err(fault);
        }
    }
    for (index, draft) in drafts.iter().enumerate() {
        let passes = sources.get(index).is_none_or(Result::is_err) || passed.is_untouched();
        let fault = if passes { Ok(()) } else { passed.pass(&draft.rule, &looked_at(index, &sources, rules)) };
        if let (Err(fault), Some(heard)) = (fault, sources.get_mut(index)) {
            *heard = Err(fault);
        }
    }
    let inner_first = ordered(&drafts, &mut sources);
    let stopped = stopped(&drafts, &sources, &names, known);
    let mut place = FxHashMap::default();
    let mut alive: Vec<(usize, Vec<Source>)> = Vec::new();
    let mut faults = Vec::new();
    for (index, heard) in sources.into_iter().enumerate() {
        match heard {
            Ok(heard) => {
                place.insert(index, alive.len());
                alive.push((index, heard));
            }
            Err(fault) => faults.push((index, fault)),
        }
    }
    let inner_first = inner_first.into_iter().filter_map(|index| place.get(&index).copied()).collect();
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let parts = alive.into_iter().filter_map(|(index, heard)| {
        let heard = heard.into_iter().map(|source| match source {
            Source::Draft(draft) => Source::Draft(place.get(&draft).copied().unwrap_or(usize::MAX)),
            rule => rule,
        });
        Some((drafts.get_mut(index)?.take()?, heard.collect()))
    });
    let parts = parts.collect();
    let stopped = stopped.into_iter().filter_map(|(source, loud)| match source {
        Source::Draft(draft) => Some((Source::Draft(*place.get(&draft)?), loud)),
        rule => Some((rule, loud)),
    });
    let binder = Binder { parts, rules, passed, stopped: stopped.collect() };
    (binder.bound(inner_first), faults)
}

/// What correlations would hear that somebody has stopped, by switching off the correlation or a rule that it names, and
/// whether they would have left it its alerts.
fn stopped(drafts: &[Draft], sources: &[Result<Vec<Source>, Fault>], names: &Names, known: &Known) -> Vec<(Source, bool)> {
    let is_stopped = |heard: &Result<Vec<Source>, Fault>| heard.as_ref().is_err_and(|fault| fault.code == DISABLED);
    let beside = drafts.iter().zip(sources).filter(|(_, heard)| is_stopped(heard)).map(|(draft, _)| draft);
    let named = |draft: &Draft| draft.sources.iter().filter_map(|name| Some((names.find(name, known).ok()?, draft.generate))).collect::<Vec<_>>();
    beside.chain(&known.drafts).flat_map(named).collect()
}

fn heard(draft: &Draft, names: &Names, known: &Known) -> Result<Vec<Source>, Fault> {
    let mut heard = Vec::with_capacity(draft.sources.len());
    for name in &draft.sources {
        let source = names.find(name, known)?;
        if heard.contains(&source) {
            return Err(Fault::new("rule.correlation", format!("{name} is named twice, once by its id")).near(name));
        }
        heard.push(source);
    }
    Ok(heard)
}

/// What is wrong with the aliases, if anything.
fn aliased(draft: &Draft, heard: &[Source], rules: &[Rule], drafts: &[Draft]) -> Option<Fault> {
    let fault = |near: &str, message: String| Some(Fault::new("rule.correlation_alias", message).near(format!("{near}:")));
    let rule_of = |source: &Source| match source {
        Source::Rule(index) => rules.get(*index as usize),
        Source::Draft(index) => drafts.get(*index).map(|draft| &draft.rule),
    };
    for (alias, fields) in &draft.aliases {
        let is = |(source, written): (&Source, &String), name: &str| named(written, rule_of(source), name);
        if let Some((name, _)) = fields.iter().find(|(name, _)| !heard.iter().zip(&draft.sources).any(|pair| is(pair, name))) {
            return fault(name, format!("the alias {alias} is for {name}, which is not among the rules"));
        }
        let used = draft.group_by.contains(alias) || draft.fields.contains(alias);
        let without = |pair: (&Source, &String)| !fields.iter().any(|(name, _)| is(pair, name));
        if let Some((_, written)) = heard.iter().zip(&draft.sources).find(|pair| used && without(*pair)) {
            return fault(alias, format!("the alias {alias} has no field for {written}"));
        }
    }
    None
}

/// Whether an alias means this rule.
fn named(written: &str, rule: Option<&Rule>, name: &str) -> bool {
    let own = rule.is_some_and(|rule| key(&rule.reference.id) == key(name) || rule.name.as_ref().is_some_and(|own| key(own) == key(name)));
    written == name || own
}

/// The drafts with those that they hear before them. What hears a refused one is refused, and so is a circle.
fn ordered(drafts: &[Draft], sources: &mut [Result<Vec<Source>, Fault>]) -> Vec<usize> {
    let mut order = Vec::new();
    let mut done = FxHashSet::default();
    loop {
        let before = (order.len(), sources.iter().filter(|heard| heard.is_err()).count());
        for index in 0..sources.len() {
            let Some(Ok(heard)) = sources.get(index) else { continue };
            if done.contains(&index) {
                continue;
            }
            let inner: Vec<(usize, usize)> = heard
                .iter()
                .enumerate()
                .filter_map(|(at, source)| if let Source::Draft(draft) = source { Some((at, *draft)) } else { None })
                .collect();
            let broken = inner.iter().find(|(_, draft)| sources.get(*draft).is_none_or(Result::is_err)).copied();
            if let Some((at, draft)) = broken {
                let name = drafts.get(index).and_then(|draft| draft.sources.get(at)).map_or("", String::as_str);
                let fault = match sources.get(draft) {
                    Some(Err(inner)) if inner.code == DISABLED => {
                        Fault::new(DISABLED, format!("it names {name}, which names a rule that is switched off")).near(name)
                    }
                    _ => refused(name),
                };
                if let Some(heard) = sources.get_mut(index) {
                    *heard = Err(fault);
                }
            } else if inner.iter().all(|(_, draft)| done.contains(draft)) {
                done.insert(index);
                order.push(index);
            }
        }
        if before != (order.len(), sources.iter().filter(|heard| heard.is_err()).count()) {
            continue;
        }
        // Whatever is left hears a circle or stands in one; those in one are named as such first.
        let circle: Vec<usize> = (0..sources.len()).filter(|index| !done.contains(index) && reaches_itself(*index, sources)).collect();
        if circle.is_empty() {
            return order;
        }
        for index in circle {
            if let Some(heard) = sources.get_mut(index) {
                *heard = Err(Fault::new("rule.correlation_cycle", "it hears itself, by way of the rules that it names").near("rules:"));
            }
        }
    }
}

/// The log sources of the rules that a draft hears, those by way of others too.
fn looked_at(start: usize, sources: &[Result<Vec<Source>, Fault>], rules: &[Rule]) -> FxHashSet<LogSource> {
    let (mut seen, mut open, mut out) = (FxHashSet::default(), vec![start], FxHashSet::default());
    while let Some(index) = open.pop() {
        for source in sources.get(index).and_then(|heard| heard.as_ref().ok()).into_iter().flatten() {
            match source {
                Source::Draft(draft) if seen.insert(*draft) => open.push(*draft),
                Source::Draft(_) => {}
                Source::Rule(rule) => out.extend(rules.get(*rule as usize).map(|rule| rule.log_source)),
            }
        }
    }
    out
}

fn reaches_itself(start: usize, sources: &[Result<Vec<Source>, Fault>]) -> bool {
    let mut seen = FxHashSet::default();
    let mut open = vec![start];
    while let Some(index) = open.pop() {
        for source in sources.get(index).and_then(|heard| heard.as_ref().ok()).into_iter().flatten() {
            match source {
                Source::Draft(draft) if *draft == start => return true,
                Source::Draft(draft) if seen.insert(*draft) => open.push(*draft),
                _ => {}
            }
        }
    }
    false
}

/// Ties drafts to columns, outer ones first: they say what the inner ones must carry.
struct Binder<'r> {
    parts: Vec<(Draft, Vec<Source>)>,
    rules: &'r [Rule],
    passed: &'r Passed<'r>,
    /// What correlations would hear that are switched off.
    stopped: Vec<(Source, bool)>,
}

impl Binder<'_> {
    fn bound(self, inner_first: Vec<usize>) -> Book {
        let count = self.parts.len();
        let mut book = Book::default();
        let mut columns: Vec<Vec<String>> = vec![Vec::new(); count];
        let mut legs: Vec<(Vec<Leg>, Vec<Named>)> = std::iter::repeat_with(Default::default).take(count).collect();
        for &index in inner_first.iter().rev() {
            let Some((draft, heard)) = self.parts.get(index) else { continue };
            let own = columns.get(index).cloned().unwrap_or_default();
            let carried: Vec<&String> = own.iter().filter(|name| !draft.group_by.contains(name)).collect();
            let (mut bound, mut renamed) = (Vec::with_capacity(heard.len()), Vec::new());
            for (source, written) in heard.iter().zip(&draft.sources) {
                let mut read = |name: &String| {
                    let field = self.field(draft, *source, written, name);
                    // Bounded by the names that correlations may have.
                    match *source {
                        Source::Rule(index) => self.rules.get(index as usize).map_or(u32::MAX, |rule| {
                            let named = self.passed.names(rule, field);
                            let view = book.views.intern_first(&rule.log_source, &named.names);
                            renamed.push(named);
                            place(book.columns.entry(index).or_default(), view)
                        }),
                        Source::Draft(inner) => {
                            columns.get_mut(inner).map_or(u32::MAX, |known| place(known, field.to_owned()))
                        }
                    }
                };
                bound.push(Leg {
                    group: draft.group_by.iter().map(&mut read).collect(),
                    field: draft.fields.iter().map(&mut read).collect(),
                    carried: carried.iter().map(|name| read(name)).collect(),
                });
            }
            if let Some(place) = legs.get_mut(index) {
                *place = (bound, renamed);
            }
        }
        self.finished(book, &inner_first, columns, legs)
    }

    /// What a name of a correlation means in one of its rules.
    fn field<'n>(&'n self, draft: &'n Draft, source: Source, written: &str, name: &'n String) -> &'n str {
        let rule = match source {
            Source::Rule(index) => self.rules.get(index as usize),
            Source::Draft(index) => self.parts.get(index).map(|(draft, _)| &draft.rule),
        };
        let alias = draft.aliases.iter().find(|(alias, _)| alias == name);
        let field = alias.and_then(|(_, fields)| fields.iter().find(|(of, _)| named(written, rule, of)));
        field.map_or(name.as_str(), |(_, field)| field)
    }

    fn finished(self, mut book: Book, inner_first: &[usize], columns: Vec<Vec<String>>, legs: Vec<(Vec<Leg>, Vec<Named>)>) -> Book {
        book.by_correlation = vec![Vec::new(); self.parts.len()];
        // Who switches a correlation off does not ask for an alert at each of its events.
        let mut fed: FxHashSet<Source> = self.stopped.iter().map(|(source, _)| *source).collect();
        let mut loud: FxHashSet<Source> = self.stopped.iter().filter(|(_, loud)| *loud).map(|(source, _)| *source).collect();
        for ((draft, heard), index) in self.parts.iter().zip(0u32..) {
            for (source, leg) in heard.iter().zip(0u16..) {
                match source {
                    Source::Rule(rule) => book.by_rule.entry(*rule).or_default().push((index, leg)),
                    Source::Draft(inner) => {
                        if let Some(listeners) = book.by_correlation.get_mut(*inner) {
                            listeners.push((index, leg));
                        }
                    }
                }
                fed.insert(*source);
                if draft.generate {
                    loud.insert(*source);
                }
            }
        }
        let silent = |source: Source| fed.contains(&source) && !loud.contains(&source);
        book.silent = fed.iter().filter_map(|source| if let Source::Rule(rule) = source { Some(*rule) } else { None }).filter(|rule| silent(Source::Rule(*rule))).collect();
        // A version is that of the meaning, and the meaning is also that of the rules behind the names.
        let mut versions: Vec<String> = vec![String::new(); self.parts.len()];
        for &index in inner_first {
            let Some((draft, heard)) = self.parts.get(index) else { continue };
            let behind = heard.iter().map(|source| match source {
                Source::Rule(rule) => self.rules.get(*rule as usize).map_or("", |rule| rule.reference.version.as_str()),
                Source::Draft(inner) => versions.get(*inner).map_or("", String::as_str),
            });
            let renamed = legs.get(index).into_iter().flat_map(|(_, renamed)| renamed).filter(|named| !named.changed_by.is_empty());
            let names = renamed.flat_map(|named| named.names.iter().map(String::as_str));
            let version = head::version(std::iter::once(draft.rule.text.as_str()).chain(behind).chain(names));
            if let Some(place) = versions.get_mut(index) {
                *place = version;
            }
        }
        let ids: Vec<Vec<String>> = self.parts.iter().map(|(_, heard)| heard.iter().map(|source| self.id(*source)).collect()).collect();
        for ((((((draft, _), columns), (legs, renamed)), version), sources), index) in self.parts.into_iter().zip(columns).zip(legs).zip(versions).zip(ids).zip(0usize..) {
            let mut rule = draft.rule;
            rule.reference.version = version;
            for step in renamed.into_iter().flat_map(|named| named.changed_by) {
                if !rule.changed_by.contains(&step) {
                    rule.changed_by.push(step);
                }
            }
            let mut carried = 0;
            let columns = columns.iter().map(|name| match draft.group_by.iter().position(|field| field == name) {
                // Both are far below 2^32.
                Some(group) => Column::Group(group as u32),
                None => {
                    carried += 1;
                    Column::Carried(carried as u32 - 1)
                }
            });
            book.list.push(Correlation {
                rule,
                kind: draft.kind,
                sources,
                timespan: draft.timespan,
                alerts: !silent(Source::Draft(index)),
                ask: draft.ask,
                legs,
                columns: columns.collect(),
                group_by: draft.group_by,
                carried,
            });
        }
        book
    }

    fn id(&self, source: Source) -> String {
        match source {
            Source::Rule(rule) => self.rules.get(rule as usize).map(|rule| rule.reference.id.clone()),
            Source::Draft(inner) => self.parts.get(inner).map(|(draft, _)| draft.rule.reference.id.clone()),
        }
        .unwrap_or_default()
    }
}

/// The place of something in a list; a new one if it is not there yet.
fn place<T: PartialEq>(known: &mut Vec<T>, wanted: T) -> u32 {
    let found = known.iter().position(|one| *one == wanted);
    found.unwrap_or_else(|| {
        known.push(wanted);
        known.len() - 1
    }) as u32
}
