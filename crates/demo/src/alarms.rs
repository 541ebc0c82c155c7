//! False alarms: harmless things that rules fire on. Which ones a morning has, where and when, varies with the seed.

use crate::cast::{ADMIN, LINUX, PEOPLE, program as exe};
use crate::script::{DEFENDER, SECURITY, Script, start};
use crate::{Channel, rules};
use rand::Rng;
use rand::seq::SliceRandom;
use serde_json::json;

/// Kinds of false alarm in one morning.
const KINDS: usize = 4;

pub(crate) fn write(script: &mut Script) {
    let mut kinds: [fn(&mut Script, i64); 7] =
        [disabled_account, unknown_user, administrator_added, task, unwanted_program, scan, sudo];
    kinds.shuffle(&mut script.rng);
    for kind in kinds.into_iter().take(KINDS) {
        for _ in 0..script.rng.random_range(1..=3) {
            let at = script.some_time();
            kind(script, at);
        }
    }
}

fn disabled_account(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let data = json!({"TargetUserName": "h.brooks", "TargetDomainName": "LARKFIELD", "LogonType": "3",
        "Status": "0xc000006e", "SubStatus": "0xc0000072", "IpAddress": person.ip});
    script.windows(at, "DC-01", (SECURITY, 4625), data, &[rules::LOGON_ON_DISABLED_ACCOUNT]);
}

fn unknown_user(script: &mut Script, at: i64) {
    let (host, _) = *script.pick(LINUX);
    let name = *script.pick(&["oracle", "admin", "test", "ubuntu"]);
    let line = format!("Invalid user {name} from 198.51.100.140 port {}", script.rng.random_range(30_000..60_000));
    script.linux(at, host, "sshd", &line, &[rules::SSH_UNKNOWN_USER]);
}

fn administrator_added(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let data = json!({"SubjectUserName": ADMIN.name, "SubjectDomainName": "LARKFIELD", "TargetSid": "S-1-5-32-544",
        "TargetUserName": "Administrators", "MemberName": format!("CN={}", person.name)});
    script.windows(at, person.host, (SECURITY, 4732), data, &[rules::LOCAL_ADMINISTRATOR_ADDED]);
}

fn task(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let command = r"schtasks /create /tn Updater /tr C:\ProgramData\Updater\u.exe /sc daily";
    let run = start(r"C:\Windows\System32\schtasks.exe", command, exe::CMD);
    script.process(at, person.host, person.name, &run, &[rules::SCHEDULED_TASK_FROM_PROGRAMDATA]);
}

fn unwanted_program(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let data = json!({"Threat Name": "PUA:Win32/Bundler", "Detection User": format!("LARKFIELD\\{}", person.name),
        "Path": format!(r"file:_C:\Users\{}\Downloads\setup.exe", person.name)});
    script.windows(at, person.host, (DEFENDER, 1116), data, &[rules::UNWANTED_PROGRAM_FOUND]);
}

fn scan(script: &mut Script, at: i64) {
    let from = format!("198.51.100.{}", script.rng.random_range(128..250));
    let to = format!("192.0.2.{}", script.rng.random_range(70..90));
    let fields = json!({"event": {"dataset": "larkwall.traffic", "action": "deny"},
        "observer": {"type": "firewall", "name": "FW-EDGE-01"}, "source": {"ip": from, "port": 41_022, "bytes": 60},
        "destination": {"ip": to, "port": 22}, "network": {"transport": "tcp", "direction": "inbound"}});
    script.ecs(at, Channel::Firewall, fields, &[rules::SSH_SCAN_BLOCKED]);
}

fn sudo(script: &mut Script, at: i64) {
    let (host, _) = *script.pick(LINUX);
    let person = script.pick(PEOPLE);
    let name = person.name;
    let line = format!(
        "{name} : user NOT in sudoers ; TTY=pts/0 ; PWD=/home/{name} ; USER=root ; COMMAND=/usr/bin/apt update"
    );
    script.linux(at, host, "sudo", &line, &[rules::SUDO_NOT_ALLOWED]);
}
