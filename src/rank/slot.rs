//! When a reader's editions are due, in their own days and hours. Pure: the clock is an argument, and whatever it
//! does (jumps, stands still, changes to summer time) each local day has one slot at most.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, ToSpan};

use crate::model::{Days, Subscriber, Timestamp};

/// A week holds every kind of day.
const LOOK: i64 = 8;

/// The zone of that IANA name, if there is one.
pub fn zone(name: &str) -> Option<TimeZone> {
    let known = !name.is_empty() && name.len() <= 64 && name.is_ascii();
    known.then(|| TimeZone::get(name).ok())?
}

fn zone_of(reader: &Subscriber) -> TimeZone {
    // It was checked when it was set; zones are renamed, never removed.
    zone(&reader.zone).unwrap_or(TimeZone::UTC)
}

/// The reader's date.
pub fn local_day(reader: &Subscriber, now: Timestamp) -> Date {
    instant(now).to_zoned_datetime(zone_of(reader)).date()
}

fn instant(at: Timestamp) -> Instant {
    Instant::from_second(at.secs()).unwrap_or(Instant::UNIX_EPOCH)
}

fn counts(days: Days, day: Date) -> bool {
    match days {
        Days::Daily => true,
        Days::Weekdays => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        Days::Weekly => day.weekday() == Weekday::Monday,
    }
}

/// The moment of a day's slot. An hour that the clocks skip is the first moment after it; one that comes twice is
/// the first of the two.
pub fn moment(reader: &Subscriber, day: Date) -> Option<Timestamp> {
    let hour = i8::try_from(reader.hour.min(23)).ok()?;
    let at = day.at(hour, 0, 0, 0).to_zoned_datetime(zone_of(reader)).ok()?;
    // A zone may skip a whole day at its date line: that day has no slot.
    (at.date() == day).then(|| Timestamp::from_secs(at.timestamp().as_second()))
}

/// Slots around a day, in order.
fn slots(
    reader: &Subscriber,
    from: Date,
    days: std::ops::RangeInclusive<i64>,
) -> Vec<(Date, Timestamp)> {
    days.filter_map(|n| from.checked_add(n.days()).ok())
        .filter(|day| counts(reader.days, *day))
        .filter_map(|day| Some((day, moment(reader, day)?)))
        .collect()
}

/// The day whose edition is due and was not seen to yet. Days before it that were missed stay missed: what they would
/// have held is in this one.
pub fn pending(reader: &Subscriber, now: Timestamp) -> Option<Date> {
    let today = local_day(reader, now);
    let passed = slots(reader, today, -LOOK..=1).into_iter().rfind(|(_, at)| *at <= now);
    let (day, at) = passed?;
    (reader.progress.day != Some(day) && at >= reader.created).then_some(day)
}

/// The next slot after `now`.
pub fn next(reader: &Subscriber, now: Timestamp) -> Timestamp {
    let today = local_day(reader, now);
    let coming = slots(reader, today, -1..=LOOK).into_iter().find(|(_, at)| *at > now);
    coming.map_or_else(|| now.after(std::time::Duration::from_secs(86_400)), |(_, at)| at)
}

