//! The first start, and the way back in for who has the machine but not the password.
//!
//! There is no default password. While nobody has an account, whoever can read a file on the machine can make the
//! first one: the file holds a token that works once and for an hour.

use super::gate::Gate;
use super::users::{self, NewUser, User, accept, differences, entry, insert, is_name, user_by_name};
use super::{Password, secret, sessions};
use crate::Problem;
use crate::access::Role;
use axum::http::StatusCode;
use db::{Db, Sql, values};
use model::{Actor, ActorKind, OpContext, Timestamp};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// How long a set-up token works.
pub const SETUP_VALID: Duration = Duration::from_secs(60 * 60);

const KEY: &str = "setup.token";

/// Whether nobody has an account yet.
pub async fn setup_needed(db: &Db) -> Result<bool, Problem> {
    Ok(db.reader().scalar::<String>("SELECT id FROM users LIMIT 1", values![]).await?.is_none())
}

/// Writes a fresh set-up token to the file at `path`, readable by its owner only, if nobody has an account; answers
/// whether it did. An earlier token is worthless from then on. For each start of the service.
pub async fn offer_setup(db: &Db, gate: &Gate, now: Timestamp, path: &Path) -> Result<bool, Problem> {
    if !setup_needed(db).await? {
        return Ok(false);
    }
    let token = gate.key(db).await?.mint("setup", b"");
    let tx = db.begin(&OpContext::system("setup", now)).await?;
    let until = now.plus(SETUP_VALID).nanos();
    tx.set_meta(KEY, &format!("{until} {}", secret::digest("setup", &token))).await?;
    tx.commit().await?;
    write_private(path, &token).map_err(|error| Problem::internal(&format!("{}: {error}", path.display())))?;
    gate.remember_setup_file(path.to_owned());
    Ok(true)
}

/// Puts the text into a new file that nobody else could open before, in place of an older one.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let fresh = path.with_extension("new");
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    std::fs::rename(fresh, path)
}

/// Makes the first account, an administrator's, for who shows the set-up token. The token is used up.
pub async fn set_up(db: &Db, gate: &Gate, from: &OpContext, token: &str, new: NewUser) -> Result<User, Problem> {
    let done = || Problem::conflict("setup.done", "Somebody has an account already. Log in.");
    if !setup_needed(db).await? {
        return Err(done());
    }
    let refused = |code, detail: &str| Problem::new(StatusCode::FORBIDDEN, code).detail(detail);
    let invalid = || refused("setup.token_invalid", "This is not the set-up token. Its file lies in the data folder.");
    // A made-up token costs no look into the database, and no password is hashed for it.
    if !gate.key(db).await?.made("setup", b"", token.trim()) {
        return Err(invalid());
    }
    let stored = db.meta(KEY).await?.ok_or_else(invalid)?;
    let (until, hash) = stored.split_once(' ').ok_or_else(invalid)?;
    if !secret::same(hash, &secret::digest("setup", token.trim())) {
        return Err(invalid());
    }
    if until.parse::<i64>().map_or(true, |until| from.now.nanos() >= until) {
        return Err(refused(
            "setup.token_expired",
            "The set-up token has expired. Start the program again for a new one.",
        ));
    }
    let (accepted, hash) = accept(new).await?;
    let actor = Actor { kind: ActorKind::Console, user: None, name: "setup".to_owned() };
    let mut tx = db.begin(&OpContext { actor, ..from.clone() }).await?;
    // Of two who show the same token at once, one takes it away from the other.
    if !tx.take_meta(KEY, &stored).await? {
        return Err(done());
    }
    let user = insert(&mut tx, accepted, hash).await?;
    tx.commit().await?;
    gate.forget_setup_file();
    Ok(user)
}

/// Gives `name` a new password and the administrator's role, unlocks the account or makes it, and ends its sessions.
/// For the administrator at the machine's own shell; works beside a running server.
pub async fn recover(db: &Db, ctx: &OpContext, name: &str, password: String) -> Result<User, Problem> {
    if !is_name(name) || user_by_name(db.reader(), name).await?.is_none() {
        let new = NewUser { name: name.to_owned(), full_name: None, role: Role::Admin, password };
        return users::create_user(db, ctx, new).await;
    }
    let hash = Password::new(password)?.hash().await?;
    let mut tx = db.begin(ctx).await?;
    tx.one_at_a_time("users").await?;
    let old = user_by_name(tx.conn(), name).await?.ok_or_else(|| Problem::not_found("user"))?;
    let new = User { version: old.version + 1, updated_at: ctx.now, role: Role::Admin, disabled: false, ..old.clone() };
    users::update(&tx, &new, Some(&hash)).await?;
    sessions::end_all(&tx, new.id).await?;
    let (before, after) = differences(&old, &new, true);
    tx.journal(entry(&new, "user.recover", Some(before.into()), Some(after.into()))).await?;
    tx.commit().await?;
    Ok(new)
}
