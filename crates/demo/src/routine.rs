//! The routine of a working morning. No rule fires on any of it, though some of it comes near.

use crate::Channel;
use crate::cast::{
    ADMIN, APP_SERVER, BROWSER, CORRESPONDENTS, FILE_SERVER, GIT_SERVER, LINUX, MAIL_SERVER, PEOPLE, SERVERS, SITES,
    SSH, fqdn, program as exe,
};
use crate::script::{POWERSHELL, SECURITY, SYSMON, SYSTEM, Script, Start, clock, start};
use rand::Rng;
use serde_json::json;

/// Writes one event of its kind at a time.
type Kind = fn(&mut Script, i64);

pub(crate) fn write(script: &mut Script) {
    let amounts: [(Kind, std::ops::Range<u32>); 12] = [
        (program_started, 1_000..1_250),
        (library_loaded, 450..600),
        (connection, 400..550),
        (registry_set, 150..220),
        (logon, 600..750),
        (file_written, 300..420),
        (share_read, 300..420),
        (server_line, 500..650),
        (flow, 1_100..1_400),
        (query, 1_100..1_400),
        (page, 900..1_200),
        (mail, 140..200),
    ];
    for (kind, amount) in amounts {
        for _ in 0..script.rng.random_range(amount) {
            let at = script.some_time();
            kind(script, at);
        }
    }
    near_misses(script);
}

fn program_started(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let profile = format!(r"C:\Users\{}", person.name);
    let letter = format!("\"WINWORD.EXE\" /n \"{profile}\\Documents\\Letter.docx\"");
    let sheet = format!("\"EXCEL.EXE\" \"{profile}\\Documents\\Plan.xlsx\"");
    let run = match script.rng.random_range(0..7) {
        0 => start(exe::WORD, &letter, exe::EXPLORER),
        1 => start(exe::EXCEL, &sheet, exe::EXPLORER),
        2 => start(exe::FIREFOX, "\"firefox.exe\" -osint -url https://www.example.com/", exe::EXPLORER),
        3 => start(exe::OUTLOOK, "\"OUTLOOK.EXE\"", exe::EXPLORER),
        4 => start(exe::SVCHOST, r"C:\Windows\System32\svchost.exe -k netsvcs -p", exe::SERVICES),
        5 => start(exe::RUNDLL, r"rundll32.exe C:\Windows\System32\shell32.dll,Control_RunDLL", exe::EXPLORER),
        _ => start(exe::CMD, r"cmd.exe /c \\dc-01.larkfield.example\netlogon\map.cmd", exe::EXPLORER),
    };
    script.process(at, person.host, person.name, &run, &[]);
}

fn library_loaded(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let image = *script.pick(&[exe::WORD, exe::EXCEL, exe::OUTLOOK, exe::FIREFOX, exe::EXPLORER]);
    let library = *script.pick(&["msxml6.dll", "winhttp.dll", "amsi.dll", "urlmon.dll"]);
    let data = json!({"Image": image, "ImageLoaded": format!(r"C:\Windows\System32\{library}"), "Signed": "true",
        "Signature": "Microsoft Windows", "SignatureStatus": "Valid", "User": format!("LARKFIELD\\{}", person.name)});
    script.windows(at, person.host, (SYSMON, 7), data, &[]);
}

fn connection(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let (_, site) = *script.pick(SITES);
    let (image, to, port) =
        *script.pick(&[(exe::FIREFOX, site, 443), (exe::OUTLOOK, MAIL_SERVER, 443), (SSH, GIT_SERVER, 22)]);
    let data = json!({"Image": image, "User": format!("LARKFIELD\\{}", person.name), "Protocol": "tcp",
        "Initiated": "true", "SourceIp": person.ip, "DestinationIp": to, "DestinationPort": port.to_string()});
    script.windows(at, person.host, (SYSMON, 3), data, &[]);
}

fn registry_set(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let (key, value) = *script.pick(&[
        (r"Explorer\FileExts\.pdf\UserChoice\ProgId", "FirefoxPDF"),
        (r"Run\Conference", r"C:\Program Files\Conference\conference.exe --hidden"),
        (r"Internet Settings\ProxyEnable", "DWORD (0x00000001)"),
    ]);
    let data = json!({"EventType": "SetValue", "Image": exe::EXPLORER, "Details": value,
        "TargetObject": format!(r"HKU\S-1-5-21-1004\SOFTWARE\Microsoft\Windows\CurrentVersion\{key}"),
        "User": format!("LARKFIELD\\{}", person.name)});
    script.windows(at, person.host, (SYSMON, 13), data, &[]);
}

