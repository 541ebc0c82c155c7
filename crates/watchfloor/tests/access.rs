//! Who gets in: the first start, TLS off loopback, the way back in, and sessions that end.
#![allow(clippy::unwrap_used, reason = "a test ends by it")]

mod process;

use process::{Client, Service, binary, run};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const PASSWORD: &str = "correct horse battery";
const LOOPBACK: &[&str] = &["--listen", "127.0.0.1:0"];

/// A fresh floor whose administrator `mara` has logged in.
fn floor(data: &Path) -> (Service, Client) {
    let service = Service::start(data, LOOPBACK).unwrap();
    let mut client = Client::new(&service.url);
    let token = std::fs::read_to_string(data.join("setup-token")).unwrap();
    let made = client.post("/api/v1/setup", json!({ "token": token.trim(), "name": "mara", "password": PASSWORD }));
    assert_eq!(made.status, 201, "{}", made.json());
    assert_eq!(client.log_in("mara", PASSWORD).status, 200);
    (service, client)
}

#[test]
fn the_first_start_offers_a_token_that_works_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let service = Service::start(&data, LOOPBACK).unwrap();
    let file = data.join("setup-token");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let token = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert!(!service.said.contains(&token), "the token is not printed");

    let mut client = Client::new(&service.url);
    assert_eq!(client.get("/api/v1/setup").json(), json!({ "needed": true }));
    let set_up = |token: &str, name: &str| client.post("/api/v1/setup", json!({ "token": token, "name": name, "password": PASSWORD }));
    assert_eq!(set_up("guessed", "mallory").fault(), (403, "setup.token_invalid".to_owned()));
    assert_eq!(set_up(&token, "mara").status, 201);
    assert_eq!(set_up(&token, "mallory").fault(), (409, "setup.done".to_owned()));
    assert!(!file.exists(), "a used token is taken away");
    let answer = client.log_in("mara", PASSWORD);
    assert_eq!(answer.status, 200);
    assert!(!answer.header("set-cookie").contains("Secure"), "over loopback without TLS a browser would drop it");
    assert_eq!(client.get("/api/v1/users").json()["total"], 1);
}

#[test]
fn off_loopback_there_is_tls_or_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let (code, said) = Service::start(&data, &["--listen", "0.0.0.0:0"]).map(drop).unwrap_err();
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("0.0.0.0:0 is not a loopback address") && said.contains("--tls-cert"), "{said}");
    assert!(!data.exists(), "and nothing was made");

    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    let (code, said) = Service::start(&data, &["--listen", "0.0.0.0:0", "--tls-cert", cert]).map(drop).unwrap_err();
    assert!(code == 3 && said.contains("--tls-key"), "{code} {said}");

    let service = Service::start(&data, &["--listen", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key]).unwrap();
    assert!(service.url.starts_with("https://0.0.0.0:"), "{}", service.url);
    let url = format!("https://127.0.0.1:{}", service.port());
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let mut client = Client::with(&url, reqwest::Client::builder().tls_certs_only([trusted]));
    let token = std::fs::read_to_string(data.join("setup-token")).unwrap();
    assert_eq!(client.post("/api/v1/setup", json!({ "token": token.trim(), "name": "mara", "password": PASSWORD })).status, 201);
    let answer = client.log_in("mara", PASSWORD);
    assert!(answer.header("set-cookie").contains("; Secure"), "{}", answer.header("set-cookie"));
    assert!(answer.header("strict-transport-security").starts_with("max-age="), "{:?}", answer.headers);
    assert_eq!(client.get("/api/v1/alerts").status, 200);
    let plain = Client::new(&format!("http://127.0.0.1:{}", service.port()));
    assert!(plain.send(plain.request("GET", "/healthz", None)).is_err(), "plain text on the TLS port is not answered");

    // Our own client: with the floor's certificate, and not without.
    let (_, token, _) = run(binary().args(["token", "create", "--role", "viewer", "--data"]).arg(&data), "");
    let search = |args: &[&str]| run(binary().args(["search", "", "--server", &url, "--token", token.trim()]).args(args), "");
    let (code, out, said) = search(&["--ca", cert, "--format", "json"]);
    assert!(code == 0 && out.contains("\"rows\":[]"), "{code} {out} {said}");
    let (code, _, said) = search(&["--ca", key]);
    assert!(code == 3 && said.contains("no certificate"), "{code} {said}");
    assert_eq!(search(&[]).0 / 2, 2, "an unknown certificate is the other side's fault, or this machine trusts nobody");
}

