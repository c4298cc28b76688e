//! Sight: what is on screen in one window, worked out where a rule asks for it, and once.

use std::cell::OnceCell;
use std::sync::{Arc, LazyLock};

use super::entities::{EntityIndex, EntityNo};
use super::{Hit, Kind, NameId, Names, Page};
use crate::words::{Position, Window};

/// What labels say of minors and injuries. Advertising that is restricted keeps away from them.
const SENSITIVE: [&str; 25] = [
    "baby",
    "bandage",
    "blood",
    "boy",
    "bruise",
    "child",
    "children",
    "corpse",
    "cut",
    "first aid",
    "girl",
    "hospital bed",
    "infant",
    "injury",
    "kid",
    "kindergarten",
    "newborn",
    "preschool",
    "school uniform",
    "stretcher",
    "teen",
    "teenager",
    "toddler",
    "wound",
    "wounded",
];

static SENSITIVE_NAMES: LazyLock<Vec<NameId>> = LazyLock::new(|| {
    let mut names: Vec<NameId> = SENSITIVE.into_iter().map(Names::intern).collect();
    names.sort();
    names
});

/// One hit and the page that it lies in.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The hit.
    pub hit: &'a Hit,
    /// Its page.
    pub page: &'a Page,
    /// The entity that it shows.
    pub entity: Option<EntityNo>,
}

/// What is on screen in a window.
#[derive(Debug)]
pub struct Sight<'a> {
    pages: &'a [Arc<Page>],
    window: Window,
    entities: &'a EntityIndex,
    gathered: OnceCell<Gathered>,
    sensitive: OnceCell<bool>,
}

/// Where a hit lies, and whom it shows. Places rather than the hits themselves, which a cell would bind to one lifetime.
#[derive(Debug, Clone, Copy)]
struct Place {
    page: u32,
    hit: u32,
    entity: Option<EntityNo>,
}

#[derive(Debug)]
struct Gathered {
    /// In the order of their positions.
    places: Vec<Place>,
    /// Which of them are of a name, in their order.
    by_name: Vec<(NameId, u32)>,
    /// The entities on screen, in the order of their numbers.
    present: Vec<EntityNo>,
}

impl<'a> Sight<'a> {
    /// Of the window that these pages touch.
    #[must_use]
    pub const fn new(pages: &'a [Arc<Page>], window: Window, entities: &'a EntityIndex) -> Self {
        Self {
            pages,
            window,
            entities,
            gathered: OnceCell::new(),
            sensitive: OnceCell::new(),
        }
    }

    /// The pages that the window touches, whole.
    #[must_use]
    pub const fn pages(&self) -> &'a [Arc<Page>] {
        self.pages
    }

    /// The hits with their pages, in the order of their positions.
    pub fn hits(&self) -> impl Iterator<Item = (&'a Page, &'a Hit)> + use<'a> {
        let window = self.window;
        self.pages.iter().flat_map(move |page| {
            let page: &'a Page = page;
            page.within(window).iter().map(move |hit| (page, hit))
        })
    }

    fn gathered(&self) -> &Gathered {
        self.gathered.get_or_init(|| {
            let (mut places, mut by_name) = (Vec::new(), Vec::new());
            for (number, page) in (0..).zip(self.pages) {
                for at in page.places(self.window) {
                    let hit = page.hit(at);
                    let number_of = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                    by_name.push((hit.name, number_of(places.len())));
                    places.push(Place {
                        page: number,
                        hit: number_of(at),
                        entity: self.entities.of(hit),
                    });
                }
            }
            by_name.sort_unstable();
            let mut present: Vec<EntityNo> =
                places.iter().filter_map(|place| place.entity).collect();
            present.sort_unstable();
            present.dedup();
            Gathered {
                places,
                by_name,
                present,
            }
        })
    }

    fn seen(&self, place: Place) -> Seen<'a> {
        let page = &self.pages[place.page as usize];
        Seen {
            hit: page.hit(place.hit as usize),
            page,
            entity: place.entity,
        }
    }

    /// All that is seen, in the order of the positions.
    pub fn all(&self) -> impl Iterator<Item = Seen<'a>> {
        let places = self.gathered().places.iter();
        places.map(|place| self.seen(*place))
    }

    /// What is seen of this name, in the order of the positions.
    pub fn named(&self, name: NameId) -> impl Iterator<Item = Seen<'a>> {
        let Gathered {
            places, by_name, ..
        } = self.gathered();
        let from = by_name.partition_point(|(known, _)| *known < name);
        by_name[from..]
            .iter()
            .take_while(move |(known, _)| *known == name)
            .map(|(_, at)| self.seen(places[*at as usize]))
    }

    /// Whether one of these entities is on screen; they are in the order of their numbers.
    #[must_use]
    pub fn shows_any(&self, entities: &[EntityNo]) -> bool {
        !entities.is_empty()
            && (self.gathered().present.iter()).any(|no| entities.binary_search(no).is_ok())
    }

    /// Whether a minor, an injury or anything under moderation is on screen, also ahead of the viewer.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        *self.sensitive.get_or_init(|| {
            let names = &*SENSITIVE_NAMES;
            let is = |name: &NameId| names.binary_search(name).is_ok();
            self.hits().any(|(page, hit)| {
                let minor = || {
                    self.entities
                        .of(hit)
                        .is_some_and(|no| self.entities.is_minor(no))
                };
                hit.kind == Kind::Moderation
                    || is(&hit.name)
                    || page.parents(hit).iter().any(is)
                    || minor()
            })
        })
    }

    /// The last position of the window.
    #[must_use]
    pub fn ends_at(&self) -> Position {
        self.window.to()
    }
}
