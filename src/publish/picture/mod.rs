//! A picture of an insight for previews of links: the claim large, who said it where, and whose page it is.
//! 1200 by 630 pixels, PNG, drawn from outlines; text never overflows. Knows no store and no pages.

mod canvas;
mod layout;

use unicode_normalization::UnicodeNormalization;

use canvas::{Canvas, Ink};
use layout::{Face, fit, fit_line};

use super::PublishError;

/// What previews ask for.
pub const WIDTH: usize = 1200;
/// As [`WIDTH`].
pub const HEIGHT: usize = 630;

const MARGIN: f32 = 84.0;
/// The claim's sizes in pixels an em, the largest that fits is taken.
const SIZES: [f32; 8] = [66.0, 60.0, 54.0, 48.0, 44.0, 40.0, 36.0, 33.0];
/// Room for the claim.
const TOP: f32 = 168.0;
const ROOM: f32 = 330.0;
const LEADING: f32 = 1.28;
const SMALL: f32 = 30.0;
/// Of the characters, so many in a hundred may be missing in our font; a picture of boxes is worse than none.
const MISSING: usize = 2;

/// What the picture shows.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// Whose pages: beside the mark.
    pub site: &'a str,
    /// Large.
    pub claim: &'a str,
    /// Below it, in one line.
    pub whence: &'a str,
}

impl Picture<'_> {
    /// As PNG; none if the claim is in letters that the font lacks.
    ///
    /// # Errors
    /// If the PNG can't be written.
    pub fn png(&self) -> Result<Option<Vec<u8>>, PublishError> {
        let (serif, sans) = (Face::serif()?, Face::sans()?);
        let claim: String = self.claim.nfc().collect();
        if !known(&serif, &claim) {
            return Ok(None);
        }
        let width = WIDTH as f32 - 2.0 * MARGIN;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        mark(&mut canvas);
        let site: String = self.site.nfc().collect();
        let site = fit_line(&sans, &site, SMALL, width - 80.0);
        canvas.text(&sans, &site, SMALL, (MARGIN + 72.0, 110.0), Ink::Soft);
        let (size, lines) = fit(&serif, &claim, &SIZES, LEADING, (width, ROOM));
        for (row, line) in (0_u8..).zip(&lines) {
            let base = TOP + size + f32::from(row) * size * LEADING;
            canvas.text(&serif, line, size, (MARGIN, base), Ink::Text);
        }
        let whence: String = self.whence.nfc().collect();
        let whence = fit_line(&sans, &whence, SMALL, width);
        canvas.block((MARGIN, 536.0, 64.0, 5.0), 0.0, Ink::Accent);
        canvas.text(&sans, &whence, SMALL, (MARGIN, 580.0), Ink::Soft);
        Ok(Some(canvas.png()?))
    }
}

/// Whether a claim can be drawn: its letters are in our font.
pub fn is_drawable(claim: &str) -> bool {
    Face::serif().is_ok_and(|serif| known(&serif, &claim.nfc().collect::<String>()))
}

fn known(face: &Face, text: &str) -> bool {
    let (mut all, mut missing) = (0, 0);
    for letter in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        missing += usize::from(!face.has(letter));
    }
    all > 0 && missing * 100 <= all * MISSING
}

/// The icon: a tile with bars.
fn mark(canvas: &mut Canvas) {
    let (x, y, size) = (MARGIN, 72.0, 52.0);
    canvas.block((x, y, size, size), 11.0, Ink::Accent);
    let unit = size / 64.0;
    for (at, from, length) in
        [(16.0, 27.0, 10.0), (27.0, 18.0, 28.0), (38.0, 24.0, 16.0), (49.0, 29.0, 6.0)]
    {
        let bar =
            (x + (at - 3.0) * unit, y + (from - 3.0) * unit, 6.0 * unit, (length + 6.0) * unit);
        canvas.block(bar, 3.0 * unit, Ink::OnAccent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(claim: &str, whence: &str) -> Option<Vec<u8>> {
        Picture { site: "podbrief", claim, whence }.png().unwrap()
    }

    /// Pixels that are not ground, in columns and rows of a box.
    fn inked(png: &[u8], (x0, y0, x1, y1): (usize, usize, usize, usize)) -> usize {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (1200, 630));
        let ground = pixels[0];
        (y0..y1).map(|y| (x0..x1).filter(|x| pixels[y * WIDTH + x] != ground).count()).sum()
    }

    #[test]
    fn text_never_leaves_its_room() {
        let word = "Überraschungsmomentenvermeidungsstrategie".repeat(9);
        let long = "Every insight carries the words it rests on, and then some more. ".repeat(40);
        for claim in ["Short.", &word, &long, "a", "“Ý” — €5, £4 naïve Łódź Ågren"] {
            let png = drawn(claim, &long).unwrap();
            assert!(png.len() < 120_000, "{} bytes", png.len());
            assert!(inked(&png, (84, 168, 1116, 520)) > 100, "{claim}");
            // The margins, and the rows between claim and source.
            for empty in
                [(0, 0, 78, 630), (1122, 0, 1200, 630), (78, 522, 1200, 535), (0, 600, 1200, 630)]
            {
                assert_eq!(inked(&png, empty), 0, "{claim:.20} {empty:?}");
            }
        }
    }

    #[test]
    fn what_the_font_lacks_has_no_picture() {
        for claim in ["", "  ", "开源模型正在赢得全球", "นี่คือ"] {
            assert!(drawn(claim, "x").is_none() && !is_drawable(claim), "{claim}");
        }
        assert!(
            drawn("Открытые модели 😀 выигрывают во всём мире, и это хорошо для всех нас", "")
                .is_some()
        );
        assert_eq!(drawn("The same", "bytes"), drawn("The same", "bytes"));
    }
}
