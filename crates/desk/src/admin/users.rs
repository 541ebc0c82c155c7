//! People: who they are, what they may do, and the rules of changing that.

use super::{Gate, Password, STREAM, sessions};
use crate::Problem;
use crate::access::Role;
use db::{Db, Entry, Sql, Tx, new_uuid, values};
use model::{OpContext, Timestamp, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct User {
    /// The id.
    #[schema(value_type = String, format = "uuid")]
    pub id: UserId,
    /// Rises with each change; the ETag.
    pub version: i64,
    /// The name to log in with.
    pub name: String,
    /// The name to show.
    pub full_name: String,
    /// What the person may do.
    pub role: Role,
    /// Cannot log in, and owns no working token.
    pub disabled: bool,
    /// Since when.
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// When changed last.
    #[schema(value_type = String, format = "date-time")]
    pub updated_at: Timestamp,
}

/// A person as colleagues see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Person {
    /// The id.
    #[schema(value_type = String, format = "uuid")]
    pub id: UserId,
    /// The name to log in with.
    pub name: String,
    /// The name to show.
    pub full_name: String,
    /// What the person may do.
    pub role: Role,
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        Person { id: user.id, name: user.name.clone(), full_name: user.full_name.clone(), role: user.role }
    }
}

/// What an account is made of.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or digit.
    pub name: String,
    /// The name to show; the log-in name if absent.
    #[serde(default)]
    pub full_name: Option<String>,
    /// Any role but `ingest`, which is for tokens.
    pub role: Role,
    /// 12 characters or more.
    pub password: String,
}

/// A change of an account; what is absent stays.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// Another role.
    #[serde(default)]
    pub role: Option<Role>,
    /// Lock or unlock the account.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// Another name to show.
    #[serde(default)]
    pub full_name: Option<String>,
    /// Another password.
    #[serde(default)]
    pub password: Option<String>,
}

/// Everything of `users` but the hash; the places where a [`User`] is read name these columns.
pub(super) const COLUMNS: &str = "users.id, users.version, users.name, users.full_name, users.role, users.disabled, users.created_at, users.updated_at";

