//! From alerts to a case: their events become evidence and a drafted timeline, in the transaction that opens it.

use db::{Tx, new_uuid};
use model::{AlertId, CaseId, Severity};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

use super::evidence::{self, Exhibit};
use super::store::{self, Opening};
use super::timeline::{self, Drawn};
use super::{Case, CaseChange, CaseStanding, CaseStatus, EntryState, MAX_ALERTS, MAX_SUMMARY, MAX_TITLE, Tlp};
use crate::access::Principal;
use crate::triage::request::{IfMatch, optional};
use crate::triage::{self, Alert, Change, MANY};
use crate::{Desk, Problem, Topic};

/// Events taken from each alert, its newest.
const EVENTS_PER_ALERT: u32 = 200;
/// Bytes of events taken at once; what does not fit is counted in the journal.
const MAX_BYTES: usize = 64 << 20;
/// Alerts that open a case together.
const MAX_OPENING: usize = 100;
/// Tags of a case.
const MAX_TAGS: usize = 64;

/// A case to be opened.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// One line; the first alert's when absent.
    pub title: Option<String>,
    /// How bad it is; the worst alert's when absent.
    #[schema(value_type = Option<String>, example = "high")]
    pub severity: Option<Severity>,
    /// What is known so far.
    pub summary: Option<String>,
    /// The alerts that it is about, at most 100.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub alerts: Vec<AlertId>,
}

/// An alert with the events that are taken from it.
struct Gathered {
    alert: Alert,
    exhibits: Vec<Exhibit>,
    left_out: usize,
}

