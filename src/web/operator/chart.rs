//! A small chart: one bar a day or hour, drawn by the server as SVG. Pure.

/// Pixels of the drawing, which scales with its place.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 80.0;

/// One chart.
pub(super) struct Chart {
    /// What it shows.
    pub title: String,
    /// The highest and the newest value, in words.
    pub summary: String,
    /// Left to right, the oldest first.
    pub bars: Vec<Bar>,
}

/// One bar, in pixels.
pub(super) struct Bar {
    pub x: String,
    pub y: String,
    pub width: String,
    pub height: String,
    /// Of something that should not happen.
    pub bad: bool,
    /// When and how many.
    pub title: String,
}

/// Bars of `values` with what to call each; the part of each that is `bad` is drawn over it.
pub(super) fn bars(values: &[(String, f64, f64)]) -> Vec<Bar> {
    let most = values.iter().map(|(_, value, _)| *value).fold(1.0, f64::max);
    let step = WIDTH / values.len().max(1) as f64;
    let mut bars = Vec::new();
    for (at, (title, value, bad)) in values.iter().enumerate() {
        for (value, bad) in [(*value, false), (bad.min(*value), true)] {
            if value <= 0.0 {
                continue;
            }
            // What is there at all can be seen.
            let height = (value / most * HEIGHT).max(2.0);
            bars.push(Bar {
                x: format!("{:.1}", at as f64 * step),
                y: format!("{:.1}", HEIGHT - height),
                width: format!("{:.1}", (step - 1.5).max(1.0)),
                height: format!("{height:.1}"),
                bad,
                title: title.clone(),
            });
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_within_the_drawing() {
        let values = [("a".into(), 0.0, 0.0), ("b".into(), 4.0, 1.0), ("c".into(), 1e9, 0.0)];
        let bars = bars(&values);
        assert_eq!(bars.iter().map(|b| b.bad).collect::<Vec<_>>(), [false, true, false]);
        for bar in bars {
            let (y, height): (f64, f64) = (bar.y.parse().unwrap(), bar.height.parse().unwrap());
            let (x, width): (f64, f64) = (bar.x.parse().unwrap(), bar.width.parse().unwrap());
            assert!(y >= 0.0 && y + height <= HEIGHT + 0.1 && x + width <= WIDTH);
        }
        assert!(super::bars(&[]).is_empty());
    }
}
