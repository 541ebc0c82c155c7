//! The lists of a service: what was taken last is kept, and a list that has lost nine tenths of its entries is held back
//! until somebody approves of it. Whoever can empty a list would otherwise switch off what it detects.

use super::{Found, sources};
use detect::{ListFile, ListRefusal, ListReport, Lists, Role};
use ingest::Watching;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Entries that a list must have had for its loss to be one.
const FEW: u64 = 20;

/// Where lists and what is known of them lie.
#[derive(Clone, Debug)]
pub struct Keeper {
    folder: PathBuf,
    kept: PathBuf,
}

/// What was taken of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    /// SHA-256 of the file, hexadecimal: the name of its copy.
    sha256: String,
    entries: u64,
}

/// What a service says of its lists.
#[derive(Debug, Serialize, Deserialize)]
pub struct Status {
    /// When they were read.
    pub read_at: Timestamp,
    /// Distinct indicators in force.
    pub indicators: usize,
    /// Bytes that they hold in memory.
    pub bytes: usize,
    /// Hits that warninglists have held back since the service started.
    pub harmless: BTreeMap<String, u64>,
    /// Each list.
    pub lists: Vec<ListReport>,
}

/// What was seen of the files, to know whether any has changed.
pub type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl Keeper {
    /// The lists of `folder` for a floor that lies in `data`.
    pub fn new(folder: PathBuf, data: &Path) -> Keeper {
        Keeper { folder, kept: data.join("lists-kept") }
    }

    fn found(&self) -> io::Result<Found> {
        match sources(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::default()),
            found => found,
        }
    }

    /// What the folder looks like from outside; equal looks are read once.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn look(&self) -> io::Result<Look> {
        let mut look = Look::new();
        let found = self.found()?;
        for path in found.sources.into_iter().map(|source| source.path).chain([self.approvals()]) {
            if let Ok(data) = std::fs::metadata(&path) {
                look.push((path, data.len(), data.modified().ok()));
            }
        }
        Ok(look)
    }

    /// Reads what is there. A list that has shrunk, or that yields nothing any more, stays as it was taken last.
    ///
    /// # Errors
    /// Where the folder cannot be read. What is wrong with a list is in its report.
    pub fn read(&self, now: Timestamp) -> io::Result<Lists> {
        let Found { sources, mut unread } = self.found()?;
        let (before, approved) = (self.taken(), self.approved());
        let (mut after, mut held) = (BTreeMap::new(), Vec::new());
        let files = sources.into_iter().filter_map(|source| {
            let key = key(source.role, &source.name);
            let former = before.get(&key);
            let (file, refusal) = match source.read() {
                Ok(file) => self.choose(file, former, &approved, now),
                Err(refusal) => (former.and_then(|former| self.copy(source.role, &source.name, former)), Some(refusal)),
            };
            if let Some(file) = &file {
                let sha256 = hex::encode(Sha256::digest(&file.bytes));
                self.keep(&sha256, &file.bytes);
                after.insert(key, sha256);
            }
            match (refusal, &file) {
                (Some(refusal), Some(_)) => held.push((source.role, source.name, refusal)),
                (Some(refusal), None) => unread.push(ListReport::unread(source.name, source.role, refusal)),
                (None, _) => {}
            }
            file
        });
        let mut lists = Lists::read(files, now);
        for (role, name, refusal) in held {
            if let Some(report) = lists.reports.iter_mut().find(|report| report.role == role && report.name == name) {
                report.refused += 1;
                report.faults.insert(0, refusal);
            }
        }
        self.remember(after, &lists.reports);
        lists.reports.extend(unread);
        Ok(lists)
    }

    /// The file, or the one that was taken before it.
    fn choose(&self, file: ListFile, former: Option<&Taken>, approved: &BTreeSet<String>, now: Timestamp) -> (Option<ListFile>, Option<ListRefusal>) {
        let sha256 = hex::encode(Sha256::digest(&file.bytes));
        let Some(former) = former.filter(|former| former.entries >= FEW && former.sha256 != sha256 && !approved.contains(&sha256)) else {
            return (Some(file), None);
        };
        // Counted by reading it apart: what is read into the set cannot be taken out again.
        let counted = Lists::read([file.clone()], now).reports.pop().map_or(0, |report| report.entries);
        if counted.saturating_mul(10) > former.entries {
            return (Some(file), None);
        }
        let message = format!("{counted} entries and before {}; those of before stay in force", former.entries);
        match self.copy(file.role, &file.name, former) {
            Some(copy) => (Some(copy), Some(ListRefusal::new("list.shrunk", "", message))),
            None => (Some(file), None),
        }
    }

    fn copy(&self, role: Role, name: &str, taken: &Taken) -> Option<ListFile> {
        let bytes = std::fs::read(self.kept.join(&taken.sha256)).ok()?;
        (hex::encode(Sha256::digest(&bytes)) == taken.sha256).then(|| ListFile { role, name: name.to_owned(), bytes })
    }

    /// Keeps a copy. A full disk costs the copy and not the list.
    fn keep(&self, sha256: &str, bytes: &[u8]) {
        let path = self.kept.join(sha256);
        if path.exists() {
            return;
        }
        if let Err(error) = std::fs::create_dir_all(&self.kept).and_then(|()| write_whole(&path, bytes)) {
            tracing::warn!(%error, "a copy of a list could not be kept");
        }
    }

    fn taken(&self) -> BTreeMap<String, Taken> {
        let bytes = std::fs::read(self.kept.join("taken.json")).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn remember(&self, after: BTreeMap<String, String>, reports: &[ListReport]) {
        let entries = |role, name: &str| reports.iter().find(|report| key(report.role, &report.name) == key(role, name)).map_or(0, |report| report.entries);
        let taken: BTreeMap<String, Taken> = reports
            .iter()
            .filter_map(|report| {
                let key = key(report.role, &report.name);
                let sha256 = after.get(&key)?.clone();
                Some((key, Taken { sha256, entries: entries(report.role, &report.name) }))
            })
            .collect();
        if taken.is_empty() && !self.kept.exists() {
            return;
        }
        let text = serde_json::to_vec_pretty(&taken).unwrap_or_default();
        if let Err(error) = std::fs::create_dir_all(&self.kept).and_then(|()| write_whole(&self.kept.join("taken.json"), &text)) {
            tracing::warn!(%error, "what was taken of the lists could not be written down");
            return;
        }
        self.forget(&taken);
    }

    /// Removes copies of what is in force no more.
    fn forget(&self, taken: &BTreeMap<String, Taken>) {
        for entry in std::fs::read_dir(&self.kept).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_copy = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_copy && !taken.values().any(|taken| taken.sha256 == name) {
                // It is tried again the next time.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    fn approvals(&self) -> PathBuf {
        self.kept.join("approved")
    }

    fn approved(&self) -> BTreeSet<String> {
        std::fs::read_to_string(self.approvals()).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Takes a list as it is now, however few entries it has. False where there is no such list.
    ///
    /// # Errors
    /// Where it cannot be read or the approval not be written.
    pub fn approve(&self, name: &str) -> io::Result<bool> {
        let found = self.found()?;
        let mut approved = self.approved();
        let before = approved.len();
        let mut known = false;
        for source in found.sources.iter().filter(|source| source.name == name) {
            let file = source.read().map_err(|refusal| io::Error::other(refusal.to_string()))?;
            approved.insert(hex::encode(Sha256::digest(&file.bytes)));
            known = true;
        }
        if approved.len() > before {
            std::fs::create_dir_all(&self.kept)?;
            let text: String = approved.iter().map(|sha256| format!("{sha256}\n")).collect();
            write_whole(&self.approvals(), text.as_bytes())?;
        }
        Ok(known)
    }

    /// Writes down what a service says of its lists.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn tell(&self, status: &Status) -> io::Result<()> {
        std::fs::create_dir_all(&self.kept)?;
        write_whole(&self.kept.join("status.json"), &serde_json::to_vec_pretty(status)?)
    }

    /// What the service said last.
    ///
    /// # Errors
    /// Where it has said nothing.
    pub fn status(&self) -> io::Result<Status> {
        Ok(serde_json::from_slice(&std::fs::read(self.kept.join("status.json"))?)?)
    }
}

/// What is known of lists that are in force.
pub fn status(watching: &Watching, read_at: Timestamp) -> Status {
    let (indicators, lists) = (watching.indicators(), watching.reports().to_vec());
    Status { read_at, indicators: indicators.len(), bytes: indicators.heap_bytes(), harmless: watching.harmless(), lists }
}

fn key(role: Role, name: &str) -> String {
    let role = match role {
        Role::Indicators => "indicators",
        Role::Warninglist => "warninglists",
        Role::Watchlist => "watchlists",
    };
    format!("{role}/{name}")
}

/// All of it or nothing.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    std::fs::write(&beside, bytes)?;
    std::fs::rename(beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(count: usize) -> String {
        (0..count).map(|number| format!("n{number}.evil.example\n")).collect()
    }

    #[test]
    fn a_list_that_has_lost_nine_tenths_is_held_back_until_it_is_approved() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("lists");
        let write = |text: &str| std::fs::write(folder.join("c2.txt"), text).unwrap();
        std::fs::create_dir(&folder).unwrap();
        let keeper = Keeper::new(folder.clone(), dir.path());
        let read = || {
            let lists = keeper.read(Timestamp(0)).unwrap();
            let report = &lists.reports[0];
            (lists.indicators.len(), report.faults.first().map(|fault| fault.code.to_string()))
        };
        write(&list(100));
        assert_eq!(read(), (100, None));
        write(&list(11));
        assert_eq!(read(), (11, None), "it may lose less");
        write(&list(1_000));
        assert_eq!(read(), (1_000, None));
        for shrunk in [list(100), "nothing of use\n".to_owned(), String::new(), "{".to_owned()] {
            write(&shrunk);
            assert_eq!(read(), (1_000, Some("list.shrunk".to_owned())), "{shrunk:?}");
            // Also for a service that has started anew.
            assert_eq!(Keeper::new(folder.clone(), dir.path()).read(Timestamp(0)).unwrap().indicators.len(), 1_000);
        }
        write(&list(100));
        let look = keeper.look().unwrap();
        assert!(!keeper.approve("other").unwrap() && keeper.approve("c2.txt").unwrap());
        assert_ne!(look, keeper.look().unwrap(), "an approval is seen");
        assert_eq!(read(), (100, None));
        let copies = std::fs::read_dir(dir.path().join("lists-kept")).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().len() == 64);
        assert_eq!(copies.count(), 1, "what is in force no more is forgotten");
        std::fs::remove_file(folder.join("c2.txt")).unwrap();
        assert_eq!(keeper.read(Timestamp(0)).unwrap().indicators.len(), 0, "a list that is removed is gone");
        std::fs::remove_dir(&folder).unwrap();
        assert_eq!(keeper.read(Timestamp(0)).unwrap().indicators.len(), 0, "a folder that is not there has no lists");
    }
}
