//! Opening: the lock, the manifest, the known ids, and the log read again.

use crate::columns::Row;
use crate::dedup::{self, Dedup, Taken};
use crate::manifest::{MANIFEST, Manifest};
use crate::memory::{Snapshot, View};
use crate::wal::codec::Logged;
use crate::wal::{self, End, Writer};
use crate::{LakeError, LakeOptions, LakeStats, Record};
use model::{Clock, Event};
use std::collections::VecDeque;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Semaphore, watch};

/// What the writing end holds. Locked before `view` where both are.
pub(crate) struct Writing {
    pub wal: Writer,
    pub next_seq: u64,
    pub dedup: Dedup,
    /// What the follower has not taken yet, as far as it fits; older ones are read from the files.
    pub recent: VecDeque<Arc<Record>>,
    /// Bytes that they take.
    pub recent_bytes: usize,
}

pub(crate) struct Shared {
    pub options: LakeOptions,
    pub clock: Arc<dyn Clock>,
    pub writing: Mutex<Writing>,
    pub view: Mutex<View>,
    pub durable: watch::Sender<u64>,
    /// The follower has done everything up to here.
    pub released: AtomicU64,
    pub closing: AtomicBool,
    pub torn_bytes: u64,
    /// Woken when there may be something to seal.
    pub wake: Arc<(Mutex<bool>, std::sync::Condvar)>,
    /// Held by who seals.
    pub sealing: Mutex<()>,
    /// Told, with `view`, when sealing has made room in memory.
    pub woken_by_sealer: std::sync::Condvar,
    /// What was verified of the segments.
    pub opened: crate::segment::Opened,
    /// How many queries run at once.
    pub queries: Arc<Semaphore>,
    /// How many statements run at once. They take longer than searches, which must not wait for them.
    pub statements: Arc<Semaphore>,
    /// Held for the life of the process: the lock on the folder.
    _lock: FolderLock,
}

impl Shared {
    pub(crate) fn open(options: LakeOptions, clock: Arc<dyn Clock>) -> Result<Shared, LakeError> {
        let io = |e| LakeError::io("create the lake's folders", e);
        for part in ["wal", "events", "quarantine"] {
            std::fs::create_dir_all(options.dir.join(part)).map_err(io)?;
        }
        let lock = lock(&options)?;
        let mut manifest = Manifest::load(&options.dir.join(MANIFEST))?;
        if manifest.id.is_none() {
            manifest.id = Some(uuid::Uuid::new_v4());
            manifest.save(&options.dir.join(MANIFEST))?;
        }
        crate::seal::remove_orphans(&options.dir, &manifest)?;
        let mut dedup = Dedup::load(&options.dir.join("seen.bin"))?;
        let sealed = manifest.sealed;
        let mut view = View::new(manifest);
        let mut last_seq = sealed;
        let mut torn_bytes = 0;
        let files = wal::files(&options.dir.join("wal"))?;
        for (place, file) in files.iter().enumerate() {
            let newest = place + 1 == files.len();
            let end = wal::read(file, newest, |batches| {
                for logged in batches {
                    remember(&mut dedup, &logged);
                    last_seq = last_seq.max((logged.first_seq + logged.raws.len() as u64).saturating_sub(1));
                    let rows: Vec<Row> = rows(&logged).filter(|row| row.event.seq > sealed).collect();
                    view.push(rows)?;
                }
                Ok(())
            })?;
            if let End::Torn(at) = end {
                let size = std::fs::metadata(&file.path).map_err(|e| LakeError::io("open a log file", e))?.len();
                torn_bytes = size - at;
                tracing::warn!(file = %file.path.display(), at, torn_bytes, "the log ended within a group that was never acknowledged; it is cut off");
                wal::cut(file, at)?;
            }
        }
        dedup.expire(clock.now(), options.dedup_window);
        let (durable, _) = watch::channel(last_seq);
        let wal = Writer::new(options.dir.join("wal"));
        Ok(Shared {
            clock,
            writing: Mutex::new(Writing { wal, next_seq: last_seq + 1, dedup, recent: VecDeque::new(), recent_bytes: 0 }),
            view: Mutex::new(view),
            durable,
            released: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            torn_bytes,
            wake: Arc::new((Mutex::new(false), std::sync::Condvar::new())),
            sealing: Mutex::new(()),
            woken_by_sealer: std::sync::Condvar::new(),
            opened: crate::segment::Opened::default(),
            queries: Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from).max(2))),
            statements: Arc::new(Semaphore::new(2)),
            _lock: lock,
            options,
        })
    }

    pub(crate) fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    pub(crate) fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot, LakeError> {
        Ok(self.view().snapshot()?)
    }

    pub(crate) fn path(&self, below: &std::path::Path) -> PathBuf {
        self.options.dir.join(below)
    }

    /// Free bytes on the disk.
    pub(crate) fn free_bytes(&self) -> Result<u64, LakeError> {
        let stat = rustix::fs::statvfs(&self.options.dir).map_err(|e| LakeError::io("ask how full the disk is", e.into()))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    pub(crate) fn stats(&self) -> LakeStats {
        let wal_bytes = wal::files(&self.options.dir.join("wal"))
            .map(|files| files.iter().filter_map(|file| std::fs::metadata(&file.path).ok()).map(|meta| meta.len()).sum())
            .unwrap_or(0);
        let view = self.view();
        LakeStats {
            events: *self.durable.borrow(),
            memory_events: view.rows() as u64,
            memory_bytes: view.bytes_in_all() as u64,
            segments: view.manifest.segments.len() as u64,
            segment_bytes: view.manifest.segments.iter().map(|segment| segment.bytes).sum(),
            wal_bytes,
            torn_bytes: self.torn_bytes,
            bare_events: view.bare(),
        }
    }

    /// Wakes the sealer.
    pub(crate) fn nudge(&self) {
        let (due, woken) = &*self.wake;
        *due.lock().unwrap_or_else(|poison| poison.into_inner()) = true;
        woken.notify_all();
    }

    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.nudge();
    }
}

