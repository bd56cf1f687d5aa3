//! Twelve layers of BERT (Devlin et al. 2019, arXiv:1810.04805): from word pieces to a direction for each text. Pure.
//!
//! All of it is inlined into [`Run`], which is compiled for each set of instructions that a machine may have.

use pulp::{Simd, WithSimd};

use super::product::{Strips, Weights};
use super::weights::{Damaged, File, Packed};

/// Numbers of a vector, as config.json of the model has it.
pub const HIDDEN: usize = 384;
const HEADS: usize = 12;
const HEAD: usize = HIDDEN / HEADS;
const WITHIN: usize = 1536;
const LAYERS: usize = 12;
/// Layers after which the pieces tell most of how a thing is said; the later ones leave what it is about (docs/picks.md).
const MIDWAY: usize = 7;
const WORDS: usize = 30_522;
const PLACES: usize = 512;

pub(super) struct Model {
    words: Packed,
    places: Packed,
    types: Packed,
    norm: Norm,
    layers: Vec<Layer>,
    /// Where the directions of all texts lie on average: it is taken off, so that texts about different things are at
    /// right angles, and not all alike.
    centre: Vec<f32>,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

struct Layer {
    query: Weights,
    key: Weights,
    value: Weights,
    heads: Weights,
    norm: Norm,
    widen: Weights,
    narrow: Weights,
    last: Norm,
}

impl Norm {
    fn new(file: &File, name: &str) -> Result<Self, Damaged> {
        let get = |part: &str| file.numbers(&format!("{name}.LayerNorm.{part}"), HIDDEN);
        Ok(Self { weight: get("weight")?, bias: get("bias")? })
    }

    #[inline(always)]
    fn each(&self, rows: &mut [f32]) {
        for row in rows.as_chunks_mut::<HIDDEN>().0 {
            let mean = sum(row, |v| v) / HIDDEN as f32;
            let spread = sum(row, |v| (v - mean) * (v - mean)) / HIDDEN as f32;
            let inverse = 1.0 / (spread + 1e-12).sqrt();
            for ((value, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                *value = (*value - mean) * inverse * weight + bias;
            }
        }
    }
}

impl Layer {
    fn new(file: &File, number: usize) -> Result<Self, Damaged> {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let square = |part: &str| file.layer(&name(part), HIDDEN, HIDDEN);
        Ok(Self {
            query: square("attention.self.query")?,
            key: square("attention.self.key")?,
            value: square("attention.self.value")?,
            heads: square("attention.output.dense")?,
            norm: Norm::new(file, &name("attention.output"))?,
            widen: file.layer(&name("intermediate.dense"), HIDDEN, WITHIN)?,
            narrow: file.layer(&name("output.dense"), WITHIN, HIDDEN)?,
            last: Norm::new(file, &name("output"))?,
        })
    }

    /// `texts` are the lengths of the texts whose pieces are the rows.
    #[inline(always)]
    fn through<S: Simd>(&self, simd: S, rows: &mut [f32], texts: &[usize], room: &mut Room) {
        let strips = Strips::new(rows, HIDDEN);
        self.query.of(simd, &strips, &mut room.query, &mut room.read);
        self.key.of(simd, &strips, &mut room.key, &mut room.read);
        self.value.of(simd, &strips, &mut room.value, &mut room.read);
        room.seen.clear();
        room.seen.resize(rows.len(), 0.0);
        let mut from = 0;
        for pieces in texts {
            let text = from * HIDDEN..(from + pieces) * HIDDEN;
            let (query, key) = (&room.query[text.clone()], &room.key[text.clone()]);
            attend(query, key, &room.value[text.clone()], &mut room.seen[text]);
            from += pieces;
        }
        let seen = Strips::new(&room.seen, HIDDEN);
        self.heads.of(simd, &seen, &mut room.query, &mut room.read);
        add(rows, &room.query);
        self.norm.each(rows);
        let strips = Strips::new(rows, HIDDEN);
        self.widen.of(simd, &strips, &mut room.within, &mut room.read);
        for value in &mut room.within {
            *value = gelu(*value);
        }
        let within = Strips::new(&room.within, WITHIN);
        self.narrow.of(simd, &within, &mut room.query, &mut room.read);
        add(rows, &room.query);
        self.last.each(rows);
    }
}

/// Memory that is used again by each layer.
#[derive(Default)]
struct Room {
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    seen: Vec<f32>,
    within: Vec<f32>,
    /// Weights that were read.
    read: [Vec<u8>; 2],
}

impl Model {
    pub(super) fn new(file: &File) -> Result<Self, Damaged> {
        let table = |name: &str, rows| {
            file.packed(&format!("embeddings.{name}_embeddings.weight"), rows * HIDDEN)
        };
        Ok(Self {
            words: table("word", WORDS)?,
            places: table("position", PLACES)?,
            types: table("token_type", 2)?,
            norm: Norm::new(file, "embeddings")?,
            layers: (0..LAYERS).map(|n| Layer::new(file, n)).collect::<Result<_, _>>()?,
            centre: file.numbers("centre", HIDDEN)?,
        })
    }
}

impl Model {
    #[inline(always)]
    fn direction(&self, mut mean: [f32; HIDDEN]) -> [f32; HIDDEN] {
        let length = sum(&mean, |v| v * v).sqrt();
        for (value, centre) in mean.iter_mut().zip(&self.centre) {
            *value = *value / length - centre;
        }
        mean
    }
}

/// How far texts go through the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Through all: the mean of the pieces as a direction, less the centre.
    Whole,
    /// Through [`MIDWAY`]: the mean of the pieces, as it is.
    Midway,
}

/// Gives one vector for each text. Each has a piece at least and [`PLACES`] at most.
pub(super) struct Run<'a> {
    pub(super) model: &'a Model,
    pub(super) texts: &'a [Vec<u16>],
    pub(super) depth: Depth,
}

