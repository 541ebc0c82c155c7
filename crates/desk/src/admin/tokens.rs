//! Tokens: what programs show instead of a session. `wft_<id>_<secret>`; only a hash of the secret is stored.
//!
//! A flood of made-up tokens costs one hash each and no look into the database. A token that was good is remembered for
//! [`FRESH`]; if the database is down then, it stays good until the database answers again, because nothing can have
//! been revoked meanwhile and ingest must go on.

use super::gate::{Gate, load_key};
use super::users::{is_label, stored_role};
use super::{STREAM, secret};
use crate::Problem;
use crate::access::Role;
use axum::http::StatusCode;
use db::{Db, DbError, Entry, Sql, new_uuid, values};
use model::{Actor, ActorKind, OpContext, Timestamp, TokenId, UserId};
use sea_orm::FromQueryResult;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long an answer of the database about a token counts; a revocation takes no longer to be in force.
const FRESH: Duration = Duration::from_secs(1);
/// How long a request with a remembered token waits for a database that does not answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// Tokens remembered. Only real ones get so far; a floor with more forgets all and asks again.
const REMEMBERED: usize = 4096;
/// The last use is written down at most so often.
const TOUCH: Duration = Duration::from_secs(60);
/// A token as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Token {
    /// The id; not the secret.
    #[schema(value_type = String, format = "uuid")]
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do, as long as its owner may.
    pub role: Role,
    /// Whose it is; null if it was made at the machine's own shell.
    pub owner: Option<TokenOwner>,
    /// Since when.
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// Until when; null is for good.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<Timestamp>,
    /// Its last use, to the minute.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used: Option<Timestamp>,
}

/// The owner of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TokenOwner {
    /// The id.
    #[schema(value_type = String, format = "uuid")]
    pub id: UserId,
    /// The name.
    pub name: String,
}

/// A token that has just been made; its text is shown this once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NewToken {
    /// What is kept.
    #[serde(flatten)]
    pub record: Token,
    /// The token itself.
    pub token: String,
}

/// The bearer of a good token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The token.
    pub id: TokenId,
    /// Its name, which the journal shows.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// For whom.
    pub owner: Option<UserId>,
}

impl Bearer {
    /// The actor of the journal.
    pub fn actor(&self) -> Actor {
        Actor { kind: ActorKind::Token, user: self.owner, name: self.name.clone() }
    }
}

/// Makes a token at the machine's own shell: nobody's, for good. Works beside a running server.
pub async fn create_token(db: &Db, ctx: &OpContext, role: Role, name: &str) -> Result<NewToken, Problem> {
    issue_token(db, ctx, role, name, None).await
}

/// Makes a token for the actor of `ctx`, until `expires_at`. That the actor's role covers `role` is the caller's to check,
/// once; that the owner's does, each use.
pub async fn issue_token(
    db: &Db,
    ctx: &OpContext,
    role: Role,
    name: &str,
    expires_at: Option<Timestamp>,
) -> Result<NewToken, Problem> {
    if !is_label(name, 64) {
        let detail = "A token's name has 1 to 64 visible characters, without control characters.";
        return Err(Problem::unprocessable("token.name_invalid", detail));
    }
    if expires_at.is_some_and(|end| end <= ctx.now) {
        return Err(Problem::unprocessable("token.expires_in_the_past", "A token must expire later than now."));
    }
    let id = TokenId(new_uuid(ctx.now));
    let secret = load_key(db).await?.mint("token", id.0.as_bytes());
    let owner = ctx.actor.user;
    let mut tx = db.begin(ctx).await?;
    let insert = "INSERT INTO tokens (id, name, role, owner, secret_hash, created_at, expires_at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let hash = secret::digest("token", &secret);
    let (created, expires) = (ctx.now.nanos(), expires_at.map(Timestamp::nanos));
    let values = values![id.to_string(), name, role.as_str(), owner.map(|id| id.to_string()), hash, created, expires];
    tx.conn().run(insert, values).await?;
    let owner = match owner {
        Some(id) => super::user(tx.conn(), id).await?.map(|user| TokenOwner { id, name: user.name }),
        None => None,
    };
    let after = serde_json::json!({"name": name, "role": role, "expires_at": expires_at});
    tx.journal(entry(id, "token.create", None, Some(after))).await?;
    tx.commit().await?;
    let record = Token { id, name: name.to_owned(), role, owner, created_at: ctx.now, expires_at, last_used: None };
    Ok(NewToken { record, token: format!("wft_{}_{secret}", secret::base32(id.0.as_bytes())) })
}

