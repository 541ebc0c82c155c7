//! The room on each database, through its functions and its routes.

mod correlations;
mod sources;

use detect::{Placeholders, RuleFile, Scratch, Setting};
use model::{OpContext, Severity, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

use super::{Base, Opening, RuleState, disable, enable, renew, start};
use crate::Desk;
use crate::triage::tests::{Floor, detection, rule as reference};

/// A rule that looks for a word in a command line.
fn rule(number: u8, title: &str, word: &str, more: &str) -> String {
    format!(
        "title: {title}\nid: {number:08}-2222-4333-8444-555555555555\nlevel: high\ntags: [attack.discovery, attack.t1033]\n{more}\
         logsource: {{ category: process_creation, product: windows }}\ndetection:\n    selection:\n        \
         process.command_line|contains: {word}\n    condition: selection\n"
    )
}

fn id(number: u8) -> String {
    format!("{number:08}-2222-4333-8444-555555555555")
}

fn files(rules: &[(&str, &str)]) -> Vec<RuleFile> {
    rules.iter().map(|(name, text)| RuleFile { name: (*name).to_owned(), text: (*text).into() }).collect()
}

fn opening(rules: &[(&str, &str)]) -> Opening {
    Opening { base: Base::BuiltIn, files: files(rules), only_first: false, setting: Setting::default() }
}

/// The same records and events in a program that has just started.
async fn started_again(desk: &Desk, rules: &[(&str, &str)]) -> Desk {
    let empty = std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(detect::RuleSet::empty()));
    let desk = Desk { rules: empty, rulebook: Default::default(), ..desk.clone() };
    start(&desk, opening(rules)).await.unwrap();
    desk
}

/// The ids of the rules that match a command line.
fn matching(desk: &Desk, command: &str) -> Vec<String> {
    let raw = json!({ "sigma": { "category": "process_creation", "product": "windows" }, "process": { "command_line": command } });
    let mut event = model::Event::default();
    let raw = raw.to_string();
    let input = parse::Input { raw: raw.as_bytes(), received: Timestamp(0), format: parse::Format::Json, peer: None };
    parse::parse_into(&input, &mut event);
    let (set, mut found) = (desk.rules.load_full(), Vec::new());
    set.matches(&event, &mut Scratch::default(), &mut found);
    found.iter().map(|index| set.rules()[*index as usize].reference.id.clone()).collect()
}

fn system(desk: &Desk) -> OpContext {
    OpContext::system("rule budget", desk.now())
}

#[tokio::test]
async fn a_rule_that_is_switched_off_stays_off_until_it_is_switched_on() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let (one, other) = (rule(1, "One", "whoami", ""), rule(2, "Other", "whoami", ""));
        let base = [("one.yml", one.as_str()), ("other.yml", other.as_str())];
        start(&floor.desk, opening(&base)).await.unwrap();
        assert_eq!(matching(&floor.desk, "whoami"), [id(1), id(2)], "{}", records.name);

        let path = format!("/api/v1/rules/{}", id(1));
        assert_eq!(floor.post(&format!("{path}/disable"), json!({})).await.fault(), (422, "request.body"));
        assert_eq!(floor.post(&format!("{path}/disable"), json!({ "reason": " " })).await.fault(), (422, "text.empty"));
        assert_eq!(floor.post("/api/v1/rules/none/disable", json!({ "reason": "x" })).await.fault(), (404, "not_found"));
        let off = floor.send("POST", &format!("{path}/disable"), Some(json!({ "reason": "noise since the update" })), Some("\"1\"")).await;
        assert_eq!(off.tag(), "\"2\"");
        let off = off.ok();
        assert_eq!((&off["state"], &off["set_by"]["name"], &off["reason"]), (&json!("disabled"), &json!("ada"), &json!("noise since the update")));
        assert_eq!(matching(&floor.desk, "whoami"), [id(2)]);
        let stale = floor.send("POST", &format!("{path}/enable"), Some(json!({ "reason": "x" })), Some("\"1\"")).await;
        assert_eq!(stale.fault(), (412, "record.stale"));

        let again = started_again(&floor.desk, &base).await;
        assert_eq!(matching(&again, "whoami"), [id(2)], "after a new start, {}", records.name);
        // Another text of it, as a newer program has it, is off too.
        let newer = rule(1, "One", "whoami", "author: Larkfield\n");
        let again = started_again(&again, &[("one.yml", &newer), ("other.yml", &other)]).await;
        assert_eq!(matching(&again, "whoami"), [id(2)]);
        assert_eq!(enable(&again, &system(&again), &id(1), "mended".into()).await.unwrap().state.as_str(), "enabled");
        assert_eq!(matching(&again, "whoami"), [id(1), id(2)]);

        let history = floor.get(&format!("{path}/history")).await.ok();
        let told: Vec<&str> = history["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        let mut actions = ["rule.enable", "rule.change", "rule.disable", "rule.add"];
        let mut sorted = told.clone();
        sorted.sort_unstable();
        actions.sort_unstable();
        assert_eq!(sorted, actions, "the clock stands still, so the order is not theirs");
        assert!(db::journal::verify(&floor.desk.db).await.unwrap().streams.iter().all(|stream| stream.ok));
    }
}

