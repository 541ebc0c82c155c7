//! From a pipeline's file to its steps.

use super::Pipeline;
use super::condition::{FieldCondition, ItemCondition, RuleCondition};
use super::document::{Keys, Node, Value};
use super::gate::Gate;
use super::hashes::Hashes;
use super::placeholders::Placeholders;
use super::rename::Rename;
use super::rewrite::Rewrite;
use super::state::Scalar;
use super::step::{Added, Step, Template, What};
use super::value::{self, Piece};
use crate::read::load::RuleFile;
use crate::refusal::Fault;
use rsigma_parser::{FieldSpec, Modifier};
use std::collections::BTreeMap;

/// Bytes of a file.
const MAX_FILE: usize = 1 << 20;
/// Bytes of a name or an id.
const MAX_NAME: usize = 200;
/// Pipelines within pipelines.
const MAX_NESTING: usize = 8;
/// What `allowed_backends` calls this program.
const BACKEND: &str = "watchfloor";

pub(super) fn pipeline(file: &RuleFile) -> Result<Pipeline, Fault> {
    if file.text.len() > MAX_FILE {
        return Err(Fault::new(
            "pipeline.invalid",
            format!("{} bytes, of which there may be {MAX_FILE}", file.text.len()),
        ));
    }
    let text = std::str::from_utf8(&file.text).map_err(|error| Fault::new("pipeline.yaml", error.to_string()))?;
    let node = Node::parse(text)?;
    let mut keys = Keys::of(&node, "a pipeline")?;
    let name = name(&mut keys, "name")?.unwrap_or_else(|| stem(&file.name).to_owned());
    let priority = match keys.get("priority") {
        None => 0,
        Some(Node { value: Value::Integer(priority), .. }) => *priority,
        Some(node) => return Err(node.fault("pipeline.invalid", "a priority is a whole number")),
    };
    if let Some(node) = keys.get("allowed_backends")
        && !matches!(&node.value, Value::List(list) if list.is_empty())
        && !node.texts()?.iter().any(|backend| backend.eq_ignore_ascii_case(BACKEND))
    {
        return Err(
            node.fault("pipeline.backend", format!("the pipeline is for other programs: {}", node.texts()?.join(", ")))
        );
    }
    for key in ["postprocessing", "finalizers"] {
        if let Some(node) = keys.get(key)
            && !node.list()?.is_empty()
        {
            return Err(node.fault(
                "pipeline.unsupported",
                format!("`{key}` is about the text of queries, and there is none here"),
            ));
        }
    }
    let vars = keys.get("vars").map_or_else(|| Ok(BTreeMap::new()), vars)?;
    let steps = keys.get("transformations").map_or_else(|| Ok(Vec::new()), |node| steps(node, &name, "", 0))?;
    keys.done()?;
    Ok(Pipeline { name, priority, vars, steps, file: file.clone() })
}

/// The name of a file without its folders and ending.
fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

fn name(keys: &mut Keys<'_>, key: &str) -> Result<Option<String>, Fault> {
    let Some(node) = keys.get(key) else { return Ok(None) };
    let name = node.text()?;
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(node.fault("pipeline.invalid", format!("1 to {MAX_NAME} bytes are wanted here")));
    }
    Ok(Some(name.to_owned()))
}

fn vars(node: &Node) -> Result<BTreeMap<String, Vec<Vec<Piece>>>, Fault> {
    let each = |(name, node): &(Option<String>, Node)| {
        let name = name.clone().ok_or_else(|| node.fault("pipeline.invalid", "null is no name"))?;
        let values = node.each()?.into_iter().map(|node| match &node.value {
            Value::Text(text) => Ok(value::parse(text)),
            Value::Integer(number) => Ok(value::parse(&number.to_string())),
            Value::Float(number) => Ok(value::parse(&number.to_string())),
            _ => Err(node.fault("pipeline.invalid", "a text or a number is wanted here")),
        });
        Ok((name, values.collect::<Result<_, _>>()?))
    };
    node.map()?.iter().map(each).collect()
}

/// The steps of a list; `within` is the number of the step that the list is part of, with a dot.
fn steps(node: &Node, pipeline: &str, within: &str, depth: usize) -> Result<Vec<Step>, Fault> {
    if depth > MAX_NESTING {
        return Err(node.fault("pipeline.invalid", format!("steps nest more than {MAX_NESTING} deep")));
    }
    node.list()?
        .iter()
        .zip(1..)
        .map(|(node, number): (&Node, usize)| {
            let read = step(node, pipeline, &format!("{within}{number}"), depth);
            read.map_err(|fault| {
                let line = fault.line.or(Some(node.line));
                fault.at(line)
            })
        })
        .collect()
}

