//! STARTTLS with a certificate from files, read again when they change, so that a renewal needs no restart.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read.
    #[error("can't read {}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file holds something else.
    #[error("{} holds no {what} in PEM form", path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What should be in it.
        what: &'static str,
    },
    /// They do not fit.
    #[error("the certificate and its key can't be used: {0}")]
    Rustls(#[from] rustls::Error),
}

/// A certificate with its key, as files.
#[derive(Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug, Clone)]
struct Held {
    config: Arc<ServerConfig>,
    written: [Option<SystemTime>; 2],
}

impl Certificate {
    /// Reads both files.
    ///
    /// # Errors
    /// [`TlsError`], naming the file.
    pub fn open(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let held = Held { written: written(chain, key), config: load(chain, key)? };
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), held: Mutex::new(held) })
    }

    /// For a handshake now. New files that can't be used leave the old ones in use.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = written(&self.chain, &self.key);
        if now != held.written {
            // Tried once for each change.
            held.written = now;
            match load(&self.chain, &self.key) {
                Ok(config) => {
                    tracing::info!(file = %self.chain.display(), "the mail certificate was read again");
                    held.config = config;
                }
                Err(error) => tracing::error!(%error, "the old mail certificate stays in use"),
            }
        }
        TlsAcceptor::from(Arc::clone(&held.config))
    }
}

fn written(chain: &Path, key: &Path) -> [Option<SystemTime>; 2] {
    [chain, key].map(|path| fs::metadata(path).and_then(|m| m.modified()).ok())
}

fn load(chain: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let file = |path: &Path| {
        fs::read(path).map_err(|error| TlsError::File { path: path.to_owned(), error })
    };
    let pem = |path: &Path, what| TlsError::Pem { path: path.to_owned(), what };
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&file(chain)?)
        .collect::<Result<_, _>>()
        .map_err(|_| pem(chain, "certificate"))?;
    if certificates.is_empty() {
        return Err(pem(chain, "certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(&file(key)?).map_err(|_| pem(key, "private key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)?;
    Ok(Arc::new(config))
}
