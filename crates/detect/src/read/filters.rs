//! Filters: documents that take known-benign events out of other documents' rules.
//!
//! The specification's purpose of a filter is to suppress. Its example writes `condition: selection` for what is to be
//! suppressed; the tools that came before write `condition: not selection` for what is to be kept. Both are told apart
//! by what they say of an event that none of the filter's selections knows: a condition that holds there names what is
//! kept, one that does not names what is suppressed.

use crate::read::draft::{Draft, Part};
use crate::read::load::Document;
use crate::read::outline::Outline;
use crate::refusal::{Fault, Refusal};
use crate::rule::Expr;
use crate::read::yaml::Node;
use rsigma_parser::{FilterRule, FilterRuleTarget, LogSource, parse_sigma_yaml};

/// The filters of a rule set.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    list: Vec<Filter>,
}

#[derive(Debug)]
struct Filter {
    document: Document,
    log_source: LogSource,
    /// Ids or names of rules, each with whether it was met; none for every rule of the log source.
    targets: Option<Vec<(String, bool)>>,
    reached: usize,
    part: Part,
}

/// Filters of a rule set.
const MAX_FILTERS: usize = 2_000;

impl Filters {
    /// Reads a filter.
    pub(crate) fn add(&mut self, document: Document, node: &Node) -> Result<(), Refusal> {
        if self.list.len() >= MAX_FILTERS {
            return Err(document.refuse(Fault::new("rule.too_many", format!("more than {MAX_FILTERS} filters"))));
        }
        let filter = read(&document, node).map_err(|fault| document.refuse(fault))?;
        self.list.push(Filter { document, ..filter });
        Ok(())
    }

    /// Adds to a rule what its filters say.
    pub(crate) fn apply(&mut self, draft: &mut Draft) {
        for filter in &mut self.list {
            if filter.reaches(draft) {
                filter.reached += 1;
                draft.parts.push(filter.part.clone());
                draft.influences.push(filter.document.text.clone());
            }
        }
    }

    /// Filters that reached nothing, and names of rules that are not there.
    pub(crate) fn idle(self) -> Vec<Refusal> {
        let fault = |filter: &Filter| {
            if filter.reached == 0 {
                return Some(
                    Fault::new("rule.filter_reaches_nothing", "no rule has this log source and id or name")
                        .near("filter:"),
                );
            }
            let missing: Vec<&str> =
                filter.targets.iter().flatten().filter(|(_, met)| !met).map(|(name, _)| name.as_str()).collect();
            let first = missing.first()?;
            let message = format!(
                "the filter works on {} rules, but these are not among them: {}",
                filter.reached,
                missing.join(", ")
            );
            Some(Fault::new("rule.filter_target_unknown", message).near(*first))
        };
        self.list.into_iter().filter_map(|filter| Some(filter.document.refuse(fault(&filter)?))).collect()
    }
}

impl Filter {
    fn reaches(&mut self, draft: &Draft) -> bool {
        let (own, rule) = (&self.log_source, &draft.rule.logsource);
        let within = |own: &Option<String>, of: &Option<String>| {
            own.as_ref().is_none_or(|own| of.as_ref().is_some_and(|of| own.trim().eq_ignore_ascii_case(of.trim())))
        };
        if !within(&own.product, &rule.product)
            || !within(&own.category, &rule.category)
            || !within(&own.service, &rule.service)
        {
            return false;
        }
        let Some(targets) = &mut self.targets else { return true };
        let is =
            |known: &Option<String>, name: &str| known.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name));
        let mut any = false;
        for (name, met) in targets {
            if is(&draft.rule.id, name) || is(&draft.rule.name, name) {
                (*met, any) = (true, true);
            }
        }
        any
    }
}

fn read(document: &Document, node: &Node) -> Result<Filter, Fault> {
    let section = node.get("filter").filter(|section| matches!(section, Node::Map(_)));
    let section = section.ok_or_else(|| Fault::new("rule.filter", "`filter` is not a map").near("filter:"))?;
    if !matches!(node.get("logsource"), Some(Node::Map(_))) {
        return Err(Fault::new("rule.filter", "the filter has no logsource"));
    }
    match section.get("rules") {
        Some(Node::Scalar(name)) if !name.is_empty() => {}
        Some(Node::List(names)) if !names.is_empty() && names.iter().all(|name| matches!(name, Node::Scalar(_))) => {}
        _ => {
            return Err(
                Fault::new("rule.filter", "`rules` is not `any`, an id, a name or a list of them").near("filter:")
            );
        }
    }
    let outline = Outline::of(section, &["rules"])?;
    let excludes = !holds_of_nothing(&outline.condition);
    let FilterRule { title, rules, logsource, detection, .. } = parsed(&document.text)?;
    let mut part = Part::new(outline, detection)?;
    part.title = Some(title);
    part.excludes = excludes;
    let targets = match rules {
        FilterRuleTarget::Any => None,
        FilterRuleTarget::Specific(names) => {
            Some(names.into_iter().map(|name| (name.trim().to_owned(), false)).collect())
        }
    };
    Ok(Filter { document: Document::default(), log_source: logsource.unwrap_or_default(), targets, reached: 0, part })
}

fn parsed(text: &str) -> Result<FilterRule, Fault> {
    let mut collection = parse_sigma_yaml(text).map_err(|error| Fault::new("rule.filter", error.to_string()))?;
    let fault = || Fault::new("rule.filter", collection.errors.pop().unwrap_or_else(|| "no filter".to_owned()));
    collection.filters.pop().ok_or_else(fault)
}

/// Whether a condition holds where none of its selections does.
fn holds_of_nothing(expr: &Expr) -> bool {
    match expr {
        Expr::All(parts) => parts.iter().all(holds_of_nothing),
        Expr::Any(parts) => parts.iter().any(holds_of_nothing),
        Expr::Not(part) => !holds_of_nothing(part),
        Expr::Selection(_) | Expr::AtLeast(..) => false,
    }
}
