//! A connection to an IMAP server, with TLS and logged in.

use std::fmt::Debug;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_imap::{Client, Session};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::account::{Account, Security};
use super::{ANSWER, ImapError};

/// The way to the server and the handshake, each.
const CONNECT: Duration = Duration::from_secs(20);

/// A socket, with or without TLS.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Debug {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + Debug> Wire for S {}

/// Connects and logs in.
pub(super) async fn connect(account: &Account) -> Result<Session<Box<dyn Wire>>, ImapError> {
    let password = account.password.read().await?;
    let stream = timeout(CONNECT, TcpStream::connect(&account.server)).await??;
    let near = stream.peer_addr()?.ip();
    let mut client = match account.security {
        Security::Tls => greeted(encrypt(Box::new(stream), account).await?).await?,
        Security::StartTls => {
            let mut client = greeted(Box::new(stream)).await?;
            timeout(ANSWER, client.run_command_and_check_ok("STARTTLS", None)).await??;
            // What the server said in the clear goes with the client; there is no second greeting.
            Client::new(encrypt(client.into_inner(), account).await?)
        }
        Security::None if is_here(near) => greeted(Box::new(stream)).await?,
        Security::None => {
            return Err(ImapError::Account(
                "imap.security = \"none\" would show the password to everyone on the way; it is for servers on this \
                 machine only"
                    .into(),
            ));
        }
    };
    // Not before it is asked for what it can: some say so only now.
    timeout(ANSWER, client.run_command_and_check_ok("NOOP", None)).await??;
    match timeout(ANSWER, client.login(&account.user, &password)).await? {
        Ok(session) => Ok(session),
        Err((error, _)) => {
            Err(ImapError::Login { user: account.user.clone(), detail: error.to_string() })
        }
    }
}

async fn greeted(stream: Box<dyn Wire>) -> Result<Client<Box<dyn Wire>>, ImapError> {
    let mut client = Client::new(stream);
    match timeout(ANSWER, client.read_response()).await?? {
        Some(_) => Ok(client),
        None => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
    }
}

fn is_here(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

async fn encrypt(stream: Box<dyn Wire>, account: &Account) -> Result<Box<dyn Wire>, ImapError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    if let Some(path) = &account.ca {
        let why = |detail: String| {
            ImapError::Account(format!("imap.ca: {} can't be read: {detail}", path.display()))
        };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|e| why(e.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|e| why(e.to_string()))?;
            roots.add(certificate).map_err(|e| why(e.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(account.host().to_owned())
        .map_err(|_| ImapError::Account(format!("imap.server: {:?} is no host", account.host())))?;
    let tls = TlsConnector::from(Arc::new(config)).connect(name, stream);
    Ok(Box::new(timeout(CONNECT, tls).await??))
}
