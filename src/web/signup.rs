//! The sign-up form: what can be chosen, what was filled in, and what is wrong with it. It is on the landing page,
//! and again, with all that was filled in, where an answer can't be taken. It takes no answers itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::Store;
use crate::text::phrases::Phrases;

use super::card::{Chip, show_name};
use super::{WebError, WebState};

/// Time zones to choose from; a test holds that every rule there is has one. A browser adds its own.
const ZONES: &str = include_str!("../../data/zones.txt");

/// The zone of those who choose none.
const ZONE: &str = "UTC";
/// Before most people's breakfast.
const HOUR: u8 = 6;
/// Topics and shows that are seen at once; the others unfold.
const AT_ONCE: usize = 12;
/// Shows to choose from at most, those with most to show: a page has its size, and shows can be followed later.
const SOURCES: usize = 120;

/// Who may sign up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Everyone.
    #[default]
    Open,
    /// Whoever has an invitation.
    Invite,
    /// Nobody.
    Closed,
}

/// What a person filled in, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct Filled {
    /// Free text.
    pub interests: String,
    /// Slugs.
    pub topics: BTreeSet<String>,
    /// Ids.
    pub sources: BTreeSet<String>,
    /// IANA name.
    pub zone: String,
    /// 0 to 23.
    pub hour: u8,
    /// An invitation's secret.
    pub invite: String,
    /// A sentence in the reader's language by the name of the field that it is about.
    pub errors: BTreeMap<&'static str, String>,
}

impl Default for Filled {
    fn default() -> Self {
        Self {
            interests: String::new(),
            topics: BTreeSet::new(),
            sources: BTreeSet::new(),
            zone: ZONE.into(),
            hour: HOUR,
            invite: String::new(),
            errors: BTreeMap::new(),
        }
    }
}

impl Filled {
    /// What is wrong with a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.get(field).map(String::as_str)
    }
}

/// One thing to tick or pick.
pub struct Choice {
    /// As sent.
    pub value: String,
    /// For people.
    pub name: String,
    /// Ticked or picked.
    pub chosen: bool,
}

/// The form.
pub struct SignUp {
    /// Who may.
    pub mode: Mode,
    /// What was filled in.
    pub filled: Filled,
    /// Seen at once.
    pub topics: Vec<Choice>,
    /// Unfolded.
    pub more_topics: Vec<Choice>,
    /// Shows to follow, unfolded.
    pub sources: Vec<Choice>,
    /// By region.
    pub zones: Vec<(String, Vec<Choice>)>,
    /// Of the day.
    pub hours: Vec<Choice>,
}

impl SignUp {
    /// The form as `filled`, for a reader of `t`.
    ///
    /// # Errors
    /// What the store gives.
    pub fn open(
        store: &dyn Store,
        state: &WebState,
        t: &Phrases,
        mode: Mode,
        filled: Filled,
    ) -> Result<Self, WebError> {
        let mut topics = topics(store, state, t, &filled)?;
        let more_topics = topics.split_off(topics.len().min(AT_ONCE));
        let sources = sources(store, &filled)?;
        let zones = zones(t, &filled.zone);
        let hours = (0..24)
            .map(|hour: u8| Choice {
                value: hour.to_string(),
                name: t.fill("signup.oclock", &[("hour", &format!("{hour:02}:00"))]),
                chosen: hour == filled.hour,
            })
            .collect();
        Ok(Self { mode, topics, more_topics, sources, zones, hours, filled })
    }

    /// Whether one of the choices that are folded away is ticked, so that they are shown.
    pub fn unfolded(&self, choices: &[Choice]) -> bool {
        choices.iter().any(|choice| choice.chosen)
    }
}

