//! What was answered to a request that carried an `Idempotency-Key`, so that the same request sent again gets the same
//! answer and changes nothing.
//!
//! A key belongs to whoever sent it and counts for [`KEPT`] by the floor's clock. It is claimed before the request is
//! carried out, so of two that come at once one is carried out. A request whose answer was never written down (the
//! program stopped, the database went away) may have had its effect: its key stays taken, and the sender is told.

use axum::http::StatusCode;
use db::{Db, Sql, values};
use model::{OpContext, Timestamp};
use sea_orm::FromQueryResult;
use std::time::Duration;

use crate::Problem;

/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// A request as its key knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed {
    /// Whose key it is: a key means nothing to anybody else.
    pub scope: String,
    /// The key, as it was sent.
    pub key: String,
    /// A hash of method, path and body: what must be the same for the answer to be the same.
    pub request: String,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to the answer, by name.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// What is to be done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is new: carry it out, then [`keep`] the answer.
    Fresh,
    /// It was answered before.
    Again(Given),
}

#[derive(FromQueryResult)]
struct Row {
    request: String,
    status: Option<i64>,
    headers: String,
    body: Vec<u8>,
}

/// Claims the key for this request, unless it has been used.
pub async fn claim(db: &Db, now: Timestamp, keyed: &Keyed) -> Result<Claim, Problem> {
    let tx = db.begin(&OpContext::system("answers", now)).await?;
    tx.conn().run("DELETE FROM answers WHERE begun_at < $1", values![now.minus(KEPT).nanos()]).await?;
    let insert = "INSERT INTO answers (scope, key, request, begun_at, status, headers, body) \
                  VALUES ($1, $2, $3, $4, NULL, '[]', $5) ON CONFLICT (scope, key) DO NOTHING";
    let (scope, key, request) = (keyed.scope.as_str(), keyed.key.as_str(), keyed.request.as_str());
    let claimed = tx.conn().run(insert, values![scope, key, request, now.nanos(), Vec::<u8>::new()]).await? == 1;
    let select = "SELECT request, status, headers, body FROM answers WHERE scope = $1 AND key = $2";
    let before: Option<Row> = if claimed { None } else { tx.conn().row(select, values![scope, key]).await? };
    tx.commit().await?;
    match before {
        None => Ok(Claim::Fresh),
        Some(row) if row.request != keyed.request => Err(Problem::unprocessable(
            "idempotency.key_reused",
            "This Idempotency-Key was used for another request. Use a new one for each request.",
        )),
        Some(Row { status: None, .. }) => Err(Problem::new(StatusCode::CONFLICT, "idempotency.unanswered").detail(
            "The first request with this Idempotency-Key is under way, or the program stopped during it. \
             Look at the record before you send it again under a new key.",
        )),
        Some(Row { status: Some(status), headers, body, .. }) => Ok(Claim::Again(Given {
            status: u16::try_from(status).map_err(|error| Problem::internal(&error))?,
            headers: serde_json::from_str(&headers).map_err(|error| Problem::internal(&error))?,
            body,
        })),
    }
}

/// Keeps the answer to a request that was claimed.
pub async fn keep(db: &Db, now: Timestamp, keyed: &Keyed, given: &Given) -> Result<(), Problem> {
    let tx = db.begin(&OpContext::system("answers", now)).await?;
    let update =
        "UPDATE answers SET status = $3, headers = $4, body = $5 WHERE scope = $1 AND key = $2 AND status IS NULL";
    let headers = serde_json::to_string(&given.headers).map_err(|error| Problem::internal(&error))?;
    let Keyed { scope, key, .. } = keyed;
    tx.conn()
        .run(update, values![scope.as_str(), key.as_str(), i64::from(given.status), headers, given.body.clone()])
        .await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_773_316_800_000_000_000);

    fn keyed(scope: &str, key: &str, request: &str) -> Keyed {
        Keyed { scope: scope.into(), key: key.into(), request: request.into() }
    }

    fn given() -> Given {
        Given { status: 201, headers: vec![("etag".into(), "\"1\"".into())], body: vec![0, 255, b'x'] }
    }

    fn code(claim: Result<Claim, Problem>) -> String {
        claim.err().map(|problem| problem.code.into_owned()).unwrap_or_default()
    }

    #[tokio::test]
    async fn a_key_has_one_answer_for_a_day_and_for_its_owner() {
        for records in testkit::record_urls() {
            let db = Db::connect(&records.url).await.unwrap();
            let one = keyed("user:1", "k", "a");
            assert_eq!(claim(&db, NOON, &one).await.unwrap(), Claim::Fresh, "{}", records.name);
            assert_eq!(code(claim(&db, NOON, &one).await), "idempotency.unanswered");
            keep(&db, NOON, &one, &given()).await.unwrap();
            assert_eq!(claim(&db, NOON, &one).await.unwrap(), Claim::Again(given()));
            assert_eq!(code(claim(&db, NOON, &keyed("user:1", "k", "b")).await), "idempotency.key_reused");
            assert_eq!(claim(&db, NOON, &keyed("user:2", "k", "b")).await.unwrap(), Claim::Fresh);
            // An answer that was given stays as it was.
            keep(&db, NOON, &one, &Given { status: 500, ..given() }).await.unwrap();
            let end = NOON.plus(KEPT);
            assert_eq!(claim(&db, end, &one).await.unwrap(), Claim::Again(given()));
            assert_eq!(claim(&db, end.plus(Duration::from_nanos(1)), &one).await.unwrap(), Claim::Fresh);
        }
    }

    #[tokio::test]
    async fn of_many_at_once_one_is_carried_out() {
        for records in testkit::record_urls() {
            let db = Db::connect(&records.url).await.unwrap();
            let tries = (0..8).map(|_| {
                let db = db.clone();
                tokio::spawn(async move { claim(&db, NOON, &keyed("user:1", "k", "a")).await })
            });
            let mut fresh = 0;
            for task in tries.collect::<Vec<_>>() {
                fresh += u32::from(task.await.unwrap().is_ok());
            }
            assert_eq!(fresh, 1, "{}", records.name);
        }
    }
}
