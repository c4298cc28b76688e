//! Where an overlay goes: the first free place for it, in percent of the picture.
//!
//! What is in the way: boxes of what is detected near the position, what the media keeps clear, captions, and the
//! overlays of the same answer. Sizes and places are those of the SDK's sheet; it draws within the place it is told.

use crate::instruments::Extent;

/// The safe area: this much stays free on each side.
const SAFE: f32 = 5.0;
/// Where captions and a player's controls show, from the bottom.
const CAPTIONS: f32 = 18.0;
/// In a narrower player nothing is drawn.
const NARROWEST_PX: f32 = 256.0;
/// Below this only a strip fits.
const CORNER_PX: f32 = 400.0;
/// How tall a strip is.
const STRIP_PX: f32 = 48.0;
/// How much of the picture a card may cover.
const ASKS: f32 = 0.28;
const SELLS: f32 = 0.20;
/// An estimate over its bound by this much is believed to be within it.
const HARDLY: f32 = 1.1;
/// A box that covers more than this is scenery: nothing could stay clear of it.
const SCENERY: f32 = 0.5;
/// A picture of which the client says nothing.
const USUAL_PX: (f32, f32) = (1280.0, 720.0);

/// A rectangle in percent of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Rect {
    fn right(&self) -> f32 {
        self.left + self.width
    }

    fn bottom(&self) -> f32 {
        self.top + self.height
    }

    /// The share of the picture that it covers.
    fn share(&self) -> f32 {
        self.width.max(0.0) * self.height.max(0.0) / 10_000.0
    }
}

/// A corner, in the reading direction of the viewer's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    TopEnd,
    TopStart,
    BottomEnd,
    BottomStart,
}

impl Anchor {
    /// In the order in which they are tried.
    const CARDS: [Self; 4] = [
        Self::TopEnd,
        Self::TopStart,
        Self::BottomEnd,
        Self::BottomStart,
    ];
    /// The same for strips, which take a whole edge.
    const STRIPS: [Self; 4] = [
        Self::BottomEnd,
        Self::BottomStart,
        Self::TopEnd,
        Self::TopStart,
    ];

    /// As the answer says it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::TopEnd => "top_end",
            Self::TopStart => "top_start",
            Self::BottomEnd => "bottom_end",
            Self::BottomStart => "bottom_start",
        }
    }

    const fn is_top(self) -> bool {
        matches!(self, Self::TopEnd | Self::TopStart)
    }

    const fn is_end(self) -> bool {
        matches!(self, Self::TopEnd | Self::BottomEnd)
    }
}

/// Where an overlay goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) anchor: Anchor,
    pub(super) rect: Rect,
}

/// What the client says of its picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Viewport {
    /// Its width and height in CSS pixels, where it says.
    pub(super) size_px: Option<(f32, f32)>,
    /// Captions or controls show on it.
    pub(super) captions: bool,
    /// The viewer reads from right to left.
    pub(super) right_to_left: bool,
}

/// One place to try: a card of the picture's one width may be so tall there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Corner {
    anchor: Anchor,
    left: f32,
    /// The edge that it stands on: its top, or its bottom.
    edge: f32,
    free: f32,
}

/// The picture's free places, worked out once for all candidates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Room {
    width: f32,
    width_em: f32,
    /// One percent of the height in `em`.
    percent_em: f32,
    strip: f32,
    /// Only strips fit.
    narrow: bool,
    corners: [Corner; 4],
}

impl Room {
    /// The room that is left on this picture.
    pub(super) fn new(viewport: Viewport, taken: impl Iterator<Item = Rect>) -> Self {
        let (width_px, height_px) = viewport.size_px.unwrap_or(USUAL_PX);
        let (width_px, height_px) = (width_px.max(1.0), height_px.max(1.0));
        let em_px = (10.4 + 0.0037 * width_px).clamp(13.0, 18.0);
        let narrow = width_px < CORNER_PX;
        let width_em = (0.29 * width_px / em_px).clamp(18.0, 24.0);
        let (width, side, above) = match narrow {
            true => (100.0, 0.0, 0.0),
            false => (width_em * em_px / width_px * 100.0, SAFE, SAFE),
        };
        let low = match (viewport.captions, narrow) {
            (true, _) => 100.0 - CAPTIONS,
            (false, true) => 100.0,
            (false, false) => 100.0 - SAFE,
        };
        let corner = |anchor: Anchor| {
            let right = anchor.is_end() != viewport.right_to_left;
            Corner {
                anchor,
                left: if right { 100.0 - side - width } else { side },
                edge: if anchor.is_top() { above } else { low },
                free: if width_px < NARROWEST_PX {
                    0.0
                } else {
                    low - above
                },
            }
        };
        let mut room = Self {
            width,
            width_em,
            percent_em: height_px / em_px / 100.0,
            strip: STRIP_PX / height_px * 100.0,
            narrow,
            corners: if narrow {
                Anchor::STRIPS
            } else {
                Anchor::CARDS
            }
            .map(corner),
        };
        for rect in taken.filter(|rect| rect.share() <= SCENERY) {
            room.take(&rect);
        }
        room
    }