#[tokio::test]
async fn the_program_itself_may_switch_a_rule_off() {
    let records = testkit::sqlite();
    let floor = Floor::on(&records.url).await;
    start(&floor.desk, opening(&[("one.yml", &rule(1, "One", "whoami", ""))])).await.unwrap();
    let (_, mut live) = floor.desk.live.subscribe(None);
    let row = disable(&floor.desk, &system(&floor.desk), &id(1), "it took more than its time".into()).await.unwrap();
    assert_eq!((row.set_by.unwrap().name.as_str(), matching(&floor.desk, "whoami")), ("rule budget", vec![]));
    let told = live.try_recv().unwrap();
    assert_eq!((told.topic, told.ids), (crate::Topic::Rules, vec![id(1)]));
    // A second time nothing happens.
    assert_eq!(disable(&floor.desk, &system(&floor.desk), &id(1), "again".into()).await.unwrap().version, row.version);
    assert!(live.try_recv().is_err());
}

#[tokio::test]
async fn an_import_replaces_the_rules_of_its_source_and_says_what_it_changed() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        start(&floor.desk, opening(&[("one.yml", &rule(1, "One", "whoami", "")), ("two.yml", &rule(2, "Two", "netstat", ""))])).await.unwrap();
        let import = async |path: &str, texts: &[String]| floor.send_bytes(path, texts.join("---\n").into_bytes()).await;
        let ids = |report: &Value, kind: &str| -> Vec<String> {
            report[kind].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
        };
        let bad = rule(9, "Bad", "x", "").replace("condition: selection", "condition: selections");
        let texts = [rule(1, "One, better", "whoami", ""), rule(3, "Three", "ipconfig", ""), bad];
        let dry = import("/api/v1/rules/import?source=ours&dry_run=true", &texts).await.ok();
        assert_eq!((ids(&dry, "added"), ids(&dry, "changed"), ids(&dry, "removed")), (vec![id(3)], vec![id(1)], vec![]), "{}", records.name);
        assert_eq!((&dry["loaded"], &dry["unchanged"], &dry["refused"][0]["code"]), (&json!(2), &json!(0), &json!("rule.selection_unknown")));
        assert_eq!(dry["refused"].as_array().unwrap().len(), 1, "what another source lost is not this one's fault: {dry}");
        assert_eq!(dry["refused"][0]["name"], "ours/rules.yml#3");
        assert_eq!(dry["without_telemetry"].as_array().unwrap().len(), 2, "nothing has come in yet");
        assert!(matching(&floor.desk, "ipconfig").is_empty(), "a dry run changes nothing");

        assert_eq!(import("/api/v1/rules/import?source=ours", &texts).await.ok(), dry);
        assert_eq!((matching(&floor.desk, "ipconfig"), matching(&floor.desk, "netstat")), (vec![id(3)], vec![id(2)]));
        let one = floor.get(&format!("/api/v1/rules/{}", id(1))).await.ok();
        assert_eq!((&one["rule"]["title"], &one["rule"]["source"]), (&json!("One, better"), &json!("ours")));
        assert_eq!(one["revisions"].as_array().unwrap().len(), 2, "every text is kept");
        let refused = floor.get("/api/v1/rules/refused").await.ok();
        assert_eq!(refused["total"], 2, "the bad one, and the built-in one whose id is taken: {refused}");

        // What is off stays off, what is gone is gone, and what was there before comes back.
        disable(&floor.desk, &system(&floor.desk), &id(3), "loud".into()).await.unwrap();
        let second = import("/api/v1/rules/import?source=ours", &[rule(3, "Three", "ipconfig", "author: a\n")]).await.ok();
        assert_eq!((ids(&second, "changed"), ids(&second, "removed")), (vec![id(3)], vec![id(1)]));
        assert!(matching(&floor.desk, "ipconfig").is_empty());
        let one = floor.get(&format!("/api/v1/rules/{}", id(1))).await.ok();
        assert_eq!((&one["rule"]["title"], &one["rule"]["source"]), (&json!("One"), &json!("built-in")));
        import("/api/v1/rules/import?source=ours", &[rule(4, "Four", "tasklist", "")]).await.ok();
        assert_eq!(floor.get(&format!("/api/v1/rules/{}", id(3))).await.fault(), (404, "not_found"));
        import("/api/v1/rules/import?source=ours", &[rule(3, "Three", "ipconfig", "")]).await.ok();
        assert_eq!(floor.get(&format!("/api/v1/rules/{}", id(3))).await.ok()["rule"]["state"], "disabled");
        let again = started_again(&floor.desk, &[("one.yml", &rule(1, "One", "whoami", ""))]).await;
        assert_eq!((matching(&again, "netstat"), matching(&again, "whoami")), (vec![], vec![id(1)]), "the base is what the start says");

        for (path, body, code) in [
            ("/api/v1/rules/import?source=a/b", &b"x"[..], "rules.source"),
            ("/api/v1/rules/import?source=built-in", b"x", "rules.source"),
            ("/api/v1/rules/import", b"title: nothing\n", "rules.none"),
            ("/api/v1/rules/import", b"PK\x03\x04broken", "rules.archive"),
        ] {
            assert_eq!(floor.send_bytes(path, body.to_vec()).await.fault(), (422, code), "{path}");
        }
        assert!(db::journal::verify(&floor.desk.db).await.unwrap().streams.iter().all(|stream| stream.ok));
    }
}

