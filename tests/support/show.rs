//! Makes a show: a feed and its transcripts, with real claims in them.

use std::fmt::Write;

use super::{Answer, Host};

/// Claims that differ, so that each episode gives other insights.
const SUBJECTS: [&str; 6] = [
    "heat pumps",
    "small databases",
    "night trains",
    "sourdough bread",
    "city cycling",
    "chip design",
];

/// A feed at `/{name}.xml` with `episodes` episodes, newest first, each with a VTT transcript.
pub fn host_show(host: &Host, name: &str, episodes: usize) {
    for n in 1..=episodes {
        let path = format!("/{name}/{n}.vtt");
        host.set(&path, Answer::body("text/vtt", vtt(name, n)));
    }
    host.set(&format!("/{name}.xml"), Answer::rss(feed(host, name, episodes)));
}

pub fn feed(host: &Host, name: &str, episodes: usize) -> String {
    let mut items = String::new();
    for n in (1..=episodes).rev() {
        write!(
            items,
            r#"<item><title>Episode {n} of {name}</title><guid isPermaLink="false">{name}-{n}</guid>
            <pubDate>{:02} Nov 2026 06:00:00 GMT</pubDate><description>Notes of episode {n}.</description>
            <enclosure url="{base}/{name}/{n}.mp3" type="audio/mpeg" length="1000"/>
            <podcast:transcript url="{base}/{name}/{n}.vtt" type="text/vtt"/></item>"#,
            n % 28 + 1,
            base = host.url(""),
        )
        .unwrap();
    }
    format!(
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0">
        <channel><title>Show {name}</title><link>{}</link><description>About {name}.</description>
        <language>en</language>{items}</channel></rss>"#,
        host.url("/"),
    )
}

fn vtt(name: &str, n: usize) -> String {
    let subject = SUBJECTS[(n + name.len()) % SUBJECTS.len()];
    let share = 20 + (n * 7) % 60;
    let lines = [
        format!("Welcome back to {name}, I'm Ada, and this is episode {n}."),
        "How was your weekend? Mine was lovely, thanks.".into(),
        format!(
            "The main reason {subject} fail in practice is not the technology but the maintenance contract, because nobody pays for upkeep until something breaks."
        ),
        format!(
            "We measured this across {} sites, and {share} percent of the total cost came after the third year, which is far more than most owners expect.",
            40 + n
        ),
        format!(
            "So if you plan {subject} for a town, you should budget for repairs first and only then choose the cheapest supplier."
        ),
        "Right. Yeah. Mm-hmm.".into(),
        format!(
            "Compared with ten years ago, {subject} now need half the energy, since the control software learned to predict demand."
        ),
        "Please subscribe and leave us a review wherever you listen.".into(),
    ];
    let mut out = String::from("WEBVTT\n\n");
    for (at, line) in lines.iter().enumerate() {
        let (start, end) = (at * 8, at * 8 + 8);
        let who = if at % 2 == 0 { "Ada Example" } else { "Ben Sample" };
        writeln!(
            out,
            "00:{:02}:{:02}.000 --> 00:{:02}:{:02}.000\n<v {who}>{line}</v>\n",
            start / 60,
            start % 60,
            end / 60,
            end % 60
        )
        .unwrap();
    }
    out
}
