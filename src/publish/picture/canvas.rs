//! Pixels: text and blocks on one ground, as an indexed PNG. Each ink has its levels, so nothing is blended twice.

use ab_glyph::{Font, Glyph, ScaleFont, point};

use super::PublishError;
use super::layout::Face;

/// What is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The claim.
    Text,
    /// Who and where.
    Soft,
    /// Blocks.
    Accent,
    /// On blocks.
    OnAccent,
}

type Rgb = [u8; 3];

/// As the light style sheet has them.
const GROUND: Rgb = [0xfa, 0xf8, 0xf3];
const ACCENT: Rgb = [0x0a, 0x5c, 0x55];
/// (colour, what is below it) of each ink.
const INKS: [(Rgb, Rgb); 4] = [
    ([0x1b, 0x23, 0x21], GROUND),
    ([0x57, 0x61, 0x5d], GROUND),
    (ACCENT, GROUND),
    ([0xff, 0xff, 0xff], ACCENT),
];
/// Steps from below to ink.
const LEVELS: u8 = 16;

/// A picture in the making.
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    /// All ground.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![0; width * height] }
    }

    fn dot(&mut self, x: usize, y: usize, ink: Ink, cover: f32) {
        let level = (cover.clamp(0.0, 1.0) * f32::from(LEVELS - 1)).round() as u8;
        if level == 0 || x >= self.width {
            return;
        }
        if let Some(pixel) = self.pixels.get_mut(y * self.width + x) {
            // Neighbouring letters touch: the darker stays.
            *pixel = (ink as u8 * LEVELS + level).max(*pixel);
        }
    }

    /// A line of text with its base line at `at`.
    pub fn text(&mut self, face: &Face, text: &str, size: f32, at: (f32, f32), ink: Ink) {
        let font = face.font.as_scaled(face.scale(size));
        let mut x = at.0;
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            let glyph: Glyph = id.with_scale_and_position(face.scale(size), point(x, at.1));
            x += font.h_advance(id);
            let Some(outline) = face.font.outline_glyph(glyph) else { continue };
            let min = outline.px_bounds().min;
            outline.draw(|dx, dy, cover| {
                let (px, py) = (min.x + dx as f32, min.y + dy as f32);
                if px >= 0.0 && py >= 0.0 {
                    self.dot(px as usize, py as usize, ink, cover);
                }
            });
        }
    }

    /// A block at (x, y, width, height) with round corners.
    pub fn block(&mut self, (x, y, width, height): (f32, f32, f32, f32), round: f32, ink: Ink) {
        let (left, right) = (x.max(0.0) as usize, (x + width).ceil().max(0.0) as usize);
        let (top, bottom) = (y.max(0.0) as usize, (y + height).ceil().max(0.0) as usize);
        for py in top..bottom.min(self.height) {
            for px in left..right.min(self.width) {
                // How far the pixel's centre is outside of the block shrunk by its corners.
                let (cx, cy) =
                    (px as f32 + 0.5 - x - width / 2.0, py as f32 + 0.5 - y - height / 2.0);
                let dx = (cx.abs() - (width / 2.0 - round)).max(0.0);
                let dy = (cy.abs() - (height / 2.0 - round)).max(0.0);
                let inside = if round > 0.0 {
                    round - (dx * dx + dy * dy).sqrt() + 0.5
                } else {
                    1.0 - dx.max(dy)
                };
                self.dot(px, py, ink, inside);
            }
        }
    }

    /// The finished picture.
    ///
    /// # Errors
    /// If the encoder fails.
    pub fn png(&self) -> Result<Vec<u8>, PublishError> {
        let mut palette = Vec::with_capacity(INKS.len() * usize::from(LEVELS) * 3);
        for (ink, below) in INKS {
            for level in 0..u16::from(LEVELS) {
                let most = u16::from(LEVELS) - 1;
                let mix = |i: usize| {
                    (u16::from(ink[i]) * level + u16::from(below[i]) * (most - level)) / most
                };
                palette.extend([0, 1, 2].map(|i| mix(i) as u8));
            }
        }
        let mut out = Vec::new();
        let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut out, size(self.width), size(self.height));
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(out)
    }
}
