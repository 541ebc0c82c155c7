//! Channel, provider and event id → Sigma's product, service and categories, several at once.
//!
//! The names are those of SigmaHQ's log-source taxonomy. Channels compare without regard to case.

use model::{LogSource, Name};

/// The Sigma log source of a Windows event. `kind` is Sysmon's `EventType`, which tells registry changes apart.
pub fn log_source(channel: &str, provider: &str, event_id: &str, kind: Option<&str>) -> LogSource {
    let service = service(channel, provider);
    let mut source = LogSource::new(Name::of("windows"), Name::of(service));
    for category in categories(service, event_id, kind) {
        source = source.with_category(Name::of(category));
    }
    source
}

/// The service that a channel is; where a shipper lost the channel, the provider's.
fn service(channel: &str, provider: &str) -> &'static str {
    let by_channel = SERVICES.iter().find(|(name, _)| name.eq_ignore_ascii_case(channel));
    let found = match by_channel {
        None if channel.is_empty() => PROVIDERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(provider)),
        found => found,
    };
    found.map_or("", |(_, service)| service)
}

const PROVIDERS: &[(&str, &str)] = &[
    ("Microsoft-Windows-Sysmon", "sysmon"),
    ("Microsoft-Windows-Security-Auditing", "security"),
    ("Microsoft-Windows-PowerShell", "powershell"),
    ("PowerShell", "powershell-classic"),
    ("Service Control Manager", "system"),
    ("Microsoft-Windows-Windows Defender", "windefend"),
    ("Microsoft-Windows-TaskScheduler", "taskscheduler"),
];

