//! Names of speakers: transcripts often have "HALVARD" or "Halvard" where the feed names Halvard Nkemelu.
//! Pure; changes labels, never words.

use std::collections::HashMap;

use crate::model::{Person, Transcript};

/// Gives each speaker the full name of the one person whom the label can mean; labels in capitals only are set in
/// ordinary letters.
pub(super) fn name(transcript: &mut Transcript, persons: &[Person]) {
    let mut names: HashMap<String, String> = HashMap::new();
    for segment in &mut transcript.segments {
        let Some(label) = segment.speaker.as_mut() else { continue };
        if !names.contains_key(label.as_str()) {
            let full = person(label, persons).unwrap_or_else(|| ordinary(label));
            names.insert(label.clone(), full);
        }
        if let Some(full) = names.get(label.as_str()) {
            label.clone_from(full);
        }
    }
}

/// The person whose name is the label, or begins or ends with it, if only one does.
fn person(label: &str, persons: &[Person]) -> Option<String> {
    let label = label.to_lowercase();
    let means = |name: &str| {
        let name = name.to_lowercase();
        let part =
            |rest: Option<&str>| rest.is_some_and(|r| r.starts_with(' ') || r.ends_with(' '));
        name == label || part(name.strip_prefix(&label)) || part(name.strip_suffix(&label))
    };
    let mut found: Vec<&str> =
        persons.iter().map(|p| p.name.trim()).filter(|name| means(name)).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

/// "HALVARD NKEMELU" is "Halvard Nkemelu"; short labels may be initials and stay.
fn ordinary(label: &str) -> String {
    let letters = label.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 4 || label.chars().any(char::is_lowercase) {
        return label.to_owned();
    }
    let mut inside = false;
    let set = label.chars().flat_map(|c| {
        let kept: Vec<char> = if inside { c.to_lowercase().collect() } else { vec![c] };
        inside = c.is_alphabetic();
        kept
    });
    set.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Segment;

    #[test]
    fn labels_become_the_names_they_can_only_mean() {
        let person = |name: &str| Person { name: name.into(), role: "host".into() };
        let persons = [
            person("Halvard Nkemelu"),
            person("Ada North"),
            person("Ada South"),
            person("Halvard Nkemelu"),
        ];
        let labels =
            ["HALVARD", "Ada", "ada south", "NORTH", "SPEAKER 2", "MJ", "Hal", "ÅSA O'DEA"];
        let segment = |label: &str| Segment {
            speaker: Some(label.into()),
            text: "x".into(),
            ..Segment::default()
        };
        let mut transcript =
            Transcript { language: None, segments: labels.iter().map(|l| segment(l)).collect() };
        name(&mut transcript, &persons);
        let names: Vec<_> = transcript.segments.into_iter().filter_map(|s| s.speaker).collect();
        assert_eq!(
            names,
            [
                "Halvard Nkemelu",
                "Ada",
                "Ada South",
                "Ada North",
                "Speaker 2",
                "MJ",
                "Hal",
                "Åsa O'Dea"
            ]
        );
    }
}