impl WithSimd for Run<'_> {
    type Output = Vec<[f32; HIDDEN]>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let model = self.model;
        let mut room = Room::default();
        let lengths: Vec<usize> = self.texts.iter().map(Vec::len).collect();
        let mut rows = vec![0.0; lengths.iter().sum::<usize>() * HIDDEN];
        let pieces = self.texts.iter().flat_map(|text| text.iter().enumerate());
        for (row, (place, piece)) in rows.as_chunks_mut::<HIDDEN>().0.iter_mut().zip(pieces) {
            model.words.add_row(usize::from(*piece), row, &mut room.read);
            model.places.add_row(place, row, &mut room.read);
            model.types.add_row(0, row, &mut room.read);
        }
        model.norm.each(&mut rows);
        let layers = match self.depth {
            Depth::Whole => LAYERS,
            Depth::Midway => MIDWAY,
        };
        for layer in model.layers.iter().take(layers) {
            layer.through(simd, &mut rows, &lengths, &mut room);
        }
        let mut rest = rows.as_chunks::<HIDDEN>().0.iter();
        let mut vectors = Vec::with_capacity(lengths.len());
        for length in lengths {
            let mean = mean(rest.by_ref().take(length));
            vectors.push(match self.depth {
                Depth::Whole => model.direction(mean),
                Depth::Midway => mean,
            });
        }
        vectors
    }
}

#[inline(always)]
fn mean<'a>(rows: impl Iterator<Item = &'a [f32; HIDDEN]>) -> [f32; HIDDEN] {
    let (mut mean, mut count) = ([0.0; HIDDEN], 0.0);
    for row in rows {
        add(&mut mean, row);
        count += 1.0;
    }
    mean.map(|value| value / count)
}

/// What each piece takes from the others of its text, head by head.
#[inline(always)]
fn attend(query: &[f32], key: &[f32], value: &[f32], out: &mut [f32]) {
    let pieces = query.len() / HIDDEN;
    let mut keys = vec![0.0; pieces * HEAD];
    let mut near = vec![0.0; pieces];
    for head in (0..HIDDEN).step_by(HEAD) {
        for (piece, key) in key.chunks_exact(HIDDEN).enumerate() {
            for (at, value) in key[head..head + HEAD].iter().enumerate() {
                keys[at * pieces + piece] = *value / (HEAD as f32).sqrt();
            }
        }
        for (query, out) in query.chunks_exact(HIDDEN).zip(out.chunks_exact_mut(HIDDEN)) {
            near.fill(0.0);
            for (value, keys) in query[head..head + HEAD].iter().zip(keys.chunks_exact(pieces)) {
                for (near, key) in near.iter_mut().zip(keys) {
                    *near += value * key;
                }
            }
            let most = near.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for near in &mut near {
                *near = exp(*near - most);
            }
            let all = sum(&near, |v| v);
            let mut taken = [0.0_f32; HEAD];
            for (near, value) in near.iter().zip(value.chunks_exact(HIDDEN)) {
                for (taken, value) in taken.iter_mut().zip(&value[head..head + HEAD]) {
                    *taken += near * value;
                }
            }
            for (out, taken) in out[head..head + HEAD].iter_mut().zip(taken) {
                *out = taken / all;
            }
        }
    }
}

#[inline(always)]
fn add(rows: &mut [f32], more: &[f32]) {
    for (value, more) in rows.iter_mut().zip(more) {
        *value += more;
    }
}

/// In lanes, so that it needs no order.
#[inline(always)]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<16>();
    let mut lanes = [0.0; 16];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(*value);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|value| of(*value)).sum::<f32>()
}

/// Half of `v` and as much of it as is normally below it, by the error function (Hendrycks and Gimpel 2016).
#[inline(always)]
fn gelu(v: f32) -> f32 {
    0.5 * v * (1.0 + erf(v * std::f32::consts::FRAC_1_SQRT_2))
}

/// Abramowitz and Stegun 7.1.26, good to 1.5e-7.
#[inline(always)]
fn erf(v: f32) -> f32 {
    let x = v.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let sum = (1.061_405_4 * t - 1.453_152) * t + 1.421_413_7;
    let sum = ((sum * t - 0.284_496_74) * t + 0.254_829_6) * t;
    (1.0 - sum * exp(-x * x)).copysign(v)
}

/// Of values to 80, without a branch, so that many go through at once: a power of two, times the Taylor series of what is
/// left, which is within ln 2 / 2 of zero.
#[inline(always)]
fn exp(v: f32) -> f32 {
    let v = v.max(-87.0);
    let twos = (v * std::f32::consts::LOG2_E).round_ties_even();
    let rest = v - twos * std::f32::consts::LN_2;
    let sum = (rest / 720.0 + 1.0 / 120.0) * rest + 1.0 / 24.0;
    let sum = ((sum * rest + 1.0 / 6.0) * rest + 0.5) * rest + 1.0;
    (sum * rest + 1.0) * f32::from_bits(((twos as i32 + 127) << 23).cast_unsigned())
}