const SERVICES: &[(&str, &str)] = &[
    ("Application", "application"),
    ("Security", "security"),
    ("System", "system"),
    ("Microsoft-Windows-Sysmon/Operational", "sysmon"),
    ("Microsoft-Windows-PowerShell/Operational", "powershell"),
    ("PowerShellCore/Operational", "powershell"),
    ("Windows PowerShell", "powershell-classic"),
    ("Microsoft-Windows-Windows Defender/Operational", "windefend"),
    ("Microsoft-Windows-NTLM/Operational", "ntlm"),
    ("Microsoft-Windows-TaskScheduler/Operational", "taskscheduler"),
    ("Microsoft-Windows-WMI-Activity/Operational", "wmi"),
    ("Microsoft-Windows-DHCP-Server/Operational", "dhcp"),
    ("DNS Server", "dns-server"),
    ("Microsoft-Windows-DNS-Server/Analytical", "dns-server-analytic"),
    ("Microsoft-Windows-DNS-Server/Audit", "dns-server-audit"),
    ("Microsoft-Windows-DNS Client Events/Operational", "dns-client"),
    ("Microsoft-Windows-DriverFrameworks-UserMode/Operational", "driver-framework"),
    ("Microsoft-Windows-PrintService/Admin", "printservice-admin"),
    ("Microsoft-Windows-PrintService/Operational", "printservice-operational"),
    ("Microsoft-Windows-SmbClient/Security", "smbclient-security"),
    ("Microsoft-Windows-SmbClient/Connectivity", "smbclient-connectivity"),
    ("Microsoft-Windows-SMBServer/Connectivity", "smbserver-connectivity"),
    ("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "terminalservices-localsessionmanager"),
    ("Microsoft-Windows-CodeIntegrity/Operational", "codeintegrity-operational"),
    ("Microsoft-Windows-AppLocker/MSI and Script", "applocker"),
    ("Microsoft-Windows-AppLocker/EXE and DLL", "applocker"),
    ("Microsoft-Windows-AppLocker/Packaged app-Deployment", "applocker"),
    ("Microsoft-Windows-AppLocker/Packaged app-Execution", "applocker"),
    ("MSExchange Management", "msexchange-management"),
    ("Microsoft-Windows-Windows Firewall With Advanced Security/Firewall", "firewall-as"),
    ("Microsoft-Windows-Bits-Client/Operational", "bits-client"),
    ("Microsoft-Windows-Security-Mitigations/Kernel Mode", "security-mitigations"),
    ("Microsoft-Windows-Security-Mitigations/User Mode", "security-mitigations"),
    ("Microsoft-Windows-Diagnosis-Scripted/Operational", "diagnosis-scripted"),
    ("Microsoft-Windows-Shell-Core/Operational", "shell-core"),
    ("OpenSSH/Operational", "openssh"),
    ("Microsoft-Windows-LDAP-Client/Debug", "ldap"),
    ("Microsoft-Windows-BitLocker/BitLocker Management", "bitlocker"),
    ("Microsoft-Windows-VHDMP-Operational", "vhdmp"),
    ("Microsoft-Windows-VHDMP/Operational", "vhdmp"),
    ("Microsoft-Windows-AppXDeploymentServer/Operational", "appxdeployment-server"),
    ("Microsoft-Windows-LSA/Operational", "lsa-server"),
    ("Microsoft-Windows-AppxPackaging/Operational", "appxpackaging-om"),
    ("Microsoft-Windows-AppModel-Runtime/Admin", "appmodel-runtime"),
    ("Microsoft-Windows-CAPI2/Operational", "capi2"),
    (
        "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational",
        "certificateservicesclient-lifecycle-system",
    ),
    ("Microsoft-Windows-Kernel-ShimEngine/Operational", "kernel-shimengine"),
    ("Microsoft-Windows-Kernel-ShimEngine/Diagnostic", "kernel-shimengine"),
    ("Microsoft-Windows-Application-Experience/Program-Telemetry", "application-experience"),
    ("Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant", "application-experience"),
    ("Microsoft-Windows-Ntfs/Operational", "ntfs"),
    ("Microsoft-Windows-Hyper-V-Worker", "hyper-v-worker"),
    ("Microsoft-Windows-Kernel-EventTracing", "kernel-event-tracing"),
    ("Microsoft-Windows-SENSE/Operational", "sense"),
    ("Microsoft-ServiceBus-Client/Admin", "servicebus-client"),
    ("Microsoft-ServiceBus-Client/Operational", "servicebus-client"),
    ("Microsoft-IIS-Configuration/Operational", "iis-configuration"),
];

fn categories(service: &str, event_id: &str, kind: Option<&str>) -> impl Iterator<Item = &'static str> {
    let own: &[&'static str] = match (service, event_id) {
        ("sysmon", "1") | ("security", "4688") => &["process_creation"],
        ("sysmon", "2") => &["file_change"],
        ("sysmon", "3") => &["network_connection"],
        ("sysmon", "4" | "16") => &["sysmon_status"],
        ("sysmon", "5") => &["process_termination"],
        ("sysmon", "6") => &["driver_load"],
        ("sysmon", "7") => &["image_load"],
        ("sysmon", "8") => &["create_remote_thread"],
        ("sysmon", "9") => &["raw_access_thread"],
        ("sysmon", "10") => &["process_access"],
        ("sysmon", "11") => &["file_event"],
        ("sysmon", "12") => match kind {
            Some(kind) if kind.eq_ignore_ascii_case("CreateKey") => &["registry_event", "registry_add"],
            Some(kind) if kind.starts_with("Delete") => &["registry_event", "registry_delete"],
            _ => &["registry_event"],
        },
        ("sysmon", "13") => &["registry_event", "registry_set"],
        ("sysmon", "14") => &["registry_event", "registry_rename"],
        ("sysmon", "15") => &["create_stream_hash"],
        ("sysmon", "17" | "18") => &["pipe_created"],
        ("sysmon", "19" | "20" | "21") => &["wmi_event"],
        ("sysmon", "22") => &["dns_query"],
        ("sysmon", "23") => &["file_delete"],
        ("sysmon", "24") => &["clipboard_change"],
        ("sysmon", "25") => &["process_tampering"],
        ("sysmon", "26") => &["file_delete_detected", "file_delete"],
        ("sysmon", "27") => &["file_block_executable"],
        ("sysmon", "28") => &["file_block_shredding"],
        ("sysmon", "29") => &["file_executable_detected"],
        ("sysmon", "255") => &["sysmon_error"],
        ("powershell", "4103") => &["ps_module"],
        ("powershell", "4104") => &["ps_script"],
        ("powershell-classic", "400") => &["ps_classic_start"],
        ("powershell-classic", "600") => &["ps_classic_provider_start"],
        ("powershell-classic", "800") => &["ps_classic_script"],
        (
            "windefend",
            "1006" | "1007" | "1008" | "1009" | "1010" | "1011" | "1012" | "1017" | "1018" | "1019" | "1115" | "1116"
            | "1117" | "1118" | "1119",
        ) => &["antivirus"],
        _ => &[],
    };
    own.iter().copied()
}
