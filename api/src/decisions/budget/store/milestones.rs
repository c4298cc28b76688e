//! What campaigns have come to, in SQL.

use anyhow::Context;

use crate::db::Write;
use crate::decisions::budget::delivery::Account;
use crate::decisions::budget::{milestones, wire};
use crate::instruments::campaigns;
use crate::webhooks;
use crate::words::{CampaignId, Time};

/// Notes what a campaign has come to by this account, and tells of it, in the transaction that makes it true. A milestone
/// has one row for good: whichever node is first tells of it, and no other ever again.
pub(super) async fn note_passed(
    write: &mut Write,
    id: &str,
    account: &Account,
    now: Time,
) -> anyhow::Result<()> {
    let id = CampaignId::parse(id).map_err(|e| anyhow::anyhow!(e.detail))?;
    let Some(definition) = campaigns::definition(write, &id).await? else {
        return Ok(());
    };
    let mut notices = Vec::new();
    for milestone in milestones::passed(&definition, account) {
        let done = sqlx::query(
            "insert into campaign_milestone (campaign_id, milestone, passed_at) values ($1, $2, $3)
             on conflict (campaign_id, milestone) do nothing",
        )
        .bind(id.to_string())
        .bind(milestone.key())
        .bind(now.ms())
        .execute(write.tx())
        .await
        .context("failed to note a milestone")?;
        if done.rows_affected() == 1 {
            notices.push(wire::notice(&id, &definition, milestone, now));
        }
    }
    webhooks::tell(write, &notices).await
}
