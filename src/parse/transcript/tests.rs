//! Every form in, the same promises out: damaged, mislabelled and hostile transcripts included.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::Segment;
use crate::text::spent::Spent;
use TranscriptFormat::{Html, Json, Srt, Text, Vtt};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/parse/transcript/", $name))
    };
}

const ALL: [(&[u8], TranscriptFormat); 11] = [
    (fixture!("voices.vtt"), Vtt),
    (fixture!("rolling.vtt"), Vtt),
    (fixture!("speakers.srt"), Srt),
    (fixture!("namespace.json"), Json),
    (fixture!("words.json"), Json),
    (fixture!("whisper.json"), Json),
    (fixture!("namespace.html"), Html),
    (fixture!("page.html"), Html),
    (fixture!("turns.md"), Text),
    (fixture!("export.txt"), Text),
    (fixture!("lines.txt"), Text),
];

/// `start-end speaker|text`, times in milliseconds, `_` for what is not known.
fn told(bytes: &[u8], format: TranscriptFormat) -> Vec<String> {
    let transcript = parse(bytes, format, None).unwrap();
    transcript.segments.iter().map(line).collect()
}

fn line(segment: &Segment) -> String {
    let time = |t: Option<u64>| t.map_or("_".to_owned(), |t| t.to_string());
    let speaker = segment.speaker.as_deref().unwrap_or("_");
    format!("{}-{} {speaker}|{}", time(segment.start_ms), time(segment.end_ms), segment.text)
}

fn guess(bytes: &[u8]) -> Option<TranscriptFormat> {
    guess_format(bytes, None, None)
}

#[test]
fn webvtt_with_all_it_allows() {
    let bytes = fixture!("voices.vtt");
    assert_eq!(
        told(bytes, Vtt),
        [
            "0-4500 Ada Sample|Welcome back to the kettle, where water comes <first>.",
            "4500-9000 Ben Sample|And time second.",
            "4500-9000 Ada Sample|Always.",
            "9000-10000 _|[music]",
            "20000-20000 _|Out of order, and ending before it starts.",
            "3600000-3602000 _|An hour later & still here.",
        ]
    );
    assert_eq!(parse(bytes, Vtt, None).unwrap().language.as_deref(), Some("en-US"));
}

#[test]
fn lines_may_end_in_any_way_and_the_header_may_be_missing() {
    let text = std::str::from_utf8(fixture!("voices.vtt")).unwrap();
    let expected = told(text.as_bytes(), Vtt);
    for ending in ["\r\n", "\r"] {
        assert_eq!(told(text.replace('\n', ending).as_bytes(), Vtt), expected, "{ending:?}");
    }
    let marked = format!("\u{feff}{text}");
    assert_eq!(told(marked.as_bytes(), Vtt), expected);
    let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(told(&wide, Vtt), expected);
    assert_eq!(told(b"00:01.000 --> 00:02.000\nBare.", Vtt), ["1000-2000 _|Bare."]);
}

#[test]
fn webvtt_begins_with_its_signature_or_with_what_can_only_be_captions() {
    let cue = "00:01.000 --> 00:02.000\nBare.";
    for head in [
        "\n\nWEBVTT\n\n",
        "\u{feff}WEBVTT - a title\n\n",
        "NOTE by hand\n\n",
        "1\n",
        "\n",
        "intro\n",
    ] {
        assert_eq!(told(format!("{head}{cue}").as_bytes(), Vtt), ["1000-2000 _|Bare."], "{head:?}");
    }
    for head in ["\tWEBVTT\n\n", "\u{feff}\tWEBVTT\n\n", "Somebody's words\n\n"] {
        let error = parse(format!("{head}{cue}").as_bytes(), Vtt, None).unwrap_err();
        assert!(error.to_string().contains("does not begin with WEBVTT"), "{head:?}: {error}");
    }
    // What nobody calls WebVTT is read all the same.
    let text = format!("Somebody's words\n\n1\n{}", cue.replace('.', ","));
    assert_eq!(told(text.as_bytes(), Srt), ["1000-2000 _|Bare,"]);
}

#[test]
fn an_arrow_without_times_spoils_its_block_only() {
    let text = b"WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n\n-->\n00:02.000 --> 00:03.000\nTwo.\n\n00:03.000 --> 00:04.000\nThree.";
    assert_eq!(told(text, Vtt), ["1000-2000 _|One.", "3000-4000 _|Three."]);
}

