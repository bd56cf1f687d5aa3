//! Who vouches for a message that a host of the world brought: SPF, DKIM, DMARC and ARC, asked in DNS by mail-auth.
//! It judges nothing: what a verdict means for a mailbox is decided in `pipeline/receive/judge`.

mod verdict;

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use mail_auth::common::cache::NoCache;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{AuthenticatedMessage, MX, MessageAuthenticator, RecordSet};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::model::Verdict;

/// Longer than this no message waits; then DNS is said to have failed.
const BOUND: Duration = Duration::from_secs(5);
/// One question to one name server.
const QUESTION: Duration = Duration::from_secs(2);
/// Messages that are looked at together; the others wait, within [`BOUND`].
const AT_ONCE: usize = 64;
/// Signatures and seals that are looked at; what has more of them is no ordinary mail, and each costs a question.
const MOST_SIGNATURES: usize = 8;
/// Larger messages are hashed on a thread of their own.
const LARGE: usize = 256 * 1024;
/// Answers that are remembered for as long as they hold.
const REMEMBERED: u64 = 1024;

/// Whom to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dns {
    /// Nobody: nothing is checked.
    Off,
    /// Who is named in `/etc/resolv.conf`.
    System,
    /// This server, over UDP and TCP.
    Server(SocketAddr),
}

impl FromStr for Dns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "system" => Ok(Self::System),
            at => at
                .parse::<SocketAddr>()
                .or_else(|_| at.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53)))
                .map(Self::Server)
                .map_err(|_| {
                    format!(
                        "{at:?} is neither \"system\" nor \"off\" nor an address like 127.0.0.1:53"
                    )
                }),
        }
    }
}

/// How a message came.
#[derive(Debug, Clone)]
pub struct Way {
    /// Who brought it.
    pub ip: IpAddr,
    /// What that host called itself.
    pub helo: String,
    /// `MAIL FROM`; empty for none.
    pub from: String,
}

/// Asks DNS. Cheap to share.
#[derive(Clone, Default)]
pub struct Authenticator(Option<Asker>);

#[derive(Clone)]
struct Asker {
    dns: Arc<MessageAuthenticator>,
    host: Arc<str>,
    places: Arc<Semaphore>,
}

impl Authenticator {
    /// `host` is our own name, which some SPF records want to know.
    ///
    /// # Errors
    /// If the system's configuration can't be read.
    pub fn new(dns: Dns, host: &str) -> Result<Self, String> {
        let (config, mut options) = match dns {
            Dns::Off => return Ok(Self(None)),
            Dns::System => read_system_conf().map_err(|e| e.to_string())?,
            Dns::Server(at) => {
                let with = |mut connection: ConnectionConfig| {
                    connection.port = at.port();
                    connection
                };
                let connections =
                    vec![with(ConnectionConfig::udp()), with(ConnectionConfig::tcp())];
                let server = NameServerConfig::new(at.ip(), true, connections);
                (ResolverConfig::from_name_servers(vec![server]), ResolverOpts::default())
            }
        };
        options.timeout = QUESTION;
        options.attempts = 2;
        options.cache_size = REMEMBERED;
        let dns = MessageAuthenticator::new(config, options).map_err(|e| e.to_string())?;
        Ok(Self(Some(Asker {
            dns: Arc::new(dns),
            host: host.into(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        })))
    }

    /// The hosts that take mail for a domain, the preferred first; nothing if nobody may be asked.
    ///
    /// # Errors
    /// What DNS says.
    pub async fn mail_hosts(&self, domain: &str) -> Option<Result<Vec<String>, String>> {
        let asker = self.0.clone()?;
        let nothing = None::<&NoCache<Box<str>, RecordSet<MX>>>;
        let found = match tokio::time::timeout(BOUND, asker.dns.mx_lookup(domain, nothing)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => return Some(Err(error.to_string())),
            Err(_) => return Some(Err("DNS does not answer".into())),
        };
        let hosts = found.rrset.iter().flat_map(|one| one.exchanges.iter());
        Some(Ok(hosts.map(|host| host.to_string()).collect()))
    }

    /// Within [`BOUND`], whatever DNS does: where it fails, the results are `temperror`.
    pub async fn verdict(&self, way: Way, bytes: Arc<Vec<u8>>) -> Verdict {
        let Some(asker) = self.0.clone() else { return Verdict::default() };
        let until = Instant::now() + BOUND;
        let large = bytes.len() > LARGE;
        let look = async move {
            let look = async {
                let _place = asker.places.acquire().await;
                asker.look(&way, &bytes).await
            };
            timeout_at(until, look).await.unwrap_or_else(|_| verdict::failed("temperror"))
        };
        // In a task of its own: a message that makes the library fail is none that anybody vouches for.
        let task = if large {
            let handle = Handle::current();
            tokio::task::spawn_blocking(move || handle.block_on(look))
        } else {
            tokio::spawn(look)
        };
        task.await.unwrap_or_else(|_| verdict::failed("permerror"))
    }
}

impl Asker {
    async fn look(&self, way: &Way, bytes: &[u8]) -> Verdict {
        // Of a message from nobody the host's own name is checked (RFC 7208 2.4).
        let spf = self.dns.verify_spf(if way.from.is_empty() {
            SpfParameters::verify_ehlo(way.ip, &way.helo, &self.host)
        } else {
            SpfParameters::verify_mail_from(way.ip, &way.helo, &self.host, &way.from)
        });
        let Some(message) = AuthenticatedMessage::parse(bytes) else {
            return verdict::of_path(&spf.await);
        };
        if message.dkim_headers.len() + message.ams_headers.len() > MOST_SIGNATURES {
            return verdict::failed("permerror");
        }
        let (spf, dkim, arc) =
            tokio::join!(spf, self.dns.verify_dkim(&message), self.dns.verify_arc(&message));
        let dmarc = DmarcParameters::new(&message, &dkim, spf.domain(), &spf);
        let dmarc = self.dns.verify_dmarc(dmarc).await;
        verdict::of(&message.from, &spf, &dkim, arc.result(), &dmarc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_to_ask_is_read() {
        assert_eq!("off".parse(), Ok(Dns::Off));
        assert_eq!("system".parse(), Ok(Dns::System));
        assert_eq!("127.0.0.1".parse(), Ok(Dns::Server("127.0.0.1:53".parse().unwrap())));
        assert_eq!("[::1]:5353".parse(), Ok(Dns::Server("[::1]:5353".parse().unwrap())));
        assert!("dns.example".parse::<Dns>().unwrap_err().contains("dns.example"));
    }

    #[tokio::test]
    async fn what_costs_too_much_is_vouched_for_by_nobody() {
        // Nobody is asked: there is no name server at this address.
        let server = Dns::Server("127.0.0.1:1".parse().unwrap());
        let authenticator = Authenticator::new(server, "in.example").unwrap();
        let signature =
            "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AAAA; b=AAAA\r\n";
        let message = format!("{}From: a@x.example\r\n\r\nhi\r\n", signature.repeat(1000));
        let way = Way { ip: "127.0.0.1".parse().unwrap(), helo: "x".into(), from: String::new() };
        let found = authenticator.verdict(way, Arc::new(message.into_bytes())).await;
        assert_eq!(found, verdict::failed("permerror"));
    }
}
