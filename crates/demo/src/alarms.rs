//! False alarms: harmless things that rules fire on. Which ones a morning has, where and when, varies with the seed.

use crate::cast::{ADMIN, LINUX, PEOPLE, SSH, program as exe};
use crate::script::{DEFENDER, SECURITY, SYSMON, Script, clock, start};
use crate::{Channel, rules};
use rand::Rng;
use rand::seq::SliceRandom;
use serde_json::json;

/// Writes one false alarm of its kind.
type Kind = fn(&mut Script, i64);

/// Kinds of false alarm in one morning.
const KINDS: usize = 8;

pub(crate) fn write(script: &mut Script) {
    let mut kinds: [Kind; 14] = [
        disabled_account,
        unknown_user,
        administrator_added,
        task,
        unwanted_program,
        scan,
        sudo,
        outbound_ssh,
        usb_storage,
        vpn_spray,
        log_cleared,
        run_key,
        root_refused,
        root_logon,
    ];
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

fn outbound_ssh(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let data = json!({"Image": SSH, "User": format!("LARKFIELD\\{}", person.name), "Protocol": "tcp",
        "Initiated": "true", "SourceIp": person.ip, "DestinationIp": "198.51.100.60", "DestinationPort": "22"});
    script.windows(at, person.host, (SYSMON, 3), data, &[rules::OUTBOUND_SSH_FROM_WORKSTATION]);
}

fn usb_storage(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let serial = script.rng.random_range(100_000..999_999);
    let data = json!({"SubjectUserName": format!("{}$", person.host), "SubjectDomainName": "LARKFIELD",
        "DeviceId": format!(r"USBSTOR\Disk&Ven_Kestrel&Prod_Stick&Rev_1.00\{serial}&0"),
        "DeviceDescription": "Disk drive", "ClassName": "DiskDrive"});
    script.windows(at, person.host, (SECURITY, 6416), data, &[rules::USB_STORAGE_CONNECTED]);
}

/// A list of names is tried from one address.
fn vpn_spray(script: &mut Script, at: i64) {
    // A row takes a minute at most, and the morning ends at 11:20.
    let at = at.min(clock(11, 18, 0));
    let from = format!("198.51.100.{}", script.rng.random_range(128..250));
    for number in 0..script.rng.random_range(8..30) {
        let account = format!("user{number:02}");
        let fields = json!({"event": {"dataset": "larkwall.vpn", "action": "vpn-logon-failed", "reason": "unknown account"},
            "observer": {"type": "firewall", "name": "FW-EDGE-01"}, "source": {"ip": from}, "vpn": {"account": account},
            "destination": {"ip": "192.0.2.1", "port": 443}, "network": {"transport": "tcp", "direction": "inbound"}});
        script.ecs(at + number * 2_000, Channel::Firewall, fields, &[rules::VPN_LOGON_WITH_UNKNOWN_ACCOUNT]);
    }
}

fn log_cleared(script: &mut Script, at: i64) {
    let data = json!({"SubjectUserName": ADMIN.name, "SubjectDomainName": "LARKFIELD", "SubjectLogonId": "0x5f1a22"});
    script.windows(at, "WS-IT-09", (SECURITY, 1102), data, &[rules::SECURITY_LOG_CLEARED]);
}

fn run_key(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let program = format!(r"C:\Users\{}\AppData\Roaming\Tonbo\Tonbo.exe", person.name);
    let data = json!({"EventType": "SetValue", "Image": program, "Details": format!("\"{program}\" --hidden"),
        "TargetObject": r"HKU\S-1-5-21-1004\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Tonbo",
        "User": format!("LARKFIELD\\{}", person.name)});
    script.windows(at, person.host, (SYSMON, 13), data, &[rules::RUN_KEY_FROM_USER_PROFILE]);
}

fn root_refused(script: &mut Script, at: i64) {
    let (host, _) = *script.pick(LINUX);
    let port = script.rng.random_range(30_000..60_000);
    let line = format!("Failed password for root from 198.51.100.91 port {port} ssh2");
    script.linux(at, host, "sshd", &line, &[rules::SSH_ROOT_PASSWORD_REFUSED]);
}

fn root_logon(script: &mut Script, at: i64) {
    let (host, _) = *script.pick(LINUX);
    let line = format!("Accepted password for root from {} port 50231 ssh2", ADMIN.ip);
    script.linux(at, host, "sshd", &line, &[rules::SSH_ROOT_LOGON_BY_PASSWORD]);
}