/// Opens a case: links the alerts, which are then being triaged by the opener where they had no owner, and copies their
/// newest events.
pub async fn open(desk: &Desk, who: &Principal, new: NewCase) -> Result<Case, Problem> {
    let mut seen = BTreeSet::new();
    let ids: Vec<AlertId> = new.alerts.iter().copied().filter(|id| seen.insert(*id)).collect();
    if ids.len() > MAX_OPENING {
        return Err(Problem::unprocessable(
            "case.alerts",
            format!("A case is opened from at most {MAX_OPENING} alerts."),
        ));
    }
    let gathered = gather(desk, &ids).await?;
    let title = match optional("title", new.title, MAX_TITLE)?.filter(|title| !title.trim().is_empty()) {
        Some(title) => title,
        None => gathered
            .first()
            .map(|first| first.alert.title.clone())
            .ok_or_else(|| Problem::unprocessable("case.title_missing", "Without an alert, a case needs a title."))?,
    };
    let summary = optional("summary", new.summary, MAX_SUMMARY)?.unwrap_or_default();
    let worst = gathered.iter().map(|one| one.alert.severity).max().unwrap_or(Severity::Medium);
    let standing = CaseStanding {
        title,
        summary,
        severity: new.severity.unwrap_or(worst),
        status: CaseStatus::New,
        tier: gathered.iter().map(|one| one.alert.tier).max().unwrap_or(1),
        owner: who.user(),
        tlp: Tlp::Amber,
        acknowledged_at: None,
        contained_at: None,
        recovered_at: None,
        closed_at: None,
        disposition: None,
        reason: None,
        comment: None,
    };
    let ctx = who.context(desk.now());
    let mut tags: Vec<String> = Vec::new();
    for tag in gathered.iter().flat_map(|one| &one.alert.tags) {
        if tags.len() < MAX_TAGS && !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    let detected_at = gathered.iter().map(|one| one.alert.created_at).min().unwrap_or(ctx.now);
    let mut tx = desk.db.begin(&ctx).await?;
    tx.one_at_a_time(MANY).await?;
    let number = tx.take_numbers("case", 1).await?;
    let opening = Opening { id: CaseId(new_uuid(ctx.now)), number, tags, detected_at, standing };
    store::insert(&mut tx, &opening, &ids).await?;
    for one in gathered {
        join(&mut tx, number, one, who).await?;
    }
    tx.commit().await?;
    tell(desk, number, &ids);
    store::fetch(&desk.db, number).await
}

/// Adds one more alert to an open case.
pub(super) async fn add_alert(
    desk: &Desk,
    who: &Principal,
    number: i64,
    seen: &IfMatch,
    id: AlertId,
) -> Result<Case, Problem> {
    let gathered = gather(desk, &[id]).await?;
    let mut tx = desk.db.begin(&who.context(desk.now())).await?;
    tx.one_at_a_time(MANY).await?;
    let case = store::fetch_locked(&tx, number).await?;
    seen.check("case", case.version)?;
    case.standing().open("adding an alert").map_err(|refused| refused.problem("case"))?;
    if triage::counts_by_case(&desk.db, &[number]).await?.get(&number).is_some_and(|count| *count >= MAX_ALERTS as i64)
    {
        return Err(Problem::unprocessable("case.alerts", format!("A case has at most {MAX_ALERTS} alerts.")));
    }
    for one in gathered {
        let tier = one.alert.tier;
        if join(&mut tx, number, one, who).await? {
            store::change(&mut tx, &case, &CaseChange::Gain { tier }, None).await?;
        }
    }
    tx.commit().await?;
    tell(desk, number, &[id]);
    store::fetch(&desk.db, number).await
}

/// Reads alerts and their events. Before the transaction: reading the lake must not keep writers waiting.
async fn gather(desk: &Desk, ids: &[AlertId]) -> Result<Vec<Gathered>, Problem> {
    let (mut gathered, mut bytes) = (Vec::new(), 0usize);
    for id in ids {
        let alert = triage::fetch(&desk.db, *id).await.map_err(|problem| match problem.status {
            404 => Problem::unprocessable("case.alert_unknown", format!("There is no alert {id}.")),
            _ => problem,
        })?;
        let (mut exhibits, mut left_out) = (Vec::new(), 0);
        for event in triage::event_ids(&desk.db, *id, EVENTS_PER_ALERT).await? {
            let Some(exhibit) = Exhibit::take(desk, event).await? else { continue };
            if bytes + exhibit.raw.len() > MAX_BYTES {
                left_out += 1;
                continue;
            }
            bytes += exhibit.raw.len();
            exhibits.push(exhibit);
        }
        gathered.push(Gathered { alert, exhibits, left_out });
    }
    Ok(gathered)
}

/// Links one alert, keeps its events and drafts the timeline, all in the caller's transaction. Answers whether the
/// alert is new to the case.
async fn join(tx: &mut Tx, case: i64, one: Gathered, who: &Principal) -> Result<bool, Problem> {
    let Gathered { alert, exhibits, left_out } = one;
    if !triage::change(tx, alert.id, &Change::Join { case, worker: who.user() }, None).await? {
        return Ok(false);
    }
    let kept = evidence::keep(tx, case, &exhibits).await?;
    let technique = technique(&alert.tags);
    let draft = |exhibit: &Exhibit| Drawn {
        at: exhibit.time,
        title: alert.title.clone(),
        detail: String::new(),
        event: Some(exhibit.id),
        entity: alert.entities.first().cloned(),
        host: exhibit.host.clone().or_else(|| alert.host.clone()),
        technique: technique.clone(),
        state: EntryState::Draft,
    };
    let drafts: Vec<Drawn> = exhibits.iter().map(draft).collect();
    let drafted = timeline::draft(tx, case, drafts).await?;
    let after = serde_json::json!({
        "alert": alert.id, "number": alert.number, "evidence": kept, "left_out": left_out, "timeline": drafted,
    });
    store::journal(tx, case, "case.evidence", None, after, None).await?;
    Ok(true)
}

/// The first technique among Sigma's tags: `attack.t1059.001` is `T1059.001`.
fn technique(tags: &[String]) -> Option<String> {
    tags.iter().find_map(|tag| {
        let id = tag.to_ascii_uppercase();
        let id = id.strip_prefix("ATTACK.")?;
        let digits = id.strip_prefix('T')?;
        (digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')).then(|| id.to_owned())
    })
}

/// Tells every console.
pub(super) fn tell(desk: &Desk, number: i64, alerts: &[AlertId]) {
    desk.live.notify(Topic::Cases, vec![number.to_string()]);
    if !alerts.is_empty() {
        desk.live.notify(Topic::Alerts, alerts.iter().map(AlertId::to_string).collect());
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_technique_is_read_from_sigmas_tags() {
        let technique = |tags: &[&str]| super::technique(&tags.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>());
        assert_eq!(technique(&["attack.execution", "attack.t1059.001", "attack.t1003"]).as_deref(), Some("T1059.001"));
        assert_eq!(technique(&["cve.2021.44228", "attack.g0016", "attack.tx"]), None);
    }
}
