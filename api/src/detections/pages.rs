//! Pages of 10 s in memory: one store query fills a page, however many viewers ask at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::OnceCell;

use super::people::ERASED;
use super::{Detection, Detections, Page, Store, TOPIC, Wanted};
use crate::db::Refresh;
use crate::words::{MediaId, Position, Window};

/// How long a page is.
const PAGE_MS: i64 = 10_000;
/// How many detections a page holds at the most; a picture with more has no use for them.
const MOST_HITS: u32 = 20_000;
/// How many pages stay in memory: about three hours of sixty media.
const MOST_PAGES: usize = 65_536;

/// Detections of one media that are all in memory, cut into pages as stored ones are: for decisions without a store.
#[derive(Debug, Default)]
pub struct Stretch {
    /// The pages' numbers, ascending; pages without detections are not there.
    numbers: Vec<i64>,
    pages: Vec<Arc<Page>>,
}

impl Stretch {
    /// Of these detections, in any order.
    #[must_use]
    pub fn of(detections: Vec<Detection>) -> Self {
        let mut by_number: BTreeMap<i64, Vec<Detection>> = BTreeMap::new();
        for detection in detections {
            let number = detection.position.ms() / PAGE_MS;
            by_number.entry(number).or_default().push(detection);
        }
        let page = |(number, found)| (number, Arc::new(Page::of(found)));
        let (numbers, pages) = by_number.into_iter().map(page).unzip();
        Self { numbers, pages }
    }

    /// Of the pages that this window touches, in their order.
    #[must_use]
    pub fn stored(window: Window, pages: Vec<Arc<Page>>) -> Self {
        let first = window.from().ms() / PAGE_MS;
        Self {
            numbers: (first..).take(pages.len()).collect(),
            pages,
        }
    }

    /// The pages that a window touches, in their order.
    #[must_use]
    pub fn touching(&self, window: Window) -> &[Arc<Page>] {
        let (first, last) = (window.from().ms() / PAGE_MS, window.to().ms() / PAGE_MS);
        let from = self.numbers.partition_point(|number| *number < first);
        let to = self.numbers.partition_point(|number| *number <= last);
        &self.pages[from..to]
    }
}

type Hasher = foldhash::quality::RandomState;
type Cell = Arc<OnceCell<Arc<Page>>>;
/// The pages of one media, by their number.
type Shelf = HashMap<i64, Cell, Hasher>;
type Shelves = HashMap<MediaId, Shelf, Hasher>;

/// All pages in memory.
#[derive(Debug)]
pub struct Pages {
    store: Arc<dyn Store>,
    shelves: RwLock<Shelves>,
    /// Pages that changed since: what an answer can still be given from while the store gives none.
    outdated: Mutex<Outdated>,
}

/// Pages by media and number, each with when it was outdated.
type Outdated = HashMap<(MediaId, i64), (Arc<Page>, Instant), Hasher>;
/// How long an outdated page may serve.
const OUTDATED: Duration = Duration::from_secs(600);
/// How many of them stay.
const MOST_OUTDATED: usize = 4_096;

