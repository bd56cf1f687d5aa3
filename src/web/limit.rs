//! How much one address may ask for: a bucket that fills steadily, for each kind of work. Behind a proxy the address
//! is the one the proxy names, if the operator says that the proxy is to be believed. Holds a bounded number of
//! buckets; reads no clock.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use actix_web::HttpRequest;

use super::WebError;
use crate::model::Timestamp;

/// Buckets held at once: some two megabytes.
const MOST: usize = 20_000;
/// Addresses in `X-Forwarded-For` that are looked at.
const HOPS: usize = 32;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An answer to a question that is not made yet.
    Search,
    /// A new subscriber.
    SignUp,
    /// Something of our hub.
    Hub,
    /// The operator's secret, tried.
    LogIn,
}

/// So many at once, and so many in a span again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Count.
    pub many: u32,
    /// Seconds in which a used-up bucket fills again.
    pub seconds: u32,
}

/// A proxy, or a network of them: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: u128,
    /// Leading bits that count, of 128.
    prefix: u32,
}

/// Not an address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address or a network (for example \"127.0.0.1\" or \"10.0.0.0/8\")")]
pub struct NetworkError(String);

/// IPv4 addresses as those of IPv6 that stand for them (RFC 4291 2.5.5.2).
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let bad = || NetworkError(text.to_owned());
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| bad())?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let (least, most) = if address.is_ipv4() { (96, 32) } else { (0, 128) };
        let length = length.unwrap_or(most);
        if length > most {
            return Err(bad());
        }
        Ok(Self { address: bits(address), prefix: least + length })
    }
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        let ignored = 128 - self.prefix;
        (bits(address) ^ self.address).checked_shr(ignored).unwrap_or(0) == 0
    }
}

/// Who counts as one: an IPv4 address, or the /64 of an IPv6 address, of which anyone has many.
fn key(address: IpAddr) -> u128 {
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => v6.to_bits() >> 64 << 64,
        other => bits(other),
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    /// Thousandths left.
    left: u64,
    at: Timestamp,
}

/// All buckets.
pub struct Limits {
    proxies: Vec<Network>,
    rates: HashMap<Kind, Rate>,
    buckets: Mutex<HashMap<(Kind, u128), Bucket>>,
    told: AtomicBool,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(Vec::new(), &[])
    }
}

impl Limits {
    /// Kinds without a rate are not limited.
    pub fn new(proxies: Vec<Network>, rates: &[(Kind, Rate)]) -> Self {
        let (rates, buckets) = (rates.iter().copied().collect(), Mutex::default());
        Self { proxies, rates, buckets, told: AtomicBool::new(false) }
    }

    /// Takes one of `kind` from the asker's bucket.
    ///
    /// # Errors
    /// [`WebError::TooMany`] if it is empty.
    pub fn take(&self, kind: Kind, request: &HttpRequest, now: Timestamp) -> Result<(), WebError> {
        let forwarded = request.headers().get_all("x-forwarded-for");
        let forwarded: Vec<&str> = forwarded.filter_map(|line| line.to_str().ok()).collect();
        let peer = request.peer_addr().map(|peer| peer.ip());
        let client = self.client(peer, &forwarded.join(","));
        self.spend(kind, client, now).map_err(|seconds| WebError::TooMany { seconds })
    }

    /// Whose request it is: the nearest address that is no proxy of ours.
    fn client(&self, peer: Option<IpAddr>, forwarded: &str) -> IpAddr {
        let Some(mut client) = peer else { return Ipv6Addr::UNSPECIFIED.into() };
        let trusted = |address: IpAddr| self.proxies.iter().any(|proxy| proxy.holds(address));
        if !forwarded.is_empty() && !trusted(client) {
            if client.is_loopback() && !self.told.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    "there is a proxy in front, so all readers look like one and share one rate; \
                     set web.trusted_proxies to its address"
                );
            }
            return client;
        }
        for hop in forwarded.rsplit(',').take(HOPS) {
            if !trusted(client) {
                break;
            }
            // What a proxy adds is an address; anything else was sent by nobody knows whom.
            let Ok(address) = hop.trim().parse() else { break };
            client = address;
        }
        client
    }

    /// Or in how many seconds there is one again.
    fn spend(&self, kind: Kind, client: IpAddr, now: Timestamp) -> Result<(), u32> {
        let Some(rate) = self.rates.get(&kind).filter(|rate| rate.many > 0) else { return Ok(()) };
        let full = u64::from(rate.many) * 1000;
        let seconds = u64::from(rate.seconds.max(1));
        let left = |bucket: &Bucket| {
            let since = now.since(bucket.at).as_secs();
            (bucket.left + since.saturating_mul(full) / seconds).min(full)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (kind, key(client));
        let own = buckets.get(&name).map_or(full, left);
        if own < 1000 {
            let missing = (1000 - own) * seconds;
            return Err(u32::try_from(missing.div_ceil(full)).unwrap_or(u32::MAX).max(1));
        }
        if buckets.len() >= MOST && !buckets.contains_key(&name) {
            make_room(&mut buckets);
        }
        buckets.insert(name, Bucket { left: own - 1000, at: now });
        Ok(())
    }
}