/// Makes a token worthless, at once in this program and within a second in others.
pub async fn revoke_token(db: &Db, gate: &Gate, ctx: &OpContext, id: TokenId) -> Result<(), Problem> {
    let mut tx = db.begin(ctx).await?;
    let revoke = "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name";
    let name: Option<String> = tx.conn().scalar(revoke, values![id.to_string(), ctx.now.nanos()]).await?;
    let name = name.ok_or_else(|| Problem::not_found("token"))?;
    tx.journal(entry(id, "token.revoke", Some(serde_json::json!({"name": name})), None)).await?;
    tx.commit().await?;
    gate.seen().forget();
    Ok(())
}

fn entry(
    id: TokenId,
    action: &'static str,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
) -> Entry {
    Entry { stream: STREAM, object: format!("token:{id}"), action, before, after, reason: None }
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    name: String,
    role: String,
    owner: Option<String>,
    owner_name: Option<String>,
    owner_role: Option<String>,
    owner_disabled: Option<bool>,
    secret_hash: String,
    created_at: i64,
    expires_at: Option<i64>,
    used_at: Option<i64>,
}

const SELECT: &str = "SELECT tokens.id, tokens.name, tokens.role, tokens.owner, users.name AS owner_name, \
     users.role AS owner_role, users.disabled AS owner_disabled, tokens.secret_hash, tokens.created_at, \
     tokens.expires_at, tokens.used_at FROM tokens LEFT JOIN users ON users.id = tokens.owner \
     WHERE tokens.revoked_at IS NULL";

