//! Work that is answered before it is done: what has been asked for, how far it is, and what of it failed and why.
//!
//! A job runs in the program that took it. If that ends, what was done is done and stands in the journal, and the job
//! is said to be interrupted; it is never begun again by itself.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::{Db, Sql, new_uuid, values};
use model::{OpContext, Timestamp};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::access::Principal;
use crate::triage::{PersonRef, words};
use crate::{Desk, Problem};

/// How long a job can be asked for.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// This run of the program.
static RUNNER: LazyLock<String> = LazyLock::new(|| Uuid::new_v4().to_string());

/// The routes.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(job))
}

words! {
    /// How far a job is.
    JobState {
        /// It goes on.
        Running = "running",
        /// Everything was tried.
        Done = "done",
        /// The program ended during it; nothing more will be done.
        Interrupted = "interrupted",
    }
}

/// One part of a job that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobFailure {
    /// The id of what it was about.
    pub item: String,
    /// The status that the same request about it alone would have had.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub detail: String,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Job {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: Uuid,
    /// What it does: `alerts.close`.
    pub kind: String,
    /// How far it is.
    pub state: JobState,
    /// Parts that it has.
    pub total: i64,
    /// Parts that were tried.
    pub done: i64,
    /// Those of them that were refused.
    pub failures: Vec<JobFailure>,
    /// Who asked for it.
    pub created_by: PersonRef,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When everything had been tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// Writes a job down before it is begun.
pub(crate) async fn begin(db: &Db, ctx: &OpContext, kind: &str, total: usize) -> Result<Job, Problem> {
    let job = Job {
        id: new_uuid(ctx.now),
        kind: kind.to_owned(),
        state: JobState::Running,
        total: i64::try_from(total).unwrap_or(i64::MAX),
        done: 0,
        failures: Vec::new(),
        created_by: PersonRef { id: ctx.actor.user, name: ctx.actor.name.clone() },
        created_at: ctx.now,
        finished_at: None,
    };
    let tx = db.begin(ctx).await?;
    tx.conn().run("DELETE FROM jobs WHERE created_at < $1", values![ctx.now.minus(KEPT).nanos()]).await?;
    let insert = "INSERT INTO jobs (id, kind, runner, total, done, failures, author, author_name, created_at) \
                  VALUES ($1, $2, $3, $4, 0, '[]', $5, $6, $7)";
    let author = job.created_by.id.map(|id| id.to_string());
    let name = db::storable(&job.created_by.name).into_owned();
    tx.conn()
        .run(insert, values![job.id.to_string(), kind, RUNNER.as_str(), job.total, author, name, ctx.now.nanos()])
        .await?;
    tx.commit().await?;
    Ok(job)
}

/// Writes down how far a job is, and that it is finished once everything was tried.
pub(crate) async fn advance(db: &Db, now: Timestamp, job: &Job) -> Result<(), Problem> {
    let tx = db.begin(&OpContext::system("jobs", now)).await?;
    let failures = serde_json::to_string(&job.failures).map_err(|error| Problem::internal(&error))?;
    let finished = job.finished_at.map(Timestamp::nanos);
    let update = "UPDATE jobs SET done = $2, failures = $3, finished_at = $4 WHERE id = $1";
    tx.conn()
        .run(update, values![job.id.to_string(), job.done, db::storable(&failures).into_owned(), finished])
        .await?;
    Ok(tx.commit().await?)
}

/// 202 with the place where the job can be asked for.
pub(crate) fn accepted(job: &Job) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(job)).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/jobs/{}", job.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    runner: String,
    total: i64,
    done: i64,
    failures: String,
    author: Option<String>,
    author_name: String,
    created_at: i64,
    finished_at: Option<i64>,
}

impl Row {
    fn read(self, id: Uuid) -> Result<Job, Problem> {
        let state = match self.finished_at {
            Some(_) => JobState::Done,
            None if self.runner == *RUNNER => JobState::Running,
            None => JobState::Interrupted,
        };
        let author = self.author.as_deref().map(str::parse).transpose();
        Ok(Job {
            id,
            kind: self.kind,
            state,
            total: self.total,
            done: self.done,
            failures: serde_json::from_str(&self.failures).map_err(|error| Problem::internal(&error))?,
            created_by: PersonRef {
                id: author.map_err(|error: model::IdError| Problem::internal(&error))?,
                name: self.author_name,
            },
            created_at: Timestamp(self.created_at),
            finished_at: self.finished_at.map(Timestamp),
        })
    }
}

/// How far a job is
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = Job), (status = 404, body = Problem)))]
async fn job(State(desk): State<Desk>, _: Principal, Path(id): Path<String>) -> Result<Json<Job>, Problem> {
    let absent = || Problem::not_found("job");
    let id = Uuid::parse_str(&id).map_err(|_| absent())?;
    let select = "SELECT kind, runner, total, done, failures, author, author_name, created_at, finished_at FROM jobs WHERE id = $1";
    let row: Option<Row> = desk.db.reader().row(select, values![id.to_string()]).await?;
    row.ok_or_else(absent)?.read(id).map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_job_of_a_run_that_ended_is_interrupted() {
        for records in testkit::record_urls() {
            let db = Db::connect(&records.url).await.unwrap();
            let ctx = OpContext::system("test", Timestamp(1));
            let begun = begin(&db, &ctx, "alerts.close", 3).await.unwrap();
            let tx = db.begin(&ctx).await.unwrap();
            assert_eq!(tx.conn().run("UPDATE jobs SET runner = 'an earlier one'", values![]).await.unwrap(), 1);
            tx.commit().await.unwrap();
            let select =
                "SELECT kind, runner, total, done, failures, author, author_name, created_at, finished_at FROM jobs";
            let row: Row = db.reader().row(select, values![]).await.unwrap().unwrap();
            let job = row.read(begun.id).unwrap();
            assert_eq!((job.state, job.done, job.total), (JobState::Interrupted, 0, 3), "{}", records.name);
            let done = Job { done: 3, finished_at: Some(Timestamp(2)), ..begun };
            advance(&db, Timestamp(2), &done).await.unwrap();
            let row: Row = db.reader().row(select, values![]).await.unwrap().unwrap();
            assert_eq!(row.read(done.id).unwrap().state, JobState::Done);
        }
    }
}
