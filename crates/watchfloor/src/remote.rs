//! Talking to a running floor.

use crate::output::{CONTENT, Failure, REMOTE, USAGE, inert};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// A running floor and who asks it.
#[derive(clap::Args, Clone, Debug)]
pub struct Remote {
    /// A running floor
    #[arg(long, value_name = "URL", requires = "token")]
    pub server: Option<String>,
    /// A token for it
    #[arg(long, env = "WATCHFLOOR_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Certificates to trust in place of the system's, PEM: for a floor with a certificate of its own
    #[arg(long, env = "WATCHFLOOR_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

impl Remote {
    /// What requests are made with. No proxy of the environment: a token must not go where nobody meant it to.
    pub fn client(&self, server: &str) -> Result<reqwest::Client, Failure> {
        let mut builder = reqwest::Client::builder().connect_timeout(CONNECT).no_proxy().redirect(reqwest::redirect::Policy::none());
        if let Some(path) = &self.ca {
            let fault = |error: &dyn std::fmt::Display| Failure::usage(format!("cannot use {}: {error}", path.display()));
            let pem = std::fs::read(path).map_err(|error| fault(&error))?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| fault(&error))?;
            if certificates.is_empty() {
                return Err(fault(&"it holds no certificate"));
            }
            builder = builder.tls_certs_only(certificates);
        } else if server.starts_with("http://") {
            // A machine without any certificates can still reach its own loopback address.
            builder = builder.tls_certs_only([]);
        }
        builder.build().map_err(|error| Failure::usage(causes(&error)))
    }

    /// Asks for a path with its parameters.
    pub async fn get(&self, server: &str, path: &str, query: &[(&str, String)]) -> Result<Value, Failure> {
        let url = url(server, path, query)?;
        self.ask(server, self.client(server)?.get(url)).await
    }

    /// Sends bytes to a path with its parameters.
    pub async fn post(&self, server: &str, path: &str, query: &[(&str, String)], body: Vec<u8>) -> Result<Value, Failure> {
        let url = url(server, path, query)?;
        self.ask(server, self.client(server)?.post(url).body(body)).await
    }

    /// Sends a JSON document to a path with its parameters.
    pub async fn post_json(&self, server: &str, path: &str, query: &[(&str, String)], body: &Value) -> Result<Value, Failure> {
        let url = url(server, path, query)?;
        self.ask(server, self.client(server)?.post(url).header("content-type", "application/json").body(body.to_string())).await
    }

    async fn ask(&self, server: &str, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let request = request.bearer_auth(self.token.as_deref().unwrap_or_default());
        let answer = request.send().await.map_err(|error| Failure::remote(causes(&error)))?;
        let status = answer.status();
        let body = answer.text().await.map_err(|error| Failure::remote(causes(&error)))?;
        let body: Value = serde_json::from_str(&body).map_err(|_| Failure::remote(format!("{server} answered {status} and no JSON")))?;
        if status.is_success() { Ok(body) } else { Err(refusal(status.as_u16(), &body)) }
    }
}

fn url(server: &str, path: &str, query: &[(&str, String)]) -> Result<reqwest::Url, Failure> {
    let url = format!("{}{path}", server.trim_end_matches('/'));
    reqwest::Url::parse_with_params(&url, query).map_err(|error| Failure::usage(format!("{server}: {error}")))
}

/// What a floor said against a request. A question that was asked wrongly is our fault, everything else the other side.
fn refusal(status: u16, problem: &Value) -> Failure {
    let part = |name: &str| inert(problem[name].as_str().unwrap_or_default());
    let code = match (status, problem["code"].as_str()) {
        (422, Some("rules.none" | "rules.archive")) => CONTENT,
        (400 | 422, _) => USAGE,
        _ => REMOTE,
    };
    Failure { message: format!("the floor answered {status} {}: {}", part("code"), part("detail")), code }
}

/// An error with what caused it: `reqwest` says only "error sending request" by itself.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    inert(&text)
}
