//! Passwords: what is accepted, and hashing that cannot take the machine away from everybody else.

use crate::Problem;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use axum::http::StatusCode;
use std::time::Duration;
use tokio::sync::{OnceCell, Semaphore};

/// The fewest characters of a new password.
const SHORTEST: usize = 12;
/// The most bytes of any password. Longer ones are refused before they are hashed.
const LONGEST: usize = 1024;
/// Log-ins that are hashed at the same time; each takes 19 MiB and some 20 ms of one core.
const AT_ONCE: usize = 2;
/// How long a log-in waits for its turn.
const WAIT: Duration = Duration::from_secs(5);

/// A password that may be set. It shows itself to nobody.
pub struct Password(String);

impl Password {
    /// Accepts 12 characters or more, up to 1 KiB.
    pub fn new(text: String) -> Result<Self, Problem> {
        check_length(&text)?;
        if text.chars().count() < SHORTEST {
            let detail = format!("A password has at least {SHORTEST} characters.");
            return Err(Problem::unprocessable("password.too_short", detail));
        }
        Ok(Password(text))
    }

    /// Its Argon2id hash with a salt of its own. For callers that are known; log-ins go through [`Hashing`].
    pub(super) async fn hash(self) -> Result<String, Problem> {
        blocking(move || hash(self.0.as_bytes())).await
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// Refuses what nobody can have as a password, before any work is done for it.
pub(super) fn check_length(text: &str) -> Result<(), Problem> {
    if text.len() > LONGEST {
        return Err(Problem::unprocessable("password.too_long", format!("A password has at most {LONGEST} bytes.")));
    }
    Ok(())
}

/// Verifies passwords for anybody who asks, a few at a time.
pub(super) struct Hashing {
    turns: Semaphore,
    /// Verified when there is no such user, so that the time does not tell.
    nobody: OnceCell<String>,
}

impl Default for Hashing {
    fn default() -> Self {
        Hashing { turns: Semaphore::new(AT_ONCE), nobody: OnceCell::new() }
    }
}

impl Hashing {
    /// Whether `password` has the hash `stored`; without a hash it takes the same time and answers no.
    pub(super) async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Problem> {
        let Ok(Ok(_turn)) = tokio::time::timeout(WAIT, self.turns.acquire()).await else {
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "auth.busy").detail("Too many log-ins at once."));
        };
        let nobody = self.nobody.get_or_try_init(|| blocking(|| hash(b"nobody has this password"))).await?;
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| nobody.clone());
        Ok(blocking(move || verify(password.as_bytes(), &stored)).await? && known)
    }
}

fn hash(password: &[u8]) -> Result<String, Problem> {
    Argon2::default().hash_password(password).map(|hash| hash.to_string()).map_err(|error| Problem::internal(&error))
}

fn verify(password: &[u8], stored: &str) -> Result<bool, Problem> {
    let stored = PasswordHash::new(stored).map_err(|error| Problem::internal(&error))?;
    match Argon2::default().verify_password(password, &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Problem::internal(&error)),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))?
}
