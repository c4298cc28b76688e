//! Seeded mixing of numbers: where a hash or a draw is needed, and no hidden randomness is wanted.

/// The two odd constants of the mix: fractional parts of the square roots of 2 and 3.
const LEFT: u64 = 0x6A09_E667_F3BC_C909;
const RIGHT: u64 = 0xBB67_AE85_84CA_A73B;

/// Mixes two numbers into one of 64 well-spread bits. The order matters: `mix(a, b) != mix(b, a)`.
///
/// One 128-bit product folded onto itself, then one more round, because a single fold leaves the
/// low bits of small inputs visibly patterned. It is part of the feature schema's meaning: a change
/// here changes what every stored model says, so a test holds its values.
#[must_use]
pub const fn mix(a: u64, b: u64) -> u64 {
    let folded = fold(a ^ LEFT, b ^ RIGHT);
    fold(folded ^ b.rotate_left(32), LEFT)
}

const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    ((product >> 64) as u64) ^ (product as u64)
}

/// Mixes bytes into a running state, eight at a time, the length last.
#[must_use]
pub fn mix_bytes(state: u64, bytes: &[u8]) -> u64 {
    let mut state = state;
    for chunk in bytes.chunks(8) {
        let mut word = [0_u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = mix(state, u64::from_le_bytes(word));
    }
    mix(state, bytes.len() as u64)
}

/// Reads 64 mixed bits as a number in `[0, 1)`.
#[must_use]
pub const fn unit(bits: u64) -> f64 {
    // 53 bits are what a f64 holds exactly.
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// A uniform number in `[0, 1)` for the `step`th draw under `seed`.
#[must_use]
pub const fn uniform(seed: u64, step: u64) -> f64 {
    unit(mix(seed, step))
}

/// The order in which a seed shuffles `length` things.
#[must_use]
pub(crate) fn shuffled(length: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    for last in (1..length).rev() {
        let pick = (uniform(seed, last as u64) * (last + 1) as f64) as usize;
        order.swap(last, pick.min(last));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_is_frozen() {
        assert_eq!(
            [mix(0, 0), mix(1, 2), mix(2, 1), mix(u64::MAX, 7)],
            FROZEN,
            "every stored model depends on these values"
        );
    }

    const FROZEN: [u64; 4] = [
        6291767582301452259,
        9548065318630642653,
        6118669824842739208,
        11306853006167026072,
    ];

    #[test]
    fn draws_are_uniform_enough_for_a_chi_square() {
        let mut counts = [0_f64; 64];
        for step in 0..64_000 {
            counts[(uniform(9, step) * 64.0) as usize] += 1.0;
        }
        let chi: f64 = counts.iter().map(|n| (n - 1000.0).powi(2) / 1000.0).sum();
        // 63 degrees of freedom: mean 63, standard deviation 11.2.
        assert!((20.0..120.0).contains(&chi), "chi square {chi}");
    }

    #[test]
    fn low_bits_of_counting_inputs_do_not_repeat() {
        let mut slots: Vec<u64> = (0..4096).map(|n| mix(n, n + 1) & 0x3_FFFF).collect();
        slots.sort_unstable();
        slots.dedup();
        // 4096 balls in 262144 bins: 32 collisions expected.
        assert!(slots.len() > 4096 - 64, "{} distinct", slots.len());
    }

    #[test]
    fn a_shuffle_keeps_every_member_and_moves_most() {
        let order = shuffled(1000, 5);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
        assert!(order.iter().enumerate().filter(|(i, v)| i == *v).count() < 10);
        assert_eq!(order, shuffled(1000, 5));
        assert_ne!(order, shuffled(1000, 6));
    }

    #[test]
    fn bytes_of_different_length_never_agree() {
        assert_ne!(mix_bytes(1, b""), mix_bytes(1, b"\0"));
        assert_ne!(mix_bytes(1, b"ab"), mix_bytes(1, b"ab\0"));
        assert_ne!(mix_bytes(1, b"ab"), mix_bytes(2, b"ab"));
    }
}
