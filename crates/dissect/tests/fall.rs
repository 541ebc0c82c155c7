//! Workers that die, hang and try to get out. The test program is its own worker, so that it has a `main` of its own.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use dissect::{Log, Reader, Setup, Wanted};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::time::Duration;

const TESTS: [(&str, fn()); 4] = [
    ("a_worker_that_dies_or_hangs_costs_one_chunk", a_worker_that_dies_or_hangs_costs_one_chunk),
    ("a_worker_that_begins_early_counts_once_it_has_the_rules", a_worker_that_begins_early_counts_once_it_has_the_rules),
    ("a_worker_that_lies_costs_its_chunks", a_worker_that_lies_costs_its_chunks),
    ("a_worker_gets_at_nothing", a_worker_gets_at_nothing),
];

/// Passes answers on, but dies before that of chunk 2 and hangs before that of chunk 4.
struct Trap<W>(W);

impl<W: Write> Write for Trap<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let says = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        if says(b"\"chunk\":2,") {
            std::process::abort();
        }
        if says(b"\"chunk\":4,") {
            std::thread::sleep(Duration::from_secs(600));
        }
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if has("worker") {
        dissect::run_worker(io::stdin(), Trap(io::stdout())).unwrap();
    } else if has("liar") {
        lie();
    } else if has("captive") {
        // Nothing to read: what is left is a process in its cage.
        let cage = dissect::run_worker(io::empty(), io::sink()).unwrap();
        say(&format!("landlock {}\nseccomp {}", cage.landlock, cage.seccomp));
        try_everything(&arguments[1]);
    } else if has("free") {
        try_everything(&arguments[1]);
    } else if has("--list") {
        if !has("--ignored") {
            TESTS.iter().for_each(|(name, _)| say(&format!("{name}: test")));
        }
    } else {
        let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
        let chosen = TESTS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())));
        let passed = chosen.map(|(name, test)| {
            test();
            say(&format!("test {name} ... ok"));
        });
        // The first that fails ends the process with its panic.
        let passed = passed.count();
        say(&format!("test result: ok. {passed} passed; 0 failed; 0 ignored; 0 measured; {} filtered out", TESTS.len() - passed));
    }
}

fn say(line: &str) {
    io::stdout().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Says of each way out whether it is open.
fn try_everything(listener: &str) {
    let program = std::env::current_exe().unwrap_or_default();
    let tell = |what: &str, tried: io::Result<()>| match tried {
        Ok(()) => say(&format!("{what} open")),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => say(&format!("{what} refused")),
        Err(error) => say(&format!("{what} {error:?}")),
    };
    tell("read", File::open(&program).map(drop));
    tell("write", File::create(std::env::temp_dir().join(format!("dissect-captive-{}", std::process::id()))).map(drop));
    tell("connect", TcpStream::connect(listener).map(drop));
    tell("listen", TcpListener::bind("127.0.0.1:0").map(drop));
    tell("datagram", UdpSocket::bind("127.0.0.1:0").map(drop));
    tell("program", Command::new(&program).arg("--list").output().map(drop));
    let mut memory: Vec<u8> = Vec::new();
    say(if memory.try_reserve_exact(3 << 30).is_ok() { "memory open" } else { "memory refused" });
}

fn a_worker_gets_at_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let attempts = |mode: &str| -> BTreeMap<String, String> {
        // Both may leave a file in a folder that goes away.
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(std::env::current_exe().unwrap()).args([mode, &address]).env("TMPDIR", folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line.split_once(' ').unwrap()).map(|(what, end)| (what.to_owned(), end.to_owned())).collect()
    };
    let free = attempts("free");
    for what in ["read", "write", "connect", "listen", "datagram", "program"] {
        assert_eq!(free[what], "open", "{what}: the test itself is confined");
    }
    let captive = attempts("captive");
    assert_eq!(captive["memory"], "refused");
    for (wall, ways) in [("landlock", &["read", "write"][..]), ("seccomp", &["connect", "listen", "datagram", "program"])] {
        if captive[wall] == "false" {
            eprintln!("skipped: {ways:?}, since this kernel has no {wall}");
            continue;
        }
        for way in ways {
            assert_eq!(captive[*way], "refused", "{way}");
        }
    }
}