#[derive(FromQueryResult)]
pub(super) struct UserRow {
    id: String,
    version: i64,
    name: String,
    full_name: String,
    role: String,
    disabled: bool,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<UserRow> for User {
    type Error = Problem;
    fn try_from(row: UserRow) -> Result<Self, Problem> {
        Ok(User {
            id: row.id.parse().map_err(|error: model::IdError| Problem::internal(&error))?,
            version: row.version,
            role: stored_role(&row.role)?,
            name: row.name,
            full_name: row.full_name,
            disabled: row.disabled,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}

/// The role that a record names.
pub(super) fn stored_role(word: &str) -> Result<Role, Problem> {
    Role::parse(word).ok_or_else(|| Problem::internal(&format!("a record holds the unknown role {word:?}")))
}

/// All accounts by name.
pub async fn users(db: &Db) -> Result<Vec<User>, Problem> {
    let text = format!("SELECT {COLUMNS} FROM users ORDER BY name LIMIT $1");
    db.reader().rows::<UserRow>(&text, values![i64::from(super::LISTED)]).await?.into_iter().map(User::try_from).collect()
}

/// Those who can be given work: everybody whose account is not disabled.
pub async fn people(db: &Db) -> Result<Vec<Person>, Problem> {
    Ok(users(db).await?.iter().filter(|user| !user.disabled).map(Person::from).collect())
}

/// One account, read by the connection or transaction given.
pub async fn user(conn: &impl ConnectionTrait, id: UserId) -> Result<Option<User>, Problem> {
    let text = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
    conn.row::<UserRow>(&text, values![id.to_string()]).await?.map(User::try_from).transpose()
}

/// The account with this name.
pub(super) async fn user_by_name(conn: &impl ConnectionTrait, name: &str) -> Result<Option<User>, Problem> {
    let text = format!("SELECT {COLUMNS} FROM users WHERE name = $1");
    conn.row::<UserRow>(&text, values![name]).await?.map(User::try_from).transpose()
}

/// Makes an account.
pub async fn create_user(db: &Db, ctx: &OpContext, new: NewUser) -> Result<User, Problem> {
    let (new, hash) = accept(new).await?;
    let mut tx = db.begin(ctx).await?;
    let user = insert(&mut tx, new, hash).await?;
    tx.commit().await?;
    Ok(user)
}

/// An account that keeps the rules, and the hash of its password: checked and computed before a transaction is open.
pub(super) struct Accepted {
    name: String,
    full_name: String,
    role: Role,
}

pub(super) async fn accept(new: NewUser) -> Result<(Accepted, String), Problem> {
    if !is_name(&new.name) {
        let detail =
            "A name has 1 to 64 of the characters a-z, 0-9, `.`, `_` and `-`, and begins with a letter or digit.";
        return Err(Problem::unprocessable("user.name_invalid", detail));
    }
    let full_name = new.full_name.unwrap_or_else(|| new.name.clone());
    check_full_name(&full_name)?;
    check_role(new.role)?;
    let hash = Password::new(new.password)?.hash().await?;
    Ok((Accepted { name: new.name, full_name, role: new.role }, hash))
}

pub(super) async fn insert(tx: &mut Tx, new: Accepted, hash: String) -> Result<User, Problem> {
    let now = tx.context().now;
    let Accepted { name, full_name, role } = new;
    let id = UserId(new_uuid(now));
    let user = User { id, version: 1, name, full_name, role, disabled: false, created_at: now, updated_at: now };
    let insert = "INSERT INTO users (id, version, name, full_name, role, disabled, password_hash, created_at, updated_at) \
                  VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $7)";
    let User { name, full_name, .. } = &user;
    let values = values![id.to_string(), name.as_str(), full_name.as_str(), role.as_str(), false, hash, now.nanos()];
    match tx.conn().run(insert, values).await {
        Err(error) if error.is_conflict() => {
            return Err(Problem::conflict("user.name_taken", format!("There is a user `{name}` already.")));
        }
        result => result?,
    };
    let after = json!({"name": name, "full_name": full_name, "role": role});
    tx.journal(entry(&user, "user.create", None, Some(after))).await?;
    Ok(user)
}

/// Changes an account, unless `fresh` refuses it as it is now. A new role, a new password and locking end the person's
/// sessions at once and are asked for anew at the next use of a token.
pub async fn change_user(
    db: &Db,
    gate: &Gate,
    ctx: &OpContext,
    id: UserId,
    fresh: impl FnOnce(&User) -> Result<(), Problem>,
    change: UserChange,
) -> Result<User, Problem> {
    if let Some(full_name) = &change.full_name {
        check_full_name(full_name)?;
    }
    if let Some(role) = change.role {
        check_role(role)?;
    }
    let hash = match change.password {
        Some(text) => Some(Password::new(text)?.hash().await?),
        None => None,
    };
    let mut tx = db.begin(ctx).await?;
    // Two administrators who demote each other at the same time must not both succeed.
    tx.one_at_a_time("users").await?;
    let old = user(tx.conn(), id).await?.ok_or_else(|| Problem::not_found("user"))?;
    fresh(&old)?;
    let mut new = User { version: old.version + 1, updated_at: ctx.now, ..old.clone() };
    new.role = change.role.unwrap_or(old.role);
    new.disabled = change.disabled.unwrap_or(old.disabled);
    new.full_name = change.full_name.unwrap_or_else(|| old.full_name.clone());
    let (before, after) = differences(&old, &new, hash.is_some());
    if after.is_empty() {
        return Ok(old);
    }
    keep_an_administrator(&tx, &old, &new).await?;
    update(&tx, &new, hash.as_deref()).await?;
    if new.disabled || new.role != old.role || hash.is_some() {
        sessions::end_all(&tx, id).await?;
    }
    tx.journal(entry(&new, "user.change", Some(before.into()), Some(after.into()))).await?;
    tx.commit().await?;
    gate.seen().forget();
    Ok(new)
}

/// Writes an account back, with another hash if one is given.
pub(super) async fn update(tx: &Tx, user: &User, hash: Option<&str>) -> Result<(), Problem> {
    let update = "UPDATE users SET version = $2, full_name = $3, role = $4, disabled = $5, updated_at = $6, \
                  password_hash = COALESCE($7, password_hash) WHERE id = $1";
    let User { id, version, full_name, role, disabled, updated_at, .. } = user;
    let (role, updated_at) = (role.as_str(), updated_at.nanos());
    let values =
        values![id.to_string(), *version, full_name.as_str(), role, *disabled, updated_at, hash.map(str::to_owned)];
    tx.conn().run(update, values).await?;
    Ok(())
}

async fn keep_an_administrator(tx: &Tx, old: &User, new: &User) -> Result<(), Problem> {
    let is_active = |user: &User| user.role == Role::Admin && !user.disabled;
    if !is_active(old) || is_active(new) {
        return Ok(());
    }
    let others = "SELECT COUNT(*) FROM users WHERE role = $1 AND disabled = $2 AND id <> $3";
    let others: Option<i64> =
        tx.conn().scalar(others, values![Role::Admin.as_str(), false, old.id.to_string()]).await?;
    if others.unwrap_or(0) == 0 {
        return Err(Problem::conflict("user.last_admin", "This is the only administrator who can log in."));
    }
    Ok(())
}

/// What changed, as it was and as it is. A password is named, never shown.
pub(super) fn differences(old: &User, new: &User, password: bool) -> (Map<String, Value>, Map<String, Value>) {
    let (mut before, mut after) = (Map::new(), Map::new());
    let mut compare = |field: &str, old: Value, new: Value| {
        if old != new {
            before.insert(field.to_owned(), old);
            after.insert(field.to_owned(), new);
        }
    };
    compare("role", json!(old.role), json!(new.role));
    compare("disabled", json!(old.disabled), json!(new.disabled));
    compare("full_name", json!(old.full_name), json!(new.full_name));
    if password {
        after.insert("password".to_owned(), json!("changed"));
    }
    (before, after)
}

/// An entry of the journal about an account.
pub(super) fn entry(user: &User, action: &'static str, before: Option<Value>, after: Option<Value>) -> Entry {
    Entry { stream: STREAM, object: format!("user:{}", user.id), action, before, after, reason: None }
}

/// Whether a text can be a log-in name. Nothing that looks like another letter, and no NUL, gets past this.
pub(super) fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| inner(byte) || matches!(byte, b'.' | b'_' | b'-'))
        && text.bytes().next().is_some_and(inner)
}

fn check_full_name(text: &str) -> Result<(), Problem> {
    if !is_label(text, 200) {
        let detail = "A full name has 1 to 200 visible characters, without control characters.";
        return Err(Problem::unprocessable("user.full_name_invalid", detail));
    }
    Ok(())
}

fn check_role(role: Role) -> Result<(), Problem> {
    if role == Role::Ingest {
        let detail = "`ingest` is a role for tokens: it can only send events.";
        return Err(Problem::unprocessable("user.role_invalid", detail));
    }
    Ok(())
}

/// Whether a text can be shown as a name: not blank, no control characters, nothing that turns the direction of writing
/// or is invisible.
pub(super) fn is_label(text: &str, longest: usize) -> bool {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    !text.trim().is_empty() && text.chars().count() <= longest && !text.chars().any(hidden)
}