#[tokio::test]
async fn the_list_filters_sorts_counts_and_pages() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let low = rule(2, "alpha", "netstat", "").replace("level: high", "level: low").replace("attack.t1033", "attack.t1059.001");
        let dns = rule(3, "Gamma 100%", "x", "").replace("category: process_creation", "category: dns_query");
        start(&floor.desk, opening(&[("b.yml", &rule(1, "Beta", "whoami", "")), ("a.yml", &low), ("c.yml", &dns)])).await.unwrap();
        disable(&floor.desk, &system(&floor.desk), &id(2), "loud".into()).await.unwrap();
        floor.run_commands(&["whoami"]).await;
        floor.clock.advance(Duration::from_secs(61));
        let titles = async |query: &str| -> Vec<String> {
            let page = floor.get(&format!("/api/v1/rules?{query}")).await.ok();
            page["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
        };
        for (query, wanted) in [
            ("", &["alpha", "Beta", "Gamma 100%"][..]),
            ("sort=level", &["Beta", "Gamma 100%", "alpha"]),
            ("state=disabled", &["alpha"]),
            ("level=low,medium", &["alpha"]),
            ("source=other", &[]),
            ("tag=attack.t1059", &["alpha"]),
            ("tag=attack.t105", &[]),
            ("tag=Attack.Discovery,attack.t1033", &["Beta", "Gamma 100%"]),
            ("q=100%25", &["Gamma 100%"]),
            ("q=DNS_query", &["Gamma 100%"]),
            ("telemetry=yes", &["alpha", "Beta"]),
            ("telemetry=no&state=enabled", &["Gamma 100%"]),
        ] {
            assert_eq!(titles(query).await, wanted, "{query} on {}", records.name);
        }
        let first = floor.get("/api/v1/rules?limit=2").await.ok();
        assert_eq!((first["items"].as_array().unwrap().len(), &first["total"]), (2, &json!(3)));
        let rest = titles(&format!("limit=2&cursor={}", first["next"].as_str().unwrap())).await;
        assert_eq!(rest, ["Gamma 100%"]);
        for bad in ["state=off", "level=awful", "sort=x", "telemetry=maybe", "limit=0", "cursor=x", "colour=red"] {
            assert_eq!(floor.get(&format!("/api/v1/rules?{bad}")).await.status, 400, "{bad}");
        }

        let facets = floor.get("/api/v1/rules/facets?state=enabled").await.ok();
        let counted = |kind: &str| -> BTreeMap<String, i64> {
            let each = facets[kind].as_array().unwrap().iter();
            each.map(|facet| (facet["value"].as_str().unwrap().to_owned(), facet["count"].as_i64().unwrap())).collect()
        };
        let of = |pairs: &[(&str, i64)]| pairs.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect::<BTreeMap<_, _>>();
        assert_eq!(counted("state"), of(&[("enabled", 2), ("disabled", 1)]), "not by itself");
        assert_eq!(counted("level"), of(&[("high", 2)]));
        assert_eq!(counted("telemetry"), of(&[("yes", 1), ("no", 1)]));

        let coverage = floor.get("/api/v1/rules/coverage").await.ok();
        let discovery = &coverage["tactics"][0];
        assert_eq!((&discovery["tactic"], &coverage["untagged"]), (&json!("discovery"), &json!(0)));
        assert_eq!(discovery["sum"], json!({ "rules": 3, "enabled": 2, "seeing": 1, "fired": 1 }));
        assert_eq!(discovery["techniques"][1], json!({ "technique": "T1059.001", "sum": { "rules": 1, "enabled": 0, "seeing": 0, "fired": 0 } }));
    }
}

