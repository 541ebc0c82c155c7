//! The SQL of one case.

use db::{Db, DbError, Entry, Sql, Tx, values};
use model::{CaseId, Timestamp};
use sea_orm::{FromQueryResult, Value};

use super::{Case, CaseChange, CaseStanding, CaseStatus, Tlp};
use crate::Problem;
use crate::triage::{self, Disposition, Names, Reason, difference, locking, names, owner, severity, word};

/// The columns of [`CaseRow`].
pub(super) const COLUMNS: &str = "id, number, version, title, summary, severity, status, tier, owner, tlp, tags, \
     (SELECT COUNT(*) FROM evidence WHERE evidence.case_number = cases.number) AS evidence_count, created_at, updated_at, \
     detected_at, acknowledged_at, contained_at, recovered_at, closed_at, disposition, reason, comment";

#[derive(FromQueryResult)]
pub(super) struct CaseRow {
    id: String,
    pub(super) number: i64,
    version: i64,
    title: String,
    summary: String,
    severity: i64,
    status: String,
    tier: i64,
    owner: Option<String>,
    tlp: String,
    tags: String,
    evidence_count: i64,
    created_at: i64,
    updated_at: i64,
    detected_at: Option<i64>,
    acknowledged_at: Option<i64>,
    contained_at: Option<i64>,
    recovered_at: Option<i64>,
    closed_at: Option<i64>,
    disposition: Option<String>,
    reason: Option<String>,
    comment: Option<String>,
}

impl CaseRow {
    pub(super) fn read(self, names: &Names, alert_count: i64) -> Result<Case, DbError> {
        let what = format!("case {}", self.number);
        let corrupt = |error: &dyn std::fmt::Display| DbError::Corrupt(format!("{what}: {error}"));
        Ok(Case {
            id: self.id.parse().map_err(|error: model::IdError| corrupt(&error))?,
            number: self.number,
            version: self.version,
            title: self.title,
            summary: self.summary,
            severity: severity(self.severity),
            status: word(&what, &self.status, CaseStatus::parse)?,
            tier: u8::try_from(self.tier).map_err(|error| corrupt(&error))?,
            owner: owner(&what, self.owner.as_deref(), names)?,
            tlp: word(&what, &self.tlp, Tlp::parse)?,
            tags: serde_json::from_str(&self.tags).map_err(|error| corrupt(&error))?,
            alert_count,
            evidence_count: self.evidence_count,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
            detected_at: self.detected_at.map(Timestamp),
            acknowledged_at: self.acknowledged_at.map(Timestamp),
            contained_at: self.contained_at.map(Timestamp),
            recovered_at: self.recovered_at.map(Timestamp),
            closed_at: self.closed_at.map(Timestamp),
            disposition: self.disposition.map(|text| word(&what, &text, Disposition::parse)).transpose()?,
            reason: self.reason.map(|text| word(&what, &text, Reason::parse)).transpose()?,
            comment: self.comment,
        })
    }
}

impl Case {
    /// What people decide about it.
    pub fn standing(&self) -> CaseStanding {
        CaseStanding {
            title: self.title.clone(),
            summary: self.summary.clone(),
            severity: self.severity,
            status: self.status,
            tier: self.tier,
            owner: self.owner.as_ref().and_then(|owner| owner.id),
            tlp: self.tlp,
            acknowledged_at: self.acknowledged_at,
            contained_at: self.contained_at,
            recovered_at: self.recovered_at,
            closed_at: self.closed_at,
            disposition: self.disposition,
            reason: self.reason,
            comment: self.comment.clone(),
        }
    }
}

/// One case.
pub(super) async fn fetch(db: &Db, number: i64) -> Result<Case, Problem> {
    let text = format!("SELECT {COLUMNS} FROM cases WHERE number = $1");
    let row: Option<CaseRow> = db.reader().row(&text, values![number]).await?;
    let row = row.ok_or_else(|| Problem::not_found("case"))?;
    let alerts = triage::counts_by_case(db, &[number]).await?.get(&number).copied().unwrap_or(0);
    Ok(row.read(&names(db).await?, alerts)?)
}

