//! What stands in memory between the network and the records: the key of our secrets, the counts of failed log-ins, the
//! limit on password hashing and the tokens seen lately.

use super::password::Hashing;
use super::secret::Key;
use super::throttle::Throttle;
use super::tokens::Seen;
use crate::Problem;
use db::{Db, Sql, values};
use model::OpContext;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

/// The state of the gate. Cheap to clone; one per running program.
#[derive(Clone, Default)]
pub struct Gate {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    key: OnceCell<Key>,
    throttle: Throttle,
    hashing: Hashing,
    seen: Seen,
    setup_file: Mutex<Option<PathBuf>>,
}

const KEY: &str = "secret.key";

impl Gate {
    /// The key of this floor, made at its first use.
    pub(super) async fn key(&self, db: &Db) -> Result<&Key, Problem> {
        self.inner.key.get_or_try_init(|| load_key(db)).await
    }
    pub(super) fn throttle(&self) -> &Throttle {
        &self.inner.throttle
    }
    pub(super) fn hashing(&self) -> &Hashing {
        &self.inner.hashing
    }
    pub(super) fn seen(&self) -> &Seen {
        &self.inner.seen
    }

    /// Remembers where the set-up token lies, so that it goes when it is used.
    pub(super) fn remember_setup_file(&self, path: PathBuf) {
        *self.inner.setup_file.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(path);
    }

    /// Removes the file of a used set-up token.
    pub(super) fn forget_setup_file(&self) {
        let path = self.inner.setup_file.lock().unwrap_or_else(|poison| poison.into_inner()).take();
        if let Some(path) = path
            && let Err(error) = std::fs::remove_file(&path)
        {
            tracing::warn!(%error, path = %path.display(), "the used set-up token's file stays; it opens nothing any more");
        }
    }
}

/// Reads the key, or makes it. Two programs that do so at once end with the same one.
pub(super) async fn load_key(db: &Db) -> Result<Key, Problem> {
    let mut stored = db.meta(KEY).await?;
    if stored.is_none() {
        let tx = db.begin(&OpContext::system("gate", model::Timestamp::default())).await?;
        let insert = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        tx.conn().run(insert, values![KEY, Key::random().to_hex()]).await?;
        tx.commit().await?;
        stored = db.meta(KEY).await?;
    }
    stored.as_deref().and_then(Key::from_hex).ok_or_else(|| Problem::internal(&"the floor's key cannot be read"))
}