fn logon(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let (host, _) = *script.pick(SERVERS);
    let (id, sub_status) = *script.pick(&[(4624, "0x0"), (4624, "0x0"), (4634, "0x0"), (4625, "0xc000006a")]);
    let mut data = json!({"TargetUserName": person.name, "TargetDomainName": "LARKFIELD", "LogonType": "3", "IpAddress": person.ip});
    if id == 4625 {
        data["SubStatus"] = json!(sub_status);
    }
    script.windows(at, host, (SECURITY, id), data, &[]);
}

fn file_written(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let (image, name) =
        *script.pick(&[(exe::WORD, "Minutes.docx"), (exe::EXCEL, "Budget.xlsx"), (exe::FIREFOX, "offer.pdf")]);
    let data = json!({"Image": image, "TargetFilename": format!(r"C:\Users\{}\Documents\{name}", person.name),
        "User": format!("LARKFIELD\\{}", person.name)});
    script.windows(at, person.host, (SYSMON, 11), data, &[]);
}

fn share_read(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let file = *script.pick(&[r"Q1\closing.xlsx", r"Templates\Letter.dotx", r"Sales\offer.docx"]);
    let data = json!({"SubjectUserName": person.name, "SubjectDomainName": "LARKFIELD", "ShareName": r"\\*\Company",
        "RelativeTargetName": file, "IpAddress": person.ip, "AccessMask": "0x1"});
    script.windows(at, FILE_SERVER.0, (SECURITY, 5145), data, &[]);
}

fn server_line(script: &mut Script, at: i64) {
    let (host, _) = *script.pick(LINUX);
    let port = script.rng.random_range(30_000..60_000);
    let (admin, ip) = (ADMIN.name, ADMIN.ip);
    let (program, line) = match script.rng.random_range(0..5) {
        0 => ("sshd", format!("Accepted publickey for {admin} from {ip} port {port} ssh2")),
        1 => ("sshd", format!("pam_unix(sshd:session): session opened for user {admin}(uid=1001) by (uid=0)")),
        2 => ("sshd", format!("Failed password for {admin} from {ip} port {port} ssh2")),
        3 => ("CRON", "pam_unix(cron:session): session closed for user root".to_owned()),
        _ => {
            ("sudo", format!("{admin} : TTY=pts/0 ; PWD=/home/{admin} ; USER=root ; COMMAND=/usr/bin/systemctl status"))
        }
    };
    script.linux(at, host, program, &line, &[]);
}

fn flow(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let (name, site) = *script.pick(SITES);
    let (action, port) = *script.pick(&[("allow", 443), ("allow", 443), ("allow", 80), ("deny", 445), ("deny", 8_443)]);
    let (from_port, bytes) = (script.rng.random_range(49_152..65_535), script.rng.random_range(400..4_000_000));
    let bytes = if action == "deny" { 0 } else { bytes };
    let mut fields = json!({"event": {"dataset": "larkwall.traffic", "action": action},
        "observer": {"type": "firewall", "name": "FW-EDGE-01"}, "source": {"ip": person.ip, "port": from_port, "bytes": bytes},
        "destination": {"ip": site, "port": port}, "network": {"transport": "tcp", "direction": "outbound"}});
    if port == 443 {
        fields["network"]["protocol"] = json!("tls");
        fields["tls"] = json!({"client": {"server_name": name}});
    }
    script.ecs(at, Channel::Firewall, fields, &[]);
}

fn query(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let (name, address) = *script.pick(SITES);
    let age = script.rng.random_range(200..6_000);
    let fields = json!({"event": {"dataset": "resolver.query"}, "source": {"ip": person.ip}, "resolver": {"domain_age_days": age},
        "dns": {"question": {"name": name, "type": "A"}, "answers": [{"data": address}], "response_code": "NOERROR"}});
    script.ecs(at, Channel::Dns, fields, &[]);
}