/// Those with most to show first, then in the order of the file.
fn topics(
    store: &dyn Store,
    state: &WebState,
    t: &Phrases,
    filled: &Filled,
) -> Result<Vec<Choice>, WebError> {
    let counts = store.topic_counts()?;
    let count = |slug: &str| counts.get(slug).copied().unwrap_or(0);
    let mut topics: Vec<_> = state.topics.iter().collect();
    topics.sort_by_key(|topic| std::cmp::Reverse(count(&topic.slug)));
    let choice = |topic| {
        let chip = Chip::to(topic);
        let (name, chosen) = (chip.name_in(t).to_owned(), filled.topics.contains(&chip.slug));
        Choice { value: chip.slug, name, chosen }
    };
    Ok(topics.into_iter().map(choice).collect())
}

fn sources(store: &dyn Store, filled: &Filled) -> Result<Vec<Choice>, WebError> {
    let mut sources = store.sources()?;
    sources.retain(|source| source.visibility.allows(None));
    let chosen = |id: &str| filled.sources.contains(id);
    sources.sort_by_key(|source| {
        (!chosen(source.id.as_str()), std::cmp::Reverse(source.coverage.insights))
    });
    sources.truncate(SOURCES);
    sources.sort_by_cached_key(|source| show_name(source).to_lowercase());
    let choice = |source: &crate::model::Source| Choice {
        value: source.id.to_string(),
        name: show_name(source),
        chosen: chosen(source.id.as_str()),
    };
    Ok(sources.iter().map(choice).collect())
}

/// All zones of the list by region, with `chosen` among them whatever it is.
fn zones(t: &Phrases, chosen: &str) -> Vec<(String, Vec<Choice>)> {
    let choice = |zone: &str| Choice {
        value: zone.to_owned(),
        name: zone.split_once('/').map_or(zone, |(_, city)| city).replace('_', " "),
        chosen: zone == chosen,
    };
    let known = ZONES.lines().any(|zone| zone == chosen);
    let own = (!known && chosen != ZONE && !chosen.is_empty()).then(|| choice(chosen));
    let mut regions: Vec<(String, Vec<Choice>)> = Vec::new();
    let world = t.say("signup.region.world").to_owned();
    regions.push((world, own.into_iter().chain([choice(ZONE)]).collect()));
    let mut last = "";
    for zone in ZONES.lines() {
        let region = zone.split('/').next().unwrap_or_default();
        if region != last {
            let name = t.say(&format!("signup.region.{}", region.to_lowercase()));
            regions.push((name.to_owned(), Vec::new()));
            last = region;
        }
        if let Some((_, zones)) = regions.last_mut() {
            zones.push(choice(zone));
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Offsets in seconds through two years, twice a day.
    fn rule(zone: &jiff::tz::TimeZone) -> Vec<i32> {
        let at = |n: i64| jiff::Timestamp::from_second(1_798_761_600 + n * 43_200).unwrap();
        (0..1460).map(|n| zone.to_offset(at(n)).seconds()).collect()
    }

    #[test]
    fn every_zone_of_the_world_has_one_with_the_same_rule() {
        let have: HashSet<_> =
            ZONES.lines().map(|zone| rule(&jiff::tz::TimeZone::get(zone).unwrap())).collect();
        let lived_in = ["Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Pacific"];
        for zone in jiff::tz::db().available() {
            let zone = zone.to_string();
            if lived_in.iter().any(|region| zone.starts_with(&format!("{region}/"))) {
                let rule = rule(&jiff::tz::TimeZone::get(&zone).unwrap());
                assert!(have.contains(&rule), "{zone} has no zone like it");
            }
        }
    }

    #[test]
    fn a_zone_that_is_not_on_the_list_stays_chosen() {
        let t = Phrases::first();
        for zone in ["UTC", "Europe/Berlin", "Arctic/Longyearbyen"] {
            let chosen: Vec<_> = zones(t, zone)
                .into_iter()
                .flat_map(|(_, zones)| zones)
                .filter(|choice| choice.chosen)
                .map(|choice| choice.value)
                .collect();
            assert_eq!(chosen, [zone]);
        }
        assert!(zones(t, "UTC").iter().all(|(region, _)| !region.is_empty()));
    }
}
