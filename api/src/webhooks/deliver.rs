//! Delivering: every new notice to each webhook that wants it, again and again until it is heard.

use std::time::Duration;

use futures_util::future::join_all;

use super::model::{DeliveryState, Event, Secrets, Webhook};
use super::store::{self, Due, Tried};
use super::{CONFIGURED, Webhooks, sign};
use crate::config::now;
use crate::db::Lease;
use crate::fetch::Url;

/// How often deliveries are looked at.
const TICK: Duration = Duration::from_millis(500);
/// One node delivers; another takes over after this long. It is renewed before each try, which the fetcher ends sooner.
const LEASE_MS: i64 = 22_000;
/// How many notices are told on in a round.
const MOST_NOTICES: i64 = 256;
/// How many deliveries of one webhook are tried in a round.
const MOST_DUE: i64 = 4;
/// How often one is tried: for about a day.
const TRIES: u32 = 16;
/// How long what is over is kept.
const KEEP_MS: i64 = 30 * 24 * 3_600_000;
/// How often that is looked at, in rounds: about every ten minutes.
const ROUNDS_A_PRUNING: u32 = 1_200;
/// How much of an answer is read.
const LARGEST: usize = 4096;

/// Where a delivery goes.
struct Target {
    webhook_id: String,
    url: Url,
    secrets: Secrets,
}

impl Webhooks {
    /// Delivers what is due, on one node at a time. Ends only when dropped.
    pub async fn deliver(&self) {
        let holder = uuid::Uuid::now_v7().to_string();
        let lease = Lease::new("webhooks", holder, LEASE_MS);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut rounds = 0_u32;
        loop {
            tick.tick().await;
            rounds = rounds.wrapping_add(1);
            if let Err(error) = self.round(&lease, rounds).await {
                let error = format!("{error:#}");
                tracing::warn!(kind = "webhooks.failed", error, "deliveries wait");
            }
        }
    }

    async fn round(&self, lease: &Lease, rounds: u32) -> anyhow::Result<()> {
        if !lease.hold(&self.db, now()).await? {
            return Ok(());
        }
        let webhooks = store::all(&self.db).await?;
        let wants = |event: Event| self.who_wants(&webhooks, event);
        store::fan_out(&self.db, wants, MOST_NOTICES).await?;
        let targets = self.targets(webhooks);
        for done in join_all(targets.iter().map(|target| self.all_of(target, lease))).await {
            done?;
        }
        if rounds.is_multiple_of(ROUNDS_A_PRUNING) {
            store::prune(&self.db, now().plus_ms(-KEEP_MS)).await?;
        }
        Ok(())
    }

    fn who_wants(&self, webhooks: &[Webhook], event: Event) -> Vec<String> {
        let configured = self.configured.as_ref().map(|_| CONFIGURED.to_owned());
        let wants = |webhook: &&Webhook| {
            !webhook.definition.paused && webhook.definition.events.contains(&event)
        };
        let registered = webhooks.iter().filter(wants);
        registered
            .map(|webhook| webhook.webhook_id.clone())
            .chain(configured)
            .collect()
    }

    fn targets(&self, webhooks: Vec<Webhook>) -> Vec<Target> {
        let registered = webhooks.into_iter().filter(|w| !w.definition.paused);
        let registered = registered.filter_map(|webhook| {
            Some(Target {
                // What was within reach when it was registered may not be any more: the fetcher says so at each try.
                url: Url::parse(&webhook.definition.url).ok()?,
                webhook_id: webhook.webhook_id,
                secrets: webhook.secrets,
            })
        });
        let configured = self.configured.iter().map(|configured| Target {
            webhook_id: CONFIGURED.to_owned(),
            url: configured.url.clone(),
            secrets: Secrets {
                now: configured.secret.clone(),
                before: None,
            },
        });
        registered.chain(configured).collect()
    }

    async fn all_of(&self, target: &Target, lease: &Lease) -> anyhow::Result<()> {
        for due in store::due(&self.db, &target.webhook_id, now(), MOST_DUE).await? {
            if !lease.hold(&self.db, now()).await? {
                return Ok(());
            }
            let tried = self.one(target, &due).await;
            store::settle(&self.db, &due, tried).await?;
        }
        Ok(())
    }

    async fn one(&self, target: &Target, due: &Due) -> Tried {
        let at = now();
        let headers = [
            (
                "beckon-signature",
                sign::header(target.secrets.at(at), &due.body, at),
            ),
            ("beckon-event", due.event.as_str().to_owned()),
            ("beckon-delivery", due.delivery_id.clone()),
        ];
        let body = due.body.clone().into_bytes();
        let posted = self.fetch.post_with(&target.url, body, &headers, LARGEST);
        let (status, reason) = match posted.await {
            Ok(answer) if (200..300).contains(&answer.status) => {
                return Tried {
                    state: DeliveryState::Delivered,
                    status: Some(answer.status),
                    reason: None,
                    at,
                };
            }
            Ok(answer) => (
                Some(answer.status),
                format!("it answered {}", answer.status),
            ),
            Err(error) => (None, error.to_string()),
        };
        let last = due.attempts + 1 >= TRIES;
        let (webhook, delivery) = (&target.webhook_id, &due.delivery_id);
        tracing::warn!(
            kind = "webhooks.unheard",
            webhook,
            delivery,
            reason,
            last,
            "a webhook did not hear"
        );
        Tried {
            state: if last {
                DeliveryState::GivenUp
            } else {
                DeliveryState::Pending
            },
            status,
            reason: Some(reason),
            at: at.plus_ms(sign::again_ms(due.attempts)),
        }
    }
}
