//! The alerting strategy that a rule carries: why it exists, what it cannot see and what to do when it fires.

use crate::read::yaml::Node;

/// What the map `ads` of a rule says. A heading that is missing is empty; what a rule may mistake stands in Sigma's own
/// `falsepositives`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ads {
    /// What the rule is meant to find.
    pub goal: String,
    /// How it finds it.
    pub strategy: String,
    /// What the data are and how the technique shows in them.
    pub technical_context: String,
    /// What it does not see.
    pub blind_spots: String,
    /// How to make it fire on purpose.
    pub validation: String,
    /// Why it has this level.
    pub priority: String,
    /// What to do when it fires.
    pub response: String,
}

impl Ads {
    /// The strategy of a rule's document; none without a map `ads` with at least one known heading.
    pub(crate) fn of(document: &Node) -> Option<Ads> {
        let mut ads = Ads::default();
        for (key, node) in document.get("ads")?.entries() {
            let heading = match key.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
                "goal" => &mut ads.goal,
                "strategy" | "strategy_abstract" => &mut ads.strategy,
                "technical_context" => &mut ads.technical_context,
                "blind_spots" | "blind_spots_and_assumptions" => &mut ads.blind_spots,
                "validation" => &mut ads.validation,
                "priority" => &mut ads.priority,
                "response" => &mut ads.response,
                _ => continue,
            };
            *heading = text(node);
        }
        (ads != Ads::default()).then_some(ads)
    }
}

/// A text, or a list of texts as lines.
fn text(node: &Node) -> String {
    match node {
        Node::Scalar(text) => text.trim().to_owned(),
        Node::List(parts) => parts.iter().map(text).collect::<Vec<_>>().join("\n"),
        Node::Null | Node::Map(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(yaml: &str) -> Option<Ads> {
        Ads::of(&Node::parse(yaml).unwrap())
    }

    #[test]
    fn headings_are_known_however_they_are_spelt() {
        let ads = of("ads: {Goal: ' find it ', blind spots: none, Blind-Spots and Assumptions: many, response: [call, write]}").unwrap();
        assert_eq!((ads.goal.as_str(), ads.blind_spots.as_str(), ads.response.as_str()), ("find it", "many", "call\nwrite"));
        assert_eq!(ads.strategy, "");
    }

    #[test]
    fn anything_else_is_no_strategy() {
        for yaml in ["title: x", "ads: ~", "ads: text", "ads: [goal]", "ads: {goal: '', other: x}", "ads: {goal: {a: b}}"] {
            assert_eq!(of(yaml), None, "{yaml}");
        }
    }
}
