//! Rules and a running floor: telemetry, imports and removals, and what is not lost while sets are exchanged.

use super::floor::Floor;
use super::{RULE, Sample, event, json};
use serde_json::Value;

#[test]
fn rules_without_telemetry_are_named_by_the_floor() {
    let sample = Sample::new(&[("rules/a.yml", RULE), ("rules/dns.yml", &RULE.replace("61e8", "71e8").replace("Someone", "Anyone").replace("process_creation", "dns_query"))]);
    let running = Floor::start(&[], None);
    let token = running.token("admin");
    running.post_text(&token, "/api/v1/ingest?source=test", &event("cmd.exe", "ann"), &[]);
    let url = format!("http://{}", running.address());
    let (code, out, err) = sample.rules(&["lint", "rules", "--server", &url, "--token", &token, "--min-weight", "warning"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("rules/dns.yml:8: warning lint.no_telemetry: no event of windows / dns_query has come in"), "{out}");
    assert_eq!(out.matches("lint.no_telemetry").count(), 1, "{out}");
    let (_, out, err) = sample.rules(&["import", "rules", "--dry-run", "--server", &url, "--token", &token]);
    assert!(out.contains("no events   Anyone asks who they are") && err.contains("without_telemetry=1\n"), "{out}{err}");
}

/// `RULE` with an id and a title of its own.
fn another(id: &str, title: &str) -> String {
    RULE.replace("61e8", id).replace("Someone asks who they are", title)
}

#[test]
fn rules_are_imported_into_a_running_floor_and_into_a_folder() {
    let sample = Sample::new(&[
        ("sigma/win/same.yml", &another("71e8", "First")),
        ("sigma/win/same.hit.ndjson", &event("whoami.exe", "ann").repeat(2)),
        ("sigma/win/same.miss.ndjson", &event("cmd.exe", "ann")),
        ("sigma/win/more.yml", &another("81e8", "Second")),
        ("sigma/bad.yml", &another("91e8", "Bad").replace("tool and", "tools and")),
        ("less/win/same.yml", &another("71e8", "First, mended")),
    ]);
    let mut running = Floor::start(&[("own.yml", RULE)], None);
    let (engineer, viewer) = (running.token("engineer"), running.token("viewer"));
    let url = |floor: &Floor| format!("http://{}", floor.address());
    let import = |floor: &Floor, path: &str, token: &str, more: &[&str]| {
        sample.rules(&[&["import", path, "--server", &url(floor), "--token", token, "--format", "json"][..], more].concat())
    };
    let counts = |text: &str| ["added", "changed", "removed", "refused", "without_telemetry"].map(|kind| json(text)[kind].as_array().unwrap().len());
    assert_eq!(sample.rules(&["import", "sigma"]).0, Some(3), "no floor is named");
    assert_eq!(import(&running, "sigma", &viewer, &[]).0, Some(4), "a viewer may not");
    let (code, out, err) = import(&running, "sigma", &engineer, &["--dry-run"]);
    assert_eq!((code, counts(&out)), (Some(0), [2, 0, 0, 1, 2]), "{err}");
    let listed = |floor: &Floor| {
        let page = floor.get(&viewer, "/api/v1/rules?sort=title");
        let row = |row: &Value| format!("{} {}", row["source"].as_str().unwrap(), row["file"].as_str().unwrap());
        page["items"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(listed(&running).len(), 1, "a dry run changes nothing");
    let (code, out, err) = import(&running, "sigma", &engineer, &[]);
    assert_eq!((code, counts(&out)), (Some(0), [2, 0, 0, 1, 2]), "{err}");
    assert_eq!(json(&out)["refused"][0]["name"], "sigma/bad.yml");
    let samples = |floor: &Floor, title: &str| {
        let rows = floor.get(&viewer, &format!("/api/v1/rules?q={title}"));
        let id = rows["items"][0]["id"].as_str().unwrap().to_owned();
        let shown = floor.get(&viewer, &format!("/api/v1/rules/{id}"));
        shown["samples"].as_array().unwrap().iter().map(|sample| sample["events"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(samples(&running, "First"), [2, 1], "the samples beside a rule come with it");
    assert_eq!(listed(&running), ["sigma sigma/win/same.yml".to_owned(), "sigma sigma/win/more.yml".to_owned(), "folder own.yml".to_owned()]);
    let (_, out, _) = import(&running, "less", &engineer, &["--source", "sigma"]);
    assert_eq!(counts(&out), [0, 1, 1, 0, 1]);
    assert_eq!(import(&running, "sigma/bad.yml", &engineer, &[]).0, Some(2), "nothing of it loads");

    // More than an ordinary request may have, with and without a key of its own.
    for headers in [&[][..], &[("idempotency-key", "big")]] {
        let (status, answer) = running.try_post_text(&engineer, "/api/v1/rules/import?source=big", &"# ".repeat(800_000), headers);
        assert_eq!((status, &answer["code"]), (422, &"rules.none".into()), "{answer}");
    }

    let data = running.data();
    let into = |path: &str| sample.rules(&["import", path, "--data", data.to_str().unwrap(), "--format", "json"]);
    let (code, _, err) = into("sigma");
    assert!(code == Some(3) && err.contains("in use"), "the folder is the service's: {code:?} {err}");
    running.stop();
    let (code, out, err) = into("sigma");
    assert_eq!((code, counts(&out)), (Some(0), [1, 1, 0, 1, 2]), "{err}");
    running.start_again();
    assert_eq!(listed(&running).len(), 3);

    // And out again, from a running floor and from a folder.
    let address = url(&running);
    let remove = |token: &str, more: &[&str]| sample.rules(&[&["remove", "sigma", "--server", &address, "--token", token, "--format", "json"][..], more].concat());
    assert_eq!(remove(&engineer, &[]).0, Some(3), "a reason is wanted");
    assert_eq!(remove(&viewer, &["--reason", "x"]).0, Some(4), "a viewer may not");
    let (code, out, err) = remove(&engineer, &["--dry-run"]);
    assert_eq!((code, counts(&out)), (Some(0), [0, 0, 2, 0, 0]), "{err}");
    assert_eq!(listed(&running).len(), 3, "a dry run changes nothing");
    let (code, out, err) = remove(&engineer, &["--reason", "we have our own"]);
    assert_eq!((code, counts(&out)), (Some(0), [0, 0, 2, 0, 0]), "{err}");
    assert_eq!(listed(&running), ["folder own.yml"]);
    assert_eq!(remove(&engineer, &["--reason", "again"]).0, Some(4), "it is gone");
    import(&running, "less", &engineer, &[]);
    running.stop();
    let (code, _, err) = sample.rules(&["remove", "less", "--data", data.to_str().unwrap(), "--reason", "a test"]);
    assert!(code == Some(0) && err.contains("removed=1"), "{err}");
    running.start_again();
    assert_eq!(listed(&running), ["folder own.yml"]);
    assert_eq!(running.command(&["verify"]).0, 0);
}

#[test]
fn no_event_is_dropped_or_matched_twice_while_rules_are_swapped() {
    const BATCH: u64 = 20;
    let (always, sometimes) = (another("71e8", "Always"), another("81e8", "Sometimes"));
    let mut floor = Floor::start(&[("always.yml", &always), ("sometimes.yml", &sometimes)], None);
    let (ingest, engineer, analyst) = (floor.token("ingest"), floor.token("engineer"), floor.token("analyst"));
    let [always, sometimes] = ["71e8", "81e8"].map(|id| RULE.lines().nth(1).unwrap().trim_start_matches("id: ").replace("61e8", id));
    let body = event("whoami.exe", "ann").repeat(BATCH as usize);
    let switch = |floor: &Floor, to: &str| {
        let (status, answer) = floor.try_post(&engineer, &format!("/api/v1/rules/{sometimes}/{to}"), &serde_json::json!({"reason": "a test"}));
        assert_eq!(status, 200, "{answer}");
    };
    let send = |floor: &Floor| floor.post_text(&ingest, "/api/v1/ingest?source=load", &body, &[]);
    let over = std::sync::atomic::AtomicBool::new(false);
    let sent = std::thread::scope(|scope| {
        let sending = || {
            let mut sent = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                let receipt = send(&floor);
                assert_eq!((&receipt["stored"], &receipt["received"]), (&BATCH.into(), &BATCH.into()));
                sent += 1;
            }
            sent
        };
        let senders = [scope.spawn(sending), scope.spawn(sending)];
        for _ in 0..25 {
            switch(&floor, "disable");
            switch(&floor, "enable");
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        senders.into_iter().map(|sender| sender.join().unwrap()).sum::<u64>() * BATCH
    });
    let count = |floor: &Floor, rule: &str| {
        let alerts = floor.get(&analyst, &format!("/api/v1/alerts?rule={rule}"));
        alerts["items"].as_array().unwrap().iter().map(|alert| alert["count"].as_u64().unwrap()).sum::<u64>()
    };
    let settled = |floor: &Floor, total: u64| floor.wait_for(|| (count(floor, &always) >= total).then_some(()));
    settled(&floor, sent);
    assert_eq!(floor.metrics()["watchfloor_ingest_stored_total"], sent);
    assert_eq!(count(&floor, &always), sent, "every event met it, once");
    let some = count(&floor, &sometimes);
    assert!(some > 0 && some < sent, "{some} of {sent}");
    assert_eq!(some % BATCH, 0, "a batch meets one set");
    println!("{sent} events over 50 swaps, {some} of them with the rule that came and went");
    let fired = |floor: &Floor, rule: &str| floor.get(&analyst, &format!("/api/v1/rules/{rule}"))["rule"]["fired"]["day"].as_u64().unwrap();
    assert_eq!((fired(&floor, &always), fired(&floor, &sometimes)), (sent, some));

    switch(&floor, "disable");
    send(&floor);
    settled(&floor, sent + BATCH);
    assert_eq!(count(&floor, &sometimes), some, "a rule that is off does not alert");
    floor.stop();
    floor.start_again();
    send(&floor);
    settled(&floor, sent + 2 * BATCH);
    assert_eq!(count(&floor, &sometimes), some, "nor after a new start");
    switch(&floor, "enable");
    send(&floor);
    settled(&floor, sent + 3 * BATCH);
    assert_eq!(count(&floor, &sometimes), some + BATCH);
}
