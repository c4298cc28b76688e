//! The quantile of the normal distribution: how many standard errors a confidence is.

/// The `z` that a normal draw stays under with this probability (Acklam's rational approximation,
/// off by at most 1.2e-9 of the value). Infinite at 0 and 1.
pub(super) fn quantile(probability: f64) -> f64 {
    const LOW: f64 = 0.02425;
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    if probability < LOW {
        let q = (-2.0 * probability.ln()).sqrt();
        return tail(q);
    }
    if probability > 1.0 - LOW {
        let q = (-2.0 * (1.0 - probability).ln()).sqrt();
        return -tail(q);
    }
    let q = probability - 0.5;
    let r = q * q;
    let above = polynomial(
        r,
        &[
            -39.696_830_286_653_76,
            220.946_098_424_520_5,
            -275.928_510_446_968_7,
            138.357_751_867_269,
            -30.664_798_066_147_16,
            2.506_628_277_459_239,
        ],
    );
    let below = polynomial(
        r,
        &[
            -54.476_098_798_224_06,
            161.585_836_858_040_9,
            -155.698_979_859_886_6,
            66.801_311_887_719_72,
            -13.280_681_552_885_72,
            1.0,
        ],
    );
    q * above / below
}

fn tail(q: f64) -> f64 {
    let above = polynomial(
        q,
        &[
            -0.007_784_894_002_430_293,
            -0.322_396_458_041_136_5,
            -2.400_758_277_161_838,
            -2.549_732_539_343_734,
            4.374_664_141_464_968,
            2.938_163_982_698_783,
        ],
    );
    let below = polynomial(
        q,
        &[
            0.007_784_695_709_041_462,
            0.322_467_129_070_039_8,
            2.445_134_137_142_996,
            3.754_408_661_907_416,
            1.0,
        ],
    );
    above / below
}

fn polynomial(at: f64, coefficients: &[f64]) -> f64 {
    coefficients
        .iter()
        .fold(0.0, |sum, coefficient| sum * at + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantiles_are_those_of_the_tables() {
        for (probability, want) in [
            (0.5, 0.0),
            (0.9, 1.281_551_566),
            (0.975, 1.959_963_985),
            (0.99, 2.326_347_874),
            (0.999, 3.090_232_306),
            (0.999_999, 4.753_424_309),
            (0.001, -3.090_232_306),
        ] {
            assert!((quantile(probability) - want).abs() < 1e-7, "{probability}");
        }
        assert_eq!(quantile(1.0), f64::INFINITY);
    }
}
