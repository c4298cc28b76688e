//! A page: the detections of 10 s of a media, as decisions read them.

use super::{BoundingBox, Detection, Kind, NameId, Names};
use crate::words::{Position, Window};

/// One detection, as decisions need it. What is longer than a number lies in its page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Where.
    pub position: Position,
    /// What.
    pub name: NameId,
    /// What the recogniser calls it.
    pub external_id: Option<NameId>,
    /// What kind of thing.
    pub kind: Kind,
    /// How sure, in percent.
    pub confidence: f32,
    parents: Span,
    categories: Span,
    boxes: Span,
}

/// A stretch of a page's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: u32,
    count: u32,
}

/// A box within the picture, in ratios of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Bottom edge.
    pub bottom: f32,
}

impl Area {
    /// What of a detected box lies in the picture.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a ratio needs no more digits"
    )]
    pub fn of(found: &BoundingBox) -> Self {
        let within = |edge: f64| edge.clamp(0.0, 1.0) as f32;
        Self {
            left: within(found.left),
            top: within(found.top),
            right: within(found.left + found.width),
            bottom: within(found.top + found.height),
        }
    }

    /// The share of the picture that it takes.
    #[must_use]
    pub fn share(&self) -> f32 {
        (self.right - self.left).max(0.0) * (self.bottom - self.top).max(0.0)
    }

    /// Whether the middle of the other one lies in it.
    #[must_use]
    pub fn holds_middle_of(&self, other: &Self) -> bool {
        let (x, y) = (
            f32::midpoint(other.left, other.right),
            f32::midpoint(other.top, other.bottom),
        );
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// The detections of 10 s, in the order of their positions.
#[derive(Debug, Default)]
pub struct Page {
    hits: Vec<Hit>,
    /// Parents and categories of the hits.
    tags: Vec<NameId>,
    areas: Vec<Area>,
}

fn span<T>(list: &mut Vec<T>, more: impl Iterator<Item = T>) -> Span {
    let from = list.len();
    list.extend(more);
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span {
        from: number(from),
        count: number(list.len() - from),
    }
}

fn of<T>(list: &[T], span: Span) -> &[T] {
    let from = span.from as usize;
    list.get(from..from + span.count as usize)
        .unwrap_or_default()
}

impl Page {
    /// The page of these detections.
    #[must_use]
    pub fn of(mut found: Vec<Detection>) -> Self {
        found.sort_by_key(|detection| detection.position);
        let mut page = Self::default();
        for detection in found {
            let tags = &mut page.tags;
            let mut interned =
                |names: &[String]| span(tags, names.iter().map(|name| Names::intern(name)));
            page.hits.push(Hit {
                position: detection.position,
                name: Names::intern(&detection.name),
                external_id: detection.external_id.as_deref().map(Names::intern_exact),
                kind: detection.kind,
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a percentage needs no more digits"
                )]
                confidence: detection.confidence.percent() as f32,
                parents: interned(&detection.parents),
                categories: interned(&detection.categories),
                boxes: span(&mut page.areas, detection.boxes.iter().map(Area::of)),
            });
        }
        page
    }

    /// The hits that lie in the window.
    #[must_use]
    pub fn within(&self, window: Window) -> &[Hit] {
        &self.hits[self.places(window)]
    }

    /// Where in the page the hits of the window lie; [`Page::hit`] gives them out.
    #[must_use]
    pub fn places(&self, window: Window) -> std::ops::Range<usize> {
        let from = self
            .hits
            .partition_point(|hit| hit.position < window.from());
        let to = self.hits.partition_point(|hit| hit.position <= window.to());
        from..to
    }

    /// The hit at a place that this page gave out.
    ///
    /// # Panics
    /// When the place is another page's and lies behind the end of this one.
    #[must_use]
    pub fn hit(&self, place: usize) -> &Hit {
        &self.hits[place]
    }

    /// What a hit of this page is a kind of.
    #[must_use]
    pub fn parents(&self, hit: &Hit) -> &[NameId] {
        of(&self.tags, hit.parents)
    }

    /// The recogniser's categories of a hit of this page.
    #[must_use]
    pub fn categories(&self, hit: &Hit) -> &[NameId] {
        of(&self.tags, hit.categories)
    }

    /// Where in the picture a hit of this page lies; nowhere where the recogniser did not say.
    #[must_use]
    pub fn boxes(&self, hit: &Hit) -> &[Area] {
        of(&self.areas, hit.boxes)
    }
}
