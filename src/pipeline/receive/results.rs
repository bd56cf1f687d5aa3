//! `Authentication-Results` (RFC 8601) of the operator's own MTA. Those of others prove nothing and are not read. Pure.

use crate::model::{Authenticity, Verdict, aligned};

/// What the MTA that calls itself `id` found; nothing known if it said nothing, or `id` is empty. `from` is the address
/// in `From`: a signature counts for it only if it is of the same domain or one above or below it.
pub(super) fn verdict(headers: &[String], id: &str, from: &str) -> Verdict {
    let mut verdict = Verdict::default();
    if id.is_empty() {
        return verdict;
    }
    let domain = from.rsplit('@').next().unwrap_or_default();
    let mut fits = false;
    let mut disowned = true;
    for header in headers {
        let without = without_comments(header);
        let mut parts = without.split(';').map(str::trim);
        let own = parts.next().and_then(|p| p.split_whitespace().next());
        if !own.is_some_and(|own| own.eq_ignore_ascii_case(id)) {
            continue;
        }
        verdict.domain = domain.to_owned();
        for part in parts {
            let mut words = part.split_whitespace();
            let Some((method, result)) = words.next().and_then(|w| w.split_once('=')) else {
                continue;
            };
            let result = result.to_ascii_lowercase();
            let property = |name: &str| {
                let values = part.split_whitespace().filter_map(|w| w.split_once('='));
                values
                    .filter(|(n, _)| n.eq_ignore_ascii_case(name))
                    .map(|(_, v)| v.to_ascii_lowercase())
                    .next()
            };
            match method.to_ascii_lowercase().as_str() {
                "dmarc" => {
                    // Who publishes `p=none` only watches. Some write that as a comment.
                    disowned = !["p=none", "policy=none"].iter().any(|p| header.contains(p));
                    verdict.dmarc = result;
                }
                "spf" => {
                    let by = property("smtp.mailfrom").unwrap_or_default();
                    fits |= result == "pass"
                        && aligned(by.rsplit('@').next().unwrap_or_default(), domain);
                    verdict.spf = result;
                }
                "dkim" => {
                    let by = property("header.d").or_else(|| {
                        property("header.i")
                            .map(|i| i.rsplit('@').next().unwrap_or_default().to_owned())
                    });
                    fits |= result == "pass" && by.is_some_and(|d| aligned(&d, domain));
                    // One good signature is enough.
                    if verdict.dkim != "pass" {
                        verdict.dkim = result;
                    }
                }
                "arc" => verdict.arc = result,
                _ => {}
            }
        }
    }
    verdict.sender = match verdict.dmarc.as_str() {
        "pass" => Authenticity::Pass,
        "fail" if disowned => Authenticity::Fail,
        _ if fits => Authenticity::Pass,
        _ => Authenticity::Unknown,
    };
    verdict
}

/// Comments in parentheses may hold anything, semicolons too.
fn without_comments(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_mta_is_believed() {
        let own = "mx.example; dkim=pass (2048-bit; ok) header.d=news.example header.s=a; \
                   spf=softfail smtp.mailfrom=bounce@esp.example; arc=none; dmarc=pass header.from=news.example";
        let forged = "evil.example; dmarc=pass".to_owned();
        let found = verdict(&[forged.clone(), own.into()], "mx.example", "a@news.example");
        assert_eq!(
            (found.spf.as_str(), found.dkim.as_str(), found.dmarc.as_str()),
            ("softfail", "pass", "pass")
        );
        assert_eq!(found.sender, Authenticity::Pass);
        assert_eq!(verdict(&[forged], "mx.example", "a@news.example"), Verdict::default());
        assert_eq!(verdict(&[own.into()], "", "a@news.example"), Verdict::default());
    }

    #[test]
    fn without_dmarc_a_signature_must_fit_the_sender() {
        let said = |text: &str| {
            verdict(&[format!("mx.example; {text}")], "MX.example", "a@m.news.example").sender
        };
        assert_eq!(said("dkim=pass header.d=news.example"), Authenticity::Pass);
        assert_eq!(said("dkim=pass header.d=esp.example"), Authenticity::Unknown);
        assert_eq!(said("dkim=pass header.d=example"), Authenticity::Unknown);
        assert_eq!(said("spf=pass smtp.mailfrom=x@m.news.example"), Authenticity::Pass);
        assert_eq!(said("dmarc=fail; dkim=pass header.d=esp.example"), Authenticity::Fail);
        assert_eq!(said("dmarc=fail (p=none dis=none) header.from=x"), Authenticity::Unknown);
    }
}
