//! Who works at larkfield.example, and on what. Addresses are of RFC 5737: inside 192.0.2.0/24, outside the other two.

/// A person at a workstation.
pub(crate) struct Person {
    pub name: &'static str,
    pub host: &'static str,
    pub ip: &'static str,
}

const fn person(name: &'static str, host: &'static str, ip: &'static str) -> Person {
    Person { name, host, ip }
}

/// The accounts clerk who opens the invoice.
pub(crate) const VICTIM: Person = person("d.whitfield", "WS-FIN-07", "192.0.2.57");
/// The colleague who opens it after the firewall learned of the address.
pub(crate) const LATE_VICTIM: Person = person("k.osei", "WS-HR-03", "192.0.2.63");
/// The administrator.
pub(crate) const ADMIN: Person = person("p.anand", "WS-IT-02", "192.0.2.20");

/// Everybody.
pub(crate) const PEOPLE: &[Person] = &[
    VICTIM,
    LATE_VICTIM,
    ADMIN,
    person("d.moreau", "WS-ENG-11", "192.0.2.111"),
    person("b.ito", "WS-ENG-02", "192.0.2.102"),
    person("s.lindh", "WS-SAL-04", "192.0.2.44"),
    person("r.menon", "WS-SAL-07", "192.0.2.47"),
    person("e.soler", "WS-MKT-02", "192.0.2.32"),
    person("r.falk", "WS-MKT-05", "192.0.2.35"),
    person("t.varga", "WS-FIN-03", "192.0.2.53"),
    person("l.duarte", "WS-HR-01", "192.0.2.61"),
    person("j.holm", "WS-FIN-11", "192.0.2.151"),
];

/// The file server.
pub(crate) const FILE_SERVER: (&str, &str) = ("SRV-FILE-01", "192.0.2.73");
/// The application server.
pub(crate) const APP_SERVER: (&str, &str) = ("SRV-APP-03", "192.0.2.74");
/// The name of a Windows host as it says it itself.
pub(crate) fn fqdn(host: &str) -> String {
    format!("{host}.larkfield.example")
}

/// Windows servers.
pub(crate) const SERVERS: &[(&str, &str)] = &[("DC-01", "192.0.2.5"), FILE_SERVER, APP_SERVER];
/// Where the company's mail lies.
pub(crate) const MAIL_SERVER: &str = "192.0.2.25";
/// Where its source code lies.
pub(crate) const GIT_SERVER: &str = "192.0.2.84";
/// Linux servers.
pub(crate) const LINUX: &[(&str, &str)] = &[("srv-web-01", "192.0.2.80"), ("srv-db-02", "192.0.2.82")];
/// The stolen account.
pub(crate) const SERVICE_ACCOUNT: &str = "svc-backup";

/// Where PowerShell calls home: name and address.
pub(crate) const CALL_HOME: (&str, &str) = ("cdn-sync.example.net", "203.0.113.77");
/// Where the archive goes: name and address.
pub(crate) const STORE: (&str, &str) = ("store.example.org", "198.51.100.23");

/// Sites that people visit: name and address.
pub(crate) const SITES: &[(&str, &str)] = &[
    ("www.example.com", "203.0.113.10"),
    ("news.example.org", "203.0.113.14"),
    ("maps.example.com", "203.0.113.21"),
    ("bank.example.net", "203.0.113.30"),
    ("travel.example.com", "198.51.100.41"),
    ("video.example.org", "198.51.100.52"),
    ("win.updates.example", "198.51.100.80"),
    ("crm.example.com", "198.51.100.61"),
];

/// Senders of ordinary mail.
pub(crate) const CORRESPONDENTS: &[&str] = &[
    "orders@hillside.example",
    "a.berg@northpier.example",
    "newsletter@news.example.org",
    "accounts@supplies.example",
    "noreply@crm.example.com",
];

/// Programs by their full paths.
pub(crate) mod program {
    pub(crate) const WORD: &str = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE";
    pub(crate) const EXCEL: &str = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE";
    pub(crate) const OUTLOOK: &str = r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE";
    pub(crate) const POWERSHELL: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
    pub(crate) const CMD: &str = r"C:\Windows\System32\cmd.exe";
    pub(crate) const EXPLORER: &str = r"C:\Windows\explorer.exe";
    pub(crate) const RUNDLL: &str = r"C:\Windows\System32\rundll32.exe";
    pub(crate) const LSASS: &str = r"C:\Windows\System32\lsass.exe";
    pub(crate) const SERVICES: &str = r"C:\Windows\System32\services.exe";
    pub(crate) const SVCHOST: &str = r"C:\Windows\System32\svchost.exe";
    pub(crate) const FIREFOX: &str = r"C:\Program Files\Mozilla Firefox\firefox.exe";
    pub(crate) const WSMPROVHOST: &str = r"C:\Windows\System32\wsmprovhost.exe";
}

/// The SSH client of Windows.
pub(crate) const SSH: &str = r"C:\Windows\System32\OpenSSH\ssh.exe";

/// User agent of the company's browser.
pub(crate) const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:136.0) Gecko/20100101 Firefox/136.0";