/// The older half goes: those are full again, or nearly.
fn make_room(buckets: &mut HashMap<(Kind, u128), Bucket>) {
    let mut times: Vec<Timestamp> = buckets.values().map(|bucket| bucket.at).collect();
    let middle = times.len() / 2;
    let (_, cut, _) = times.select_nth_unstable(middle);
    let (cut, mut room) = (*cut, MOST / 2);
    buckets.retain(|_, bucket| {
        let stays = bucket.at > cut || (bucket.at == cut && room > 0);
        room -= usize::from(stays && bucket.at == cut);
        stays
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn limits(proxies: &[&str]) -> Limits {
        let proxies = proxies.iter().map(|text| text.parse().unwrap()).collect();
        Limits::new(proxies, &[(Kind::Search, Rate { many: 3, seconds: 30 })])
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limits = limits(&[]);
        let one = ip("192.0.2.1");
        let take = |secs| limits.spend(Kind::Search, one, at(secs));
        assert_eq!([take(0), take(0), take(0), take(0)], [Ok(()), Ok(()), Ok(()), Err(10)]);
        assert_eq!(take(4), Err(6));
        assert_eq!(take(10), Ok(()));
        assert_eq!(take(10), Err(10));
        assert_eq!(limits.spend(Kind::Search, ip("192.0.2.2"), at(10)), Ok(()));
        assert_eq!(limits.spend(Kind::SignUp, one, at(10)), Ok(()), "no rate, no limit");
        assert_eq!([take(999), take(999), take(999), take(999)], [Ok(()), Ok(()), Ok(()), Err(10)]);
        // The clock went back: nobody is locked out for longer.
        assert_eq!(take(0), Err(10));
        assert_eq!(take(10), Err(10));
    }

    #[test]
    fn an_ipv6_network_is_one_asker() {
        let limits = limits(&[]);
        for n in 0..3 {
            assert_eq!(limits.spend(Kind::Search, ip(&format!("2001:db8::{n}")), at(0)), Ok(()));
        }
        assert!(limits.spend(Kind::Search, ip("2001:db8::ffff:1"), at(0)).is_err());
        assert_eq!(limits.spend(Kind::Search, ip("2001:db8:0:1::1"), at(0)), Ok(()));
        assert_eq!(key(ip("::ffff:192.0.2.1")), key(ip("192.0.2.1")));
        assert_ne!(key(ip("::ffff:192.0.2.1")), key(ip("::ffff:192.0.2.2")));
    }

    #[test]
    fn a_proxy_is_believed_when_the_operator_says_so() {
        let open = limits(&[]);
        let proxied = limits(&["127.0.0.1", "10.0.0.0/8"]);
        let client = |limits: &Limits, forwarded| {
            limits.client(Some(ip("127.0.0.1")), forwarded).to_string()
        };
        assert_eq!(client(&open, "192.0.2.1"), "127.0.0.1");
        assert_eq!(client(&proxied, "192.0.2.1"), "192.0.2.1");
        assert_eq!(client(&proxied, "6.6.6.6, 192.0.2.1,10.1.2.3"), "192.0.2.1");
        assert_eq!(client(&proxied, "6.6.6.6, nonsense, 10.1.2.3"), "10.1.2.3");
        assert_eq!(client(&proxied, ""), "127.0.0.1");
        let outside = proxied.client(Some(ip("192.0.2.9")), "6.6.6.6");
        assert_eq!(outside, ip("192.0.2.9"), "whoever is no proxy names nobody");
    }

    #[test]
    fn networks_are_read() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2"),
            ("fd00::/8", "fd12::1", "fe00::1"),
            ("0.0.0.0/0", "203.0.113.1", "2001:db8::1"),
            ("::1/128", "::1", "::2"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(network.holds(ip(inside)) && !network.holds(ip(outside)), "{network:?}");
        }
        assert!("::/0".parse::<Network>().unwrap().holds(ip("192.0.2.1")));
        for bad in ["", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn buckets_are_bounded() {
        let limits = limits(&[]);
        for n in 0..u32::try_from(MOST).unwrap() * 2 {
            let address = std::net::Ipv4Addr::from_bits(n);
            assert_eq!(limits.spend(Kind::Search, address.into(), at(i64::from(n / 100))), Ok(()));
        }
        assert!(limits.buckets.lock().unwrap().len() <= MOST);
    }
}
