//! The outbox: events wait here until the server has them, through lost connections and closing pages.

/// How many events one request may carry.
pub const BATCH_EVENTS: usize = 50;
/// How long a request's body may be.
pub const BATCH_BYTES: usize = 48 * 1024;
/// What stands around the events in a body: `{"sent_at":"2026-11-20T19:01:31.250Z","items":[` and `]}`.
const ENVELOPE_BYTES: usize = 49;
/// A viewer without a connection does not fill the memory: beyond this the oldest events go.
const QUEUE_MAX: usize = 500;
/// After a day no server takes an event any more: its receipt is too old.
const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
const FIRST_PAUSE_MS: f64 = 1_000.0;
const LONGEST_PAUSE_MS: f64 = 60_000.0;

/// Events for one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Their ids.
    pub ids: Vec<String>,
    /// Their JSON texts, in the order in which they happened.
    pub bodies: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    id: String,
    body: String,
    at_ms: i64,
}

/// Unsent events. Sending one twice is harmless, losing one is not: an event leaves only when the server has answered.
#[derive(Debug, Default)]
pub struct Outbox {
    queue: Vec<Entry>,
    /// How many of the queue's first events are on their way.
    under_way: usize,
    failures: u32,
    not_before_ms: i64,
}

impl Outbox {
    /// Takes an event; false where its text is longer than any request may be.
    pub fn push(&mut self, id: &str, body: &str, at_ms: i64) -> bool {
        if body.len() + ENVELOPE_BYTES > BATCH_BYTES {
            return false;
        }
        if self.queue.len() >= QUEUE_MAX {
            self.queue.remove(self.under_way);
        }
        self.queue.push(Entry {
            id: id.to_owned(),
            body: body.to_owned(),
            at_ms,
        });
        true
    }

    /// What to send now; none while a request is on its way, and while a failed one must wait.
    pub fn next_batch(&mut self, now_ms: i64) -> Option<Batch> {
        if self.under_way > 0 || now_ms < self.not_before_ms {
            return None;
        }
        self.queue
            .retain(|entry| now_ms.saturating_sub(entry.at_ms) <= KEPT_MS);
        let batch = self.first(0)?;
        self.under_way = batch.ids.len();
        Some(batch)
    }

    /// The server has answered for each event on its way: stored, known already or refused, it is done.
    pub fn settle(&mut self) {
        self.queue.drain(..self.under_way);
        self.under_way = 0;
        self.failures = 0;
        self.not_before_ms = 0;
    }

    /// The request failed: the same events go again, after a pause that doubles with each failure.
    /// `random` (0..1) spreads the pauses of many viewers; the server may ask for a longer one.
    pub fn fail(&mut self, now_ms: i64, random: f64, asked_ms: Option<i64>) {
        self.under_way = 0;
        let longest = (FIRST_PAUSE_MS * 2_f64.powi(self.failures.min(10).cast_signed()))
            .min(LONGEST_PAUSE_MS);
        let pause = longest * (0.5 + 0.5 * random.clamp(0.0, 1.0));
        self.failures = self.failures.saturating_add(1);
        let pause_ms = (pause as i64).max(asked_ms.unwrap_or(0)).min(KEPT_MS);
        self.not_before_ms = now_ms.saturating_add(pause_ms);
    }

    /// The connection is back: what waits may go at once.
    pub fn hurry(&mut self) {
        self.not_before_ms = 0;
    }

    /// The page is going: everything unsent, a request's worth at a time, also what is on its way and may not arrive.
    pub fn farewell(&mut self) -> Option<Batch> {
        self.under_way = 0;
        let batch = self.first(0)?;
        self.queue.drain(..batch.ids.len());
        Some(batch)
    }

    /// In how many ms there may be something to send.
    #[must_use]
    pub fn next_in_ms(&self, now_ms: i64) -> Option<i64> {
        if self.queue.is_empty() || self.under_way > 0 {
            return None;
        }
        Some(self.not_before_ms.saturating_sub(now_ms).max(0))
    }

    /// How many events are unsent.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Nothing is unsent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    fn first(&self, skip: usize) -> Option<Batch> {
        let mut batch = Batch::default();
        let mut bytes = ENVELOPE_BYTES;
        for entry in self.queue.iter().skip(skip).take(BATCH_EVENTS) {
            let comma = usize::from(!batch.ids.is_empty());
            if bytes + comma + entry.body.len() > BATCH_BYTES {
                break;
            }
            bytes += comma + entry.body.len();
            batch.ids.push(entry.id.clone());
            batch.bodies.push(entry.body.clone());
        }
        (!batch.ids.is_empty()).then_some(batch)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(batch: &Batch) -> String {
        let sent_at = "2026-11-20T19:01:31.250Z";
        let items = batch.bodies.join(",");
        format!("{{\"sent_at\":\"{sent_at}\",\"items\":[{items}]}}")
    }

    fn with(count: usize, bytes: usize) -> Outbox {
        let mut outbox = Outbox::default();
        for n in 0..count {
            assert!(outbox.push(&n.to_string(), &"x".repeat(bytes), 0));
        }
        outbox
    }

    #[test]
    fn events_go_in_order_and_leave_when_the_server_has_answered() {
        let mut outbox = with(3, 10);
        let batch = outbox.next_batch(0).unwrap();
        assert_eq!(batch.ids, ["0", "1", "2"]);
        assert_eq!(outbox.len(), 3, "they stay while they are on their way");
        outbox.settle();
        assert!(outbox.is_empty());
    }

