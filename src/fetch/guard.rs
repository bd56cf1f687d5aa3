//! Which addresses may be connected to. The address actually connected to is judged: names when they are
//! resolved (so that a name that changes its address is judged anew), IP literals before the request.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::FetchError;

/// A host and port that may be private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowPrivate {
    host: String,
    port: u16,
}

/// Not of the form `host:port`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not host:port (for example \"127.0.0.1:8081\" or \"[::1]:8081\")")]
pub struct AllowError(String);

impl FromStr for AllowPrivate {
    type Err = AllowError;

    fn from_str(text: &str) -> Result<Self, AllowError> {
        let bad = || AllowError(text.to_owned());
        let (_, port) = text.trim().rsplit_once(':').ok_or_else(bad)?;
        let port: u16 = port.parse().map_err(|_| bad())?;
        // The URL parser gives hosts their one written form, as it will give those of requests.
        let url = Url::parse(&format!("http://{}/", text.trim())).map_err(|_| bad())?;
        let host = url.host_str().ok_or_else(bad)?.to_owned();
        if url.path() != "/" || !url.username().is_empty() {
            return Err(bad());
        }
        Ok(Self { host, port })
    }
}

/// Whether `url` names an allowed private host and port.
pub(super) fn is_allowed(url: &Url, allowed: &[AllowPrivate]) -> bool {
    let (host, port) = (url.host_str(), url.port_or_known_default());
    allowed.iter().any(|a| host == Some(a.host.as_str()) && port == Some(a.port))
}

/// Refuses schemes other than http(s).
pub(super) fn check_scheme(url: &Url) -> Result<(), FetchError> {
    match url.scheme() {
        "http" | "https" => Ok(()),
        _ => Err(FetchError::BadUrl(url.to_string())),
    }
}

/// Refuses literal addresses that are not public.
pub(super) fn check_url(url: &Url) -> Result<(), FetchError> {
    let literal: IpAddr = match url.host() {
        Some(Host::Ipv4(ip)) => ip.into(),
        Some(Host::Ipv6(ip)) => ip.into(),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(FetchError::BadUrl(url.to_string())),
    };
    check_address(literal, url.host_str().unwrap_or_default())
}

/// Refuses an address that is not public.
pub(super) fn check_address(ip: IpAddr, host: &str) -> Result<(), FetchError> {
    if is_public(ip) {
        return Ok(());
    }
    Err(FetchError::Private { host: host.to_owned(), address: ip.to_string() })
}

/// Whether `ip` is one that anyone on the Internet would reach (IANA special-purpose registries).
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Only 2000::/3 is given out; of it, tunnels, benchmarks and documentation are left out, because an
/// address in them can stand for a private IPv4 address.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = (0x2000..=0x3fff).contains(&a);
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || a == 0x3fff;
    global && !special
}

/// Resolves names and leaves out every address that is not public.
pub(super) struct PublicOnly;

/// Found in the error chain of a request whose name resolved to private addresses only.
#[derive(Debug, Clone, thiserror::Error)]
#[error("private address {0}")]
pub(super) struct PrivateName(pub(super) IpAddr);

/// Found in the error chain of a request whose name did not resolve.
#[derive(Debug, thiserror::Error)]
#[error("name not found: {0}")]
pub(super) struct Unresolved(String);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let all: Vec<SocketAddr> =
                found.map_err(|e| Unresolved(format!("{}: {e}", name.as_str())))?.collect();
            let public: Vec<SocketAddr> =
                all.iter().copied().filter(|a| is_public(a.ip())).collect();
            match (public.is_empty(), all.first()) {
                (false, _) => Ok(Box::new(public.into_iter()) as Addrs),
                (true, Some(private)) => Err(PrivateName(private.ip()).into()),
                (true, None) => Err(Unresolved(name.as_str().to_owned()).into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> bool {
        let url = Url::parse(url).unwrap();
        check_scheme(&url).and_then(|()| check_url(&url)).is_err()
    }

    #[test]
    fn private_literals_are_refused_in_every_spelling() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001::1]/",
            "http://10.1.2.3/",
            "http://100.64.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://172.31.255.255/",
            "http://192.168.0.1/",
            "http://0.0.0.0/",
            "http://255.255.255.255/",
            "file:///etc/passwd",
            "gopher://example.org/",
        ] {
            assert!(refused(url), "{url}");
        }
        for url in ["http://93.184.215.14/", "https://[2606:2800:220:1::1]/", "https://example.org"]
        {
            assert!(!refused(url), "{url}");
        }
    }

    #[test]
    fn allowing_names_host_and_port_together() {
        let allowed: Vec<AllowPrivate> =
            ["127.0.0.1:8081", "[::1]:80", "NAS.local:443"].map(|t| t.parse().unwrap()).into();
        let ok = |url: &str| is_allowed(&Url::parse(url).unwrap(), &allowed);
        assert!(ok("http://127.0.0.1:8081/feed"));
        assert!(!ok("http://127.0.0.1:8082/feed"));
        assert!(!ok("http://127.0.0.1/feed"));
        assert!(ok("http://[::1]/feed"));
        assert!(ok("https://nas.local/feed"));
        assert!("127.0.0.1".parse::<AllowPrivate>().is_err());
        assert!("http://x:1".parse::<AllowPrivate>().is_err());
    }
}
