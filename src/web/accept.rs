//! Which coding to send: `Accept-Encoding` (RFC 9110 section 12.5.3). Knows no bytes.

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Coding {
    /// `Content-Encoding`, where one is sent.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// By what [`Self::token`] gave.
    pub fn of_token(token: Option<&str>) -> Self {
        let coded = [Self::Gzip, Self::Brotli].into_iter().find(|coding| coding.token() == token);
        coded.unwrap_or(Self::Identity)
    }
}

/// The best coding for the header's lines joined by commas; `None` if nothing we have is acceptable.
/// A client that sends no header gets the plain bytes, which all can read.
pub fn choose(header: Option<&str>) -> Option<Coding> {
    let Some(header) = header else { return Some(Coding::Identity) };
    let (mut brotli, mut gzip, mut identity, mut any) = (None, None, None, None);
    for part in header.split(',') {
        let mut fields = part.split(';');
        let token = fields.next().unwrap_or_default().trim().to_ascii_lowercase();
        let Some(weight) = weight(fields) else { continue };
        match token.as_str() {
            "br" => brotli = Some(weight),
            "gzip" | "x-gzip" => gzip = Some(weight),
            "identity" => identity = Some(weight),
            "*" => any = Some(weight),
            _ => {}
        }
    }
    // Doubled, so that an identity nobody spoke of ranks above "no" and below everything asked for.
    let named = |weight: Option<u16>| weight.or(any).unwrap_or(0) * 2;
    let plain = match (identity, any) {
        (Some(weight), _) => weight * 2,
        (None, Some(0)) => 0,
        (None, _) => 1,
    };
    let ranked =
        [(plain, Coding::Identity), (named(gzip), Coding::Gzip), (named(brotli), Coding::Brotli)];
    // Of equals the last is taken, which is the smallest body.
    ranked.into_iter().max_by_key(|(weight, _)| *weight).filter(|(w, _)| *w > 0).map(|(_, c)| c)
}

/// In thousandths; `None` if it is no weight (section 12.4.2).
fn weight<'a>(parameters: impl Iterator<Item = &'a str>) -> Option<u16> {
    for parameter in parameters {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        if name.trim().eq_ignore_ascii_case("q") {
            let value: f32 = value.trim().parse().ok()?;
            return (0.0..=1.0).contains(&value).then_some((value * 1000.0).round() as u16);
        }
    }
    Some(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_acceptable_coding_is_chosen() {
        use Coding::{Brotli, Gzip, Identity};
        for (header, want) in [
            (None, Some(Identity)),
            (Some(""), Some(Identity)),
            (Some("gzip, deflate, br, zstd"), Some(Brotli)),
            (Some("gzip"), Some(Gzip)),
            (Some("X-GZIP"), Some(Gzip)),
            (Some("br;q=0.5, gzip;q=0.8"), Some(Gzip)),
            (Some("br; q=0, gzip ; Q=0"), Some(Identity)),
            (Some("gzip;q=0.5, identity"), Some(Identity)),
            (Some("gzip;q=0.5, identity;q=0.5"), Some(Gzip)),
            (Some("*"), Some(Brotli)),
            (Some("*;q=0.1, br;q=0"), Some(Gzip)),
            (Some("zstd"), Some(Identity)),
            (Some("zstd, identity;q=0"), None),
            (Some("*;q=0"), None),
            (Some("gzip, *;q=0"), Some(Gzip)),
            (Some("identity;q=0"), None),
            (Some("gzip;q=high, br;q=7"), Some(Identity)),
        ] {
            assert_eq!(choose(header), want, "{header:?}");
        }
    }
}
