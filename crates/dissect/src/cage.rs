//! What the worker gives up before it reads anything hostile: memory, processor time, core files, privileges and,
//! where the kernel has Landlock, every file and every TCP port. It keeps its three pipes.

use rustix::process::{Resource, Rlimit, Signal};

/// Address space, in bytes.
const ADDRESS_SPACE: u64 = 2 << 30;
/// Processor time, in seconds; a worker that has honestly used it up is replaced like one that has died.
const CPU_SECONDS: u64 = 1800;

/// Shuts the door. What the kernel does not have is passed over: the limits stand without it.
///
/// # Errors
/// Where a limit cannot be set; nothing hostile should be read then.
pub(crate) fn enter() -> std::io::Result<()> {
    limit(Resource::As, ADDRESS_SPACE)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Cpu, CPU_SECONDS)?;
    limit(Resource::Fsize, 0)?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)?;
    if let Err(error) = deny_files_and_ports() {
        tracing::debug!(%error, "no Landlock");
    }
    Ok(())
}

/// Never raises a limit that is stricter already.
fn limit(resource: Resource, most: u64) -> std::io::Result<()> {
    let set = rustix::process::getrlimit(resource);
    let least = |limit: Option<u64>| Some(limit.map_or(most, |set| set.min(most)));
    Ok(rustix::process::setrlimit(resource, Rlimit { current: least(set.current), maximum: least(set.maximum) })?)
}

/// The worker is sent bytes and not paths, so that it needs no file at all.
fn deny_files_and_ports() -> Result<(), landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr};
    let abi = ABI::V4;
    Ruleset::default().handle_access(AccessFs::from_all(abi))?.handle_access(AccessNet::from_all(abi))?.create()?.restrict_self()?;
    Ok(())
}
