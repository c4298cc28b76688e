//! What to do about a model, by what is needed and what it does: never by what was done before, so that nothing is lost by
//! a crash and nothing is done twice.

use super::Status;
use crate::words::Time;

/// What was asked of a service may show only after this long; until then it is not asked again.
const SETTLES_MS: i64 = 60_000;

/// What is kept of a model from before it is started until it has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Whether it was started here; one that ran already is left running.
    pub ours: bool,
    /// When something was last asked of it.
    pub asked_at: Time,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Keep it as ours, and start it then.
    Start,
    /// Keep it as one that ran already.
    Adopt,
    /// Keep that it is asked, and stop it then.
    Stop,
    /// It does not concern us any longer.
    Forget,
    /// Nothing for now.
    Wait,
}

/// What to do next about a model.
#[must_use]
pub fn act(needed: bool, kept: Option<Kept>, status: Status, now: Time) -> Act {
    let settled = kept.is_none_or(|kept| now.since(kept.asked_at) >= SETTLES_MS);
    match (needed, kept, status) {
        (true, _, Status::Stopped | Status::Failed) if settled => Act::Start,
        (true, None, Status::Starting | Status::Running) => Act::Adopt,
        (false, Some(Kept { ours: false, .. }), _) => Act::Forget,
        (false, Some(_), Status::Running) if settled => Act::Stop,
        // One that was asked to start a moment ago may still say that it is stopped.
        (false, Some(_), Status::Stopped | Status::Failed) if settled => Act::Forget,
        _ => Act::Wait,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A service that takes its time, and tells its state a little late.
    #[derive(Debug)]
    struct Service {
        status: Status,
        told: Status,
        changes_at: i64,
        starts: usize,
        stops: usize,
        asked_while_up: usize,
    }

    const STEP_MS: i64 = 15_000;

    impl Service {
        fn new(status: Status) -> Self {
            Self {
                status,
                told: status,
                changes_at: 0,
                starts: 0,
                stops: 0,
                asked_while_up: 0,
            }
        }

        fn pass(&mut self, now: i64) {
            // What is told lags one step behind what is.
            self.told = self.status;
            if now >= self.changes_at {
                self.status = match self.status {
                    Status::Starting => Status::Running,
                    Status::Stopping => Status::Stopped,
                    other => other,
                };
            }
        }

        fn start(&mut self, now: i64) {
            match self.status {
                Status::Stopped | Status::Failed => {
                    self.starts += 1;
                    self.status = Status::Starting;
                    self.changes_at = now + 5 * STEP_MS;
                }
                _ => self.asked_while_up += 1,
            }
        }

        fn stop(&mut self, now: i64) {
            if self.status == Status::Running {
                self.stops += 1;
                self.status = Status::Stopping;
                self.changes_at = now + 3 * STEP_MS;
            }
        }
    }

    /// Where a keeper dies.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Crash {
        No,
        BeforeItKeeps,
        BeforeItAsks,
    }

    fn step(service: &mut Service, kept: &mut Option<Kept>, needed: bool, now: i64, crash: Crash) {
        service.pass(now);
        let what = act(needed, *kept, service.told, Time::from_ms(now));
        if crash == Crash::BeforeItKeeps {
            return;
        }
        let keep = |ours| {
            Some(Kept {
                ours,
                asked_at: Time::from_ms(now),
            })
        };
        match what {
            Act::Start => *kept = keep(true),
            Act::Adopt => *kept = keep(false),
            Act::Stop => *kept = keep(true),
            Act::Forget => *kept = None,
            Act::Wait => {}
        }
        if crash == Crash::BeforeItAsks {
            return;
        }
        match what {
            Act::Start => service.start(now),
            Act::Stop => service.stop(now),
            Act::Adopt | Act::Forget | Act::Wait => {}
        }
    }

    fn crashes() -> impl Strategy<Value = Crash> {
        prop_oneof![
            4 => Just(Crash::No),
            1 => Just(Crash::BeforeItKeeps),
            1 => Just(Crash::BeforeItAsks),
        ]
    }

    proptest! {
        #[test]
        fn whatever_crashes_a_needed_model_runs_and_one_that_is_not_is_stopped(
            needs in prop::collection::vec((any::<bool>(), 1_usize..40), 1..12),
            crashes in prop::collection::vec(crashes(), 1..200),
        ) {
            let (mut service, mut kept, mut now, mut at) = (Service::new(Status::Stopped), None, 1_000_000, 0);
            let mut last = false;
            for (needed, steps) in needs {
                last = needed;
                for _ in 0..steps {
                    now += STEP_MS;
                    step(&mut service, &mut kept, needed, now, crashes[at % crashes.len()]);
                    at += 1;
                }
            }
            for _ in 0..60 {
                now += STEP_MS;
                step(&mut service, &mut kept, last, now, Crash::No);
            }
            prop_assert_eq!(service.status, if last { Status::Running } else { Status::Stopped });
            prop_assert_eq!(kept.is_some(), last, "a row stands exactly as long as it is needed");
            prop_assert_eq!(service.asked_while_up, 0, "one that is up is never started again");
            prop_assert!(service.starts - service.stops <= 1);
        }

        #[test]
        fn a_model_that_ran_already_is_never_stopped(
            needs in prop::collection::vec((any::<bool>(), 1_usize..20), 1..8),
        ) {
            let (mut service, mut kept, mut now) = (Service::new(Status::Running), None, 1_000_000);
            for (needed, steps) in needs {
                for _ in 0..steps {
                    now += STEP_MS;
                    step(&mut service, &mut kept, needed, now, Crash::No);
                }
            }
            prop_assert_eq!((service.starts, service.stops), (0, 0));
        }
    }

    #[test]
    fn one_that_is_starting_is_stopped_only_once_it_runs() {
        let kept = Some(Kept {
            ours: true,
            asked_at: Time::from_ms(0),
        });
        let now = Time::from_ms(SETTLES_MS);
        assert_eq!(act(false, kept, Status::Starting, now), Act::Wait);
        assert_eq!(act(false, kept, Status::Running, now), Act::Stop);
        assert_eq!(act(false, kept, Status::Stopping, now), Act::Wait);
        assert_eq!(act(false, kept, Status::Stopped, now), Act::Forget);
    }
}
