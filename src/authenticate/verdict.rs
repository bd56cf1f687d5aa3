//! What the library found, as a verdict. Pure.

use mail_auth::dmarc::Policy;
use mail_auth::{DkimOutput, DkimResult, DmarcOutput, DmarcResult, Error, SpfOutput, SpfResult};

use crate::model::{Authenticity, Verdict, aligned};

/// All results alike.
pub(super) fn failed(result: &str) -> Verdict {
    let result = || result.to_owned();
    Verdict { spf: result(), dkim: result(), dmarc: result(), arc: result(), ..Verdict::default() }
}

/// Of something that is hardly a message.
pub(super) fn of_path(spf: &SpfOutput) -> Verdict {
    Verdict { spf: spf_word(spf.result()).into(), ..failed("none") }
}

/// `from` are all addresses in `From`, lower case. A message of several domains is vouched for by nobody.
pub(super) fn of(
    from: &[String],
    spf: &SpfOutput,
    dkim: &[DkimOutput<'_>],
    arc: &DkimResult,
    dmarc: &DmarcOutput,
) -> Verdict {
    let domain = match from {
        [one] => one.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default(),
        _ => "",
    };
    let fits = |other: &str| !domain.is_empty() && aligned(&other.to_ascii_lowercase(), domain);
    let own_path = fits(spf.domain());
    let signed = dkim.iter().any(|one| {
        *one.result() == DkimResult::Pass && one.signature().is_some_and(|s| fits(&s.d))
    });
    let dmarc_result = dmarc.result();
    let sender = match &dmarc_result {
        DmarcResult::Pass if !domain.is_empty() => Authenticity::Pass,
        DmarcResult::Fail(_) if matches!(dmarc.policy(), Policy::Quarantine | Policy::Reject) => {
            Authenticity::Fail
        }
        // Domains without a policy speak by what they sign and whom they send.
        DmarcResult::None if signed => Authenticity::Pass,
        DmarcResult::None if own_path => match spf.result() {
            SpfResult::Pass => Authenticity::Pass,
            SpfResult::Fail => Authenticity::Fail,
            _ => Authenticity::Unknown,
        },
        _ => Authenticity::Unknown,
    };
    Verdict {
        sender,
        domain: domain.to_owned(),
        spf: spf_word(spf.result()).into(),
        dkim: best(dkim).into(),
        dmarc: match dmarc_result {
            DmarcResult::Pass => "pass",
            DmarcResult::Fail(_) => "fail",
            DmarcResult::TempError(_) => "temperror",
            DmarcResult::PermError(_) => "permerror",
            DmarcResult::None => "none",
        }
        .into(),
        arc: dkim_word(arc).into(),
    }
}

/// One good signature is enough; else what says most.
fn best(outputs: &[DkimOutput<'_>]) -> &'static str {
    let words: Vec<_> = outputs.iter().map(|one| dkim_word(one.result())).collect();
    let order = ["pass", "temperror", "fail", "neutral", "permerror"];
    order.into_iter().find(|word| words.contains(word)).unwrap_or("none")
}

/// RFC 8601 2.7.1.
fn dkim_word(result: &DkimResult) -> &'static str {
    match result {
        DkimResult::Pass => "pass",
        DkimResult::Neutral(Error::Dkim(_)) | DkimResult::Fail(_) => "fail",
        DkimResult::Neutral(_) => "neutral",
        DkimResult::PermError(_) => "permerror",
        DkimResult::TempError(_) => "temperror",
        DkimResult::None => "none",
    }
}

/// RFC 8601 2.7.2.
fn spf_word(result: SpfResult) -> &'static str {
    match result {
        SpfResult::Pass => "pass",
        SpfResult::Fail => "fail",
        SpfResult::SoftFail => "softfail",
        SpfResult::Neutral => "neutral",
        SpfResult::TempError => "temperror",
        SpfResult::PermError => "permerror",
        SpfResult::None => "none",
    }
}
