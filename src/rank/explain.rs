//! Why an insight was chosen, in words. What is said here is what the ranking went by, nothing else. Pure.

use crate::model::TopicSet;
use crate::text::phrases::Phrases;

use super::profile::{Candidate, Profile};
use super::score::Weighed;

/// One ground for a pick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The reader follows this topic, by slug.
    Topic(String),
    /// It fits what the reader wrote.
    Interest(String),
    /// The reader follows the show.
    Show,
    /// The reader asked for more like that one.
    Like(String),
    /// Their votes lean to it.
    Taste,
    /// It is there to find out whether they like it.
    Explores,
    /// It is among the strongest of the day.
    Strong,
    /// Nothing like it was in their brief lately.
    New,
    /// So many shows say it.
    Voices(usize),
}

/// Above this the reader's own words or votes speak for it.
const TELLING: f32 = 0.25;

/// The grounds of a pick, the strongest first.
pub fn reasons(
    profile: &Profile,
    candidate: &Candidate,
    weighed: &Weighed,
    explores: bool,
) -> Vec<Reason> {
    let mut out = Vec::new();
    if explores {
        out.push(Reason::Explores);
    } else {
        let topic = weighed.topic.and_then(|at| candidate.topics.get(at)).cloned();
        let interest = weighed.interest.and_then(|at| profile.interests.get(at));
        let wide = interest.and_then(|interest| interest.topic.clone());
        if let Some(slug) = topic.or(wide) {
            out.push(Reason::Topic(slug));
        }
        let own = interest.filter(|interest| interest.topic.is_none());
        if let Some(own) = own.filter(|_| weighed.evidence >= TELLING) {
            out.push(Reason::Interest(own.text.clone()));
        }
        if weighed.followed {
            out.push(Reason::Show);
        }
        let liked = weighed.liking.because.and_then(|at| profile.taste.vote(at));
        match liked.filter(|_| weighed.liking.mean > 0.1) {
            Some(vote) => out.push(Reason::Like(vote.headline.clone())),
            None if weighed.liking.mean > 0.1 => out.push(Reason::Taste),
            None => {}
        }
        if out.is_empty() {
            out.push(Reason::Strong);
        }
        out.truncate(2);
    }
    if weighed.novelty > 0.95 {
        out.push(Reason::New);
    }
    out
}

/// The grounds as a sentence in the language of `t`.
pub fn words(reasons: &[Reason], topics: &TopicSet, t: &Phrases) -> String {
    let parts: Vec<String> = reasons.iter().map(|reason| part(reason, topics, t)).collect();
    let mut text = parts.join("; ");
    // Both languages begin these with a letter of ASCII.
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text.push('.');
    text
}

fn part(reason: &Reason, topics: &TopicSet, t: &Phrases) -> String {
    match reason {
        Reason::Topic(slug) => {
            let own = t.find(&format!("topic.{slug}.name"));
            let name = own.or_else(|| topics.get(slug).map(|topic| topic.name.as_str()));
            t.fill("brief.why.topic", &[("topic", &name.unwrap_or(slug))])
        }
        Reason::Interest(text) => t.fill("brief.why.interest", &[("interest", text)]),
        Reason::Show => t.say("brief.why.show").to_owned(),
        Reason::Like(headline) => t.fill("brief.why.like", &[("headline", headline)]),
        Reason::Taste => t.say("brief.why.taste").to_owned(),
        Reason::Explores => t.say("brief.why.explores").to_owned(),
        Reason::Strong => t.say("brief.why.strong").to_owned(),
        Reason::New => t.say("brief.why.new").to_owned(),
        Reason::Voices(count) => t.fill("brief.why.voices", &[("n", count)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_as_a_sentence() {
        let topics = TopicSet::parse(
            "[[topic]]\nslug=\"ai-policy\"\nname=\"AI policy\"\ndescription=\"\"\nwords=[\"x\"]\n",
        )
        .unwrap();
        let reasons = [Reason::Topic("ai-policy".into()), Reason::New, Reason::Voices(2)];
        let text = words(&reasons, &topics, Phrases::first());
        assert_eq!(text, "Because you follow AI policy; new to you; said by 2 shows.");
    }
}
