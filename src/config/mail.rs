//! Options about mail: what comes, and what is fetched.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Config, ConfigError};

/// `[mail]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Where addresses are minted; empty for the host of `base_url`.
    pub domain: String,
    /// Our name to other mail servers; empty for the domain.
    pub hostname: String,
    /// Where SMTP listens; empty for nowhere.
    pub listen: String,
    /// Where LMTP listens; empty for nowhere.
    pub lmtp: String,
    /// Files in PEM form; empty for no STARTTLS.
    pub tls_certificate: PathBuf,
    /// The other one.
    pub tls_key: PathBuf,
    /// Whom to ask who vouches for a message.
    pub dns: String,
    /// MiB.
    pub max_message_mib: usize,
    /// Days.
    pub keep_raw_days: u32,
    /// MiB; 0 is as many as there are.
    pub keep_raw_mib: u64,
    /// Whose `Authentication-Results` are believed.
    pub authserv_id: String,
}

/// `[imap]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imap {
    /// Host and port; empty for none.
    pub server: String,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    /// A file in PEM form; empty for the certificates of the web only.
    pub ca: PathBuf,
    /// Login name.
    pub user: String,
    /// A file; empty for none.
    pub password_file: PathBuf,
    /// For the shell; empty for none.
    pub password_command: String,
    /// Names.
    pub folders: Vec<String>,
}

impl Config {
    /// What goes together must be given together.
    pub(super) fn check_mail(&self) -> Result<(), ConfigError> {
        if self.mail.tls_certificate.as_os_str().is_empty()
            != self.mail.tls_key.as_os_str().is_empty()
        {
            return Err(ConfigError::Value {
                from: "mail.tls_certificate".into(),
                detail: "goes with mail.tls_key: give both or none".into(),
            });
        }
        if !self.imap.server.is_empty()
            && self.imap.password_file.as_os_str().is_empty()
                == self.imap.password_command.is_empty()
        {
            return Err(ConfigError::Value {
                from: "imap.server".into(),
                detail: "needs one of imap.password_file and imap.password_command".into(),
            });
        }
        Ok(())
    }

    /// What we call ourselves to other mail servers.
    pub fn mail_host(&self) -> String {
        match self.mail.hostname.as_str() {
            "" => self.mail_domain(),
            name => name.to_ascii_lowercase(),
        }
    }

    /// The domain of minted addresses.
    pub fn mail_domain(&self) -> String {
        match self.mail.domain.as_str() {
            "" => self.host(),
            domain => domain.to_ascii_lowercase(),
        }
    }
}
