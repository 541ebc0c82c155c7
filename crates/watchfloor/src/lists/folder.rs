//! Which files are lists, and of what: `indicators/`, `warninglists/` and `watchlists/` below the folder. What lies beside
//! them in the folder itself is a list of indicators; a single file is one too.

use detect::{ListRefusal, ListReport, Role};
use std::io;
use std::path::{Path, PathBuf};

/// Bytes of a file.
pub const MAX_BYTES: u64 = 512 << 20;
/// Files of a folder.
const MAX_FILES: usize = 20_000;
/// Folders: a link to the folder that it stands in makes many of one.
const MAX_FOLDERS: usize = 20_000;
/// Folders within one another.
const MAX_DEPTH: usize = 16;

/// A file of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is for.
    pub role: Role,
    /// What hits and reports call it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// What lies in a folder.
#[derive(Debug, Default)]
pub struct Found {
    /// Lists, by role and name.
    pub sources: Vec<Source>,
    /// What cannot be one.
    pub unread: Vec<ListReport>,
}

const ROLES: [(&str, Role); 3] =
    [("indicators", Role::Indicators), ("warninglists", Role::Warninglist), ("watchlists", Role::Watchlist)];

/// The lists of a folder.
///
/// # Errors
/// Where it cannot be read.
pub fn sources(folder: &Path) -> io::Result<Found> {
    let (mut found, mut folders) = (Found::default(), 0);
    if folder.is_file() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.sources.push(Source { role: Role::Indicators, name, path: folder.to_owned() });
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let role = ROLES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role);
        match (role, path.is_dir()) {
            _ if name.starts_with('.') => {}
            (Some(role), true) => below(&path, &path, role, (0, &mut folders), &mut found)?,
            (None, false) => found.sources.push(Source { role: Role::Indicators, name, path }),
            _ => found.refuse("list.folder", name, Role::Indicators, "no folder of lists"),
        }
    }
    found.sources.sort_by(|a, b| (a.role, &a.name, &a.path).cmp(&(b.role, &b.name, &b.path)));
    found.refuse_twins();
    Ok(found)
}

impl Found {
    fn refuse(&mut self, code: &'static str, name: String, role: Role, message: impl Into<String>) {
        self.unread.push(ListReport::unread(name, role, ListRefusal::new(code, "", message)));
    }

    /// Of lists of one name the first stays: reports, approvals and placeholders know a list by its name.
    fn refuse_twins(&mut self) {
        let mut kept: Vec<Source> = Vec::with_capacity(self.sources.len());
        for source in std::mem::take(&mut self.sources) {
            match kept.last().filter(|last| (last.role, &last.name) == (source.role, &source.name)) {
                Some(last) => {
                    let message = format!("{} is called so too, and is read", last.path.display());
                    self.refuse("list.name_twice", source.name, source.role, message);
                }
                None => kept.push(source),
            }
        }
        self.sources = kept;
    }
}

fn below(root: &Path, folder: &Path, role: Role, (depth, folders): (usize, &mut usize), found: &mut Found) -> io::Result<()> {
    *folders += 1;
    if *folders > MAX_FOLDERS {
        return Err(io::Error::other(format!("more than {MAX_FOLDERS} folders")));
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if file.starts_with('.') {
            continue;
        }
        let within = path.strip_prefix(root).unwrap_or(&path);
        if path.is_dir() {
            if depth < MAX_DEPTH {
                below(root, &path, role, (depth + 1, folders), found)?;
            } else {
                let message = format!("more than {MAX_DEPTH} folders within one another");
                found.refuse("list.folder", within.to_string_lossy().into_owned(), role, message);
            }
            continue;
        }
        if found.sources.len() >= MAX_FILES {
            return Err(io::Error::other(format!("more than {MAX_FILES} lists")));
        }
        let name = match role {
            // The name of a placeholder.
            Role::Watchlist => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            // MISP's warninglists are all called `list.json`.
            _ if file == "list.json" && depth > 0 => within.parent().unwrap_or(within).to_string_lossy().into_owned(),
            _ => within.to_string_lossy().into_owned(),
        };
        let named = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if role == Role::Watchlist && !(name.chars().all(named) && name.chars().any(char::is_alphanumeric)) {
            found.refuse("list.name", name, role, "no name of a placeholder");
            continue;
        }
        found.sources.push(Source { role, name, path });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_folder_says() {
        let dir = tempfile::tempdir().unwrap();
        let files = [
            "own.txt", "indicators/a.csv", "indicators/deep/b.txt", "warninglists/rfc1918/list.json", "warninglists/c.json",
            "watchlists/jump_hosts.txt", "watchlists/no name.txt", "other/d.txt", ".hidden", "indicators/.git/config",
            "watchlists/jump_hosts.csv", "watchlists/old/jump_hosts.txt",
        ];
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let found = sources(dir.path()).unwrap();
        let shown: Vec<(Role, &str)> = found.sources.iter().map(|source| (source.role, source.name.as_str())).collect();
        assert_eq!(
            shown,
            [
                (Role::Indicators, "a.csv"),
                (Role::Indicators, "deep/b.txt"),
                (Role::Indicators, "own.txt"),
                (Role::Warninglist, "c.json"),
                (Role::Warninglist, "rfc1918"),
                (Role::Watchlist, "jump_hosts"),
            ]
        );
        let mut refused: Vec<(&str, &str)> = found.unread.iter().map(|report| (report.name.as_str(), &*report.faults[0].code)).collect();
        refused.sort_unstable();
        let twice = ("jump_hosts", "list.name_twice");
        assert_eq!(refused, [twice, twice, ("no name", "list.name"), ("other", "list.folder")]);
        assert!(found.sources.last().unwrap().path.ends_with("watchlists/jump_hosts.csv"), "always the same of them");
        assert_eq!(sources(&dir.path().join("own.txt")).unwrap().sources.len(), 1);
        assert!(sources(&dir.path().join("absent")).is_err());
    }

    #[test]
    fn links_to_the_folder_itself_and_to_devices_do_no_harm() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let indicators = dir.path().join("indicators");
        std::fs::create_dir(&indicators).unwrap();
        std::fs::write(indicators.join("a.txt"), "192.0.2.7\n").unwrap();
        symlink("/dev/zero", indicators.join("endless.txt")).unwrap();
        symlink(".", indicators.join("again")).unwrap();
        let found = sources(dir.path()).unwrap();
        assert!(found.unread.iter().any(|report| report.faults[0].message.contains("within one another")));
        let (read, refused): (Vec<_>, Vec<_>) = found.sources.iter().map(Source::read).partition(Result::is_ok);
        assert_eq!(read.len(), refused.len());
        assert!(refused.into_iter().all(|refusal| refusal.unwrap_err().code == "list.unreadable"));
        for number in 0..20 {
            symlink(".", indicators.join(format!("again{number}"))).unwrap();
        }
        assert!(sources(dir.path()).is_err(), "an end to it");
    }
}