    /// Leaves no room where this is.
    pub(super) fn take(&mut self, rect: &Rect) {
        if rect.share() <= 0.0 {
            return;
        }
        for corner in &mut self.corners {
            let beside = rect.right() <= corner.left || rect.left >= corner.left + self.width;
            let gap = match corner.anchor.is_top() {
                // What lies beyond the edge that it stands on is in nobody's way.
                true if rect.bottom() <= corner.edge => continue,
                false if rect.top >= corner.edge => continue,
                true => rect.top - corner.edge,
                false => corner.edge - rect.bottom(),
            };
            if !beside {
                corner.free = corner.free.min(gap.max(0.0));
            }
        }
    }

    /// Whether not even a strip fits any more: then nothing does.
    pub(super) fn is_full(&self) -> bool {
        self.corners.iter().all(|corner| corner.free < self.strip)
    }

    /// A place for a card: in its largest form that covers no more than it may, else in a smaller one.
    pub(super) fn place(&self, extent: Extent) -> Option<Place> {
        let percent = |em: f32| em / self.percent_em;
        let most = if extent.asks { ASKS } else { SELLS } * 10_000.0 / self.width;
        let forms = [
            percent(extent.full.at(self.width_em)),
            percent(extent.least.at(self.width_em)),
        ];
        // Heights are upper estimates: what is hardly too tall will fit, or the SDK leaves something out.
        let cards = forms
            .into_iter()
            .filter(|height| !self.narrow && *height <= most * HARDLY)
            .map(|height| height.min(most));
        let strip = std::iter::once(self.strip);
        cards.chain(strip).find_map(|height| self.first(height))
    }

