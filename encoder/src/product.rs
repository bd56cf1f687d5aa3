//! The product of many rows with the weights of one layer, which are a byte each and stay in the program's file.
//!
//! As Goto and van de Geijn do it ("Anatomy of high-performance matrix multiplication", 2008): a strip of some rows meets
//! a panel of some outputs in the registers; each panel is unpacked once for all rows. The sums of a row come in the same
//! order whatever rows are beside it.

use pulp::Simd;

use super::weights::Bytes;

/// Rows of a strip. Six of them and two registers of outputs are what AVX2 can hold.
const HIGH: usize = 6;
/// Weights along the inputs that share a scale.
pub(super) const GROUP: usize = 32;
/// Outputs that lie together in the file, which is read where it is: what isn't worked with takes no memory.
const PANEL: usize = 16;

/// Outputs of a panel in the registers, for instructions `S`.
#[inline(always)]
const fn wide<S: Simd>() -> usize {
    2 * S::F32_LANES
}

/// A layer's weights.
pub(super) struct Weights {
    inputs: usize,
    outputs: usize,
    /// By panel of [`PANEL`] outputs, input and output: an `i8` each.
    steps: Bytes,
    /// By panel, group of inputs and output: an `f32` each, little endian.
    scales: Bytes,
    bias: Vec<f32>,
}

/// Rows, laid out for products with weights.
pub(super) struct Strips {
    rows: usize,
    inputs: usize,
    /// By strip and input.
    values: Vec<[f32; HIGH]>,
}

impl Weights {
    /// None if the sizes don't fit each other.
    pub(super) fn new(inputs: usize, bias: Vec<f32>, steps: Bytes, scales: Bytes) -> Option<Self> {
        let outputs = bias.len();
        let fit = inputs.is_multiple_of(GROUP)
            && outputs.is_multiple_of(2 * PANEL)
            && steps.len() == inputs * outputs
            && scales.len() == inputs / GROUP * outputs * size_of::<f32>();
        fit.then_some(Self { inputs, outputs, steps, scales, bias })
    }

    /// Row by row: the product with the weights, plus the bias. `room` is for weights that are read.
    #[inline(always)]
    pub(super) fn of<S: Simd>(
        &self,
        simd: S,
        rows: &Strips,
        out: &mut Vec<f32>,
        room: &mut [Vec<u8>; 2],
    ) {
        let wide = wide::<S>();
        let [steps, scales] = room;
        let (steps, scales) = (self.steps.all(steps), self.scales.all(scales));
        out.clear();
        out.resize(rows.rows * self.outputs, 0.0);
        let mut panel = vec![0.0_f32; self.inputs * wide];
        for (at, bias) in self.bias.chunks_exact(wide).enumerate() {
            self.unpack((steps, scales), at * wide, wide, &mut panel);
            let weights = S::as_simd_f32s(&panel).0.as_chunks::<2>().0;
            let bias = S::as_simd_f32s(bias).0;
            let strips = rows.values.chunks_exact(rows.inputs);
            for (strip, out) in strips.zip(out.chunks_mut(HIGH * self.outputs)) {
                let sums = meet(simd, strip, weights);
                for (out, sums) in out.chunks_exact_mut(self.outputs).zip(&sums) {
                    let out = S::as_mut_simd_f32s(&mut out[at * wide..(at + 1) * wide]).0;
                    for ((out, sum), bias) in out.iter_mut().zip(sums).zip(bias) {
                        *out = simd.add_f32s(*sum, *bias);
                    }
                }
            }
        }
    }

    /// The weights of `wide` outputs from `start` on, by input and output. Registers hold a part of the file's panels, or
    /// two of them.
    #[inline(always)]
    fn unpack(
        &self,
        (steps, scales): (&[u8], &[u8]),
        start: usize,
        wide: usize,
        panel: &mut [f32],
    ) {
        let part = wide.min(PANEL);
        for output in (start..start + wide).step_by(part) {
            let (file, from) = (output / PANEL, output % PANEL);
            let steps = steps.as_chunks::<PANEL>().0.chunks_exact(self.inputs).nth(file);
            let scales = scales.as_chunks::<4>().0.as_chunks::<PANEL>().0;
            let scales = scales.chunks_exact(self.inputs / GROUP).nth(file);
            let groups = steps.into_iter().flat_map(|steps| steps.chunks_exact(GROUP));
            let groups = groups.zip(scales.into_iter().flatten());
            for ((steps, scales), panel) in groups.zip(panel.chunks_exact_mut(GROUP * wide)) {
                let scales = scales.map(f32::from_le_bytes);
                for (steps, row) in steps.iter().zip(panel.chunks_exact_mut(wide)) {
                    let mut values = scales;
                    for (value, step) in values.iter_mut().zip(steps) {
                        *value *= f32::from(step.cast_signed());
                    }
                    row[output - start..][..part].copy_from_slice(&values[from..from + part]);
                }
            }
        }
    }
}

impl Strips {
    /// Of rows one after another, each of `inputs` numbers.
    #[inline(always)]
    pub(super) fn new(rows: &[f32], inputs: usize) -> Self {
        let count = rows.len() / inputs;
        let mut values = vec![[0.0; HIGH]; count.div_ceil(HIGH) * inputs];
        let strips = values.chunks_exact_mut(inputs);
        for (strip, rows) in strips.zip(rows.chunks(HIGH * inputs)) {
            for (at, row) in rows.chunks_exact(inputs).enumerate() {
                for (value, place) in row.iter().zip(strip.iter_mut()) {
                    place[at] = *value;
                }
            }
        }
        Self { rows: count, inputs, values }
    }
}

#[inline(always)]
fn meet<S: Simd>(simd: S, strip: &[[f32; HIGH]], panel: &[[S::f32s; 2]]) -> [[S::f32s; 2]; HIGH] {
    let zero = simd.splat_f32s(0.0);
    let mut sums = [[zero; 2]; HIGH];
    for (values, [left, right]) in strip.iter().zip(panel) {
        for (sums, value) in sums.iter_mut().zip(values) {
            let value = simd.splat_f32s(*value);
            sums[0] = simd.mul_add_e_f32s(value, *left, sums[0]);
            sums[1] = simd.mul_add_e_f32s(value, *right, sums[1]);
        }
    }
    sums
}
