//! `podbrief encode`: the vectors of lines of text, for measuring.

use std::io::{BufRead, Write};

use anyhow::Result;

use crate::text::encoder::Encoder;

/// Lines taken together.
const TOGETHER: usize = 64;

/// For each line of the input one of output: the numbers of its vector, as JSON.
pub(super) fn encode(from: impl BufRead, mut to: impl Write) -> Result<()> {
    let encoder = Encoder::load()?;
    let lines: Vec<String> = from.lines().collect::<Result<_, _>>()?;
    for lines in lines.chunks(TOGETHER) {
        let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
        for vector in encoder.encode(&texts) {
            serde_json::to_writer(&mut to, &vector.values().collect::<Vec<f32>>())?;
            writeln!(to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_a_vector_of_its_own() {
        let mut out = Vec::new();
        encode(&b"Heat pumps move heat.\n\nBread needs time.\n"[..], &mut out).unwrap();
        let rows: Vec<Vec<f32>> =
            out.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
        let lengths = rows.iter().map(|row| row.iter().map(|v| v * v).sum::<f32>().round());
        assert_eq!(lengths.collect::<Vec<_>>(), [1.0, 0.0, 1.0]);
    }
}