/// One case as a transaction sees it, kept from others until the commit. Owner's name and count of alerts are empty.
pub(super) async fn fetch_locked(tx: &Tx, number: i64) -> Result<Case, Problem> {
    let text = format!("SELECT {COLUMNS} FROM cases WHERE number = $1{}", locking(tx, "cases"));
    let row: Option<CaseRow> = tx.conn().row(&text, values![number]).await?;
    let row = row.ok_or_else(|| Problem::not_found("case"))?;
    Ok(row.read(&Names::new(), 0)?)
}

/// What is fixed when a case is opened.
pub(super) struct Opening {
    pub id: CaseId,
    pub number: i64,
    pub tags: Vec<String>,
    pub detected_at: Timestamp,
    pub standing: CaseStanding,
}

/// Writes a new case and journals it.
pub(super) async fn insert(tx: &mut Tx, opening: &Opening, alerts: &[model::AlertId]) -> Result<(), DbError> {
    let Opening { id, number, tags, detected_at, standing } = opening;
    let now = tx.context().now;
    let json = |error: serde_json::Error| DbError::Corrupt(error.to_string());
    let tags = serde_json::to_string(tags).map_err(json)?;
    let text = "INSERT INTO cases (id, number, version, title, summary, severity, status, tier, owner, tlp, tags, created_at, \
                updated_at, detected_at) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)";
    let bound = values![
        id.to_string(),
        *number,
        standing.title.as_str(),
        standing.summary.as_str(),
        i64::from(standing.severity.rank()),
        standing.status.as_str(),
        i64::from(standing.tier),
        standing.owner.map(|owner| owner.to_string()),
        standing.tlp.as_str(),
        tags,
        now.nanos(),
        detected_at.nanos(),
    ];
    tx.conn().run(text, bound).await?;
    let mut after = serde_json::to_value(standing).map_err(json)?;
    if let Some(members) = after.as_object_mut() {
        members.retain(|_, value| !value.is_null());
        members.insert("alerts".into(), serde_json::to_value(alerts).map_err(json)?);
    }
    journal(tx, *number, "case.create", None, after, None).await
}

/// Changes one case and journals it; answers whether that said anything new.
pub(super) async fn change(
    tx: &mut Tx,
    case: &Case,
    change: &CaseChange,
    reason: Option<String>,
) -> Result<bool, Problem> {
    let before = case.standing();
    let now = tx.context().now;
    let after = before.after(change, now).map_err(|refused| refused.problem("case"))?;
    // A new alert changes the case, be it that its tier stays.
    if after == before && !matches!(change, CaseChange::Gain { .. }) {
        return Ok(false);
    }
    let text = "UPDATE cases SET version = version + 1, updated_at = $3, title = $4, summary = $5, severity = $6, status = $7, \
                tier = $8, owner = $9, tlp = $10, acknowledged_at = $11, contained_at = $12, recovered_at = $13, \
                closed_at = $14, disposition = $15, reason = $16, comment = $17 WHERE number = $1 AND version = $2";
    if tx.conn().run(text, row(case, &after, now)).await? == 0 {
        return Err(Problem::stale("case", case.version, case.version + 1));
    }
    let (before, after) = difference(&before, &after)?;
    journal(tx, case.number, change.action(), Some(before), after, reason).await?;
    Ok(true)
}

fn row(case: &Case, after: &CaseStanding, now: Timestamp) -> Vec<Value> {
    values![
        case.number,
        case.version,
        now.nanos(),
        after.title.as_str(),
        after.summary.as_str(),
        i64::from(after.severity.rank()),
        after.status.as_str(),
        i64::from(after.tier),
        after.owner.map(|owner| owner.to_string()),
        after.tlp.as_str(),
        after.acknowledged_at.map(Timestamp::nanos),
        after.contained_at.map(Timestamp::nanos),
        after.recovered_at.map(Timestamp::nanos),
        after.closed_at.map(Timestamp::nanos),
        after.disposition.map(Disposition::as_str),
        after.reason.map(Reason::as_str),
        after.comment.clone(),
    ]
}

/// Journals what was done to a case.
pub(super) async fn journal(
    tx: &mut Tx,
    number: i64,
    action: &'static str,
    before: Option<serde_json::Value>,
    after: serde_json::Value,
    reason: Option<String>,
) -> Result<(), DbError> {
    let entry = Entry { stream: "cases", object: Case::object(number), action, before, after: Some(after), reason };
    tx.journal(entry).await.map(drop)
}
