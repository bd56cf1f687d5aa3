//! When feeds are asked: the promises of the schedule, by example and by property.

use proptest::prelude::*;

use super::*;

const MINUTE: u64 = 60;
const DAY: u64 = 24 * HOUR;

fn bounds() -> Intervals {
    Intervals {
        usual: Duration::from_secs(HOUR),
        min: Duration::from_secs(5 * MINUTE),
        max: Duration::from_secs(DAY),
    }
}

fn source() -> SourceId {
    SourceId::for_feed("https://example.org/a")
}

fn plain() -> Success<'static> {
    Success { host: None, rhythm: Rhythm::default(), recent: &[], hub: false }
}

fn minutes(now: Timestamp, plan: Plan) -> u64 {
    plan.0.since(now).as_secs() / MINUTE
}

/// Tuesday, 24 November 2026, 07:00.
fn tuesday() -> Timestamp {
    Timestamp::from_secs(1_795_503_600)
}

#[test]
fn wishes_of_host_and_feed_are_kept_within_the_bounds() {
    let zero = Timestamp::from_secs(0);
    let next = |host: Option<u64>, feed: Option<u64>| {
        let said = Success {
            host: host.map(|m| Duration::from_secs(m * MINUTE)),
            rhythm: Rhythm { minutes: feed, ..Rhythm::default() },
            ..plain()
        };
        let plan = after_success(zero, &bounds(), &said, &source());
        (minutes(zero, plan), plan.1)
    };
    assert!(matches!(next(None, None), (60..=66, Why::Usual)));
    assert!(
        matches!(next(Some(1), None), (60..=66, Why::Usual)),
        "a short max-age is no wish to be asked often"
    );
    assert!(matches!(next(Some(180), Some(120)), (180..=198, Why::Host)));
    assert!(matches!(next(Some(100), Some(300)), (300..=330, Why::Feed)));
    assert_eq!(next(Some(99_999), None).0, 24 * 60);
}

#[test]
fn a_weekly_show_is_asked_seldom_and_when_it_is_due() {
    // Tuesdays at nine for ten weeks; one was late by an hour.
    let nine = tuesday().after(Duration::from_secs(2 * HOUR));
    let mut recent: Vec<Timestamp> =
        (1..=10).map(|week| nine.before(Duration::from_secs(week * 7 * DAY))).collect();
    recent[3] = recent[3].after(Duration::from_secs(HOUR));
    let said = Success { recent: &recent, ..plain() };
    let (mut now, mut asks, mut times) = (recent[0].after(Duration::from_secs(60)), 0, Vec::new());
    while now < nine.after(Duration::from_secs(10 * MINUTE)) {
        let (next, why) = after_success(now, &bounds(), &said, &source());
        asks += 1;
        times.push((next, why));
        now = next;
    }
    assert!(asks <= 20, "{asks} requests in a week");
    let near = times.iter().any(|(at, why)| {
        *why == Why::Expected && *at >= nine && at.since(nine) <= Duration::from_secs(10 * MINUTE)
    });
    assert!(near, "{times:?}");
    // It has not come yet.
    let late = nine.after(Duration::from_secs(20 * MINUTE));
    assert!(minutes(late, after_success(late, &bounds(), &said, &source())) <= 17);
}

#[test]
fn news_is_asked_for_as_often_as_it_comes_but_not_more() {
    let now = tuesday();
    let every = |minutes: u64| -> Vec<Timestamp> {
        (1..=12).map(|n| now.before(Duration::from_secs(n * minutes * MINUTE))).collect()
    };
    let (fast, slow) = (every(20), every(1));
    let ask = |recent: &[Timestamp]| {
        minutes(now, after_success(now, &bounds(), &Success { recent, ..plain() }, &source()))
    };
    assert!((15..=22).contains(&ask(&fast)), "{}", ask(&fast));
    assert_eq!(ask(&slow), 5);
    let dead: Vec<_> = (1..=12).map(|n| now.before(Duration::from_secs((900 + n) * DAY))).collect();
    assert!(ask(&dead) >= 23 * 60, "a show that ended is asked once a day");
}

#[test]
fn excluded_hours_and_days_are_kept() {
    let skip = |hours: &[u32], days: &[u8], at| {
        let rhythm = Rhythm {
            minutes: None,
            skip_hours: hours.iter().fold(0, |bits, hour| bits | 1 << hour),
            skip_days: days.iter().fold(0, |bits, day| bits | 1 << day),
        };
        after_success(at, &bounds(), &Success { rhythm, ..plain() }, &source()).0.rfc3339()
    };
    assert!(skip(&[8, 9], &[], tuesday()).starts_with("2026-11-24T10:0"));
    assert!(skip(&[], &[1, 2], tuesday()).starts_with("2026-11-26T00:0"));
    assert!(skip(&[8, 0], &[1], tuesday()).starts_with("2026-11-25T01:0"));
    let all: Vec<u32> = (0..24).collect();
    assert!(skip(&all, &[], tuesday()).starts_with("2026-11-24T08:"), "all excluded is a mistake");
}

