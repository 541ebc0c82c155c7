//! The lists of a running service: read at the start, looked at from time to time, read again when they have changed, and
//! swapped as a whole.

use super::keep::{Keeper, Look, status};
use crate::config::Settings;
use crate::content;
use crate::output::Failure;
use desk::Desk;
use desk::improve::{self, Opening};
use detect::Setting;
use ingest::Watching;
use model::{Clock, SystemClock, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Seconds between two looks at the folder.
const INTERVAL: usize = 60;

/// The lists of a floor.
pub struct Watch {
    keeper: Keeper,
    rules: Option<PathBuf>,
    every: Duration,
    watching: Arc<Watching>,
    /// What rules are compiled for: the watchlists, and the pipelines that the settings name.
    setting: Setting,
    /// Whether the rules in force have other watchlists.
    due: bool,
    look: Look,
    read_at: Timestamp,
    /// When an entry that is not valid yet will be.
    next: Option<Timestamp>,
}

impl Watch {
    /// Reads the lists of the floor in `data` as its settings say.
    pub fn start(data: &Path, settings: &Settings) -> Result<Watch, Failure> {
        let folder = settings.path("lists.path").unwrap_or_else(|| data.join("lists"));
        let every = settings.count("lists.interval")?.unwrap_or(INTERVAL);
        let mut watch = Watch {
            keeper: Keeper::new(folder, data),
            rules: settings.path("rules.path"),
            every: Duration::from_secs(every as u64),
            watching: Arc::default(),
            setting: Setting { pipelines: content::configured(settings)?, ..Setting::default() },
            due: false,
            look: Look::new(),
            read_at: SystemClock.now(),
            next: None,
        };
        watch.read().map_err(|error| Failure::usage(format!("the lists cannot be read: {error}")))?;
        Ok(watch)
    }

    /// What the pipeline holds events against.
    pub fn watching(&self) -> Arc<Watching> {
        self.watching.clone()
    }

    /// What the floor starts with: the rules as the settings say, with the watchlists that they name and through their
    /// pipelines.
    pub fn opening(&self) -> Result<Opening, Failure> {
        content::base(self.rules.as_deref(), self.setting.clone())
    }

    /// Reads everything; true if the watchlists are others now.
    fn read(&mut self) -> std::io::Result<bool> {
        // Before the reading: what changes meanwhile is seen the next time.
        let look = self.keeper.look()?;
        let now = SystemClock.now();
        let lists = self.keeper.read(now)?;
        for line in super::faults(&lists.reports) {
            tracing::warn!("{}", crate::output::inert(&line));
        }
        if !lists.reports.is_empty() || !self.watching.reports().is_empty() {
            let indicators = lists.indicators.len();
            tracing::info!(lists = lists.reports.len(), indicators, bytes = lists.indicators.heap_bytes(), "lists read");
        }
        self.watching.swap(lists.indicators, lists.reports);
        (self.look, self.read_at, self.next) = (look, now, lists.next);
        let others = std::mem::replace(&mut self.setting.placeholders, lists.placeholders) != self.setting.placeholders;
        self.tell();
        Ok(others)
    }

    /// Writes down what is in force, where there are lists at all.
    fn tell(&self) {
        if self.watching.reports().is_empty() && self.look.is_empty() {
            return;
        }
        if let Err(error) = self.keeper.tell(&status(&self.watching, self.read_at)) {
            tracing::warn!(%error, "the status of the lists could not be written");
        }
    }

    /// Looks and, where something has changed or begins to be valid, reads.
    fn again(&mut self) {
        let due = self.next.is_some_and(|next| next <= SystemClock.now());
        let done = self.keeper.look().and_then(|look| if look == self.look && !due { Ok(None) } else { self.read().map(Some) });
        match done {
            Ok(None) => self.tell(),
            Ok(Some(others)) => self.due |= others,
            Err(error) => tracing::warn!(%error, "the lists cannot be read; those of before stay in force"),
        }
    }

    /// Goes on until it is told to stop. The rules are compiled anew where their watchlists have changed.
    pub async fn follow(mut self, desk: Desk, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.every) => {}
            }
            let done = tokio::task::spawn_blocking(move || {
                self.again();
                self
            });
            self = match done.await {
                Ok(watch) => watch,
                Err(error) => return tracing::error!(%error, "the reader of lists has panicked; those in force stay"),
            };
            if !self.due {
                continue;
            }
            match improve::renew(&desk, self.setting.clone()).await {
                Ok(()) => self.due = false,
                // Tried again the next time.
                Err(error) => tracing::warn!(%error, "the rules stay as they are with the watchlists of before"),
            }
        }
    }
}
