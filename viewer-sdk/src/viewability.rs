//! Viewability: half of the overlay in view for one second without a break.

/// How much of the overlay must be in view.
const SHARE: f64 = 0.5;
/// For how long.
const FOR_MS: i64 = 1_000;

/// Watches one overlay; fires once.
#[derive(Debug, Default)]
pub struct Viewability {
    since_ms: Option<i64>,
    fired: bool,
}

impl Viewability {
    /// This share of the overlay (0..1) is in view now, of a page that shows or does not. True once, when it has been viewed.
    pub fn observe(&mut self, share: f64, page_shows: bool, now_ms: i64) -> bool {
        if self.fired {
            return false;
        }
        // A share that is not a number is not in view.
        if !page_shows
            || !matches!(
                share.partial_cmp(&SHARE),
                Some(std::cmp::Ordering::Equal | std::cmp::Ordering::Greater)
            )
        {
            self.since_ms = None;
            return false;
        }
        let since = *self.since_ms.get_or_insert(now_ms);
        self.fired = now_ms.saturating_sub(since) >= FOR_MS;
        self.fired
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_in_view_for_a_second_fires_once() {
        let mut view = Viewability::default();
        assert!(!view.observe(0.5, true, 0));
        assert!(!view.observe(0.5, true, 999));
        assert!(view.observe(0.5, true, 1_000));
        assert!(!view.observe(1.0, true, 5_000));
    }

    #[test]
    fn a_break_starts_the_second_anew() {
        let mut view = Viewability::default();
        view.observe(1.0, true, 0);
        view.observe(0.49, true, 900);
        assert!(!view.observe(1.0, true, 1_000));
        assert!(!view.observe(1.0, true, 1_999));
        assert!(view.observe(1.0, true, 2_000));
    }

    #[test]
    fn a_page_in_the_background_is_not_viewed() {
        let mut view = Viewability::default();
        view.observe(1.0, true, 0);
        assert!(!view.observe(1.0, false, 2_000));
        assert!(!view.observe(f64::NAN, true, 4_000));
    }

    proptest! {
        #[test]
        fn it_fires_exactly_when_some_unbroken_second_was_in_view(
            steps in prop::collection::vec((0_i64..400, any::<bool>()), 1..80),
        ) {
            let mut view = Viewability::default();
            let (mut now, mut since, mut expected, mut fired) = (0, None, false, 0);
            for (step, visible) in steps {
                now += step;
                since = if visible { since.or(Some(now)) } else { None };
                expected |= since.is_some_and(|since| now - since >= 1_000);
                fired += u32::from(view.observe(if visible { 0.7 } else { 0.1 }, true, now));
            }
            prop_assert_eq!(fired, u32::from(expected));
        }
    }
}