impl Pages {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            shelves: RwLock::default(),
            outdated: Mutex::default(),
        }
    }

    /// The pages that a window touches, in their order.
    ///
    /// # Errors
    /// When a page is not in memory and the store does not answer.
    pub async fn touching(
        &self,
        media_id: &MediaId,
        window: Window,
    ) -> anyhow::Result<Vec<Arc<Page>>> {
        let numbers = window.from().ms() / PAGE_MS..=window.to().ms() / PAGE_MS;
        if let Some(pages) = self.filled(media_id, numbers.clone()) {
            return Ok(pages);
        }
        let mut pages = Vec::new();
        for number in numbers {
            let cell = self.cell(media_id, number);
            let page = match cell.get() {
                Some(page) => page.clone(),
                None => cell
                    .get_or_try_init(|| self.fill(media_id, number))
                    .await?
                    .clone(),
            };
            pages.push(page);
        }
        Ok(pages)
    }

    /// The pages that a window touches as far as they are in memory, outdated ones among them, and whether that is all
    /// of them: for an answer while the store gives none.
    #[must_use]
    pub fn last(&self, media_id: &MediaId, window: Window) -> (Vec<Arc<Page>>, bool) {
        let numbers = window.from().ms() / PAGE_MS..=window.to().ms() / PAGE_MS;
        let shelves = self.read();
        let outdated = self.outdated();
        let one = |number: i64| {
            let filled = shelves
                .get(media_id)
                .and_then(|shelf| shelf.get(&number)?.get().cloned());
            filled.or_else(|| {
                let (page, since) = outdated.get(&(media_id.clone(), number))?;
                (since.elapsed() <= OUTDATED).then(|| page.clone())
            })
        };
        let found: Vec<Option<Arc<Page>>> = numbers.map(one).collect();
        let whole = found.iter().all(Option::is_some);
        (found.into_iter().flatten().collect(), whole)
    }

    /// The pages, if all of them are in memory: what a warm node finds, by one lock and one look for the media.
    #[must_use]
    pub fn filled_at(&self, media_id: &MediaId, window: Window) -> Option<Vec<Arc<Page>>> {
        self.filled(
            media_id,
            window.from().ms() / PAGE_MS..=window.to().ms() / PAGE_MS,
        )
    }

    fn filled(&self, media_id: &MediaId, numbers: RangeInclusive<i64>) -> Option<Vec<Arc<Page>>> {
        let shelves = self.read();
        let shelf = shelves.get(media_id)?;
        numbers
            .map(|number| shelf.get(&number)?.get().cloned())
            .collect()
    }

    fn cell(&self, media_id: &MediaId, number: i64) -> Cell {
        let found = self
            .read()
            .get(media_id)
            .and_then(|shelf| shelf.get(&number))
            .cloned();
        found.unwrap_or_else(|| {
            let mut shelves = self.write();
            if shelves.values().map(Shelf::len).sum::<usize>() >= MOST_PAGES {
                shelves.clear();
            }
            let shelf = shelves.entry(media_id.clone()).or_default();
            shelf.entry(number).or_default().clone()
        })
    }

    async fn fill(&self, media_id: &MediaId, number: i64) -> anyhow::Result<Arc<Page>> {
        let from = number * PAGE_MS;
        let window = Window::parse(from, from + PAGE_MS - 1, PAGE_MS)
            .map_err(|e| anyhow::anyhow!("a page is a window: {e:?}"))?;
        let wanted = Wanted::all(window);
        let found = self.store.range(media_id, &wanted, "", MOST_HITS).await?;
        Ok(Arc::new(Page::of(found)))
    }

    /// Forgets the pages of these positions: a fill that is under way keeps its old cell, which nobody finds any more.
    pub(super) fn forget(&self, media_id: &MediaId, positions: impl Iterator<Item = Position>) {
        let numbers: BTreeSet<i64> = positions.map(|position| position.ms() / PAGE_MS).collect();
        let mut shelves = self.write();
        if let Some(shelf) = shelves.get_mut(media_id) {
            let gone = numbers
                .iter()
                .filter_map(|number| shelf.remove_entry(number));
            self.outdate(media_id, gone);
        }
    }

    /// Forgets the pages of a media that has changed elsewhere.
    fn forget_changed(&self, media_id: &str) {
        let mut shelves = self.write();
        if let Some((media_id, shelf)) = shelves.remove_entry(media_id) {
            self.outdate(&media_id, shelf.into_iter());
        }
    }

    /// Keeps what was in memory for when the store does not answer.
    fn outdate(&self, media_id: &MediaId, pages: impl Iterator<Item = (i64, Cell)>) {
        let mut outdated = self.outdated();
        if outdated.len() >= MOST_OUTDATED {
            outdated.retain(|_, (_, since)| since.elapsed() <= OUTDATED);
        }
        if outdated.len() >= MOST_OUTDATED {
            outdated.clear();
        }
        for (number, cell) in pages {
            if let Some(page) = cell.get() {
                let page = (page.clone(), Instant::now());
                outdated.insert((media_id.clone(), number), page);
            }
        }
    }

    /// Forgets all pages, so that what expires or is erased does not live on in memory.
    pub(super) fn forget_all(&self) {
        self.write().clear();
        self.outdated().clear();
    }

    /// Forgets the pages of a media of which something was erased.
    pub(super) fn forget_media(&self, media_id: &str) {
        self.write().remove(media_id);
        self.outdated()
            .retain(|(media, _), _| media.as_str() != media_id);
    }

    fn outdated(&self) -> MutexGuard<'_, Outdated> {
        self.outdated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Shelves> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Shelves> {
        self.shelves.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Refresh for Detections {
    /// Another node stored detections: forget the pages of their media.
    async fn refresh(&self, changed: &[String]) -> anyhow::Result<()> {
        for media in changed.iter().filter_map(|topic| topic.strip_prefix(TOPIC)) {
            self.pages.forget_changed(media);
            self.marks.forget(media);
        }
        // Last, so that nothing that was erased is left among what is outdated.
        if changed.iter().any(|topic| topic == ERASED) {
            self.pages.forget_all();
        }
        Ok(())
    }
}
