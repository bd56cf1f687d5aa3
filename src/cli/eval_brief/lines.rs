//! The lines of `podbrief eval brief`, in and out.

use serde::{Deserialize, Serialize};

use crate::model::{Days, EDITION_SIZE, VoteKind};

/// One line in.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    /// Someone signs up at the time that the clock shows.
    Reader(Box<Reader>),
    /// They are published at the time that the clock shows.
    Insights(Vec<Said>),
    /// Readers say something of what they got.
    Votes(Vec<Voted>),
    /// The clock shows this, forwards or backwards, and all that is due is done.
    Now(jiff::Timestamp),
    /// The program ends and starts again on the same data.
    Restart(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reader {
    pub id: String,
    #[serde(default)]
    pub interests: String,
    #[serde(default)]
    pub topics: Vec<String>,
    /// Shows to follow, which must have been heard of.
    #[serde(default)]
    pub shows: Vec<String>,
    #[serde(default = "utc")]
    pub zone: String,
    #[serde(default = "six")]
    pub hour: u8,
    #[serde(default = "five")]
    pub size: u8,
    #[serde(default = "daily")]
    pub days: Days,
    #[serde(default = "yes")]
    pub explore: bool,
}

fn utc() -> String {
    "UTC".into()
}
fn six() -> u8 {
    6
}
fn five() -> u8 {
    EDITION_SIZE
}
fn daily() -> Days {
    Days::Daily
}
fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    pub id: String,
    pub show: String,
    #[serde(default)]
    pub episode: String,
    pub claim: String,
    #[serde(default)]
    pub headline: String,
    #[serde(default)]
    pub quote: String,
    #[serde(default = "half")]
    pub score: f32,
    /// As production finds them, if not given.
    #[serde(default)]
    pub topics: Option<Vec<String>>,
}

fn half() -> f32 {
    0.5
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Voted {
    pub reader: String,
    pub insight: String,
    pub kind: VoteKind,
}

/// One line out for each in.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Done(usize),
    Editions(Vec<Made>),
}

#[derive(Serialize)]
pub(super) struct Made {
    pub reader: String,
    pub day: String,
    pub picks: Vec<Picked>,
}

#[derive(Serialize)]
pub(super) struct Picked {
    pub insight: String,
    pub reason: String,
    pub explores: bool,
}