/// The lock on the folder. Given back by word, not by closing the file: a child process that is just being started
/// shares the open file for a moment, and would hold the lock on.
struct FolderLock(File);

impl Drop for FolderLock {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the lock on the lake's folder could not be given back");
        }
    }
}

fn lock(options: &LakeOptions) -> Result<FolderLock, LakeError> {
    let path = options.dir.join("lock");
    let file = File::create(&path).map_err(|e| LakeError::io("create the lock file", e))?;
    match file.try_lock() {
        Ok(()) => Ok(FolderLock(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(LakeError::Locked(options.dir.clone())),
        Err(std::fs::TryLockError::Error(e)) => Err(LakeError::io("lock the lake's folder", e)),
    }
}

/// A batch's events, parsed again with the sequences that they have.
pub(crate) fn rows(logged: &Logged) -> impl Iterator<Item = Row> + '_ {
    logged.raws.iter().zip(logged.first_seq..).map(|(raw, seq)| row(logged, raw, seq))
}

pub(crate) fn row(logged: &Logged, raw: &[u8], seq: u64) -> Row {
    let mut event = Event::default();
    let input = parse::Input { raw, received: logged.received, format: logged.format, peer: logged.peer };
    // What another version of the parser took in must not keep this one from opening the log.
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| parse::parse_into(&input, &mut event))).is_err() {
        tracing::error!(seq, source = &*logged.source, "an event is read without its fields: the parser panicked");
        event = Event::new(raw, logged.received);
    }
    event.seq = seq;
    event.source = logged.source.clone();
    Row { event, format: logged.format, peer: logged.peer }
}

fn remember(dedup: &mut Dedup, logged: &Logged) {
    let taken = |body| Taken {
        body,
        stored: u32::try_from(logged.raws.len()).unwrap_or(u32::MAX),
        quarantined: u32::try_from(logged.quarantined.len()).unwrap_or(u32::MAX),
        rejected: logged.rejected,
        received: logged.received,
    };
    if let Some(id) = &logged.id {
        dedup.insert(dedup::batch_key(&logged.source, &id.id), taken(dedup::half(&id.body)));
    }
    for (id, raw) in logged.item_ids.iter().zip(&logged.raws) {
        if let Some(id) = id {
            dedup.insert(dedup::item_key(&logged.source, id), taken(dedup::body(raw)));
        }
    }
}
