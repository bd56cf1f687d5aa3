//! Two hundred readers with hidden tastes over sixty days, against the whole program.
//! `cargo bench --bench brief`; `READERS`, `DAYS`, `PER_DAY` and `SEED` change its size, `PODBRIEF_EVAL` names the
//! folder of the texts.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, dead_code)]

#[path = "../tests/taste/chance.rs"]
mod chance;
#[path = "../tests/taste/play.rs"]
mod play;
#[path = "../tests/taste/texts.rs"]
mod texts;

use chance::Chance;
use play::{Setup, play};

fn number(name: &str, or: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or)
}

fn main() {
    let texts = match texts::folder() {
        Some(dir) => texts::shared(&dir),
        None => texts::made(1500, &mut Chance::new(7)),
    };
    let days = number("DAYS", 60);
    println!("{} texts", texts.len());
    for interests in [false, true] {
        let setup = |votes| Setup {
            readers: number("READERS", 200),
            days,
            per_day: number("PER_DAY", 30),
            seed: number("SEED", 1) as u64,
            votes,
            interests,
        };
        let start = std::time::Instant::now();
        let silent = play(env!("CARGO_BIN_EXE_podbrief"), &setup(false), &texts);
        let voting = play(env!("CARGO_BIN_EXE_podbrief"), &setup(true), &texts);
        println!("\ninterests stated by half of the readers: {interests} ({:?})", start.elapsed());
        for (name, span) in [("days 1-7", 0..7), ("days 8-14", 7..14), ("days 15-end", 14..days)] {
            let (a, b) = (silent.mean(span.clone()), voting.mean(span));
            println!(
                "nDCG@5 {name}: {a:.3} without votes, {b:.3} with, {:+.0} %",
                (b / a - 1.0) * 100.0
            );
        }
        for (name, outcome) in [("silent", &silent), ("voting", &voting)] {
            println!(
                "{name}: {} editions, {} picks, {} explored, {} repeats, {} near-repeats, {} second editions of a \
                 day, median shows {} of 5, fewest editions {}",
                outcome.editions,
                outcome.picks,
                outcome.explored,
                outcome.repeats,
                outcome.near_repeats,
                outcome.second_of_a_day,
                outcome.shows,
                outcome.least_editions
            );
        }
    }
}
