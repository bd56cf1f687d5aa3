//! Which words go on which line, at which size. Pure measuring; draws nothing.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};

use super::PublishError;

/// Noto (SIL Open Font License 1.1, `data/fonts`), cut to Latin, Greek and Cyrillic.
const SERIF: &[u8] = include_bytes!("../../../data/fonts/serif-bold.ttf");
const SANS: &[u8] = include_bytes!("../../../data/fonts/sans.ttf");

/// A typeface.
pub struct Face {
    /// Its outlines.
    pub font: FontRef<'static>,
}

impl Face {
    /// For claims.
    ///
    /// # Errors
    /// If the font that ships with the program can't be read.
    pub fn serif() -> Result<Self, PublishError> {
        Ok(Self { font: FontRef::try_from_slice(SERIF)? })
    }

    /// For all else.
    ///
    /// # Errors
    /// As [`Face::serif`].
    pub fn sans() -> Result<Self, PublishError> {
        Ok(Self { font: FontRef::try_from_slice(SANS)? })
    }

    /// Of `size` pixels an em.
    pub fn scale(&self, size: f32) -> PxScale {
        let em = self.font.units_per_em().unwrap_or(1000.0);
        PxScale::from(size * self.font.height_unscaled() / em)
    }

    /// Whether there is an outline for the letter.
    pub fn has(&self, letter: char) -> bool {
        self.font.glyph_id(letter).0 != 0
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let font = self.font.as_scaled(self.scale(size));
        text.chars().map(|letter| font.h_advance(font.glyph_id(letter))).sum()
    }
}

/// The largest of `sizes` (largest first) at which the text fits into (width, height), and its lines. Where none
/// does, the text is cut at the smallest.
pub fn fit(
    face: &Face,
    text: &str,
    sizes: &[f32],
    leading: f32,
    (width, height): (f32, f32),
) -> (f32, Vec<String>) {
    let mut smallest = (1.0, Vec::new());
    for size in sizes {
        let rows = (height / (size * leading)).floor().max(1.0) as usize;
        let (lines, whole) = lines(face, text, *size, width, rows);
        if whole {
            return (*size, lines);
        }
        smallest = (*size, lines);
    }
    if let Some(last) = smallest.1.last_mut() {
        *last = fit_line(face, &format!("{last} …"), smallest.0, width).replace(" …", "…");
        if !last.ends_with('…') {
            last.push('…');
        }
    }
    smallest
}

/// At most `rows` lines, and whether they hold all of the text. A word longer than a line is broken.
fn lines(face: &Face, text: &str, size: f32, width: f32, rows: usize) -> (Vec<String>, bool) {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if face.width(&joined, size) <= width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            done.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if face.width(&line, size) > width {
                line.pop();
                done.push(std::mem::replace(&mut line, letter.to_string()));
            }
            if done.len() > rows {
                break;
            }
        }
        if done.len() > rows {
            break;
        }
    }
    if !line.is_empty() {
        done.push(line);
    }
    let whole = done.len() <= rows;
    done.truncate(rows);
    (done, whole)
}

/// The text, or as much of its beginning as fits with an ellipsis.
pub fn fit_line(face: &Face, text: &str, size: f32, width: f32) -> String {
    if face.width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = face.width("…", size);
    for letter in text.chars() {
        used += face.width(letter.encode_utf8(&mut [0; 4]), size);
        if used > width {
            break;
        }
        kept.push(letter);
    }
    let mut cut = kept.trim_end().trim_end_matches(['…', ',', ';', ':']).trim_end().to_owned();
    cut.push('…');
    cut
}
