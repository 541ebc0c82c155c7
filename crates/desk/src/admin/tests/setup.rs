//! The first start, and recovery.

use super::*;
use crate::Problem;
use crate::admin::{Gate, SETUP_VALID, log_in, offer_setup, recover, set_up, setup_needed};

fn first(name: &str) -> NewUser {
    NewUser { name: name.into(), full_name: None, role: Role::Admin, password: PASSWORD.into() }
}

async fn refusal(db: &Db, gate: &Gate, now: Timestamp, token: &str) -> String {
    let result: Result<User, Problem> = set_up(db, gate, &at(now), token, first("mara")).await;
    result.err().map(|problem| problem.code.into_owned()).unwrap_or_default()
}

#[tokio::test]
async fn the_set_up_token_works_once_for_an_hour_and_only_while_nobody_has_an_account() {
    for records in testkit::record_urls() {
        let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("setup-token");
        let read = || std::fs::read_to_string(&path).unwrap();
        assert!(setup_needed(&db).await.unwrap());
        assert_eq!(refusal(&db, &gate, NOON, "").await, "setup.token_invalid", "none was offered");

        assert!(offer_setup(&db, &gate, NOON, &path).await.unwrap());
        let old = read();
        assert!(offer_setup(&db, &gate, NOON, &path).await.unwrap());
        let token = read();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let meta: String = db.meta("setup.token").await.unwrap().unwrap();
        assert!(!meta.contains(token.trim()), "only its hash is kept");
        for wrong in [old.as_str(), "", "x", &token.trim()[1..], &format!("{}0", token.trim())] {
            assert_eq!(refusal(&db, &gate, NOON, wrong).await, "setup.token_invalid");
        }
        assert_eq!(refusal(&db, &gate, NOON.plus(SETUP_VALID), &token).await, "setup.token_expired");
        let weak = NewUser { password: "short".into(), ..first("mara") };
        assert_eq!(set_up(&db, &gate, &at(NOON), &token, weak).await.unwrap_err().code, "password.too_short");

        // Two who read the same file: one account.
        let (from, to) = (at(NOON), at(NOON));
        let (one, two) = tokio::join!(
            set_up(&db, &gate, &from, &token, first("mara")),
            set_up(&db, &gate, &to, &token, first("mallory")),
        );
        assert!(one.is_ok() != two.is_ok(), "{}: {one:?} {two:?}", records.name);
        assert!(!path.exists(), "a used token does not lie around");
        assert_eq!(refusal(&db, &gate, NOON, &token).await, "setup.done");
        assert!(!offer_setup(&db, &gate, NOON, &path).await.unwrap());
        assert!(!path.exists() && !setup_needed(&db).await.unwrap());
        let name = one.or(two).unwrap().name;
        assert_eq!(log_in(&db, &gate, &at(NOON), &name, PASSWORD.into()).await.unwrap().user.role, Role::Admin);
        assert_eq!(actions(&db).await, ["session.begin", "user.create"]);
    }
}

#[tokio::test]
async fn recovery_opens_a_locked_account_or_makes_one() {
    for records in testkit::record_urls() {
        let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
        recover(&db, &at(NOON), "root", PASSWORD.into()).await.unwrap();
        log_in(&db, &gate, &at(NOON), "root", PASSWORD.into()).await.unwrap();
        add(&db, "jonas", Role::Viewer).await;
        let jonas = recover(&db, &at(NOON), "jonas", "another password".into()).await.unwrap();
        assert_eq!((jonas.role, jonas.disabled, jonas.version), (Role::Admin, false, 2));
        assert!(log_in(&db, &gate, &at(NOON), "jonas", PASSWORD.into()).await.is_err());
        log_in(&db, &gate, &at(NOON), "jonas", "another password".into()).await.unwrap();
        assert!(recover(&db, &at(NOON), "Jonas", PASSWORD.into()).await.is_err());
        assert!(recover(&db, &at(NOON), "jonas", "short".into()).await.is_err());
        let entry = journal(&db).await.into_iter().find(|entry| entry.action == "user.recover").unwrap();
        assert_eq!(entry.actor.kind, ActorKind::Console);
        assert_eq!(entry.after.unwrap(), serde_json::json!({"password": "changed", "role": "admin"}));
    }
}