/// Every token that is not revoked, the newest first.
pub async fn tokens(db: &Db) -> Result<Vec<Token>, Problem> {
    let text = format!("{SELECT} ORDER BY tokens.created_at DESC, tokens.id LIMIT $1");
    db.reader().rows::<Row>(&text, values![i64::from(super::LISTED)]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Token, Problem> {
    let corrupt = |error: model::IdError| Problem::internal(&error);
    let owner = match (&row.owner, &row.owner_name) {
        (Some(id), Some(name)) => Some(TokenOwner { id: id.parse().map_err(corrupt)?, name: name.clone() }),
        _ => None,
    };
    Ok(Token {
        id: row.id.parse().map_err(corrupt)?,
        name: row.name.clone(),
        role: stored_role(&row.role)?,
        owner,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        last_used: row.used_at.map(Timestamp),
    })
}

/// What the database said about one token.
#[derive(Clone)]
struct Known {
    bearer: Bearer,
    secret_hash: String,
    expires_at: Option<Timestamp>,
    /// The owner is there, active, and may do what the token may.
    owner_allows: bool,
    used_at: Option<Timestamp>,
    checked: Instant,
}

impl Known {
    fn new(row: &Row) -> Result<Self, Problem> {
        let token = read(row)?;
        let owner_allows = match (&row.owner, &row.owner_role, row.owner_disabled) {
            (None, ..) => true,
            (Some(_), Some(role), Some(false)) => stored_role(role)?.covers(token.role),
            _ => false,
        };
        let bearer =
            Bearer { id: token.id, name: token.name, role: token.role, owner: token.owner.map(|owner| owner.id) };
        Ok(Known {
            bearer,
            secret_hash: row.secret_hash.clone(),
            expires_at: token.expires_at,
            owner_allows,
            used_at: token.last_used,
            checked: Instant::now(),
        })
    }

    fn admits(&self, secret: &str, now: Timestamp) -> bool {
        secret::same(&self.secret_hash, &secret::digest("token", secret))
            && self.owner_allows
            && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The tokens that were good lately.
#[derive(Default)]
pub(super) struct Seen {
    known: Mutex<HashMap<Uuid, Known>>,
}

impl Seen {
    /// Asks the database again about every token.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }
    fn get(&self, id: Uuid) -> Option<Known> {
        self.lock().get(&id).cloned()
    }
    fn put(&self, id: Uuid, known: Option<Known>) {
        let mut tokens = self.lock();
        if tokens.len() >= REMEMBERED {
            tokens.clear();
        }
        match known {
            Some(known) => drop(tokens.insert(id, known)),
            None => drop(tokens.remove(&id)),
        }
    }
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Known>> {
        self.known.lock().unwrap_or_else(|poison| poison.into_inner())
    }
}

/// The bearer of a token.
pub(super) async fn find(db: &Db, gate: &Gate, now: Timestamp, token: &str) -> Result<Option<Bearer>, Problem> {
    let Some((id, secret)) = split(token) else { return Ok(None) };
    if !gate.key(db).await?.made("token", id.as_bytes(), secret) {
        return Ok(None);
    }
    let Some(mut known) = look_up(db, gate, id).await? else { return Ok(None) };
    if !known.admits(secret, now) {
        return Ok(None);
    }
    if known.used_at.is_none_or(|used| now.since(used) > TOUCH) {
        known.used_at = Some(now);
        touch(db.clone(), known.bearer.id, now);
        gate.seen().put(id, Some(known.clone()));
    }
    Ok(Some(known.bearer))
}

fn split(token: &str) -> Option<(Uuid, &str)> {
    let (id, secret) = token.strip_prefix("wft_")?.split_once('_')?;
    let id: [u8; 16] = secret::from_base32(id, 16)?.try_into().ok()?;
    Some((Uuid::from_bytes(id), secret))
}

async fn look_up(db: &Db, gate: &Gate, id: Uuid) -> Result<Option<Known>, Problem> {
    let remembered = gate.seen().get(id);
    if let Some(known) = remembered.as_ref().filter(|known| known.checked.elapsed() < FRESH) {
        return Ok(Some(known.clone()));
    }
    let text = format!("{SELECT} AND tokens.id = $1");
    let ask = db.reader().row::<Row>(&text, values![id.to_string()]);
    let answer = match remembered {
        None => ask.await,
        Some(mut known) => match tokio::time::timeout(PATIENCE, ask).await {
            Ok(Err(error)) if !error.is_unavailable() => Err(error),
            Ok(Ok(row)) => Ok(row),
            Err(_) | Ok(Err(_)) => {
                tracing::debug!(token = %known.bearer.id, "the database does not answer; a token is taken as it was");
                known.checked = Instant::now();
                gate.seen().put(id, Some(known.clone()));
                return Ok(Some(known));
            }
        },
    };
    let known = answer?.as_ref().map(Known::new).transpose()?;
    gate.seen().put(id, known.clone());
    Ok(known)
}

/// Notes the use of a token without making its request wait for the one writer.
fn touch(db: Db, id: TokenId, now: Timestamp) {
    tokio::spawn(async move {
        let note = async {
            let tx = db.begin(&OpContext::system("tokens", now)).await?;
            let update = "UPDATE tokens SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)";
            tx.conn().run(update, values![id.to_string(), now.nanos()]).await?;
            tx.commit().await
        };
        if let Err(error) = note.await {
            let error: DbError = error;
            tracing::debug!(%error, token = %id, "the use of a token was not noted");
        }
    });
}

/// Refuses to hand out more than one has.
pub(super) fn check_covers(own: Role, wanted: Role) -> Result<(), Problem> {
    if own.covers(wanted) {
        return Ok(());
    }
    let refusal = Problem::new(StatusCode::FORBIDDEN, "token.role_exceeds_owner");
    Err(refusal.detail("A token cannot do more than the person who makes it."))
}
