//! The same change of many alerts. Each is changed as if it were the only one, in a transaction of its own: one that
//! is refused does not hold the others back.

use axum::extract::State;
use axum::response::Response;
use model::{AlertId, Severity};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api::{MAX_COMMENT, apply, person};
use super::request::{Body, IfMatch, optional};
use super::{Change, CloseRequest, Disposition, Reason, ReopenRequest, words};
use crate::access::Principal;
use crate::jobs::{self, Job, JobFailure};
use crate::{Desk, Problem, Topic};

/// Alerts of one request.
const MAX_ALERTS: usize = 1000;
/// Alerts after which progress is written down and open consoles are told.
const STEP: usize = 50;

pub(super) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(bulk))
}

words! {
    /// What is done to each.
    BulkAction {
        /// As `PATCH` with the status `triaging`.
        Triage = "triage",
        /// As `PATCH` with a severity.
        Rate = "rate",
        /// As `assign`.
        Assign = "assign",
        /// As `escalate`.
        Escalate = "escalate",
        /// As `close`.
        Close = "close",
        /// As `reopen`.
        Reopen = "reopen",
    }
}

/// A change of many alerts. The members besides `alerts` and `action` are those that the action has for one alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// Which, at most 1000; one that is named twice is changed once.
    #[schema(value_type = Vec<String>)]
    pub alerts: Vec<AlertId>,
    /// What is done to each.
    pub action: BulkAction,
    /// For `rate`.
    #[schema(value_type = Option<String>, example = "low")]
    pub severity: Option<Severity>,
    /// For `assign` and `escalate`: a user's id, `me`, or null for nobody.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<String>>,
    /// For `close`.
    pub disposition: Option<Disposition>,
    /// For `close`.
    pub reason: Option<Reason>,
    /// For `escalate`, `close` and `reopen`.
    pub comment: Option<String>,
}

/// Tells null from absent.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl BulkRequest {
    /// The change, and what its maker says about it. A member that the action does not have is refused: whoever wrote
    /// it meant something.
    fn read(self, who: &Principal) -> Result<(Change, Option<String>), Problem> {
        use BulkAction::*;
        let used = |name: &str, given: bool, actions: &[BulkAction]| match given && !actions.contains(&self.action) {
            true => {
                Err(Problem::unprocessable("request.body", format!("`{name}` means nothing for `{}`.", self.action)))
            }
            false => Ok(()),
        };
        used("severity", self.severity.is_some(), &[Rate])?;
        used("owner", self.owner.is_some(), &[Assign, Escalate])?;
        used("disposition", self.disposition.is_some(), &[Close])?;
        used("reason", self.reason.is_some(), &[Close])?;
        used("comment", self.comment.is_some(), &[Escalate, Close, Reopen])?;
        let missing = |name: &str| Problem::unprocessable("request.body", format!("`{}` needs `{name}`.", self.action));
        let comment = optional("comment", self.comment.clone(), MAX_COMMENT)?;
        Ok(match self.action {
            Triage => (Change::Triage, None),
            Rate => (Change::Rate(self.severity.ok_or_else(|| missing("severity"))?), None),
            Assign => {
                (Change::Assign(person(who, self.owner.as_ref().ok_or_else(|| missing("owner"))?.as_deref())?), None)
            }
            Escalate => (Change::Escalate(person(who, self.owner.flatten().as_deref())?), comment),
            Close => {
                let request = CloseRequest { disposition: self.disposition, reason: self.reason, comment };
                let closing = request.read("alert")?;
                let comment = closing.comment.clone();
                (Change::Close(closing), comment)
            }
            Reopen => {
                let comment = ReopenRequest { comment }.read("alert")?;
                (Change::Reopen(comment.clone()), Some(comment))
            }
        })
    }
}

/// Changes many alerts; the answer is a job that says what became of each.
#[utoipa::path(post, path = "/api/v1/alerts/bulk", tag = "triage", request_body = BulkRequest,
    responses((status = 202, body = Job), (status = 422, body = Problem)))]
async fn bulk(State(desk): State<Desk>, who: Principal, Body(wanted): Body<BulkRequest>) -> Result<Response, Problem> {
    let mut seen = BTreeSet::new();
    let alerts: Vec<AlertId> = wanted.alerts.iter().copied().filter(|id| seen.insert(*id)).collect();
    if alerts.is_empty() || alerts.len() > MAX_ALERTS {
        return Err(Problem::unprocessable("alert.bulk", format!("Name from 1 to {MAX_ALERTS} alerts.")));
    }
    let kind = format!("alerts.{}", wanted.action);
    let (change, reason) = wanted.read(&who)?;
    let job = jobs::begin(&desk.db, &who.context(desk.now()), &kind, alerts.len()).await?;
    let response = jobs::accepted(&job);
    tokio::spawn(run(desk, who, job, alerts, change, reason));
    Ok(response)
}

async fn run(desk: Desk, who: Principal, mut job: Job, alerts: Vec<AlertId>, change: Change, reason: Option<String>) {
    for step in alerts.chunks(STEP) {
        let mut changed = Vec::new();
        for id in step {
            match apply(&desk, &who, *id, &IfMatch::any(), std::slice::from_ref(&change), reason.clone()).await {
                Ok(true) => changed.push(id.to_string()),
                Ok(false) => {}
                Err(problem) => job.failures.push(JobFailure {
                    item: id.to_string(),
                    status: problem.status,
                    code: problem.code.into_owned(),
                    detail: problem.detail.unwrap_or(problem.title),
                }),
            }
            job.done += 1;
        }
        if !changed.is_empty() {
            desk.live.notify(Topic::Alerts, changed);
        }
        job.finished_at = (job.done == job.total).then(|| desk.now());
        if let Err(problem) = jobs::advance(&desk.db, desk.now(), &job).await {
            tracing::warn!(%problem, job = %job.id, "how far a job is could not be written down");
        }
    }
}