#[test]
fn captions_that_scroll_are_told_once() {
    assert_eq!(
        told(fixture!("rolling.vtt"), Vtt),
        [
            "80-2389 _|the kettle was cold",
            "2399-4789 _|and so were we",
            "4799-7190 _|until somebody found matches"
        ]
    );
    let growing = "WEBVTT\n\n00:00.000 --> 00:01.000\nso\n\n00:01.000 --> 00:02.000\nso we\n\n00:02.000 --> 00:03.000\nso we waited\n\n\
                   00:03.000 --> 00:04.000\nso we waited long\n\n00:04.000 --> 00:05.000\nso we waited long enough\n";
    let words: Vec<_> = parse(growing.as_bytes(), Vtt, None)
        .unwrap()
        .segments
        .into_iter()
        .map(|s| s.text)
        .collect();
    assert_eq!(words.join(" "), "so we waited long enough");
    let honest = "1\n00:00:01,000 --> 00:00:02,000\nYes.\n\n2\n00:00:02,000 --> 00:00:03,000\nYes.\n\n3\n00:00:03,000 --> 00:00:04,000\nNo, we never did that.\n";
    assert_eq!(parse(honest.as_bytes(), Srt, None).unwrap().segments.len(), 3);
}

#[test]
fn subrip_as_programs_leave_it() {
    assert_eq!(
        told(fixture!("speakers.srt"), Srt),
        [
            "0-2500 ADA|We boiled it twice.",
            "2500-4000 ADA|Twice is a lot, I would say.",
            "4000-6000 BEN|Here is the thing: twice is not enough.",
            "6000-8000 BEN|42",
            "8000-9000 ADA|No & no.",
            "9000-10000 _|Who is there?",
        ]
    );
}

#[test]
fn json_of_both_kinds() {
    assert_eq!(
        told(fixture!("namespace.json"), Json),
        [
            "0-500 _|Late but first.",
            "500-2750 Ada Sample|Water first,",
            "3000-4250 Ben Sample|time second.",
            "5000-5000 _|Somebody else & nobody.",
        ]
    );
    assert_eq!(told(fixture!("whisper.json"), Json), ["0-3200 _|All of", "3200-5000 _|it."]);
    assert_eq!(
        told(fixture!("words.json"), Json),
        [
            "0-3550 Ada Sample|We boiled the water twice and then we waited for the clock",
            "3600-4750 Ada Sample|to say something.",
            "4800-6850 Ada Sample|It did not, of course.",
            "6900-8050 Ben Sample|Of course not!",
        ]
    );
    let bare = br#"[{"start":"00:00:01.5","end":2,"text":"Hi"},{"start":3,"end":null,"speaker":2,"text":"Ho"}]"#;
    assert_eq!(told(bare, Json), ["1500-2000 _|Hi", "3000-_ 2|Ho"]);
}

#[test]
fn html_of_both_kinds() {
    assert_eq!(
        told(fixture!("namespace.html"), Html),
        [
            "0-_ Ada Sample|Water first, always & ever.",
            "_-_ Ada Sample|And then the leaves.",
            "3723000-_ Ben Sample|Time second.",
            "3730000-_ Ada Sample|Right.",
            "_-_ Ada Sample|Next line.",
        ]
    );
    let bytes = fixture!("page.html");
    assert_eq!(
        told(bytes, Html),
        [
            "1000-_ Ada Sample|Water comes first in everything that we do here.",
            "_-_ Ada Sample|It also comes last, if you think about it.",
            "12000-_ Ben Sample|That is a strange thing to say before noon.",
            "_-_ Ada Sample|One word: patience.",
        ]
    );
    assert_eq!(parse(bytes, Html, None).unwrap().language.as_deref(), Some("en-GB"));
}

