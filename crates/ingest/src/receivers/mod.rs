//! One file per protocol: bytes off the wire, framed, nothing understood.

pub mod bulk;
mod framing;
mod limits;
pub mod http;
pub mod syslog_tcp;
pub mod syslog_udp;
