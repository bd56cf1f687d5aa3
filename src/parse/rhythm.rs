//! When a feed wants to be asked: `ttl`, `skipHours` and `skipDays` (RSS 2.0), `sy:updatePeriod` and `sy:updateFrequency`
//! (RSS 1.0). Reads; what becomes of it is `pipeline/schedule`'s.

use super::ns::Ns;
use super::xml::Node;
use crate::model::Rhythm;

/// Longer waits are mistakes.
const YEAR: u64 = 525_600;

/// What a channel's elements say, one by one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    rhythm: Rhythm,
    period: Option<u64>,
    frequency: Option<u64>,
}

impl Reading {
    /// Takes in one element directly inside the `channel` or `feed`.
    pub fn add(&mut self, node: &Node) {
        match (node.ns, node.name.to_ascii_lowercase().as_str()) {
            (Ns::Rss, "ttl") => {
                self.rhythm.minutes = minutes(&node.text()).or(self.rhythm.minutes);
            }
            (Ns::Rss, "skiphours") => {
                let hours = node.nodes().filter_map(|n| n.text().trim().parse::<u32>().ok());
                // Netscape counted from 1 to 24, RSS 2.0 from 0 to 23: 24 can only be midnight.
                self.rhythm.skip_hours |=
                    hours.filter(|hour| *hour <= 24).fold(0, |bits, hour| bits | 1 << (hour % 24));
            }
            (Ns::Rss, "skipdays") => {
                let days = node.nodes().filter_map(|n| day(&n.text()));
                self.rhythm.skip_days |= days.fold(0, |bits, day| bits | 1 << day);
            }
            (Ns::Sy, "updateperiod") => self.period = period(&node.text()),
            (Ns::Sy, "updatefrequency") => {
                self.frequency = minutes(&node.text());
            }
            _ => {}
        }
    }

    /// All of it together.
    pub fn rhythm(&self) -> Rhythm {
        let each = self.period.map(|period| (period / self.frequency.unwrap_or(1)).max(1));
        Rhythm { minutes: self.rhythm.minutes.max(each), ..self.rhythm }
    }
}

fn minutes(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|minutes| (1..=YEAR).contains(minutes))
}

fn period(text: &str) -> Option<u64> {
    Some(match text.trim().to_ascii_lowercase().as_str() {
        "hourly" => 60,
        "daily" => 24 * 60,
        "weekly" => 7 * 24 * 60,
        "monthly" => 30 * 24 * 60,
        "yearly" => YEAR,
        _ => return None,
    })
}

fn day(text: &str) -> Option<u8> {
    const DAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let text = text.trim().to_ascii_lowercase();
    DAYS.iter().position(|day| *day == text).and_then(|at| u8::try_from(at).ok())
}