fn setup() -> Setup {
    Setup {
        program: std::env::current_exe().unwrap(),
        arguments: vec!["worker".into()],
        files: Default::default(),
        setting: Default::default(),
        indicators: Default::default(),
        rules: 0,
        wanted: Wanted::default(),
        chunk_limit: Duration::from_secs(2),
        start_limit: Duration::from_secs(60),
    }
}

fn a_worker_that_begins_early_counts_once_it_has_the_rules() {
    let rule = "title: A\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {product: app}\ndetection: {s: {a: b}, condition: s}\n";
    let files = vec![detect::RuleFile { name: "a.yml".to_owned(), text: rule.into() }];
    let log = Log::from_bytes(vec![0x2a; 4096 + 65536]);
    let read = |setup: Setup, rules: usize| {
        let mut reader = Reader::begun(Setup { files: files.clone().into(), ..setup });
        reader.expect(rules);
        reader.read(&log, 0, 1).map(|report| report.damage.len())
    };
    assert_eq!(read(setup(), 1).unwrap(), 1);
    assert!(read(setup(), 2).unwrap_err().to_string().contains("1 rules and not 2"));
    // The first one ends before anybody asks it.
    let folder = tempfile::tempdir().unwrap();
    let script = format!("mkdir '{}' && exit 1; exec '{}' worker", folder.path().join("met").display(), std::env::current_exe().unwrap().display());
    let fails_once = Setup { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()], ..setup() };
    assert_eq!(read(fails_once, 1).unwrap(), 1);
    assert!(folder.path().join("met").exists());
}

/// Answers as a worker does whose file has taken it over.
fn lie() {
    let ready = r#"{"rules":0,"cage":{"landlock":true,"seccomp":true}}"#.to_owned();
    let answer = format!(r#"{{"report":{{"events":{},"hits":[],"seen":[],"sightings":[],"damage":[]}},"kept":[]}}"#, u64::MAX);
    for message in [ready, answer.clone(), answer] {
        io::stdout().write_all(&u32::try_from(message.len()).unwrap().to_le_bytes()).unwrap();
        io::stdout().write_all(message.as_bytes()).unwrap();
    }
    io::stdout().flush().unwrap();
    io::copy(&mut io::stdin(), &mut io::sink()).unwrap();
}

fn a_worker_that_lies_costs_its_chunks() {
    let log = Log::from_bytes(vec![0x2a; 4096 + 2 * 65536]);
    let report = Reader::new(Setup { arguments: vec!["liar".into()], ..setup() }).read(&log, 0, 2).unwrap();
    assert_eq!(report.events, 0);
    let damage: Vec<(u64, bool)> = report.damage.iter().map(|damage| (damage.chunk, damage.reason.contains("set aside"))).collect();
    assert_eq!(damage, [(0, true), (1, true)]);
}

fn a_worker_that_dies_or_hangs_costs_one_chunk() {
    // Chunks of noise: a sound worker names each of them.
    let log = Log::from_bytes(vec![0x2a; 4096 + 6 * 65536]);
    let mut reader = Reader::new(setup());
    let report = reader.read(&log, 0, log.chunks() as usize).unwrap();
    let chunks: Vec<u64> = report.damage.iter().map(|damage| damage.chunk).collect();
    assert_eq!(chunks, [0, 1, 2, 3, 4, 5], "each chunk once, in order");
    for damage in &report.damage {
        let aside = match damage.chunk {
            2 => damage.reason.contains("died of it"),
            4 => damage.reason.contains("did not end in time"),
            _ => damage.reason.contains("chunk header"),
        };
        assert!(aside, "{damage:?}");
    }
}
