//! The product of many rows with the weights of one layer, which are kept in a byte each. Pure.
//!
//! As Goto and van de Geijn do it ("Anatomy of high-performance matrix multiplication", 2008): a strip of some rows meets
//! a panel of some outputs in the registers; each panel is unpacked once for all rows. The sums of a row come in the same
//! order whatever rows are beside it.

use pulp::Simd;

/// Rows of a strip. Six of them and two registers of outputs are what AVX2 can hold.
const HIGH: usize = 6;
/// Weights along the inputs that share a scale.
pub(super) const GROUP: usize = 32;

/// Outputs of a panel, for instructions `S`.
#[inline(always)]
pub(super) const fn wide<S: Simd>() -> usize {
    2 * S::F32_LANES
}

/// A layer's weights.
pub(super) struct Weights {
    inputs: usize,
    outputs: usize,
    /// By panel, input and output.
    steps: Vec<i8>,
    /// By panel, group of inputs and output.
    scales: Vec<f32>,
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
    /// `step` and `scale` give what is at an output and an input, or group of inputs. None if the sizes don't fit panels of
    /// `wide` outputs.
    pub(super) fn new(
        wide: usize,
        inputs: usize,
        bias: Vec<f32>,
        step: impl Fn(usize, usize) -> i8,
        scale: impl Fn(usize, usize) -> f32,
    ) -> Option<Self> {
        let outputs = bias.len();
        if !inputs.is_multiple_of(GROUP) || !outputs.is_multiple_of(wide) {
            return None;
        }
        let mut steps = Vec::with_capacity(inputs * outputs);
        let mut scales = Vec::with_capacity(inputs * outputs / GROUP);
        for panel in (0..outputs).step_by(wide) {
            for input in 0..inputs {
                steps.extend((panel..panel + wide).map(|output| step(output, input)));
            }
            for group in 0..inputs / GROUP {
                scales.extend((panel..panel + wide).map(|output| scale(output, group)));
            }
        }
        Some(Self { inputs, outputs, steps, scales, bias })
    }

    /// Row by row: the product with the weights, plus the bias.
    #[inline(always)]
    pub(super) fn of<S: Simd>(&self, simd: S, rows: &Strips, out: &mut Vec<f32>) {
        let wide = wide::<S>();
        out.clear();
        out.resize(rows.rows * self.outputs, 0.0);
        let mut panel = vec![0.0_f32; self.inputs * wide];
        let steps = self.steps.chunks_exact(self.inputs * wide);
        let scales = self.scales.chunks_exact(self.inputs / GROUP * wide);
        let bias = self.bias.chunks_exact(wide);
        for (at, ((steps, scales), bias)) in steps.zip(scales).zip(bias).enumerate() {
            unpack(steps, scales, wide, &mut panel);
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
fn unpack(steps: &[i8], scales: &[f32], wide: usize, panel: &mut [f32]) {
    let groups = steps.chunks_exact(GROUP * wide).zip(panel.chunks_exact_mut(GROUP * wide));
    for ((steps, panel), scales) in groups.zip(scales.chunks_exact(wide)) {
        for (steps, panel) in steps.chunks_exact(wide).zip(panel.chunks_exact_mut(wide)) {
            for ((step, value), scale) in steps.iter().zip(panel).zip(scales) {
                *value = f32::from(*step) * scale;
            }
        }
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