#[test]
fn failures_double_and_heed_retry_after() {
    let zero = Timestamp::from_secs(0);
    let next = |failures, retry: Option<u64>| {
        let retry = retry.map(|m| Duration::from_secs(m * MINUTE));
        let plan = after_failure(zero, &bounds(), failures, retry, &source());
        (minutes(zero, plan), plan.1)
    };
    assert!(matches!(next(1, None), (15..=17, Why::BackOff)));
    assert!(matches!(next(3, None), (60..=66, Why::BackOff)));
    assert_eq!(next(40, None).0, 24 * 60);
    assert_eq!(next(u32::MAX, None).0, 24 * 60);
    assert!(matches!(next(1, Some(100)), (100, Why::RetryAfter)));
}

#[test]
fn a_wrong_clock_and_a_long_sleep_are_mended() {
    let now = tuesday();
    let plan = |next: Timestamp, last: Timestamp| {
        replanned(now, &bounds(), next, Some(last), &source()).map(|at| at.since(now).as_secs())
    };
    let hours = |h: u64| Duration::from_secs(h * HOUR);
    assert_eq!(plan(now.after(hours(3)), now.before(hours(1))), None, "it stands");
    assert_eq!(plan(now.before(Duration::from_secs(60)), now.before(hours(1))), None, "it is due");
    let year = hours(365 * 24);
    assert!(plan(now.after(year), now.after(year)).unwrap() <= 600, "the clock was a year ahead");
    assert!(plan(now.before(hours(8)), now.before(hours(9))).unwrap() <= 600, "the lid was shut");
    assert_eq!(replanned(now, &bounds(), now.before(year), None, &source()), None, "never asked");
}

#[test]
fn what_was_missed_is_caught_up_spread_out() {
    let now = tuesday();
    let mut per_minute = [0; 11];
    for n in 0..1000 {
        let id = SourceId::for_feed(&format!("https://example.org/{n}"));
        let missed = now.before(Duration::from_secs(DAY));
        let at = replanned(now, &bounds(), missed, Some(missed), &id).unwrap();
        per_minute[usize::try_from(at.since(now).as_secs() / 60).unwrap()] += 1;
    }
    assert!(per_minute.iter().all(|count| *count <= 150), "{per_minute:?}");
}

prop_compose! {
    fn any_bounds()(min in 1_u64..7200, more in 0_u64..20_000, most in 0_u64..200_000) -> Intervals {
        let span = Duration::from_secs;
        Intervals { min: span(min), usual: span(min + more), max: span(min + more + most) }
    }
}

proptest! {
    #[test]
    fn never_below_the_floor_nor_above_the_ceiling(
        now in -1_000_000_i64..4_000_000_000,
        bounds in any_bounds(),
        host in proptest::option::of(0_u64..u64::MAX / 4),
        feed in proptest::option::of(0_u64..u64::MAX / 4),
        ago in proptest::collection::vec(-4_000_000_000_i64..4_000_000_000, 0..20),
        hub: bool,
        failures in 1_u32..,
    ) {
        let now = Timestamp::from_secs(now);
        let recent: Vec<_> = ago.iter().map(|ago| Timestamp::from_secs(now.secs() - ago)).collect();
        let rhythm = Rhythm { minutes: feed, ..Rhythm::default() };
        let host = host.map(Duration::from_secs);
        let said = Success { host, rhythm, recent: &recent, hub };
        let plans = [
            after_success(now, &bounds, &said, &source()),
            after_failure(now, &bounds, failures, None, &source()),
        ];
        for (next, _) in plans {
            prop_assert!(next.since(now) >= bounds.min && next.since(now) <= bounds.max);
        }
        prop_assert_eq!(plans[0], after_success(now, &bounds, &said, &source()));
    }

    #[test]
    fn whatever_is_excluded_is_not_asked(
        now in 0_i64..4_000_000_000, skip_hours in 0_u32..0xff_ffff, skip_days in 0_u8..0x7f,
    ) {
        let rhythm = Rhythm { minutes: None, skip_hours, skip_days };
        let (next, _) = after_success(
            Timestamp::from_secs(now), &bounds(), &Success { rhythm, ..plain() }, &source(),
        );
        let hour = next.secs().div_euclid(3600);
        prop_assert_eq!(skip_hours >> hour.rem_euclid(24) & 1, 0);
        prop_assert_eq!(skip_days >> (hour.div_euclid(24) + 3).rem_euclid(7) & 1, 0);
        prop_assert!(next.secs() - now <= 9 * 86_400);
    }

    #[test]
    fn a_plan_is_mended_once(
        now in 0_i64..4_000_000_000, next in 0_i64..8_000_000_000, last in 0_i64..8_000_000_000,
        bounds in any_bounds(),
    ) {
        let now = Timestamp::from_secs(now);
        let (next, last) = (Timestamp::from_secs(next), Timestamp::from_secs(last));
        if let Some(new) = replanned(now, &bounds, next, Some(last), &source()) {
            prop_assert!(new >= now && new.since(now) <= bounds.usual.max(bounds.min));
        }
    }
}
