//! A floor as its users meet it: the real binary in a temporary folder, spoken to over its sockets.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Floor {
    pub syslog_udp: SocketAddr,
    pub syslog_tcp: SocketAddr,
    url: String,
    dir: tempfile::TempDir,
    database: Option<String>,
    settings: Vec<(&'static str, String)>,
    child: Child,
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Floor {
    pub fn start(rules: &[(&str, &str)], database: Option<&str>) -> Floor {
        Floor::start_with(rules, database, Vec::new())
    }

    /// With settings as environment variables.
    pub fn start_with(rules: &[(&str, &str)], database: Option<&str>, settings: Vec<(&'static str, String)>) -> Floor {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("rules")).unwrap();
        for (name, text) in rules {
            std::fs::write(dir.path().join("rules").join(name), text).unwrap();
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let database = database.map(str::to_owned);
        let (child, addresses) = spawn(&dir.path().join("data"), &dir.path().join("rules"), database.as_deref(), &settings);
        Floor {
            syslog_udp: addresses["udp"],
            syslog_tcp: addresses["tcp"],
            url: format!("http://{}", addresses["http"]),
            dir,
            database,
            settings,
            child,
            runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
            client: reqwest::Client::new(),
        }
    }

    /// The port of console, API and foreign protocols.
    pub fn http_port(&self) -> u16 {
        self.url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap()
    }

    /// Where console, API and foreign protocols are.
    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.http_port()).into()
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its folder.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Kills the process, as a power cut would, after a while.
    pub fn kill_after(&self, pause: Duration) -> std::thread::JoinHandle<()> {
        let pid = self.child.id().to_string();
        std::thread::spawn(move || {
            std::thread::sleep(pause);
            assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        })
    }

    /// Tells the process to end, and waits until it has.
    pub fn stop(&mut self) {
        assert!(Command::new("kill").arg(self.pid().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "it ended in order");
    }

    /// Starts it on the same folder once the former process has ended.
    pub fn start_again(&mut self) {
        self.child.wait().unwrap();
        let (child, addresses) = spawn(&self.data(), &self.dir.path().join("rules"), self.database.as_deref(), &self.settings);
        self.child = child;
        (self.syslog_udp, self.syslog_tcp) = (addresses["udp"], addresses["tcp"]);
        self.url = format!("http://{}", addresses["http"]);
    }

    /// Runs a command of the binary on this floor's folder.
    pub fn command(&self, args: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchfloor"));
        command.args(args).arg("--data").arg(self.data());
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), text)
    }

    pub fn token(&self, role: &str) -> String {
        let (code, text) = self.command(&["token", "create", "--role", role, "--name", role]);
        assert_eq!(code, 0, "{text}");
        text.lines().find(|line| line.starts_with("wft_")).unwrap_or_else(|| panic!("no token in {text}")).to_owned()
    }

    pub fn call(&self, method: &str, path: &str, token: Option<&str>) -> (u16, Value) {
        let mut request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        self.finish(request).unwrap()
    }

    pub fn send(&self, token: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Result<(u16, Value), reqwest::Error> {
        let mut request = self.client.post(format!("{}{path}", self.url)).bearer_auth(token).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.finish(request)
    }

    fn finish(&self, request: reqwest::RequestBuilder) -> Result<(u16, Value), reqwest::Error> {
        self.runtime.block_on(async {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let text = answer.text().await?;
            Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
        })
    }

    pub fn try_get(&self, token: &str, path: &str) -> (u16, Value) {
        self.call("GET", path, Some(token))
    }

    pub fn get(&self, token: &str, path: &str) -> Value {
        let (status, answer) = self.try_get(token, path);
        assert_eq!(status, 200, "GET {path}: {answer}");
        answer
    }

    pub fn try_post(&self, token: &str, path: &str, body: &Value) -> (u16, Value) {
        self.send(token, path, &body.to_string(), &[("content-type", "application/json")]).unwrap()
    }

    pub fn post(&self, token: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.try_post(token, path, body);
        assert!((200..300).contains(&status), "POST {path}: {status} {answer}");
        answer
    }

    pub fn try_post_text(&self, token: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        self.send(token, path, body, headers).unwrap()
    }

    pub fn post_text(&self, token: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Value {
        let (status, answer) = self.try_post_text(token, path, body, headers);
        assert_eq!(status, 200, "POST {path}: {answer}");
        answer
    }

    /// The counters of `/metrics`.
    pub fn metrics(&self) -> BTreeMap<String, u64> {
        let (_, text) = self.call("GET", "/metrics", None);
        let text = text.as_str().unwrap();
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.rsplit_once(' '))
            .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
            .collect()
    }

    /// Asks until there is an answer.
    pub fn wait_for<T>(&self, mut ask: impl FnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            assert!(started.elapsed() < PATIENCE, "waited for {PATIENCE:?} in vain");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // It may have been killed by the test already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(
    data: &std::path::Path,
    rules: &std::path::Path,
    database: Option<&str>,
    settings: &[(&'static str, String)],
) -> (Child, BTreeMap<&'static str, SocketAddr>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfloor"));
    command.arg("serve").arg("--data").arg(data).arg("--rules").arg(rules);
    command.args(["--listen", "127.0.0.1:0", "--syslog-udp", "127.0.0.1:0", "--syslog-tcp", "127.0.0.1:0"]);
    if let Some(url) = database {
        command.args(["--database", url]);
    }
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut addresses = BTreeMap::new();
    let mut said = String::new();
    for line in lines.by_ref() {
        let line = line.unwrap();
        for (prefix, name) in [("syslog on udp://", "udp"), ("syslog on tcp://", "tcp"), ("listening on http://", "http")] {
            if let Some(address) = line.strip_prefix(prefix) {
                addresses.insert(name, address.parse().unwrap());
            }
        }
        said.push_str(&line);
        said.push('\n');
        if addresses.contains_key("http") {
            break;
        }
    }
    assert!(addresses.contains_key("http"), "the service did not start: {said}");
    // Whatever it says later must not fill the pipe.
    std::thread::spawn(move || lines.for_each(|line| eprintln!("{}", line.unwrap_or_default())));
    (child, addresses)
}
