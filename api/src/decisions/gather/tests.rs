//! Reads against stores that hang or fail: there is always an answer, of what memory holds or of nothing.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use beckon_classifier::schema::Schema;

use super::*;
use crate::db::Db;
use crate::detections::{Analysed, Analysis, Detection, Forget, Tally, Wanted};
use crate::viewers::{Declarations, Profile, Stored, Trace};
use crate::words::Time;

const ANSWERS: u8 = 0;
const FAILS: u8 = 1;
const HANGS: u8 = 2;

/// Answers, fails, or never comes back, as it is told.
#[derive(Debug, Default)]
struct Moody(AtomicU8);

impl Moody {
    fn is(&self, mood: u8) {
        self.0.store(mood, Ordering::SeqCst);
    }

    async fn read<T: Default>(&self) -> anyhow::Result<T> {
        match self.0.load(Ordering::SeqCst) {
            ANSWERS => Ok(T::default()),
            FAILS => anyhow::bail!("the store is away"),
            _ => std::future::pending().await,
        }
    }
}

#[async_trait]
impl crate::viewers::Store for Moody {
    async fn get(&self, _: &ViewerId) -> anyhow::Result<Stored> {
        self.read().await
    }
    async fn put(&self, _: &ViewerId, _: &Profile, _: Time) -> anyhow::Result<()> {
        self.read().await
    }
    async fn delete(&self, _: &ViewerId) -> anyhow::Result<bool> {
        self.read().await
    }
    async fn record(&self, _: &[Trace]) -> anyhow::Result<()> {
        self.read().await
    }
    async fn ping(&self) -> anyhow::Result<()> {
        self.read().await
    }
}

#[async_trait]
impl crate::detections::Store for Moody {
    async fn put(
        &self,
        _: &MediaId,
        _: &[Detection],
        _: Option<Analysis<'_>>,
        _: Time,
    ) -> anyhow::Result<bool> {
        self.read().await
    }
    async fn analysed(&self, _: &MediaId) -> anyhow::Result<Option<Analysed>> {
        self.read().await
    }
    async fn range(
        &self,
        _: &MediaId,
        _: &Wanted,
        _: &str,
        _: u32,
    ) -> anyhow::Result<Vec<Detection>> {
        self.read().await
    }
    async fn tally(&self, _: &MediaId, _: &Wanted, _: i64) -> anyhow::Result<Vec<Tally>> {
        self.read().await
    }
    async fn forget(&self, _: &Forget, _: Time) -> anyhow::Result<Vec<(MediaId, u64)>> {
        self.read().await
    }
    async fn ping(&self) -> anyhow::Result<()> {
        self.read().await
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(20)
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn alice() -> ViewerId {
    ViewerId::parse("alice").expect("an id")
}

fn told(missing: Missing) -> Vec<Lack> {
    missing.iter().collect()
}

#[tokio::test]
async fn a_viewer_that_cannot_be_read_is_the_last_one_known_or_nobody() {
    for (mood, lacks) in [
        (FAILS, vec![]),
        // It never comes back: the caller's time runs out, and nothing else ends the wait.
        (HANGS, vec![Lack::Timeout]),
    ] {
        let store = Arc::new(Moody::default());
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("db").display());
        let db = Db::open(&url).await.expect("a database");
        db.migrate().await.expect("tables");
        let declarations = Declarations::open(db).await.expect("the standard ones");
        let declarations = Arc::new(declarations);
        // Never fresh, so that each question reads.
        let viewers = Viewers::new(store.clone(), declarations, Schema::default(), -1);
        let viewers = Arc::new(viewers);
        store.is(mood);
        let (nobody, missing) = viewer(&viewers, &alice(), soon()).await;
        assert_eq!(told(missing), [&lacks[..], &[Lack::ViewerMissing]].concat());
        assert!(!nobody.personalisation() && nobody.viewer_id == alice());
        store.is(ANSWERS);
        let (_, missing) = viewer(&viewers, &alice(), later()).await;
        assert!(missing.is_nothing());
        store.is(mood);
        let (_, missing) = viewer(&viewers, &alice(), soon()).await;
        assert_eq!(
            told(missing),
            [&lacks[..], &[Lack::ViewerOutdated]].concat()
        );
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_the_outdated_one_or_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("db").display());
    let db = Db::open(&url).await.expect("a database");
    let media = MediaId::parse("m").expect("an id");
    let window = Window::parse(1_000, 9_000, 60_000).expect("a window");
    for (mood, lacks) in [(FAILS, vec![]), (HANGS, vec![Lack::Timeout])] {
        let store = Arc::new(Moody::default());
        let detections = Arc::new(Detections::new(store.clone(), db.clone()));
        store.is(mood);
        let (none, missing) = pages(&detections, &media, window, soon()).await;
        assert!(none.is_empty());
        assert_eq!(
            told(missing),
            [&lacks[..], &[Lack::DetectionsMissing]].concat()
        );
        store.is(ANSWERS);
        // Whoever waited for the store that hung waits on: another page is read meanwhile.
        let window = Window::parse(11_000, 19_000, 60_000).expect("a window");
        let (page, missing) = pages(&detections, &media, window, later()).await;
        assert_eq!((page.len(), missing.is_nothing()), (1, true));
        store.is(mood);
        let (page, missing) = pages(&detections, &media, window, soon()).await;
        assert_eq!(
            (page.len(), missing.is_nothing()),
            (1, true),
            "it is in memory"
        );
        let changed = [format!("detections:{media}")];
        crate::db::Refresh::refresh(&*detections, &changed)
            .await
            .expect("refreshed");
        let (page, missing) = pages(&detections, &media, window, soon()).await;
        assert_eq!(page.len(), 1);
        assert_eq!(
            told(missing),
            [&lacks[..], &[Lack::DetectionsOutdated]].concat()
        );
        let erased = ["detections-erased".to_owned()];
        crate::db::Refresh::refresh(&*detections, &erased)
            .await
            .expect("refreshed");
        let (page, missing) = pages(&detections, &media, window, soon()).await;
        assert!(
            page.is_empty(),
            "what may hold somebody erased serves nobody"
        );
        assert_eq!(
            told(missing),
            [&lacks[..], &[Lack::DetectionsMissing]].concat()
        );
    }
}

#[tokio::test]
async fn what_came_too_late_is_there_for_the_next_question() {
    let slow = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        anyhow::Ok(7)
    };
    let (done, seen) = tokio::sync::oneshot::channel();
    let reading = async move {
        let found = slow.await;
        let _ = done.send(());
        found
    };
    let late = within(Instant::now(), "numbers", reading).await;
    assert_eq!(late, Err(Nothing::TimedOut));
    seen.await.expect("it went on");
}
