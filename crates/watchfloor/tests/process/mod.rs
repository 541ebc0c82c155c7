//! The binary with any arguments, and a browser's way of asking it.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test ends by it")]

use reqwest::header::HeaderMap;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A service that listens.
pub struct Service {
    /// `https://0.0.0.0:4711`, as it says itself.
    pub url: String,
    /// What it said on stderr until then.
    pub said: String,
    child: Child,
}

impl Service {
    /// Starts `serve` with these arguments; `Err` is the exit code and what it said.
    pub fn start(data: &Path, args: &[&str]) -> Result<Service, (i32, String)> {
        let mut command = binary();
        let mut child = command.arg("serve").arg("--data").arg(data).args(args).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (mut said, mut url) = (String::new(), None);
        for line in lines.by_ref() {
            let line = line.unwrap();
            url = line.strip_prefix("listening on ").map(str::to_owned);
            said.push_str(&line);
            said.push('\n');
            if url.is_some() {
                break;
            }
        }
        let Some(url) = url else { return Err((child.wait().unwrap().code().unwrap(), said)) };
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Service { url, said, child })
    }

    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary, without settings of the environment that the test runs in.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfloor"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("WATCHFLOOR_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end: exit code, stdout, stderr.
pub fn run(command: &mut Command, stdin: &str) -> (i32, String, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// An answer with everything that a browser sees.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
    /// The status and the code of a problem.
    pub fn fault(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

/// A browser, or a program that shows a token.
pub struct Client {
    pub runtime: tokio::runtime::Runtime,
    pub http: reqwest::Client,
    pub url: String,
    /// Sent with every request.
    pub headers: Vec<(&'static str, String)>,
}

impl Client {
    pub fn new(url: &str) -> Client {
        Client::with(url, reqwest::Client::builder().tls_certs_only([]))
    }

    pub fn with(url: &str, builder: reqwest::ClientBuilder) -> Client {
        // A second installation in the same process changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Client { runtime, http: builder.no_proxy().build().unwrap(), url: url.to_owned(), headers: Vec::new() }
    }

    pub fn request(&self, method: &str, path: &str, body: Option<Value>) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        }
    }

    pub fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        self.runtime.block_on(async {
            let answer = request.send().await?;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Ok(Answer { status, headers, bytes: answer.bytes().await?.to_vec() })
        })
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path, None)).unwrap()
    }

    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("POST", path, Some(body))).unwrap()
    }

    /// Logs in; from here on requests carry the cookie and the CSRF token.
    pub fn log_in(&mut self, name: &str, password: &str) -> Answer {
        let answer = self.post("/api/v1/session", serde_json::json!({ "name": name, "password": password }));
        if answer.status == 200 {
            let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
            let csrf = answer.json()["csrf"].as_str().unwrap().to_owned();
            self.headers = vec![("cookie", cookie), ("x-csrf-token", csrf)];
        }
        answer
    }
}
