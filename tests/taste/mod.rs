//! The judgement of the brief: readers with hidden tastes over weeks of insights. A few of them at every test run;
//! two hundred over sixty days with `cargo bench --bench brief`.

mod chance;
mod play;
pub mod texts;

pub use chance::Chance;
use play::{Outcome, Setup, play};

const PROGRAM: &str = env!("CARGO_BIN_EXE_podbrief");

fn check(outcome: &Outcome, days: usize) {
    assert_eq!(outcome.repeats, 0, "{outcome:?}");
    assert_eq!(outcome.near_repeats, 0, "{outcome:?}");
    assert_eq!(outcome.second_of_a_day, 0, "{outcome:?}");
    assert!(outcome.shows >= 4, "{outcome:?}");
    // Two days off cost two editions at most, and the days that the clock ran ahead one more.
    assert!(outcome.least_editions + 4 >= days, "{outcome:?}");
}

#[test]
fn votes_move_the_brief_and_nothing_comes_twice() {
    let texts = match texts::folder() {
        Some(dir) => texts::shared(&dir),
        None => {
            println!("the shared benchmark is not here: readers are played with texts of our own");
            texts::made(400, &mut Chance::new(7))
        }
    };
    let days = 14;
    let setup = |votes| Setup { readers: 8, days, per_day: 24, seed: 11, votes, interests: false };
    let (voting, silent) = std::thread::scope(|scope| {
        let silent = scope.spawn(|| play(PROGRAM, &setup(false), &texts));
        (play(PROGRAM, &setup(true), &texts), silent.join().unwrap())
    });
    check(&silent, days);
    check(&voting, days);
    let (before, after) = (silent.mean(7..14), voting.mean(7..14));
    println!("nDCG@5 in the second week: {before:.3} without votes, {after:.3} with");
    // So few readers are too few for the figure, which the bench has; but votes must be seen to help.
    assert!(after >= 1.15 * before, "{before} {after}");
}
