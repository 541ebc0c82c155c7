//! What the worker gives up before it reads anything hostile: memory, processor time, core files and privileges; where
//! the kernel has Landlock, every file, every TCP port and every process but itself; where it has seccomp, every socket
//! and every other program. It keeps its three pipes.

use rustix::process::{Resource, Rlimit, Signal};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use serde::{Deserialize, Serialize};

/// Address space, in bytes.
const ADDRESS_SPACE: u64 = 2 << 30;
/// Processor time, in seconds; a worker that has honestly used it up is replaced like one that has died.
const CPU_SECONDS: u64 = 1800;

/// Which walls stand beside the limits; a kernel may lack them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cage {
    /// Files, TCP ports and other processes are out of reach.
    pub landlock: bool,
    /// Sockets and other programs are refused.
    pub seccomp: bool,
}

impl Cage {
    /// What the kernel does not have; empty where nothing is missing.
    pub fn missing(self) -> &'static str {
        match (self.landlock, self.seccomp) {
            (true, true) => "",
            (false, true) => "Landlock",
            (true, false) => "seccomp",
            (false, false) => "Landlock and seccomp",
        }
    }
}

/// Shuts the door. What the kernel does not have is passed over: the limits stand without it.
///
/// # Errors
/// Where a limit cannot be set; nothing hostile should be read then.
pub(crate) fn enter() -> std::io::Result<Cage> {
    limit(Resource::As, ADDRESS_SPACE)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Cpu, CPU_SECONDS)?;
    limit(Resource::Fsize, 0)?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)?;
    Ok(Cage { landlock: deny_files_and_ports().unwrap_or(false), seccomp: deny_calls().is_ok() })
}

/// Never raises a limit that is stricter already.
fn limit(resource: Resource, most: u64) -> std::io::Result<()> {
    let set = rustix::process::getrlimit(resource);
    let least = |limit: Option<u64>| Some(limit.map_or(most, |set| set.min(most)));
    Ok(rustix::process::setrlimit(resource, Rlimit { current: least(set.current), maximum: least(set.maximum) })?)
}

/// The worker is sent bytes and not paths, so that it needs no file at all. False where the kernel has no Landlock; an
/// older one denies what it knows.
fn deny_files_and_ports() -> Result<bool, landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
    let abi = ABI::V6;
    let rules = Ruleset::default().handle_access(AccessFs::from_all(abi))?.handle_access(AccessNet::from_all(abi))?.scope(Scope::from_all(abi))?;
    let status = rules.create()?.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Calls that a reader of bytes has no use for; each is refused with `EPERM`, as if it had no right to it.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_open_by_handle_at,
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
];

fn deny_calls() -> Result<(), seccompiler::Error> {
    let rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32), arch)?;
    seccompiler::apply_filter(&BpfProgram::try_from(filter)?)
}
