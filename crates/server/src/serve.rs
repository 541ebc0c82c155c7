//! The listener: plain on the loopback addresses only, TLS anywhere.

use crate::{Parts, routes};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

/// Certificate chain and key as PEM files.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The chain, own certificate first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Why it does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Log-ins would cross the network in the clear.
    #[error("{0} is not a loopback address: give --tls-cert and --tls-key, or listen on 127.0.0.1")]
    TlsRequired(SocketAddr),
    /// The address.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The certificate or the key.
    #[error("cannot use the TLS certificate or key: {0}")]
    Certificate(std::io::Error),
    /// The listener ended.
    #[error("the listener failed: {0}")]
    Io(#[from] std::io::Error),
}

/// A server that listens.
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    /// `http` or `https`.
    pub scheme: &'static str,
    handle: Handle<SocketAddr>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// How long open requests may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// Refuses an address that log-ins would reach in the clear.
pub fn may_listen(address: SocketAddr, tls: Option<&Tls>) -> Result<(), ServeError> {
    if tls.is_none() && !address.ip().is_loopback() { Err(ServeError::TlsRequired(address)) } else { Ok(()) }
}

/// Binds and serves.
pub async fn listen(address: SocketAddr, tls: Option<Tls>, mut parts: Parts) -> Result<Listening, ServeError> {
    may_listen(address, tls.as_ref())?;
    let bind = |source| ServeError::Bind { address, source };
    let listener = TcpListener::bind(address).map_err(bind)?;
    listener.set_nonblocking(true).map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    parts.secure = tls.is_some();
    let service = routes::router(&parts).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let (scheme, task) = match tls {
        Some(tls) => {
            let config = RustlsConfig::from_pem_file(tls.certificate, tls.key).await.map_err(ServeError::Certificate)?;
            let server = axum_server::from_tcp_rustls(listener, config)?.handle(handle.clone());
            ("https", tokio::spawn(server.serve(service)))
        }
        None => {
            let server = axum_server::from_tcp(listener)?.handle(handle.clone());
            ("http", tokio::spawn(server.serve(service)))
        }
    };
    Ok(Listening { address, scheme, handle, task })
}

impl Listening {
    /// Waits until the listener fails.
    pub async fn failed(&mut self) -> ServeError {
        match (&mut self.task).await {
            Ok(Ok(())) => ServeError::Io(std::io::Error::other("it ended by itself")),
            Ok(Err(error)) => ServeError::Io(error),
            Err(error) => ServeError::Io(std::io::Error::other(error)),
        }
    }

    /// Takes no more requests and waits a little for those under way.
    pub async fn stop(self) {
        self.handle.graceful_shutdown(Some(GRACE));
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the listener had panicked");
        }
    }
}