#[test]
fn a_lost_password_is_recovered_beside_the_running_service() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let (_service, mut client) = floor(&data);
    let recover = |name: &str, password: &str| run(binary().args(["user", "recover", name, "--data"]).arg(&data), &format!("{password}\n"));
    let (code, _, said) = recover("mara", "short");
    assert!(code == 3 && said.contains("password.too_short"), "{code} {said}");
    assert_eq!(client.get("/api/v1/users").status, 200, "and nothing changed");

    let (code, out, said) = recover("mara", "a new and better password");
    assert_eq!(code, 0, "{said}");
    assert!(!out.contains("better") && !said.contains("better"), "the password is not shown: {out} {said}");
    assert_eq!(client.get("/api/v1/users").status, 401, "old sessions are over");
    client.headers.clear();
    assert_eq!(client.log_in("mara", PASSWORD).status, 401);
    assert_eq!(client.log_in("mara", "a new and better password").status, 200);
    let entry = client.get("/api/v1/journal?actor=console").json()["items"][0].clone();
    assert_eq!((&entry["action"], &entry["actor"]["kind"]), (&json!("user.recover"), &json!("console")), "{entry}");
    assert_eq!(entry["after"]["password"], "changed");
    assert_eq!(run(binary().arg("verify").arg("--data").arg(&data), "").0, 0);
}

#[test]
fn a_reader_whose_session_is_over_is_let_go_although_the_floor_is_busy() {
    let dir = tempfile::tempdir().unwrap();
    let (_service, client) = floor(&dir.path().join("data"));
    let new = json!({ "name": "jonas", "role": "analyst", "password": PASSWORD });
    let jonas = client.post("/api/v1/users", new).json();
    let mut reader = Client::new(&client.url);
    reader.log_in("jonas", PASSWORD);
    let case = client.post("/api/v1/cases", json!({ "title": "noise" })).json()["number"].clone();

    let feed = reader.request("GET", "/api/v1/live", None);
    let followed = reader.runtime.spawn(async move {
        let mut answer = feed.send().await.unwrap();
        let mut read = 0;
        // The server ends the stream; a reset is an end too.
        while let Ok(Some(chunk)) = answer.chunk().await {
            read += chunk.len();
        }
        read
    });
    let note = |text: &str| client.post(&format!("/api/v1/cases/{case}/notes"), json!({ "text": text })).status;
    assert_eq!(note("before"), 201);
    let path = format!("/api/v1/users/{}", jonas["id"].as_str().unwrap());
    let changed = client.send(client.request("PATCH", &path, Some(json!({ "password": "another good password" })))).unwrap();
    assert_eq!(changed.status, 200, "{}", changed.json());
    assert_eq!(reader.get("/api/v1/alerts").status, 401);
    // A notice every few milliseconds: the feed is never silent, and ends all the same.
    let mut notices = 0;
    while !followed.is_finished() {
        assert_eq!(note("after"), 201);
        notices += 1;
        assert!(notices < 5_000, "the feed goes on");
    }
    assert!(reader.runtime.block_on(followed).unwrap() > 0, "it had been read");
}

#[test]
fn settings_are_shown_with_their_origin_and_a_wrong_one_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("watchfloor.toml");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:1\"\n[database]\nurl = \"postgres://wf:s3cret@localhost/floor\"\n").unwrap();
    let show = |environment: &[(&str, &str)]| {
        run(binary().args(["config", "show", "--origin", "--data"]).arg(dir.path()).envs(environment.iter().copied()), "")
    };
    let (code, out, said) = show(&[("WATCHFLOOR_SERVER__LISTEN", "127.0.0.1:2")]);
    assert_eq!(code, 0, "{said}");
    assert!(out.contains("server.listen = \"127.0.0.1:2\"  # environment WATCHFLOOR_SERVER__LISTEN"), "{out}");
    assert!(out.contains("wf:***@localhost/floor\"") && out.contains("watchfloor.toml:4") && !out.contains("s3cret"), "{out}");
    let (code, _, said) = show(&[("WATCHFLOOR_SERVER__LISEN", "127.0.0.1:2")]);
    assert!(code == 3 && said.contains("WATCHFLOOR_SERVER__LISEN"), "{code} {said}");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:0\"\nlisen = \"x\"\n").unwrap();
    let (code, said) = Service::start(dir.path(), &[]).map(drop).unwrap_err();
    assert!(code == 3 && said.contains("watchfloor.toml:3: there is no setting server.lisen"), "{code} {said}");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:0\"\n").unwrap();
    assert!(Service::start(dir.path(), &[]).unwrap().url.starts_with("http://127.0.0.1:"));

    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = run(binary().args(["completion", shell]), "");
        assert!(code == 0 && out.contains("watchfloor") && out.contains("verify"), "{shell}: {code}");
    }
    assert_eq!(run(binary().args(["completion", "csh"]), "").0, 3);
}