#[test]
fn text_as_people_write_it() {
    let bytes = fixture!("turns.md");
    assert_eq!(
        told(bytes, Text),
        [
            "_-_ Ada Sample|Welcome. This is the recap of the newsletter about water, hard [laughs] and soft.",
            "_-_ Dr. Ben B. Sample, PsyD|Thanks. I use snake_case and 5 * 3 here.",
            "_-_ Dr. Ben B. Sample, PsyD|Still Ben in a second paragraph.",
            "320000-_ Cleo|Once only.",
        ]
    );
    assert_eq!(parse(bytes, Text, None).unwrap().language.as_deref(), Some("en"));
    assert_eq!(
        told(fixture!("export.txt"), Text),
        [
            "3000-_ Ada Sample|Welcome back to the kettle. We start with water.",
            "3730000-_ Ben Sample|Water is wet, note: not always.",
            "3735000-_ Ada Sample|Good.",
        ]
    );
    assert_eq!(
        told(fixture!("lines.txt"), Text),
        [
            "1000-_ Speaker 1|We boiled the water.",
            "5000-_ Speaker 2|And then?",
            "9000-_ Speaker 1|Then nothing: it was cold.",
            "12000-_ Speaker 2|I see.",
        ]
    );
    assert_eq!(
        told(b"One paragraph:\nwrapped.\n\nTwo.", Text),
        ["_-_ _|One paragraph: wrapped.", "_-_ _|Two."]
    );
}

#[test]
fn turns_in_the_forms_of_programs() {
    let two = ["5000-_ Ada Sample|Water comes first.", "17000-_ Ben Sample|Time comes second."];
    for text in [
        "Ada Sample (0:05)\nWater comes first.\n\nBen Sample (0:17)\nTime comes second.",
        "00:00:05 Ada Sample\nWater comes first.\n\n00:00:17 Ben Sample\nTime comes second.",
        "0:05 - 0:16\nAda Sample\nWater comes first.\n\n0:17 - 0:20\nBen Sample\nTime comes second.",
        "00:00:05:02 - 00:00:16:20\nAda Sample\nWater comes first.\n\n00:00:17:00 - 00:00:20:00\nBen Sample\nTime comes second.",
    ] {
        assert_eq!(told(text.as_bytes(), Text), two, "{text}");
    }
    let said = "Water comes first, and it also comes last, if you think about it for long enough, as nobody in this kitchen ever does.";
    let page = format!(
        "<p><b>Ada Sample</b> [00:05]<br>{said}</p><p><b>Ada Sample</b> [00:17]<br>{said}</p>"
    );
    let turns = [format!("5000-_ Ada Sample|{said}"), format!("17000-_ Ada Sample|{said}")];
    assert_eq!(told(page.as_bytes(), Html), turns);
    let list =
        format!("<dl><dt>Ada Sample</dt><dd>{said}</dd><dt>Ben Sample:</dt><dd>{said}</dd></dl>");
    let turns = [format!("_-_ Ada Sample|{said}"), format!("_-_ Ben Sample|{said}")];
    assert_eq!(told(list.as_bytes(), Html), turns);
    let groups = br#"{"transcript":[{"speaker":"3","voice":"Ada Sample","items":[{"start":"00:00:05.000","end":"00:00:06.000","text":"Water."}]}]}"#;
    assert_eq!(told(groups, Json), ["5000-6000 Ada Sample|Water."]);
    let names = "1\n00:00:05,000 --> 00:00:06,000\n(Ada Sample) Water.\n\n2\n00:00:06,000 --> 00:00:07,000\n[Laughter] Ha.\n\n\
                 3\n00:00:07,000 --> 00:00:08,000\n(Ada Sample) Time.\n";
    let turns = [
        "5000-6000 Ada Sample|Water.",
        "6000-7000 Ada Sample|[Laughter] Ha.",
        "7000-8000 Ada Sample|Time.",
    ];
    assert_eq!(told(names.as_bytes(), Srt), turns);
}

#[test]
fn markup_is_never_read_as_words() {
    let said = "Water comes first, and it also comes last, if you think about it for long enough, as nobody in this kitchen ever does.";
    for page in [
        format!("<blockquote>{said}</blockquote>"),
        format!("<span>{said}</span>"),
        format!("<ul><li>{said}</li></ul>"),
        format!("{said}<br>"),
    ] {
        assert_eq!(told(page.as_bytes(), Html), [format!("_-_ _|{said}")], "{page}");
    }
    assert_eq!(told(b"<laughs> Well.", Html), ["_-_ _|<laughs> Well."]);
}