fn step(node: &Node, pipeline: &str, number: &str, depth: usize) -> Result<Step, Fault> {
    let mut keys = Keys::of(node, "a step")?;
    let kind = keys.need_text("type")?;
    keys.call(format!("the step {kind}"));
    let id = name(&mut keys, "id")?;
    let label = match &id {
        Some(id) => format!("{pipeline}: {number} {kind} ({id})"),
        None => format!("{pipeline}: {number} {kind}"),
    };
    let rule = Gate::read(&mut keys, "rule", RuleCondition::read)?;
    let item = Gate::read(&mut keys, "detection_item", ItemCondition::read)?;
    let field = Gate::read(&mut keys, "field_name", FieldCondition::read)?;
    let what = match &kind[..] {
        "nest" => What::Nest(steps(keys.need("items")?, pipeline, &format!("{number}."), depth + 1)?),
        _ => what(&mut keys, &kind, node, pipeline)?,
    };
    keys.done()?;
    let of_items = !item.conditions.is_empty() || !field.conditions.is_empty();
    if of_items && !what.is_of_items() {
        let message = format!("{kind} changes the rule as a whole and cannot depend on fields or values");
        return Err(node.fault("pipeline.condition", message));
    }
    Ok(Step { id: id.map(Into::into), label: label.into(), rule, item, field, what })
}

fn what(keys: &mut Keys<'_>, kind: &str, node: &Node, pipeline: &str) -> Result<What, Fault> {
    Ok(match kind {
        "field_name_mapping"
        | "field_name_prefix_mapping"
        | "field_name_prefix"
        | "field_name_suffix"
        | "field_name_transform" => What::Rename(Rename::read(keys, kind)?),
        "replace_string" | "map_string" | "set_value" | "convert_type" | "case" | "regex" => {
            What::Rewrite(Rewrite::read(keys, kind)?)
        }
        "value_placeholders" => What::Placeholders(Placeholders::read(keys, false)?),
        "wildcard_placeholders" => What::Placeholders(Placeholders::read(keys, true)?),
        "hashes_fields" => What::Hashes(Hashes::read(keys)?),
        "drop_detection_item" => What::Drop,
        "add_condition" => What::Add(added(keys, pipeline)?),
        "change_logsource" => {
            let [product, category, service] = [keys.text("product")?, keys.text("category")?, keys.text("service")?];
            if product.is_none() && category.is_none() && service.is_none() {
                return Err(node.fault("pipeline.invalid", "the step names no product, category or service"));
            }
            What::LogSource { product, category, service }
        }
        "set_state" => What::State(keys.need_text("key")?, scalar(keys, "val")?),
        "set_custom_attribute" => What::Attribute(keys.need_text("attribute")?, scalar(keys, "value")?),
        "rule_failure" => What::FailRule(keys.need_text("message")?),
        "detection_item_failure" => What::FailItem(keys.need_text("message")?),
        "strict_field_mapping_failure" => What::Strict,
        // The fields that a rule proposes to show are shown to nobody here.
        "add_field" | "remove_field" => {
            keys.need("field")?.texts()?;
            What::Nothing
        }
        "set_field" => {
            keys.need("fields")?.list()?;
            What::Nothing
        }
        "query_expression_placeholders" => {
            return Err(
                node.fault("pipeline.unsupported", format!("{kind} writes a piece of a query, and there is none here"))
            );
        }
        "file_placeholders" | "http_placeholders" | "command_placeholders" => {
            return Err(
                node.fault("pipeline.unsupported", format!("{kind} would reach for files, networks or programs"))
            );
        }
        "extract_fields" => return Err(node.fault("pipeline.unsupported", format!("{kind} does not exist here"))),
        _ => return Err(node.fault("pipeline.unknown", format!("there is no step {kind}"))),
    })
}

fn scalar(keys: &mut Keys<'_>, key: &str) -> Result<Scalar, Fault> {
    let node = keys.raw(key).ok_or_else(|| Fault::new("pipeline.invalid", format!("the step has no `{key}`")))?;
    Scalar::read(node)
}

fn added(keys: &mut Keys<'_>, pipeline: &str) -> Result<Added, Fault> {
    let conditions = keys.need("conditions")?;
    let template = keys.flag("template")?;
    let mut items = Vec::new();
    for (key, node) in conditions.map()? {
        let mut words = key.as_deref().unwrap_or_default().split('|');
        let field = words.next().filter(|field| !field.is_empty());
        let field = field.ok_or_else(|| node.fault("pipeline.invalid", "a condition that is added needs a field"))?;
        let modifier = |word: &str| {
            word.parse::<Modifier>().map_err(|_| node.fault("pipeline.unknown", format!("there is no modifier {word}")))
        };
        let modifiers = words.map(modifier).collect::<Result<Vec<_>, _>>()?;
        let raw = modifiers.contains(&Modifier::Re) || modifiers.contains(&Modifier::FieldRef);
        let value = |node: &Node| match (&node.value, template) {
            (Value::Text(text), true) => Ok(Template::Text { text: text.clone(), raw }),
            _ => node.sigma(raw).map(Template::Value),
        };
        let values = node.each()?.into_iter().map(value).collect::<Result<Vec<_>, Fault>>()?;
        items.push((FieldSpec::new(Some(field.to_owned()), modifiers), values));
    }
    if items.is_empty() {
        return Err(conditions.fault("pipeline.invalid", "there is nothing to add"));
    }
    let name = keys.text("name")?.unwrap_or_else(|| "added".to_owned());
    Ok(Added { title: format!("pipeline {pipeline}"), name, items, negated: keys.flag("negated")? })
}