    #[test]
    fn one_request_is_on_its_way_at_a_time_and_later_events_wait_for_the_next() {
        let mut outbox = with(1, 10);
        outbox.next_batch(0).unwrap();
        outbox.push("late", "{}", 0);
        assert_eq!(outbox.next_batch(0), None);
        outbox.settle();
        assert_eq!(outbox.next_batch(0).unwrap().ids, ["late"]);
    }

    #[test]
    fn a_batch_holds_fifty_events_and_48_kib_with_its_envelope() {
        assert_eq!(with(120, 10).next_batch(0).unwrap().ids.len(), 50);
        let batch = with(60, 1_000).next_batch(0).unwrap();
        assert_eq!(batch.ids.len(), 49);
        assert!(body(&batch).len() <= BATCH_BYTES);
        assert!(body(&batch).len() + 1_001 > BATCH_BYTES, "and is filled");
    }

    #[test]
    fn an_event_longer_than_a_request_is_refused_at_once() {
        let mut outbox = Outbox::default();
        assert!(!outbox.push("a", &"x".repeat(BATCH_BYTES - ENVELOPE_BYTES + 1), 0));
        assert!(outbox.push("a", &"x".repeat(BATCH_BYTES - ENVELOPE_BYTES), 0));
        assert_eq!(body(&outbox.next_batch(0).unwrap()).len(), BATCH_BYTES);
    }

    #[test]
    fn a_failed_request_goes_again_after_a_pause_that_doubles() {
        let mut outbox = with(1, 10);
        let mut now = 0;
        for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            outbox.next_batch(now).unwrap();
            outbox.fail(now, 1.0, None);
            assert_eq!(outbox.next_in_ms(now), Some(pause));
            assert_eq!(outbox.next_batch(now + pause - 1), None);
            now += pause;
        }
    }

    #[test]
    fn jitter_halves_a_pause_at_most_and_the_server_may_ask_for_more() {
        let mut outbox = with(1, 10);
        outbox.fail(0, 0.0, None);
        assert_eq!(outbox.next_in_ms(0), Some(500));
        outbox.fail(0, 0.0, Some(20_000));
        assert_eq!(outbox.next_in_ms(0), Some(20_000));
        outbox.hurry();
        assert_eq!(outbox.next_in_ms(0), Some(0));
    }

    #[test]
    fn a_success_forgets_the_failures_before_it() {
        let mut outbox = with(1, 10);
        outbox.fail(0, 1.0, None);
        outbox.fail(0, 1.0, None);
        outbox.next_batch(9_000).unwrap();
        outbox.settle();
        outbox.push("b", "{}", 9_000);
        outbox.fail(9_000, 1.0, None);
        assert_eq!(outbox.next_in_ms(9_000), Some(1_000));
    }

    #[test]
    fn a_closing_page_hands_over_all_that_is_unsent_also_what_is_on_its_way() {
        let mut outbox = with(70, 10);
        outbox.next_batch(0).unwrap();
        let batches: Vec<_> = std::iter::from_fn(|| outbox.farewell())
            .map(|batch| batch.ids.len())
            .collect();
        assert_eq!(batches, [50, 20]);
        assert!(outbox.is_empty());
    }

    #[test]
    fn events_older_than_a_day_are_not_sent_any_more() {
        let mut outbox = with(1, 10);
        outbox.push("young", "{}", KEPT_MS);
        assert_eq!(outbox.next_batch(KEPT_MS + 1).unwrap().ids, ["young"]);
    }

    #[test]
    fn a_full_queue_lets_the_oldest_go_but_not_what_is_on_its_way() {
        let mut outbox = with(QUEUE_MAX, 10);
        let sent = outbox.next_batch(0).unwrap().ids;
        outbox.push("new", "{}", 0);
        outbox.settle();
        assert_eq!(sent.len(), 50);
        assert_eq!(outbox.len(), QUEUE_MAX - 50);
        assert_eq!(outbox.next_batch(0).unwrap().ids[0], "51");
    }

    proptest! {
        #[test]
        fn whatever_fails_every_event_arrives_and_in_order(
            sizes in prop::collection::vec(1_usize..3_000, 1..200), fates in prop::collection::vec(any::<bool>(), 1..50),
        ) {
            let mut outbox = Outbox::default();
            let (mut arrived, mut now, mut fates) = (Vec::<usize>::new(), 0_i64, fates.into_iter().cycle());
            for (n, size) in sizes.iter().enumerate() {
                outbox.push(&n.to_string(), &"x".repeat(*size), now);
                if n % 3 > 0 { continue; }
                now += 100;
                let Some(batch) = outbox.next_batch(now) else { continue };
                prop_assert!(body(&batch).len() <= BATCH_BYTES && batch.ids.len() <= BATCH_EVENTS);
                if fates.next() == Some(true) {
                    arrived.extend(batch.ids.iter().map(|id| id.parse::<usize>().unwrap()));
                    outbox.settle();
                } else {
                    outbox.fail(now, 0.5, None);
                }
            }
            while let Some(batch) = outbox.farewell() {
                arrived.extend(batch.ids.iter().map(|id| id.parse::<usize>().unwrap()));
            }
            prop_assert_eq!(arrived, (0..sizes.len()).collect::<Vec<_>>());
        }
    }
}