#[test]
fn guesses_go_by_bytes_then_by_name() {
    for (bytes, format) in ALL {
        assert_eq!(guess(bytes), Some(format), "{}", String::from_utf8_lossy(&bytes[..40]));
    }
    assert_eq!(guess(b" \n"), None);
    assert_eq!(guess(&[0, 1, 2, 3, 0xff, 0xfe, 9]), None);
    assert_eq!(guess(b"[Music] hello"), Some(Text));
    assert_eq!(guess_format(b"some words", Some("text/html; charset=utf-8"), None), Some(Html));
    assert_eq!(guess_format(b"some words", None, Some("x.vtt")), Some(Text));
    assert_eq!(format_of(Some("text/plain"), Some("https://x.example/a.vtt?x=1")), Some(Vtt));
    assert_eq!(format_of(Some("application/srt"), Some("https://x.example/a.txt")), Some(Srt));
    assert_eq!(format_of(Some("application/pdf"), Some("https://x.example/a.pdf")), None);
    assert_eq!(format_of(None, Some("https://x.example/a")), Some(Text));
}

#[test]
fn a_wrong_label_is_seen_through_or_named() {
    for (bytes, format) in ALL {
        let right = parse(bytes, format, None).unwrap();
        for label in [Vtt, Srt, Json, Html, Text] {
            match parse(bytes, label, None) {
                Ok(transcript) => assert_eq!(transcript, right),
                Err(error) => {
                    assert!(matches!(error, TranscriptError::WrongFormat { .. }), "{error}")
                }
            }
        }
    }
    let page = b"<!DOCTYPE html><html><body><h1>404</h1><p>Not found</p></body></html>";
    let error = parse(page, Vtt, None).unwrap_err();
    assert_eq!(error.to_string(), "the transcript is said to be WebVTT but is a web page");
    assert_eq!(parse(page, Html, None), Err(TranscriptError::NoWords { format: Html }));
    assert_eq!(parse(b"\n", Srt, None), Err(TranscriptError::Empty));
    assert_eq!(parse(b"WEBVTT\n\n", Vtt, None), Err(TranscriptError::NoWords { format: Vtt }));
    assert!(matches!(parse(b"Access denied", Vtt, None), Err(TranscriptError::WrongFormat { .. })));
    assert!(matches!(
        parse(b"{\"error\": \"gone\"}", Srt, None),
        Err(TranscriptError::Malformed { format: Json, .. })
    ));
    assert!(matches!(parse(&ALL[3].0[..200], Json, None), Err(TranscriptError::Malformed { .. })));
    assert!(matches!(
        parse(b"\x7fELF\0\0\0\x01\x02\x03", Text, None),
        Err(TranscriptError::WrongFormat { .. })
    ));
}

#[test]
fn size_is_bounded_and_work_is_linear() {
    let begun = Spent::begin();
    let cue = "00:00:01.000 --> 00:00:02.000\na b c d\n\n";
    let many = format!("WEBVTT\n\n{}", cue.repeat(200_100));
    assert!(parse(many.as_bytes(), Vtt, None).unwrap().segments.len() <= 200_000);
    let long = format!("1\n00:00:01,000 --> 00:00:02,000\n{}", "word ".repeat(30_000));
    let long = parse(long.as_bytes(), Srt, None).unwrap();
    assert!(
        long.segments.iter().all(|s| s.text.chars().count() <= 20_000) && long.segments.len() == 8
    );
    for piece in [
        "[",
        "[a](",
        "**",
        "_",
        "<",
        "<v ",
        "{\\",
        "&",
        "-\n",
        "A: b\n",
        "00:01 --> 00:02\n",
        "\\",
        "(1:00) ",
    ] {
        let text =
            format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}", piece.repeat(300_000 / piece.len()));
        let _ = parse(text.as_bytes(), Vtt, None);
        let _ = parse(format!("words and {}", &text[24..]).as_bytes(), Text, None);
        let _ = parse(format!("<p>{}", &text[24..]).as_bytes(), Html, None);
    }
    let deep = "[".repeat(500_000);
    let _ = parse(format!("{{\"segments\":{deep}").as_bytes(), Json, None);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

fn holds(transcript: &Transcript) {
    assert!(!transcript.segments.is_empty());
    let mut last = 0;
    for segment in &transcript.segments {
        assert!(
            !segment.text.is_empty() && segment.text == crate::text::html::collapse(&segment.text),
            "{segment:?}"
        );
        assert!(
            segment.speaker.as_deref().is_none_or(|name| !name.trim().is_empty()),
            "{segment:?}"
        );
        if let Some(start) = segment.start_ms {
            assert!(start >= last && segment.end_ms.is_none_or(|end| end >= start), "{segment:?}");
            last = start;
        }
    }
}

