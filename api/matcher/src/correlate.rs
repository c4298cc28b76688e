//! The one hot loop: a weighted sum over shifted copies of a plane.
//!
//! Written so that 64 neighbouring outputs are summed side by side in eight registers of
//! eight; with 16 outputs the loads of the weights cost as much again.

/// One shifted copy: `out[p] += weight * plane[p + offset]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tap {
    pub offset: usize,
    pub weight: f32,
}

/// Outputs summed at once.
pub(crate) const LANES: usize = 64;

/// `out[p] = sum of weight * plane[p + offset]`, for every `p` of `out`.
///
/// `out` is a multiple of [`LANES`] long, and the plane reaches at least the largest offset
/// beyond it (both are checked: a slice out of bounds panics).
pub(crate) fn correlate(plane: &[f32], taps: &[Tap], out: &mut [f32]) {
    debug_assert_eq!(out.len() % LANES, 0);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        #[expect(
            unsafe_code,
            reason = "the features were detected on the line above, which is all the call asks for"
        )]
        // SAFETY: both features that the function is compiled for are present.
        return unsafe { with_avx2(plane, taps, out) };
    }
    sum_taps::<false>(plane, taps, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2(plane: &[f32], taps: &[Tap], out: &mut [f32]) {
    sum_taps::<true>(plane, taps, out);
}

/// `FUSED` only where the processor fuses: elsewhere `mul_add` is a slow library call.
#[inline(always)]
fn sum_taps<const FUSED: bool>(plane: &[f32], taps: &[Tap], out: &mut [f32]) {
    for (block, sums) in out.chunks_exact_mut(LANES).enumerate() {
        let plane = &plane[block * LANES..];
        let mut lanes = [0.0_f32; LANES];
        for tap in taps {
            let source: &[f32; LANES] = plane[tap.offset..]
                .first_chunk()
                .expect("a level ends with slack for the last block");
            for (lane, value) in lanes.iter_mut().zip(source) {
                *lane = if FUSED {
                    value.mul_add(tap.weight, *lane)
                } else {
                    value * tap.weight + *lane
                };
            }
        }
        sums.copy_from_slice(&lanes);
    }
}

#[cfg(test)]
mod tests {
    use super::{LANES, Tap, correlate, sum_taps};

    fn case() -> (Vec<f32>, Vec<Tap>) {
        let plane = (0..4 * LANES + 40)
            .map(|at| ((at * 7919) % 256) as f32 - 128.0)
            .collect();
        let taps = (0..40)
            .map(|offset| Tap {
                offset,
                weight: (offset * 31 % 17) as f32 - 8.0,
            })
            .collect();
        (plane, taps)
    }

    #[test]
    fn every_output_is_the_sum_written_out() {
        let (plane, taps) = case();
        let mut out = vec![0.0; 4 * LANES];
        correlate(&plane, &taps, &mut out);
        for (at, sum) in out.iter().enumerate() {
            let wanted: f32 = taps.iter().map(|t| t.weight * plane[at + t.offset]).sum();
            assert!((sum - wanted).abs() < 0.5, "at {at}: {sum} not {wanted}");
        }
    }

    #[test]
    fn the_plain_path_agrees_with_the_fast_one() {
        let (plane, taps) = case();
        let (mut fast, mut plain) = (vec![0.0; 4 * LANES], vec![0.0; 4 * LANES]);
        correlate(&plane, &taps, &mut fast);
        sum_taps::<false>(&plane, &taps, &mut plain);
        for (one, other) in fast.iter().zip(&plain) {
            assert!((one - other).abs() <= one.abs() * 1e-5 + 1e-2);
        }
    }
}
