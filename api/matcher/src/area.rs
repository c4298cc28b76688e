//! A rectangle of the picture, and how much two of them share.

/// A rectangle in ratios of the frame: 0 is its left or top edge, 1 its right or bottom.
/// A mark that touches the edge may reach a little outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    fn size(&self) -> f32 {
        self.width * self.height
    }

    fn shared(&self, other: &Area) -> f32 {
        let span = |a: f32, a_len: f32, b: f32, b_len: f32| {
            ((a + a_len).min(b + b_len) - a.max(b)).max(0.0)
        };
        span(self.left, self.width, other.left, other.width)
            * span(self.top, self.height, other.top, other.height)
    }

    /// Shared part over the union: 1 for the same rectangle, 0 for strangers.
    #[must_use]
    pub fn overlap(&self, other: &Area) -> f32 {
        let shared = self.shared(other);
        let union = self.size() + other.size() - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }

    /// Shared part over the smaller of the two: 1 when one lies within the other.
    #[must_use]
    pub fn containment(&self, other: &Area) -> f32 {
        let shared = self.shared(other);
        let smaller = self.size().min(other.size());
        if smaller > 0.0 { shared / smaller } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Area;

    fn area(left: f32, top: f32, width: f32, height: f32) -> Area {
        Area {
            left,
            top,
            width,
            height,
        }
    }

    #[test]
    fn half_shifted_squares_share_a_third_of_their_union() {
        let shared = area(0.0, 0.0, 0.2, 0.2).overlap(&area(0.1, 0.0, 0.2, 0.2));
        assert!((shared - 1.0 / 3.0).abs() < 1e-5, "{shared}");
    }

    #[test]
    fn a_part_is_wholly_contained_though_it_overlaps_little() {
        let (whole, part) = (area(0.0, 0.0, 0.4, 0.4), area(0.1, 0.1, 0.1, 0.1));
        assert!((whole.containment(&part) - 1.0).abs() < 1e-5);
        assert!(whole.overlap(&part) < 0.1);
    }

    #[test]
    fn strangers_share_nothing() {
        let (one, other) = (area(0.0, 0.0, 0.1, 0.1), area(0.5, 0.5, 0.1, 0.1));
        assert_eq!(one.overlap(&other), 0.0);
        assert_eq!(one.containment(&other), 0.0);
    }
}