const FORMATS: [TranscriptFormat; 5] = [Vtt, Srt, Json, Html, Text];

proptest! {
    #[test]
    fn any_bytes_are_a_transcript_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300), format in 0..5_usize) {
        if let Ok(transcript) = parse(&bytes, FORMATS[format], None) { holds(&transcript); }
        guess_format(&bytes, Some("text/plain"), Some("x"));
    }

    #[test]
    fn any_marks_are_a_transcript_or_an_error(head in "(WEBVTT\n\n|\\{\"segments\":\\[|<p>|)", body in "(\n|00:0[0-9][.,:]00[0-9.]{0,4}|-->| |[A-Z][a-z]{0,3}:|<[/]?(v|c|p|cite|time|i)[ .]?[A-Z]{0,2}>|[\\[\\](){}*_#\\\\-]|&[a-z#0-9]{0,5};?|[a-zé山 ]{1,5}|\"(body|start|text)\":){0,60}", format in 0..5_usize) {
        if let Ok(transcript) = parse(format!("{head}{body}").as_bytes(), FORMATS[format], None) { holds(&transcript); }
    }

    #[test]
    fn damaged_transcripts_keep_their_promises(which in 0..ALL.len(), cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), end in any::<prop::sample::Index>(), other in 0..5_usize) {
        let (bytes, format) = ALL[which];
        let mut bytes = bytes.to_vec();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            if byte % 3 == 0 { bytes.remove(at); } else { bytes[at] = byte; }
        }
        for bytes in [&bytes[..], &bytes[..end.index(bytes.len())]] {
            for format in [format, FORMATS[other]] {
                if let Ok(transcript) = parse(bytes, format, None) { holds(&transcript); }
            }
        }
    }
}

#[test]
fn deepgram_in_its_three_forms() {
    let read = |results: &str| {
        let text = format!("{{\"metadata\":{{\"duration\":9.5}},\"results\":{results}}}");
        let read = parse(text.as_bytes(), TranscriptFormat::Json, None).unwrap();
        read.segments
            .into_iter()
            .map(|s| (s.start_ms, s.end_ms, s.speaker, s.text))
            .collect::<Vec<_>>()
    };
    let sentence = |start, end, speaker: &str, text: &str| {
        (Some(start), Some(end), Some(speaker.to_owned()), text.to_owned())
    };
    let paragraphs = r#"{"channels":[{"alternatives":[{"transcript":"x","words":[{"word":"one","start":0.1,"end":0.2}],
        "paragraphs":{"transcript":"x","paragraphs":[{"speaker":0,"start":0.5,"end":4,"sentences":[
        {"text":"One thing.","start":0.5,"end":1.25},{"text":"Another.","start":1.5,"end":4}]},
        {"speaker":1,"sentences":[{"text":"Yes.","start":4.1,"end":5}]}]}}]}]}"#;
    assert_eq!(
        read(paragraphs),
        [
            sentence(500, 1250, "Speaker 1", "One thing."),
            sentence(1500, 4000, "Speaker 1", "Another."),
            sentence(4100, 5000, "Speaker 2", "Yes."),
        ]
    );
    let utterances = r#"{"channels":[{"alternatives":[{"words":[{"word":"four","start":1,"end":2}]}]}],
        "utterances":[{"start":1,"end":3,"transcript":"four score","speaker":2}]}"#;
    assert_eq!(read(utterances), [sentence(1000, 3000, "Speaker 3", "four score")]);
    let words: Vec<String> = (0..12)
        .map(|n| {
            format!(
                "{{\"word\":\"w{n}\",\"punctuated_word\":\"W{n}{}\",\"start\":{n},\"end\":{n}.5,\"speaker\":0}}",
                if n == 5 { "." } else { "" }
            )
        })
        .collect();
    let read = read(&format!(
        "{{\"channels\":[{{\"alternatives\":[{{\"words\":[{}]}}]}}]}}",
        words.join(",")
    ));
    assert_eq!(read[0], sentence(0, 5500, "Speaker 1", "W0 W1 W2 W3 W4 W5."));
    assert_eq!(read.len(), 2);
}