#[tokio::test]
async fn matches_are_counted_once_by_the_hour_of_receipt() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        start(&floor.desk, opening(&[("one.yml", &rule(1, "One", "whoami", ""))])).await.unwrap();
        let fired = reference(&id(1), Severity::High);
        let now = floor.desk.now();
        let ago = |hours: u64| now.minus(Duration::from_secs(hours * 3600));
        let at = [(1, 0), (2, 1), (3, 23), (4, 25), (5, 24 * 8), (6, 24 * 31)];
        // Two on one host are one alert and two matches.
        let found = at.map(|(seq, hours)| detection(&fired, "host", seq, ago(hours)));
        floor.absorb(found.to_vec(), 6).await;
        // A follower that lost the answer repeats the call.
        floor.absorb(found.to_vec(), 6).await;
        floor.absorb(vec![detection(&fired, "other", 7, now)], 7).await;
        let detail = floor.get(&format!("/api/v1/rules/{}", id(1))).await.ok();
        assert_eq!(detail["rule"]["fired"], json!({ "day": 4, "week": 5, "month": 6, "last": "2026-03-12T08:00:00Z" }), "{}", records.name);
        let days: Vec<i64> = serde_json::from_value(detail["days"].clone()).unwrap();
        assert_eq!((days.len(), days[29], days[28], days[21], days.iter().sum::<i64>()), (30, 4, 1, 1, 6));
    }
}

