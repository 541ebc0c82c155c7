//! The ids of the rules in `content/rules` that the story expects to fire.

/// Archive with a password built on a server.
pub const ARCHIVE_WITH_PASSWORD: &str = "3cf43ac6-ad6a-4f0f-ac47-9ca33974a78b";
/// DNS query for a domain registered this week.
pub const DNS_YOUNG_DOMAIN: &str = "6157d3ce-4046-4b15-a743-c8ee35110f8f";
/// PowerShell resolved a name outside the company.
pub const POWERSHELL_RESOLVED_OUTSIDE_NAME: &str = "07b259fc-9dce-4f42-b719-46989c301508";
/// PowerShell went out through the web proxy.
pub const POWERSHELL_THROUGH_PROXY: &str = "676a8b3b-c7cc-4a8b-91f5-629bda687f00";
/// Failed logon on a disabled account.
pub const LOGON_ON_DISABLED_ACCOUNT: &str = "c66175be-f248-4641-aec8-990df9df5086";
/// Memory dump of LSASS written to disk.
pub const LSASS_DUMP_FILE: &str = "041ffc82-df91-4e1d-bc5c-ad110f189404";
/// LSASS memory read by rundll32.exe.
pub const LSASS_MEMORY_READ: &str = "53981b38-fec8-44fb-9280-fe9923f59787";
/// Process memory dumped through comsvcs.dll.
pub const MEMORY_DUMP_BY_COMSVCS: &str = "8fbfef28-ae93-4b2f-80e4-f1d73476eabd";
/// Registry hive with passwords saved to a file.
pub const REGISTRY_HIVE_SAVED: &str = "98e74e54-c34f-437f-86fc-a6638640d7bb";
/// SSH logon tried for an unknown user.
pub const SSH_UNKNOWN_USER: &str = "48a84a1c-2098-49cb-8ea8-ac0fb8479d29";
/// Windows event log cleared or stopped by command.
pub const EVENT_LOG_SILENCED: &str = "b31c66b7-49cd-41b1-993e-189d1995113b";
/// Macro document opened from mail.
pub const MACRO_DOCUMENT_OPENED: &str = "3eac5785-6577-4d79-aba7-91c21673c89a";
/// Macro warning accepted for a document.
pub const MACRO_WARNING_ACCEPTED: &str = "b98178a5-1212-4520-8543-4ea869ef3efa";
/// PowerShell ran code fetched from the web.
pub const POWERSHELL_RAN_FETCHED_CODE: &str = "04f17efd-c67a-4f78-9d72-7241d8d50b98";
/// Unwanted program found by the virus scanner.
pub const UNWANTED_PROGRAM_FOUND: &str = "faaa27cf-380e-4fde-a709-d6531099935c";
/// Word loaded the macro engine.
pub const WORD_LOADED_MACRO_ENGINE: &str = "0565bb22-bc53-4f16-863c-75240b0a34d9";
/// Word started PowerShell with an encoded command.
pub const WORD_STARTED_ENCODED_POWERSHELL: &str = "f3507a91-a448-4e95-8c48-9811b46e7773";
/// More than 100 MB sent to an outside address.
pub const LARGE_UPLOAD_AT_THE_EDGE: &str = "af57d4fe-fef1-4c35-8768-7416d6f391b3";
/// Large upload through the web proxy.
pub const LARGE_UPLOAD_THROUGH_PROXY: &str = "ca508c04-c665-4ee8-b1a3-ce9fb88e76dc";
/// rclone copied files to a remote store.
pub const RCLONE_TO_REMOTE: &str = "61e81caa-246a-4de5-a50a-ed903c95fbd5";
/// Mail from a look-alike of our own domain.
pub const LOOKALIKE_SENDER: &str = "e54f87a7-b730-40e6-b5d7-fb3b42534a6b";
/// Macro document delivered by mail.
pub const MACRO_DOCUMENT_DELIVERED: &str = "d8666f05-7c5c-4a58-a105-722840dc0a71";
/// Workstation wrote a program to ADMIN$ as a service account.
pub const PROGRAM_WRITTEN_TO_ADMIN_SHARE: &str = "20f85635-3e73-41b5-8c6f-80ce3a431ada";
/// Remote PowerShell by a service account.
pub const REMOTE_POWERSHELL_BY_SERVICE_ACCOUNT: &str = "a13e4037-7603-48e6-84aa-6bcc5fa17734";
/// Service account used by a logged-on user.
pub const SERVICE_ACCOUNT_USED_BY_USER: &str = "dab95923-c1b5-4ddf-aa41-6840dbc552e7";
/// Service installed from a temporary folder.
pub const SERVICE_FROM_TEMPORARY_FOLDER: &str = "5171ac42-3f97-423c-9d85-babcb0d2d70d";
/// Service account logged on over SSH with a password.
pub const SSH_PASSWORD_OF_SERVICE_ACCOUNT: &str = "fe10424a-7d53-4ac9-82b1-e9a50852235b";
/// Local administrator added.
pub const LOCAL_ADMINISTRATOR_ADDED: &str = "6deb2e95-383b-4e41-aa75-c3a1a203b3e1";
/// Scheduled task runs from ProgramData.
pub const SCHEDULED_TASK_FROM_PROGRAMDATA: &str = "7042524d-4ebd-4d63-83e2-9989d9405d7f";
/// sudo refused to a user without the right.
pub const SUDO_NOT_ALLOWED: &str = "ea3e44b7-e7f7-40a6-9a5b-c1275aaa0371";
/// SSH scan blocked at the edge.
pub const SSH_SCAN_BLOCKED: &str = "37d30308-9cab-4f31-a988-fd260ad79d90";
/// rundll32.exe started on a DLL in a user profile.
pub const RUNDLL32_ON_PROFILE_DLL: &str = "2d5cb7a6-0791-4d6f-8d6a-2727127aea00";
/// Unsigned DLL loaded from a user profile.
pub const UNSIGNED_DLL_FROM_PROFILE: &str = "550f2b11-6028-4c9e-b7f5-92c8ae86cc25";
/// TLS session to a bare address.
pub const TLS_TO_BARE_ADDRESS: &str = "d47179d5-4d0d-41a1-9f75-c417afab981f";
/// Outbound SSH from a workstation.
pub const OUTBOUND_SSH_FROM_WORKSTATION: &str = "31396acc-a302-4e1b-9e90-4f50bfe25504";
/// USB storage connected.
pub const USB_STORAGE_CONNECTED: &str = "72c9a1d9-cad5-4eba-aa61-6c1177fa5192";
/// VPN logon tried with an unknown account.
pub const VPN_LOGON_WITH_UNKNOWN_ACCOUNT: &str = "1ce08b9d-0f78-4b1d-acb6-7d369e615381";
/// Security log cleared.
pub const SECURITY_LOG_CLEARED: &str = "2c709a61-8833-4896-81c3-f2802808b5fd";
/// Program in a user profile set to start at logon.
pub const RUN_KEY_FROM_USER_PROFILE: &str = "93507e43-8f75-49cc-9523-d74bcc03b350";
/// Domain administrators listed.
pub const DOMAIN_ADMINISTRATORS_LISTED: &str = "c901066c-4dfd-4eaf-8eec-5db9c5f736ae";
/// WinRM session opened by a workstation.
pub const WINRM_SESSION_FROM_WORKSTATION: &str = "d6e56b1c-b743-484c-b03e-5d034de32f8c";
/// Service account logged on from a workstation.
pub const SERVICE_ACCOUNT_LOGON_FROM_WORKSTATION: &str = "925da1d1-6c08-4ec5-a5a2-e7a04e71a907";
/// SSH password for root refused.
pub const SSH_ROOT_PASSWORD_REFUSED: &str = "5a6f8b9d-ad9b-40d1-9e7a-9553541f8567";
/// SSH logon as root with a password.
pub const SSH_ROOT_LOGON_BY_PASSWORD: &str = "aa0fda0f-cd78-4440-a258-b529baf4395c";
