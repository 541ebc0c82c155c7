//! Unmodified clients deliver 100,000 events each: all stored, searchable, none twice.
//!
//! rsyslog (omfwd, omelasticsearch) comes from Debian's packages, the Elasticsearch client from PyPI; `make test`
//! installs both. Without them a test says that it is skipped, unless `WATCHFLOOR_REQUIRE_CLIENTS` is set.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends by the one and tells by the other")]

mod floor;

use floor::Floor;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const EVENTS: u64 = 100_000;

/// The path of a program or module, or a visible skip.
fn required(what: &str, path: Option<PathBuf>) -> Option<PathBuf> {
    match path.filter(|path| path.exists()) {
        Some(path) => Some(path),
        None => {
            assert!(std::env::var_os("WATCHFLOOR_REQUIRE_CLIENTS").is_none(), "{what} is required and not installed");
            eprintln!("skipped: {what} is not installed");
            None
        }
    }
}

struct Rsyslog {
    child: Child,
    dir: tempfile::TempDir,
}

impl Rsyslog {
    /// Reads a file of lines and sends each by `action`.
    fn start(program: &Path, modules: &str, action: &str, template: &str) -> Rsyslog {
        let dir = tempfile::tempdir().unwrap();
        let lines: String = (0..EVENTS).map(|n| format!("line number {n}\n")).collect();
        std::fs::write(dir.path().join("lines.log"), lines).unwrap();
        let work = dir.path().display();
        let config = format!(
            "global(workDirectory=\"{work}\")\nmodule(load=\"imfile\")\n{modules}\n{template}\n\
             input(type=\"imfile\" file=\"{work}/lines.log\" tag=\"app:\" ruleset=\"out\")\n\
             ruleset(name=\"out\") {{ action({action} queue.type=\"linkedList\" queue.size=\"200000\" action.resumeRetryCount=\"-1\") }}\n"
        );
        let file = dir.path().join("rsyslog.conf");
        std::fs::write(&file, config).unwrap();
        let child = Command::new(program)
            .args(["-n", "-f"])
            .arg(&file)
            .arg("-i")
            .arg(dir.path().join("pid"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Rsyslog { child, dir }
    }
}

impl Drop for Rsyslog {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        println!("rsyslog ran in {}", self.dir.path().display());
    }
}

fn check(floor: &Floor, source: &str, word: &str) {
    let analyst = floor.token("analyst");
    floor.wait_for(|| (floor.metrics()["watchfloor_ingest_stored_total"] >= EVENTS).then_some(()));
    let sums = floor.metrics();
    let of = |name: &str| sums[&format!("watchfloor_ingest_{name}_total")];
    assert_eq!((of("stored"), of("received"), of("dropped")), (EVENTS, EVENTS, 0));
    let query = "SELECT count(*) AS n, count(DISTINCT message) AS d FROM events";
    let counted = floor.get(&analyst, &format!("/api/v1/search?lang=sql&q={}", query.replace(' ', "+")));
    assert_eq!(counted["rows"], json!([[EVENTS, EVENTS]]), "none is missing and none is there twice");
    let found = floor.get(&analyst, &format!("/api/v1/search?q=%22{word}+77777%22&columns=_source"));
    assert_eq!(found["rows"].as_array().map(Vec::len), Some(1), "{found}");
    assert!(found["rows"][0][1].as_str().unwrap().starts_with(source), "{found}");
}

#[test]
fn rsyslog_forwards_by_tcp() {
    let Some(program) = required("rsyslog", Some("/usr/sbin/rsyslogd".into())) else { return };
    let floor = Floor::start(&[], None);
    let action = format!(
        "type=\"omfwd\" target=\"127.0.0.1\" port=\"{}\" protocol=\"tcp\" TCP_Framing=\"octet-counted\"",
        floor.syslog_tcp.port()
    );
    let _rsyslog = Rsyslog::start(&program, "", &action, "");
    check(&floor, "syslog/", "line number");
}

#[test]
fn rsyslog_sends_to_the_bulk_receiver() {
    let module = ["/usr/lib/x86_64-linux-gnu/rsyslog/omelasticsearch.so", "/usr/lib/aarch64-linux-gnu/rsyslog/omelasticsearch.so"];
    let module = module.into_iter().map(PathBuf::from).find(|path| path.exists());
    let Some(_) = required("rsyslog-elasticsearch", module) else { return };
    let floor = Floor::start(&[], None);
    let action = format!(
        "type=\"omelasticsearch\" server=\"127.0.0.1\" serverport=\"{}\" uid=\"any\" pwd=\"{}\" template=\"event\" \
         searchIndex=\"rsyslog\" bulkmode=\"on\" queue.dequeueBatchSize=\"1000\"",
        floor.http_port(),
        floor.token("ingest")
    );
    let template = "template(name=\"event\" type=\"list\" option.jsonf=\"on\") { property(outname=\"message\" name=\"msg\" format=\"jsonf\") \
         property(outname=\"host.name\" name=\"hostname\" format=\"jsonf\") }";
    let modules = "module(load=\"omelasticsearch\")";
    let _rsyslog = Rsyslog::start(Path::new("/usr/sbin/rsyslogd"), modules, &action, template);
    check(&floor, "rsyslog", "line number");
}

const CLIENT: &str = r#"
import sys
from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk
client = Elasticsearch(sys.argv[1], basic_auth=("any", sys.argv[2]))
def events():
    for n in range(int(sys.argv[3])):
        yield {"_op_type": "create", "_index": "windows-2026.03.12", "_id": str(n), "message": f"event number {n}", "host": {"name": f"h{n % 50}"}}
print(sum(ok for ok, _ in streaming_bulk(client, events(), chunk_size=1000)))
"#;

#[test]
fn the_elasticsearch_client_sends_and_sends_again() {
    let python = std::env::var_os("WATCHFLOOR_PYTHON").map(PathBuf::from);
    let Some(python) = required("the Elasticsearch client for Python (WATCHFLOOR_PYTHON)", python) else { return };
    let floor = Floor::start(&[], None);
    let token = floor.token("ingest");
    let url = format!("http://127.0.0.1:{}", floor.http_port());
    for round in 0..2 {
        let output = Command::new(&python).args(["-c", CLIENT, &url, &token, &EVENTS.to_string()]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert_eq!(said, EVENTS.to_string(), "round {round}: {}", String::from_utf8_lossy(&output.stderr));
    }
    check(&floor, "windows", "event number");
    assert_eq!(floor.metrics()["watchfloor_ingest_repeated_total"], EVENTS);
}