fn page(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let (site, address) = *script.pick(SITES);
    let (method, status) = *script.pick(&[("GET", 200), ("GET", 200), ("GET", 304), ("POST", 200), ("GET", 404)]);
    let (sent, received) = (script.rng.random_range(300..60_000), script.rng.random_range(200..900_000));
    let number = script.rng.random_range(1..400);
    let fields = json!({"event": {"dataset": "webproxy.access"}, "observer": {"type": "proxy", "name": "PRX-02"},
        "host": {"name": fqdn(person.host)}, "source": {"ip": person.ip},
        "destination": {"ip": address, "port": 443}, "user": {"name": person.name}, "user_agent": {"original": BROWSER},
        "http": {"request": {"method": method, "bytes": sent}, "response": {"status_code": status, "bytes": received}},
        "url": {"domain": site, "full": format!("https://{site}/page/{number}")}});
    script.ecs(at, Channel::Proxy, fields, &[]);
}

fn mail(script: &mut Script, at: i64) {
    let person = script.pick(PEOPLE);
    let from = *script.pick(CORRESPONDENTS);
    let (action, file) = *script.pick(&[
        ("delivered", "offer.pdf"),
        ("delivered", "order.docx"),
        ("delivered", "photo.jpg"),
        ("quarantined", "scan.docm"),
    ]);
    let size = script.rng.random_range(9_000..900_000);
    let fields = json!({"event": {"dataset": "mailgateway.mail", "action": action}, "host": {"name": "MX-01"},
        "source": {"ip": "203.0.113.25"}, "user": {"name": person.name},
        "email": {"from": {"address": from}, "to": {"address": format!("{}@larkfield.example", person.name)},
            "subject": "Your order", "attachments": [{"file": {"name": file, "size": size}}]}});
    script.ecs(at, Channel::MailGateway, fields, &[]);
}

/// What looks like the intrusion and is not: each differs from a rule in one thing.
fn near_misses(script: &mut Script) {
    let addin = Start {
        image: exe::POWERSHELL,
        command: "powershell.exe -w hidden -enc UwBpAGcAbgA=",
        parent: exe::WORD,
        parent_command: r#""WINWORD.EXE" /a "C:\Program Files\Larkfield\Addins\Sign.dotm""#,
    };
    script.process(clock(8, 20, 14), ADMIN.host, ADMIN.name, &addin, &[]);
    let fetch =
        json!({"ScriptBlockText": "Invoke-WebRequest https://win.updates.example/agent.msi -OutFile agent.msi"});
    script.windows(clock(8, 31, 2), ADMIN.host, (POWERSHELL, 4104), fetch, &[]);
    let sensor = json!({"SourceImage": r"C:\Program Files\Larkfield EDR\sensor.exe", "TargetImage": exe::LSASS, "GrantedAccess": "0x1410"});
    script.windows(clock(8, 36, 51), APP_SERVER.0, (SYSMON, 10), sensor, &[]);
    let agent = json!({"SubjectUserName": "svc-patch", "SubjectDomainName": "LARKFIELD", "ShareName": r"\\*\ADMIN$",
        "RelativeTargetName": r"Temp\agent.exe", "IpAddress": ADMIN.ip});
    script.windows(clock(8, 40, 0), APP_SERVER.0, (SECURITY, 5145), agent, &[]);
    let service = json!({"ServiceName": "LarkAgent", "ImagePath": r"C:\Program Files\Larkfield\agent.exe", "AccountName": "LocalSystem"});
    script.windows(clock(8, 40, 9), APP_SERVER.0, (SYSTEM, 7045), service, &[]);
    let session = start(exe::POWERSHELL, "powershell.exe", exe::WSMPROVHOST);
    script.process(clock(8, 47, 33), APP_SERVER.0, ADMIN.name, &session, &[]);
    let backup = json!({"event": {"dataset": "larkwall.traffic", "action": "allow"},
        "observer": {"type": "firewall", "name": "FW-EDGE-01"}, "source": {"ip": FILE_SERVER.1, "port": 50_001, "bytes": 932_013_312u64},
        "destination": {"ip": "203.0.113.241", "port": 443}, "network": {"transport": "tcp", "direction": "outbound"}});
    script.ecs(clock(8, 15, 0), Channel::Firewall, backup, &[]);
    let line = format!("Accepted publickey for svc-backup from {} port 50100 ssh2", APP_SERVER.1);
    script.linux(clock(8, 5, 0), "srv-db-02", "sshd", &line, &[]);
}
