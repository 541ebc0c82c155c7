//! Accounts and sessions.

use super::*;
use crate::Problem;
use crate::admin::users::user_by_name;
use crate::admin::{Gate, NewSession, UserChange, change_user, log_in, log_out, people, recover, sessions, users};
use std::time::{Duration, Instant};

fn any(_: &User) -> Result<(), Problem> {
    Ok(())
}

fn code<T>(result: Result<T, Problem>) -> String {
    result.err().map(|problem| problem.code.into_owned()).unwrap_or_default()
}

async fn enter(db: &Db, gate: &Gate, now: Timestamp, name: &str, password: &str) -> Result<NewSession, Problem> {
    log_in(db, gate, &at(now), name, password.into()).await
}

#[tokio::test]
async fn an_account_keeps_the_rules() {
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        let new = |name: &str, full_name: &str, role, password: &str| NewUser {
            name: name.into(),
            full_name: Some(full_name.into()),
            role,
            password: password.into(),
        };
        let create = async |new| code(create_user(&db, &at(NOON), new).await);
        let long = "n".repeat(65);
        for name in ["", "Mara", "m ara", "mаra", "mara\0", "-mara", "../mara", "mara\n", "ｍara", &long] {
            assert_eq!(create(new(name, "M", Role::Viewer, PASSWORD)).await, "user.name_invalid", "{name:?}");
        }
        for full_name in ["", "  ", "a\0", "a\u{202e}b", "a\u{200b}", "a\x1b[31m"] {
            assert_eq!(
                create(new("mara", full_name, Role::Viewer, PASSWORD)).await,
                "user.full_name_invalid",
                "{full_name:?}"
            );
        }
        assert_eq!(create(new("mara", "M", Role::Ingest, PASSWORD)).await, "user.role_invalid");
        assert_eq!(create(new("mara", "M", Role::Viewer, "11 letters.")).await, "password.too_short");
        assert_eq!(create(new("mara", "M", Role::Viewer, &"x".repeat(1025))).await, "password.too_long");
        assert!(journal(&db).await.is_empty(), "{}", records.name);
        assert_eq!(create(new("mara", "Mara Ünlü", Role::Admin, PASSWORD)).await, "");
        assert_eq!(create(new("mara", "Mara", Role::Viewer, PASSWORD)).await, "user.name_taken");
        assert_eq!(users(&db).await.unwrap().len(), 1);
        assert_eq!(actions(&db).await, ["user.create"]);
    }
}

