//! Whisper's tokens: what the special ones are, which may come next, and what the others say. Pure.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::WhisperError;

/// A time token stands for two hundredths of a second.
pub const STEP_MS: u64 = 20;
/// The first words begin within the first second.
const FIRST: usize = 50;

/// What is said of the tokens beside the weights.
#[derive(Debug, Deserialize)]
pub struct Tokens {
    #[serde(rename = "decoder_start_token_id")]
    pub start: usize,
    #[serde(rename = "eos_token_id")]
    pub end: usize,
    #[serde(rename = "no_timestamps_token_id")]
    no_times: usize,
    #[serde(default, rename = "lang_to_id")]
    languages: HashMap<String, usize>,
    #[serde(default, rename = "task_to_id")]
    tasks: HashMap<String, usize>,
    #[serde(default)]
    suppress_tokens: Vec<usize>,
    #[serde(default)]
    begin_suppress_tokens: Vec<usize>,
    /// Bytes of each token that is text.
    #[serde(skip)]
    words: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
struct Tokenizer {
    model: Vocabulary,
}

#[derive(Deserialize)]
struct Vocabulary {
    vocab: HashMap<String, usize>,
}

impl Tokens {
    /// From `generation_config.json` and `tokenizer.json`.
    pub fn read(folder: &Path) -> Result<Self, WhisperError> {
        let mut tokens: Self = super::json(&folder.join("generation_config.json"))?;
        let tokenizer: Tokenizer = super::json(&folder.join("tokenizer.json"))?;
        let bytes = bytes_of_letters();
        tokens.words = vec![Vec::new(); tokens.end];
        for (word, id) in tokenizer.model.vocab {
            if let Some(place) = tokens.words.get_mut(id) {
                *place = word.chars().filter_map(|c| bytes.get(&c).copied()).collect();
            }
        }
        Ok(tokens)
    }

    /// The token of a language in two letters.
    pub fn language(&self, code: &str) -> Option<usize> {
        self.languages.get(&format!("<|{code}|>")).copied()
    }

    /// All languages; none if the weights know English only.
    pub fn languages(&self) -> impl Iterator<Item = (&str, usize)> {
        self.languages.iter().map(|(name, id)| (name.trim_matches(['<', '|', '>']), *id))
    }

    /// What the decoder is begun with.
    pub fn prompt(&self, language: Option<usize>) -> Vec<usize> {
        let mut prompt = vec![self.start];
        if let (Some(language), Some(task)) = (language, self.tasks.get("transcribe")) {
            prompt.extend([language, *task]);
        }
        prompt
    }

    /// The token that says: nobody speaks.
    pub fn nobody(&self) -> usize {
        self.no_times - 1
    }

    /// The first time token: zero.
    pub fn zero(&self) -> usize {
        self.no_times + 1
    }

    /// The time that a token stands for, in steps.
    pub fn time(&self, token: usize) -> Option<usize> {
        token.checked_sub(self.zero())
    }

    /// The words of text tokens.
    pub fn text(&self, tokens: &[usize]) -> String {
        let words = tokens.iter().filter_map(|t| self.words.get(*t));
        String::from_utf8_lossy(&words.flatten().copied().collect::<Vec<u8>>()).into_owned()
    }

    /// Takes away what may not come after `said`: times come in pairs around words, and never go back.
    pub fn forbid(&self, logits: &mut [f32], said: &[usize]) {
        let zero = self.zero();
        let mut never = |tokens: &mut dyn Iterator<Item = usize>| {
            for token in tokens {
                if let Some(logit) = logits.get_mut(token) {
                    *logit = f32::NEG_INFINITY;
                }
            }
        };
        never(&mut self.suppress_tokens.iter().copied());
        // All special ones but the end.
        never(&mut (self.end + 1..zero));
        let time = |back: usize| said.len().checked_sub(back).and_then(|at| self.time(said[at]));
        match (time(1), time(2)) {
            _ if said.is_empty() => {
                never(&mut self.begin_suppress_tokens.iter().copied());
                never(&mut (0..self.end));
                never(&mut (zero + FIRST + 1..zero + 1501));
            }
            // A pair is whole, or it is the first: words follow.
            (Some(_), Some(_)) => never(&mut (zero..zero + 1501)),
            (Some(_), None) if said.len() == 1 => never(&mut (zero..zero + 1501)),
            // The other half follows, or the end.
            (Some(_), None) => never(&mut (0..self.end)),
            (None, _) => {}
        }
        if let Some(last) = said.iter().rev().find_map(|t| self.time(*t)) {
            // The second of a pair may be the same as the first; the end of words is behind their beginning.
            let pair = time(1).is_some() && time(2).is_none();
            never(&mut (zero..zero + last + usize::from(!pair)));
        }
        // Where all times together are likelier than any word, it is time.
        let of = |range: std::ops::Range<usize>| logits.get(range).unwrap_or_default();
        let (words, times) = (of(0..zero), of(zero..logits.len()));
        let most = words.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = times.iter().map(|l| (l - most).exp()).sum();
        if most.is_finite() && sum > 1.0 {
            logits.iter_mut().take(zero).for_each(|l| *l = f32::NEG_INFINITY);
        }
    }
}

/// The way back from the letters that stand for bytes in vocabularies of this kind: printable ones for themselves, the
/// others for those from 256 on.
fn bytes_of_letters() -> HashMap<char, u8> {
    let plain = |b: u8| matches!(b, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut others = 256..;
    let letter = |b: u8| if plain(b) { u32::from(b) } else { others.next().unwrap_or(0) };
    (0..=u8::MAX)
        .map(letter)
        .zip(0..=u8::MAX)
        .filter_map(|(c, b)| Some((char::from_u32(c)?, b)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        let json = r#"{"decoder_start_token_id":12,"eos_token_id":10,"no_timestamps_token_id":15,"suppress_tokens":[3],"begin_suppress_tokens":[4]}"#;
        serde_json::from_str(json).unwrap()
    }

    fn open(said: &[usize]) -> Vec<usize> {
        let mut logits = vec![0.0; 1517];
        // Times are unlikely, so that the last rule is out of the way.
        logits[16..].fill(-20.0);
        tokens().forbid(&mut logits, said);
        (0..logits.len()).filter(|t| logits[*t].is_finite()).collect()
    }

    #[test]
    fn times_stand_in_pairs_around_words() {
        assert_eq!(open(&[])[..2], [10, 16], "it begins with a time");
        assert_eq!(open(&[]).last(), Some(&66));
        let words = open(&[16]);
        assert!(
            words.contains(&0) && !words.contains(&3) && words.iter().all(|t| *t <= 10),
            "{words:?}"
        );
        let after = open(&[16, 5, 6]);
        assert!(
            after.contains(&0) && after.contains(&17) && !after.contains(&16),
            "the end is behind the beginning"
        );
        let half = open(&[16, 5, 20]);
        assert!(
            half.contains(&10) && half.contains(&20) && !half.contains(&0) && !half.contains(&19),
            "{half:?}"
        );
        assert!(open(&[16, 5, 20, 20]).iter().all(|t| *t <= 10));
    }

    #[test]
    fn letters_stand_for_bytes() {
        let letters = bytes_of_letters();
        assert_eq!(letters.len(), 256);
        assert_eq!((letters[&'Ġ'], letters[&'Ċ'], letters[&'a']), (b' ', b'\n', b'a'));
    }
}