    fn first(&self, height: f32) -> Option<Place> {
        let corner = self.corners.iter().find(|corner| height <= corner.free)?;
        let top = match corner.anchor.is_top() {
            true => corner.edge,
            false => corner.edge - height,
        };
        Some(Place {
            anchor: corner.anchor,
            rect: Rect {
                left: corner.left,
                top,
                width: self.width,
                height,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::instruments::Height;

    fn extent(asks: bool, full: f32, least: f32) -> Extent {
        let height = |em| Height {
            narrow_em: em,
            wide_em: em,
        };
        Extent {
            asks,
            full: height(full),
            least: height(least),
        }
    }

    fn viewport(width: f32, height: f32) -> Viewport {
        Viewport {
            size_px: Some((width, height)),
            ..Viewport::default()
        }
    }

    fn rect(left: f32, top: f32, width: f32, height: f32) -> Rect {
        Rect {
            left,
            top,
            width,
            height,
        }
    }

    fn anchor(room: &Room, extent: Extent) -> Option<Anchor> {
        room.place(extent).map(|place| place.anchor)
    }

    #[test]
    fn the_corner_where_lines_end_comes_first_then_the_others() {
        let card = extent(true, 14.0, 14.0);
        let mut room = Room::new(viewport(1280.0, 720.0), std::iter::empty());
        let first = room.place(card).expect("a place");
        assert_eq!(first.anchor, Anchor::TopEnd);
        assert!((first.rect.right() - 95.0).abs() < 0.01 && first.rect.top == 5.0);
        for after in [Anchor::TopStart, Anchor::BottomEnd, Anchor::BottomStart] {
            let taken = room.place(card).expect("a place").rect;
            room.take(&taken);
            assert_eq!(anchor(&room, card), Some(after));
        }
    }

    #[test]
    fn who_reads_from_right_to_left_sees_it_on_the_left() {
        let arabic = Viewport {
            right_to_left: true,
            ..viewport(1280.0, 720.0)
        };
        let place = Room::new(arabic, std::iter::empty()).place(extent(true, 14.0, 14.0));
        let place = place.expect("a place");
        assert_eq!((place.anchor, place.rect.left), (Anchor::TopEnd, 5.0));
    }

    #[test]
    fn captions_lift_what_stands_below() {
        let captions = Viewport {
            captions: true,
            ..viewport(1280.0, 720.0)
        };
        let above = [rect(0.0, 0.0, 49.0, 40.0), rect(51.0, 0.0, 49.0, 40.0)];
        let place = Room::new(captions, above.into_iter()).place(extent(true, 14.0, 14.0));
        let place = place.expect("a place");
        assert_eq!(place.anchor, Anchor::BottomEnd);
        assert!((place.rect.bottom() - 82.0).abs() < 0.01);
    }

    #[test]
    fn without_room_for_all_of_it_it_is_smaller_and_then_a_strip() {
        let small = viewport(640.0, 360.0);
        let tall = |room: &Room, extent| room.place(extent).map(|place| place.rect.height);
        let room = Room::new(small, std::iter::empty());
        let full = tall(&room, extent(false, 14.0, 8.0)).expect("a place");
        let above = [rect(0.0, 45.0, 100.0, 50.0)];
        let squeezed = Room::new(small, above.into_iter());
        let less = tall(&squeezed, extent(false, 14.0, 8.0)).expect("a place");
        let strip = tall(&squeezed, extent(false, 14.0, 13.9)).expect("a place");
        assert!(strip < less && less < full, "{strip} {less} {full}");
        assert!((strip - 48.0 / 3.6).abs() < 0.01);
        // What would cover more than it may is a strip wherever there is room.
        assert_eq!(tall(&room, extent(false, 30.0, 30.0)), Some(strip));
    }

    #[test]
    fn narrow_players_get_a_strip_and_the_narrowest_nothing() {
        let card = extent(true, 14.0, 14.0);
        let strip = Room::new(viewport(320.0, 180.0), std::iter::empty()).place(card);
        let strip = strip.expect("a strip").rect;
        assert_eq!((strip.left, strip.width), (0.0, 100.0));
        assert!((strip.bottom() - 100.0).abs() < 0.01);
        let none = Room::new(viewport(255.0, 144.0), std::iter::empty()).place(card);
        assert_eq!(none, None);
    }

    #[test]
    fn scenery_is_in_nobodys_way_and_a_covered_picture_has_no_room() {
        let card = extent(true, 14.0, 14.0);
        let all = rect(0.0, 0.0, 100.0, 100.0);
        let room = Room::new(viewport(1280.0, 720.0), std::iter::once(all));
        assert_eq!(anchor(&room, card), Some(Anchor::TopEnd));
        let halves = [rect(0.0, 0.0, 50.0, 100.0), rect(50.0, 0.0, 50.0, 100.0)];
        let room = Room::new(viewport(1280.0, 720.0), halves.into_iter());
        assert_eq!(anchor(&room, card), None);
    }

    fn meets(a: &Rect, b: &Rect) -> bool {
        let (wide, high) = (
            a.right().min(b.right()) - a.left.max(b.left),
            a.bottom().min(b.bottom()) - a.top.max(b.top),
        );
        // Edges may touch, to within the rounding of a few additions.
        wide > 1e-3 && high > 1e-3
    }

    fn rects() -> impl Strategy<Value = Vec<Rect>> {
        let one = (
            -10.0_f32..100.0,
            -10.0_f32..100.0,
            0.0_f32..60.0,
            0.0_f32..60.0,
        );
        proptest::collection::vec(one.prop_map(|(l, t, w, h)| rect(l, t, w, h)), 0..12)
    }

    proptest! {
        #[test]
        fn no_place_covers_what_is_kept_clear_or_leaves_the_safe_area(
            taken in rects(), width in 200.0_f32..2000.0, aspect in 0.4_f32..1.0, captions: bool,
            right_to_left: bool, asks: bool, full in 8.0_f32..30.0, shrunk in 0.5_f32..1.0,
        ) {
            let viewport = Viewport { size_px: Some((width, width * aspect)), captions, right_to_left };
            let mut room = Room::new(viewport, taken.iter().copied());
            let mut places: Vec<Rect> = Vec::new();
            for _ in 0..4 {
                let place = room.place(extent(asks, full, full * shrunk));
                prop_assert_eq!(place.is_none(), room.is_full());
                let Some(place) = place else { break };
                let it = place.rect;
                let kept = taken.iter().filter(|rect| rect.share() <= SCENERY).chain(&places);
                for rect in kept {
                    prop_assert!(!meets(&it, rect), "{:?} covers {:?}", it, rect);
                }
                let (side, low) = if width < CORNER_PX { (0.0, 100.0) } else { (SAFE, 100.0 - SAFE) };
                let low = if captions { 100.0 - CAPTIONS } else { low };
                prop_assert!(it.left >= side - 1e-3 && it.right() <= 100.0 - side + 1e-3, "{:?}", it);
                prop_assert!(it.top >= side - 1e-3 && it.bottom() <= low + 1e-3, "{:?}", it);
                let strip = STRIP_PX / (width * aspect) * 100.0;
                let most = if asks { ASKS } else { SELLS };
                prop_assert!(it.share() <= most + 1e-4 || it.height <= strip, "{:?} covers too much", it);
                room.take(&it);
                places.push(it);
            }
        }
    }
}
