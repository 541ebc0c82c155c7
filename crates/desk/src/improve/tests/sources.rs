//! Sources: what an archive brings beside its rules, and what goes with a source.

use super::*;

/// An archive of these files.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap()
}

#[tokio::test]
async fn an_archive_brings_its_samples_along() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        start(&floor.desk, opening(&[])).await.unwrap();
        let one = rule(1, "One", "whoami", "");
        let body = packed(&[("win/one.yml", &one), ("win/one.hit.ndjson", "{}\n{}\n"), ("win/one.miss.ndjson", "{}\n"), ("win/two.hit.ndjson", "{}\n")]);
        let report = floor.send_bytes("/api/v1/rules/import?source=ours", body).await.ok();
        assert_eq!((&report["loaded"], report["refused"].as_array().unwrap().len()), (&json!(1), 0), "{report}");
        let shown = floor.get(&format!("/api/v1/rules/{}", id(1))).await.ok();
        let samples: Vec<(bool, i64)> = shown["samples"].as_array().unwrap().iter().map(|s| (s["hit"].as_bool().unwrap(), s["events"].as_i64().unwrap())).collect();
        assert_eq!(samples, [(true, 2), (false, 1)], "{}", records.name);
        let alone = floor.send_bytes("/api/v1/rules/import?source=other", packed(&[("a.hit.ndjson", "{}\n")])).await;
        assert_eq!(alone.fault(), (422, "rules.none"), "samples are no rules");
    }
}

#[tokio::test]
async fn a_source_goes_as_a_whole_and_what_it_hid_comes_back() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        start(&floor.desk, opening(&[("one.yml", &rule(1, "One", "whoami", ""))])).await.unwrap();
        let texts = [rule(1, "One, better", "whoami", ""), rule(2, "Two", "netstat", "")].join("---\n");
        floor.send_bytes("/api/v1/rules/import?source=ours", texts.into_bytes()).await.ok();
        disable(&floor.desk, &system(&floor.desk), &id(1), "loud".into()).await.unwrap();
        let path = "/api/v1/rules/sources/ours/remove";
        let ids = |report: &Value, kind: &str| -> Vec<String> {
            report[kind].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
        };
        let dry = floor.post(&format!("{path}?dry_run=true"), json!({})).await.ok();
        assert_eq!((ids(&dry, "removed"), ids(&dry, "changed"), &dry["loaded"]), (vec![id(2)], vec![id(1)], &json!(1)), "{}", records.name);
        assert_eq!(matching(&floor.desk, "netstat"), [id(2)], "a dry run changes nothing");
        assert_eq!(floor.post(path, json!({})).await.fault(), (422, "text.empty"));
        for (source, code) in [("built-in", (422, "rules.source")), ("nobody", (404, "not_found"))] {
            assert_eq!(floor.post(&format!("/api/v1/rules/sources/{source}/remove"), json!({ "reason": "x" })).await.fault(), code);
        }
        assert_eq!(floor.post(path, json!({ "reason": "replaced by our own" })).await.ok(), dry);
        assert!(matching(&floor.desk, "netstat").is_empty() && matching(&floor.desk, "whoami").is_empty());
        assert_eq!(floor.get(&format!("/api/v1/rules/{}", id(2))).await.fault(), (404, "not_found"));
        let one = floor.get(&format!("/api/v1/rules/{}", id(1))).await.ok();
        assert_eq!((&one["rule"]["source"], &one["rule"]["title"], &one["rule"]["state"]), (&json!("built-in"), &json!("One"), &json!("disabled")));
        let again = started_again(&floor.desk, &[("one.yml", &rule(1, "One", "whoami", ""))]).await;
        assert!(matching(&again, "netstat").is_empty());
        assert_eq!(floor.post(path, json!({ "reason": "again" })).await.fault(), (404, "not_found"));
        let filter = db::journal::JournalFilter { object: Some("rules:ours".into()), limit: 10, ..Default::default() };
        let told = db::journal::list(&floor.desk.db, &filter).await.unwrap();
        assert_eq!(told.items[0].action, "rules.remove");
        assert_eq!(told.items[0].reason.as_deref(), Some("replaced by our own"));
        assert!(db::journal::verify(&floor.desk.db).await.unwrap().streams.iter().all(|stream| stream.ok));
    }
}