#[tokio::test]
async fn a_change_is_journalled_without_the_password_and_one_administrator_stays() {
    for records in testkit::record_urls() {
        let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
        let (mara, jonas) = (add(&db, "mara", Role::Admin).await, add(&db, "jonas", Role::Viewer).await);
        let change = async |user: &User, change| change_user(&db, &gate, &at(NOON), user.id, any, change).await;
        let disable = || UserChange { disabled: Some(true), ..Default::default() };
        let demote = || UserChange { role: Some(Role::Viewer), ..Default::default() };
        assert_eq!(code(change(&mara, disable()).await), "user.last_admin");
        assert_eq!(code(change(&mara, demote()).await), "user.last_admin");
        assert_eq!(
            code(change(&jonas, UserChange { role: Some(Role::Ingest), ..Default::default() }).await),
            "user.role_invalid"
        );
        let stale = |user: &User| Err(Problem::stale("user", 7, user.version));
        assert_eq!(code(change_user(&db, &gate, &at(NOON), jonas.id, stale, disable()).await), "record.stale");
        assert_eq!(change(&jonas, demote()).await.unwrap(), jonas, "nothing to change");
        assert_eq!(journal(&db).await.len(), 2, "and nothing to journal");

        let password = Some("a new and better password".to_owned());
        let raise = UserChange { role: Some(Role::Admin), password, ..Default::default() };
        let raised = change(&jonas, raise).await.unwrap();
        assert_eq!((raised.version, raised.role), (2, Role::Admin));
        let last = journal(&db).await.remove(0);
        assert_eq!((last.action.as_str(), last.object), ("user.change", format!("user:{}", jonas.id)));
        assert_eq!(last.before.unwrap(), serde_json::json!({"role": "viewer"}));
        assert_eq!(last.after.unwrap(), serde_json::json!({"role": "admin", "password": "changed"}));
        for entry in journal(&db).await {
            let text = serde_json::to_string(&entry).unwrap();
            assert!(!text.contains("argon2") && !text.contains("horse") && !text.contains("better"), "{text}");
        }

        // Two administrators who demote each other at the same time.
        let promote = || UserChange { role: Some(Role::Admin), ..Default::default() };
        for _ in 0..5 {
            if records.name == "postgres" {
                // Two open connections, so that neither change has to wait for one. SQLite has but one to write with.
                let (from, to) = (at(NOON), at(NOON));
                drop(tokio::join!(db.begin(&from), db.begin(&to)));
            }
            let (one, two) = tokio::join!(change(&mara, demote()), change(&raised, demote()));
            assert!(one.is_ok() != two.is_ok(), "{}: {one:?} {two:?}", records.name);
            change(if one.is_ok() { &mara } else { &raised }, promote()).await.unwrap();
        }
        change(&raised, demote()).await.unwrap();
        let left = users(&db).await.unwrap();
        let nobody = model::UserId(uuid::Uuid::nil());
        assert_eq!(code(change_user(&db, &gate, &at(NOON), nobody, any, disable()).await), "not_found");
        let viewer = left.iter().find(|user| user.role == Role::Viewer).unwrap();
        change(viewer, disable()).await.unwrap();
        assert_eq!(people(&db).await.unwrap().len(), 1, "who is disabled cannot be given work");
        assert!(db::journal::verify(&db).await.unwrap().ok());
    }
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_a_locked_account_look_alike() {
    for records in testkit::record_urls() {
        let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
        add(&db, "mara", Role::Admin).await;
        let jonas = add(&db, "jonas", Role::Viewer).await;
        let lock = UserChange { disabled: Some(true), ..Default::default() };
        change_user(&db, &gate, &at(NOON), jonas.id, any, lock).await.unwrap();
        enter(&db, &gate, NOON, "mara", PASSWORD).await.unwrap();
        let begun = Instant::now();
        user_by_name(db.reader(), "mara").await.unwrap();
        let unhashed = begun.elapsed().min(Duration::from_millis(2));
        let mut answers = Vec::new();
        let cases = [("mara", "wrong password"), ("nobody", PASSWORD), ("jonas", PASSWORD), ("MARA\0", PASSWORD)];
        for (name, password) in cases {
            // The fastest of three: other work on the machine only makes it slower.
            let mut fastest = Duration::MAX;
            for _ in 0..3 {
                let begun = Instant::now();
                let problem = enter(&db, &gate, NOON, name, password).await.err().unwrap();
                fastest = fastest.min(begun.elapsed());
                answers.push(problem.to_string());
            }
            assert!(
                fastest > unhashed * 4,
                "{name:?} took {fastest:?}, and {unhashed:?} is what it takes without hashing"
            );
        }
        assert!(answers.iter().all(|text| *text == answers[0]), "{answers:?}");
        assert_eq!(code(enter(&db, &gate, NOON, "mara", &"x".repeat(1 << 20)).await), "password.too_long");
    }
}

#[tokio::test]
async fn who_guesses_has_to_wait_and_who_is_elsewhere_has_not() {
    let records = testkit::sqlite();
    let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
    add(&db, "mara", Role::Admin).await;
    for _ in 0..crate::admin::throttle::FREE_BY_NAME {
        assert_eq!(code(enter(&db, &gate, NOON, "mara", "wrong password").await), "auth.credentials_wrong");
    }
    let problem = enter(&db, &gate, NOON, "mara", PASSWORD).await.err().unwrap();
    assert_eq!((problem.status, problem.code.as_ref()), (429, "auth.throttled"));
    let elsewhere = OpContext { address: Some("192.0.2.8".into()), ..at(NOON) };
    log_in(&db, &gate, &elsewhere, "mara", PASSWORD.into()).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_by_log_out_disuse_age_and_every_change_of_the_account() {
    for records in testkit::record_urls() {
        let (db, gate) = (Db::connect(&records.url).await.unwrap(), Gate::default());
        add(&db, "mara", Role::Admin).await;
        let jonas = add(&db, "jonas", Role::Viewer).await;
        let find =
            async |now, cookie: &str| sessions::find(&db, &gate, now, cookie).await.unwrap().map(|(_, user)| user.name);
        let enter = async |now, name: &str| enter(&db, &gate, now, name, PASSWORD).await.unwrap();

        let (first, second) = (enter(NOON, "mara").await, enter(NOON, "mara").await);
        assert_ne!(first.cookie, second.cookie, "a new secret for each log-in");
        assert!(first.session.csrf_matches(&first.session.csrf) && !first.session.csrf_matches(&second.session.csrf));
        assert_eq!(find(NOON, &first.cookie).await.as_deref(), Some("mara"));
        for forged in ["", "x", &first.session.csrf, &first.cookie.replace(&first.cookie[..4], "0000")] {
            assert_eq!(find(NOON, forged).await, None, "{forged}");
        }
        log_out(&db, &gate, &at(NOON), &first.cookie).await.unwrap();
        log_out(&db, &gate, &at(NOON), &first.cookie).await.unwrap();
        assert_eq!(find(NOON, &first.cookie).await, None);
        assert_eq!(find(NOON, &second.cookie).await.as_deref(), Some("mara"));

        // Used every seven hours it lives on, until its day is over; unused it ends after eight.
        let idle = enter(NOON, "mara").await;
        for hour in [7, 14, 21, 24] {
            assert!(find(hours(hour), &second.cookie).await.is_some(), "{} hour {hour}", records.name);
            until_seen(&db, &second, hours(hour)).await;
        }
        assert_eq!(find(Timestamp(hours(24).0 + 1), &second.cookie).await, None, "its day is over");
        assert!(find(hours(8), &idle.cookie).await.is_some());
        let idle = enter(NOON, "mara").await;
        assert_eq!(find(Timestamp(hours(8).0 + 1), &idle.cookie).await, None, "unused for eight hours");

        let changes = [
            UserChange { role: Some(Role::Analyst), ..Default::default() },
            UserChange { password: Some(PASSWORD.into()), ..Default::default() },
            UserChange { disabled: Some(true), ..Default::default() },
        ];
        for change in changes {
            let session = enter(NOON, "jonas").await;
            change_user(&db, &gate, &at(NOON), jonas.id, any, change).await.unwrap();
            assert_eq!(find(NOON, &session.cookie).await, None, "{}", records.name);
        }
        recover(&db, &at(NOON), "jonas", "another password".into()).await.unwrap();
        let session = log_in(&db, &gate, &at(NOON), "jonas", "another password".into()).await.unwrap();
        assert_eq!(session.user.role, Role::Admin);
        let rename = UserChange { full_name: Some("Jonas B.".into()), ..Default::default() };
        change_user(&db, &gate, &at(NOON), jonas.id, any, rename).await.unwrap();
        assert!(find(NOON, &session.cookie).await.is_some(), "a new name ends nothing");
        assert!(db::journal::verify(&db).await.unwrap().ok());
    }
}

/// The use of a session is written down beside its request.
async fn until_seen(db: &Db, session: &NewSession, now: Timestamp) {
    use db::{Sql, values};
    let seen = "SELECT seen_at FROM sessions WHERE id = $1";
    for _ in 0..500 {
        let at: Option<i64> = db.reader().scalar(seen, values![session.session.id.to_string()]).await.unwrap();
        if at == Some(now.nanos()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the use was not noted");
}
