//! Why an alert is there: its events out of the lake, and the rule's condition held against the newest of them.

use detect::Explanation;
use model::{AlertId, EventId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AlertSource, store};
use crate::improve::{RuleCorrelation, asked};
use crate::investigate::EventDetail;
use crate::{Desk, Problem};

/// Events of an alert that are shown.
const SHOWN: u32 = 50;

/// Bytes of raw events that are shown; one event is shown whole, whatever its size.
const SHOWN_BYTES: usize = 4 << 20;

/// The newest events of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertEvents {
    /// At most 50 and 4 MiB of raw bytes, newest first. Those that retention has removed are missing.
    pub items: Vec<EventDetail>,
}

/// The rule that explains, as it is in force now.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleInForce {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version; the alert's own says which one raised it.
    pub version: String,
}

/// Why a rule matched.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertExplanation {
    /// The rule that the explanation is by; null when it is no longer in force.
    pub rule: Option<RuleInForce>,
    /// Whether the rule is gone or another version than the one that raised the alert.
    pub stale: bool,
    /// The alert's newest event that is still there.
    pub event: Option<EventDetail>,
    /// The rule's condition, selection by selection; null when rule or event is gone.
    #[schema(value_type = Option<Object>)]
    pub explanation: Option<Explanation>,
    /// What the rule asks of the matches of other rules, where it is a correlation: it has no condition of its own that one
    /// event could be held against.
    pub correlation: Option<RuleCorrelation>,
}

/// The newest events of an alert, as they are in the lake.
pub(super) async fn events(desk: &Desk, id: AlertId) -> Result<AlertEvents, Problem> {
    store::fetch(&desk.db, id).await?;
    let (mut items, mut bytes) = (Vec::new(), 0usize);
    for event_id in store::event_ids(&desk.db, id, SHOWN).await? {
        let Some(event) = desk.lake.get(event_id).await.map_err(crate::investigate::lake_problem)? else { continue };
        bytes = bytes.saturating_add(event.raw().len());
        if bytes > SHOWN_BYTES && !items.is_empty() {
            break;
        }
        items.push(EventDetail::of(event_id, &event));
    }
    Ok(AlertEvents { items })
}

/// Holds the rule against the newest event that is still there.
pub(super) async fn explain(desk: &Desk, id: AlertId) -> Result<AlertExplanation, Problem> {
    let alert = store::fetch(&desk.db, id).await?;
    let found = newest(desk, &alert).await?;
    if alert.source == AlertSource::Indicator {
        // What is said of it stands in the alert, whatever the lists say by now.
        let rule = alert.rule.map(|rule| RuleInForce { id: rule.id, title: rule.title, version: rule.version });
        let explanation = found.as_ref().and_then(|(_, event)| detect::explain_indicator(&alert.tags, event));
        let event = found.map(|(id, event)| EventDetail::of(id, &event));
        return Ok(AlertExplanation { rule, stale: false, explanation, event, correlation: None });
    }
    if alert.source == AlertSource::System {
        // Neither rule nor event stands behind it.
        return Ok(AlertExplanation { rule: None, stale: false, explanation: None, event: None, correlation: None });
    }
    let rules = desk.rules.load_full();
    let raised_by = alert.rule.as_ref();
    let place = raised_by.and_then(|rule| rules.find(&rule.id));
    let rule = place.and_then(|place| rules.rules().get(place as usize)).map(|rule| &rule.reference);
    let correlation = raised_by.and_then(|rule| rules.find_correlation(&rule.id));
    let rule = rule.or(correlation.map(|known| &known.rule.reference));
    Ok(AlertExplanation {
        correlation: match correlation {
            Some(known) => Some(asked(desk, known).await?),
            None => None,
        },
        stale: raised_by.map(|rule| &rule.version) != rule.map(|rule| &rule.version),
        explanation: place.zip(found.as_ref()).map(|(place, (_, event))| rules.explain(place, event)),
        rule: rule.map(|rule| RuleInForce {
            id: rule.id.clone(),
            title: rule.title.clone(),
            version: rule.version.clone(),
        }),
        event: found.map(|(id, event)| EventDetail::of(id, &event)),
    })
}

async fn newest(desk: &Desk, alert: &super::Alert) -> Result<Option<(EventId, model::Event)>, Problem> {
    let ids = match &alert.rule {
        Some(rule) => store::event_ids_by(&desk.db, alert.id, &rule.id, SHOWN).await?,
        None => store::event_ids(&desk.db, alert.id, SHOWN).await?,
    };
    for event_id in ids {
        if let Some(event) = desk.lake.get(event_id).await.map_err(crate::investigate::lake_problem)? {
            return Ok(Some((event_id, event)));
        }
    }
    Ok(None)
}