#[tokio::test]
async fn one_rule_is_shown_with_its_text_strategy_findings_and_samples() {
    let records = testkit::sqlite();
    let floor = Floor::on(&records.url).await;
    let hostile = "description: '<script>alert(1)</script>'\nads: { goal: find it, response: call }\nfalsepositives: [admins]\n";
    let mut opening = opening(&[("x/one.yml", &rule(1, "One", "whoami", hostile))]);
    opening.files.extend(files(&[("x/one.hit.ndjson", "{}\n\n{}\n"), ("x/one.miss.ndjson", "{}\n"), ("x/another.hit.ndjson", "{}\n")]));
    start(&floor.desk, opening).await.unwrap();
    let answer = floor.get(&format!("/api/v1/rules/{}", id(1))).await;
    assert_eq!(answer.tag(), "\"1\"");
    let shown = answer.ok();
    assert!(shown["yaml"].as_str().unwrap().starts_with("title: One\n"));
    assert_eq!(shown["description"], "<script>alert(1)</script>");
    assert_eq!((&shown["strategy"]["goal"], &shown["strategy"]["blind_spots"]), (&json!("find it"), &json!("")));
    assert_eq!((&shown["condition"], &shown["falsepositives"]), (&json!("selection"), &json!(["admins"])));
    let samples: Vec<(bool, i64)> = shown["samples"].as_array().unwrap().iter().map(|s| (s["hit"].as_bool().unwrap(), s["events"].as_i64().unwrap())).collect();
    assert_eq!(samples, [(true, 2), (false, 1)]);
    let codes: Vec<&str> = shown["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"lint.author_missing"), "{codes:?}");
    assert_eq!(shown["rule"]["log_source"], "windows / process_creation");
}

#[tokio::test]
async fn other_lists_are_another_set_and_what_is_off_stays_off() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let listed = |number: u8| rule(number, "Listed", "x", "").replace("process.command_line|contains: x", "process.command_line|expand: '%tools%'");
        let (one, other) = (listed(1), listed(2));
        let setting = |tools: &[&str]| {
            let mut placeholders = Placeholders::new();
            placeholders.define("tools", tools.iter().copied());
            Setting { placeholders, ..Setting::default() }
        };
        let base = [("one.yml", one.as_str()), ("other.yml", other.as_str())];
        start(&floor.desk, Opening { setting: setting(&["whoami"]), ..opening(&base) }).await.unwrap();
        disable(&floor.desk, &system(&floor.desk), &id(1), "loud".into()).await.unwrap();
        assert_eq!((matching(&floor.desk, "whoami"), matching(&floor.desk, "netstat")), (vec![id(2)], vec![]), "{}", records.name);
        renew(&floor.desk, setting(&["netstat"])).await.unwrap();
        assert_eq!((matching(&floor.desk, "whoami"), matching(&floor.desk, "netstat")), (vec![], vec![id(2)]));
        // Its lists change while nothing that runs names them.
        disable(&floor.desk, &system(&floor.desk), &id(2), "loud too".into()).await.unwrap();
        renew(&floor.desk, setting(&["tasklist"])).await.unwrap();
        for number in [1, 2] {
            enable(&floor.desk, &system(&floor.desk), &id(number), "quiet again".into()).await.unwrap();
            let shown = floor.get(&format!("/api/v1/rules/{}", id(number))).await.ok();
            let in_force = floor.desk.rules.load_full();
            let place = in_force.find(&id(number)).unwrap() as usize;
            assert_eq!(shown["rule"]["revision"], in_force.rules()[place].reference.version, "what is shown is what is in force");
        }
        assert_eq!(matching(&floor.desk, "tasklist"), [id(1), id(2)], "the new lists are those of the next set too");
    }
}

/// A client may hang up at any moment: what the records say is what runs.
#[tokio::test]
async fn a_client_that_hangs_up_leaves_no_rule_off_that_runs() {
    let records = testkit::sqlite();
    let floor = Floor::on(&records.url).await;
    start(&floor.desk, opening(&[("one.yml", &rule(1, "One", "whoami", ""))])).await.unwrap();
    let mut finished = false;
    for polls in 1.. {
        let was_on = !matching(&floor.desk, "whoami").is_empty();
        let ctx = system(&floor.desk);
        let mut call: std::pin::Pin<Box<dyn Future<Output = _>>> = if was_on {
            Box::pin(disable(&floor.desk, &ctx, "00000001-2222-4333-8444-555555555555", "loud".into()))
        } else {
            Box::pin(enable(&floor.desk, &ctx, "00000001-2222-4333-8444-555555555555", "quiet".into()))
        };
        let mut left = polls;
        let done = std::future::poll_fn(|at| match call.as_mut().poll(at) {
            std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
            std::task::Poll::Pending if left == 1 => std::task::Poll::Ready(None),
            std::task::Poll::Pending => {
                left -= 1;
                std::task::Poll::Pending
            }
        });
        finished = done.await.is_some_and(|done| done.is_ok());
        drop(call);
        // What goes on without the client is over when it is somebody else's turn.
        drop(floor.desk.rulebook.turn().await);
        let row = floor.get(&format!("/api/v1/rules/{}", id(1))).await.ok();
        let is_on = !matching(&floor.desk, "whoami").is_empty();
        assert_eq!(row["rule"]["state"] == RuleState::Enabled.as_str(), is_on, "after {polls} polls");
        if finished || polls > 300 {
            break;
        }
    }
    assert!(finished, "the call came to its end");
}
