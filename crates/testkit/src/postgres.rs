//! A real PostgreSQL in a temporary folder, for the tests of the records; and both databases side by side.
//!
//! It listens on a socket in its own folder, so tests do not share ports. It dies with the thread that started it, even
//! if that is killed: start it from the test's own thread.

use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// With this set to `1`, a missing PostgreSQL fails a test instead of skipping it.
const REQUIRED: &str = "WATCHFLOOR_REQUIRE_POSTGRES";

/// How long the server may take to be ready or gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running (or stopped) server.
pub struct Postgres {
    bin: PathBuf,
    folder: TempDir,
    server: Option<Child>,
    databases: AtomicU32,
}

impl Postgres {
    /// A fresh server. `None`, with a line on stderr, where PostgreSQL is not installed.
    pub fn start() -> Option<Postgres> {
        let Some(bin) = find_binaries() else {
            assert!(std::env::var(REQUIRED).as_deref() != Ok("1"), "PostgreSQL is not installed, and {REQUIRED}=1");
            eprintln!("skipped: PostgreSQL is not installed (Debian: apt install postgresql)");
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let mut server = Postgres { bin, folder, server: None, databases: AtomicU32::new(0) };
        let options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres"];
        run(server.command("initdb").args(options).arg("-D").arg(server.data()));
        server.start_again();
        Some(server)
    }

    /// The address of a new, empty database.
    pub fn fresh_database(&self) -> String {
        let name = format!("records_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        run(self
            .command("createdb")
            .args(["--username=postgres", "--template=template0", "-h"])
            .arg(self.folder.path())
            .arg(&name));
        self.address(&name)
    }

    /// The address of the server's own database, which is there from the start.
    pub fn url(&self) -> String {
        self.address("postgres")
    }

    /// Shuts the server down as an administrator does: clients are disconnected, everything is on disk.
    pub fn stop(&mut self) {
        self.end(Signal::INT);
    }

    /// Ends the server without any shutdown, as a crash does.
    pub fn kill(&mut self) {
        self.end(Signal::QUIT);
    }

    /// Starts the server again on the same data.
    pub fn start_again(&mut self) {
        assert!(self.server.is_none(), "the server runs already");
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("the server's log");
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path());
        command.args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.server = Some(command.spawn().expect("the server's process"));
        self.wait_until_ready();
    }

    fn wait_until_ready(&mut self) {
        let begun = Instant::now();
        // The eighth line of this file is the server's own word on its state.
        let ready = |text: String| text.lines().nth(7).is_some_and(|state| state.trim() == "ready");
        while !std::fs::read_to_string(self.data().join("postmaster.pid")).is_ok_and(ready) {
            let gone = self.server.as_mut().and_then(|child| child.try_wait().ok().flatten());
            if gone.is_some() || begun.elapsed() > PATIENCE {
                panic!("PostgreSQL did not start: {}", std::fs::read_to_string(self.log()).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn end(&mut self, signal: Signal) {
        let Some(mut child) = self.server.take() else {
            return;
        };
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            // An error means that it has ended by itself, which is what is wanted.
            let _ = kill_process(pid, signal);
        }
        let begun = Instant::now();
        while matches!(child.try_wait(), Ok(None)) {
            if begun.elapsed() > PATIENCE {
                let _ = child.kill();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// One of PostgreSQL's programs: as the user `postgres` where we are root, which it refuses to be, and told to end
    /// when we do.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "QUIT"]);
        if is_root() {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        command.arg("--").arg(self.bin.join(program)).current_dir(self.folder.path());
        command
    }

    fn address(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.path().display())
    }
    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An empty database of one kind.
pub struct Records {
    /// `sqlite` or `postgres`, for the message of a failed test.
    pub name: &'static str,
    /// Its address.
    pub url: String,
    /// What keeps it alive.
    _guard: Guard,
}

#[allow(dead_code, reason = "held for their Drop")]
enum Guard {
    Folder(TempDir),
    Server(Postgres),
}

/// One empty database of each kind: SQLite always, PostgreSQL where it is installed.
pub fn record_urls() -> Vec<Records> {
    let postgres =
        Postgres::start().map(|server| Records { name: "postgres", url: server.url(), _guard: Guard::Server(server) });
    std::iter::once(sqlite()).chain(postgres).collect()
}

/// An empty SQLite database, where the kind does not matter.
pub fn sqlite() -> Records {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("records.db").display());
    Records { name: "sqlite", url, _guard: Guard::Folder(folder) }
}

fn find_binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    // The newest last. Versions have two digits.
    folders.sort();
    let complete =
        |folder: &Path| ["postgres", "initdb", "createdb"].iter().all(|program| folder.join(program).exists());
    folders.into_iter().rev().find(|folder| complete(folder))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn run(command: &mut Command) {
    let Output { status, stderr, .. } = command.output().expect("a program to start");
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
}
