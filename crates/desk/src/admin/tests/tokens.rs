//! Tokens: garbage costs nothing, a revocation counts at once, an outage stops nobody who was in.

use super::*;
use crate::admin::{Gate, NewToken, UserChange, change_user, create_token, issue_token, revoke_token, tokens};
use std::time::{Duration, Instant};

async fn name(db: &Db, gate: &Gate, now: Timestamp, token: &str) -> Option<String> {
    crate::admin::tokens::find(db, gate, now, token).await.unwrap().map(|bearer| bearer.name)
}

#[tokio::test]
async fn a_token_works_until_it_is_revoked_or_expires() {
    for records in testkit::record_urls() {
        let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
        // The shell's own program, beside the running one.
        let shell = Db::connect(&records.url).await.unwrap();
        let NewToken { record, token } = create_token(&shell, &at(NOON), Role::Ingest, "sensor 1").await.unwrap();
        assert!(token.starts_with("wft_") && token.len() == 95, "{token}");
        let bearer = crate::admin::tokens::find(&db, &gate, NOON, &token).await.unwrap().unwrap();
        assert_eq!((bearer.id, bearer.role, bearer.owner), (record.id, Role::Ingest, None));
        assert_eq!((bearer.actor().kind, bearer.actor().name.as_str()), (ActorKind::Token, "sensor 1"));
        let second = create_token(&shell, &at(NOON), Role::Viewer, "second").await.unwrap().token;
        let (first_id, second_secret) = (&token[..31], &second[31..]);
        for forged in
            ["", "wft_", "wft__", "Bearer", &token[1..], &format!("{first_id}{second_secret}"), &"é".repeat(60)]
        {
            assert_eq!(name(&db, &gate, NOON, forged).await, None, "{forged}");
        }

        let listed = tokens(&db).await.unwrap();
        let text = serde_json::to_string(&listed).unwrap();
        assert!(listed.len() == 2 && !text.contains(&token[31..]) && !text.contains("hash"), "{text}");
        let mut noted = false;
        for _ in 0..500 {
            noted = tokens(&db).await.unwrap().iter().any(|token| token.last_used == Some(NOON));
            if noted {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(noted, "the use is noted");

        revoke_token(&db, &gate, &at(NOON), record.id).await.unwrap();
        assert_eq!(name(&db, &gate, NOON, &token).await, None, "at once in this program");
        assert_eq!(revoke_token(&db, &gate, &at(NOON), record.id).await.unwrap_err().code, "not_found");
        assert!(name(&db, &gate, NOON, &second).await.is_some());
        let id = tokens(&db).await.unwrap()[0].id;
        revoke_token(&shell, &Gate::default(), &at(NOON), id).await.unwrap();
        let begun = Instant::now();
        while name(&db, &gate, NOON, &second).await.is_some() {
            assert!(begun.elapsed() < Duration::from_millis(1200), "within a second from another program");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }

        let short = issue_token(&db, &at(NOON), Role::Viewer, "short", Some(hours(1))).await.unwrap().token;
        assert!(name(&db, &gate, NOON, &short).await.is_some());
        assert_eq!(name(&db, &gate, hours(1), &short).await, None, "expired, though remembered");
        for (bad, expires, code) in [
            ("", None, "token.name_invalid"),
            ("a\0", None, "token.name_invalid"),
            ("x", Some(NOON), "token.expires_in_the_past"),
        ] {
            assert_eq!(issue_token(&db, &at(NOON), Role::Viewer, bad, expires).await.unwrap_err().code, code);
        }
        let actions = actions(&db).await;
        assert_eq!(actions.iter().filter(|action| *action == "token.revoke").count(), 2);
        assert_eq!(actions.iter().filter(|action| *action == "token.create").count(), 3);
    }
}

#[tokio::test]
async fn a_token_never_exceeds_its_owner() {
    for records in testkit::record_urls() {
        let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
        add(&db, "mara", Role::Admin).await;
        let jonas = add(&db, "jonas", Role::Analyst).await;
        let actor = Actor { kind: ActorKind::User, user: Some(jonas.id), name: "jonas".into() };
        let ctx = OpContext { actor, ..at(NOON) };
        let strong = issue_token(&db, &ctx, Role::Analyst, "strong", None).await.unwrap();
        let weak = issue_token(&db, &ctx, Role::Viewer, "weak", None).await.unwrap();
        assert_eq!(strong.record.owner.unwrap().name, "jonas");
        let works = async |token: &str| name(&db, &gate, NOON, token).await.is_some();
        assert!(works(&strong.token).await && works(&weak.token).await);
        let change = async |change| {
            change_user(&db, &gate, &at(NOON), jonas.id, |_| Ok(()), change).await.unwrap();
        };
        change(UserChange { role: Some(Role::Viewer), ..Default::default() }).await;
        assert!(!works(&strong.token).await && works(&weak.token).await, "{}", records.name);
        change(UserChange { disabled: Some(true), ..Default::default() }).await;
        assert!(!works(&weak.token).await);
        change(UserChange { disabled: Some(false), role: Some(Role::Analyst), ..Default::default() }).await;
        assert!(works(&strong.token).await && works(&weak.token).await);
    }
}

#[tokio::test]
async fn garbage_asks_no_database_and_a_token_outlives_an_outage() {
    for records in testkit::record_urls() {
        let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
        let known = create_token(&db, &at(NOON), Role::Ingest, "known").await.unwrap().token;
        let unseen = create_token(&db, &at(NOON), Role::Ingest, "unseen").await.unwrap().token;
        let foreign = {
            let other = testkit::sqlite();
            let other = Db::connect(&other.url).await.unwrap();
            create_token(&other, &at(NOON), Role::Admin, "of another floor").await.unwrap().token
        };
        assert!(name(&db, &gate, NOON, &known).await.is_some());
        db.clone().close().await.unwrap();
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let begun = Instant::now();
        for _ in 0..1000 {
            assert_eq!(name(&db, &gate, NOON, &foreign).await, None, "well formed, but not ours");
            assert_eq!(name(&db, &gate, NOON, "wft_x_y").await, None);
            assert!(name(&db, &gate, NOON, &known).await.is_some(), "{}: as it was", records.name);
        }
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        let problem = crate::admin::tokens::find(&db, &gate, NOON, &unseen).await.unwrap_err();
        assert_eq!((problem.status, problem.code.as_ref()), (503, "records.unavailable"));
    }
}

#[tokio::test]
async fn a_sensor_is_let_in_while_postgresql_is_down() {
    let Some(mut server) = testkit::Postgres::start() else { return };
    let (db, gate) = (Db::connect(&server.fresh_database()).await.unwrap(), Gate::default());
    let token = create_token(&db, &at(NOON), Role::Ingest, "sensor").await.unwrap().token;
    assert!(name(&db, &gate, NOON, &token).await.is_some());
    server.kill();
    let down = Instant::now();
    while down.elapsed() < Duration::from_millis(2500) {
        let begun = Instant::now();
        assert!(name(&db, &gate, NOON, &token).await.is_some());
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.start_again();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let id = tokens(&db).await.unwrap()[0].id;
    revoke_token(&db, &gate, &at(NOON), id).await.unwrap();
    assert_eq!(name(&db, &gate, NOON, &token).await, None);
}
