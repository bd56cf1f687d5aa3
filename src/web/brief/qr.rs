//! An address as a QR code, for the phone that is to read it: SVG without styles, drawn here.

use qrcode::QrCode;
use qrcode::types::Color;

/// The quiet zone that scanners want (ISO/IEC 18004 section 6.3.8).
const QUIET: usize = 4;

/// SVG to be put into a page; none if the text is too long for a code.
pub fn svg(text: &str, label: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let dark = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if dark > 0 {
                path.push_str(&format!("M{} {}h{dark}v1h-{dark}z", x + QUIET, y + QUIET));
            }
            x += dark.max(1);
        }
    }
    let size = width + 2 * QUIET;
    let label = crate::publish::clean::html(label);
    Some(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {size} {size}\" width=\"200\" height=\"200\" role=\"img\" \
         aria-label=\"{label}\" shape-rendering=\"crispEdges\"><rect width=\"{size}\" height=\"{size}\" \
         fill=\"#ffffff\"/><path fill=\"#000000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_its_quiet_zone() {
        let svg =
            svg("https://brief.example/brief/23456789abcdefghjkmnpqrstvwx.atom", "QR \"code\"");
        let svg = svg.unwrap();
        assert!(svg.contains("M4 4h7v1h-7z") && svg.contains("aria-label=\"QR &quot;code&quot;\""));
        assert!(svg.len() < 20_000 && !svg.contains("style"));
        assert!(super::svg(&"x".repeat(5000), "").is_none());
    }
}