/// When the queue should look at the reader: at once if a slot is open, else at the next.
pub fn due(reader: &Subscriber, now: Timestamp) -> Timestamp {
    if pending(reader, now).is_some() { now } else { next(reader, now) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Progress, Shape, SubscriberId};

    fn at(text: &str) -> Timestamp {
        Timestamp::from_secs(text.parse::<Instant>().unwrap().as_second())
    }

    fn reader(zone: &str, hour: u8, days: Days) -> Subscriber {
        Subscriber {
            id: SubscriberId::new("r"),
            created: Timestamp::from_secs(0),
            interests: String::new(),
            topics: Vec::new(),
            sources: Vec::new(),
            muted: Vec::new(),
            saved: Vec::new(),
            zone: zone.into(),
            hour,
            size: 5,
            shape: Shape::Digest,
            days,
            explore: true,
            language: String::new(),
            progress: Progress::default(),
        }
    }

    #[test]
    fn summer_time_moves_the_moment_not_the_hour() {
        let berlin = reader("Europe/Berlin", 7, Days::Daily);
        assert_eq!(next(&berlin, at("2026-03-28T07:00:00Z")), at("2026-03-29T05:00:00Z"));
        assert_eq!(next(&berlin, at("2026-10-24T06:00:00Z")), at("2026-10-25T06:00:00Z"));
        // 02:00 does not exist on 29 March, and is there twice on 25 October.
        let night = reader("Europe/Berlin", 2, Days::Daily);
        assert_eq!(next(&night, at("2026-03-28T20:00:00Z")), at("2026-03-29T01:00:00Z"));
        assert_eq!(next(&night, at("2026-10-24T20:00:00Z")), at("2026-10-25T00:00:00Z"));
        assert_eq!(next(&night, at("2026-10-25T00:00:00Z")), at("2026-10-26T01:00:00Z"));
        // Samoa had no 30 December 2011.
        let apia = reader("Pacific/Apia", 7, Days::Daily);
        assert_eq!(next(&apia, at("2011-12-29T18:00:00Z")), at("2011-12-30T17:00:00Z"));
        // Midnight itself is skipped in some places.
        let beirut = reader("Asia/Beirut", 0, Days::Daily);
        assert_eq!(next(&beirut, at("2024-03-30T12:00:00Z")), at("2024-03-30T22:00:00Z"));
    }

    #[test]
    fn weekdays_and_weeks() {
        let work = reader("UTC", 7, Days::Weekdays);
        assert_eq!(next(&work, at("2026-11-27T08:00:00Z")), at("2026-11-30T07:00:00Z"));
        let weekly = reader("UTC", 7, Days::Weekly);
        assert_eq!(next(&weekly, at("2026-11-30T07:00:00Z")), at("2026-12-07T07:00:00Z"));
        assert_eq!(
            pending(&weekly, at("2026-12-05T00:00:00Z")),
            Some("2026-11-30".parse().unwrap())
        );
    }

    #[test]
    fn what_was_missed_is_made_up_once() {
        let mut reader = reader("Europe/Berlin", 7, Days::Daily);
        let now = at("2026-11-25T20:00:00Z");
        let day = pending(&reader, now).unwrap();
        assert_eq!(day, "2026-11-25".parse().unwrap());
        assert_eq!(due(&reader, now), now);
        reader.progress.day = Some(day);
        assert_eq!(pending(&reader, now), None);
        assert_eq!(due(&reader, now), at("2026-11-26T06:00:00Z"));
        // Before its hour, yesterday's is still open.
        reader.progress.day = None;
        assert_eq!(pending(&reader, at("2026-11-26T03:00:00Z")), Some(day));
        // What was before the sign-up is not.
        reader.created = at("2026-11-26T02:00:00Z");
        assert_eq!(pending(&reader, at("2026-11-26T03:00:00Z")), None);
        assert_eq!(zone("Nowhere/Atlantis"), None);
        assert_eq!(zone("../../etc/passwd"), None);
    }

    proptest! {
        /// Whatever the zone, the hour and the clock: walking from slot to slot meets each local day once.
        #[test]
        fn each_day_has_one_slot(
            zone in prop::sample::select(vec![
                "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata",
                "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca", "America/St_Johns", "UTC",
            ]),
            hour in 0_u8..24,
            start in 1_000_000_000_i64..2_000_000_000,
        ) {
            let reader = reader(zone, hour, Days::Daily);
            let mut now = Timestamp::from_secs(start);
            let mut seen = std::collections::HashSet::new();
            for _ in 0..30 {
                let then = next(&reader, now);
                prop_assert!(then > now && then.secs() - now.secs() <= 50 * 3600);
                let day = pending(&reader, then).unwrap();
                prop_assert!(seen.insert(day), "{} twice", day);
                now = then;
            }
        }
    }
}
