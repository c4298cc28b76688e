//! Campaigns in the registry: each change is one transaction that locks the row, checks what the caller has read and writes
//! what it did into the audit trail; then what may run is built anew.

use serde_json::{Value, json};
use uuid::Uuid;

use super::store::{self, GivenAway};
use super::{Campaign, CampaignDefinition, CampaignState, row};
use crate::audit::{self, Change, Deed};
use crate::auth::Caller;
use crate::db::{Db, Write};
use crate::error::{Error, ErrorCode, Refusal, Result};
use crate::idempotency::{self, Answer, Claim};
use crate::instruments::{Definition, Instruments};
use crate::words::{CampaignId, Time};

impl Instruments {
    /// A campaign as it stands.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not answer.
    pub async fn campaign(&self, campaign_id: &CampaignId) -> Result<Campaign> {
        let found = store::get(&self.db, campaign_id).await?;
        found.ok_or_else(|| missing(campaign_id))
    }

    /// A page of campaigns in the order of their ids, after this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn campaigns(
        &self,
        state: Option<CampaignState>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Campaign>> {
        Ok(store::page(&self.db, state, after.unwrap_or_default(), limit).await?)
    }

    /// Registers a campaign, as a draft, or gives the answer that was given to the same request before.
    ///
    /// # Errors
    /// When the key came with another body, or the database does not answer.
    pub async fn create_campaign(
        &self,
        definition: CampaignDefinition,
        caller: &Caller,
        claim: Option<&Claim>,
        now: Time,
        tell: impl Fn(&Campaign) -> anyhow::Result<Answer>,
    ) -> Result<Answer> {
        let id = CampaignId::parse(&Uuid::now_v7().to_string());
        let campaign = Campaign {
            campaign_id: id.map_err(|e| anyhow::anyhow!(e.detail))?,
            version: 1,
            state: CampaignState::Draft,
            live_at: None,
            definition,
            created_at: now,
            updated_at: now,
        };
        let answer = idempotency::once(&self.db, claim, now, async |write| {
            store::insert(write, &campaign).await?;
            let deed = Deed {
                action: campaign.state.action(),
                resource: Campaign::resource(&campaign.campaign_id),
                to: Some(told(&campaign)?),
                ..Deed::default()
            };
            audit::note(write, caller, deed, now).await?;
            Ok(tell(&campaign)?)
        });
        let answer = answer.await?;
        if !answer.replayed {
            self.rebuild().await?;
        }
        Ok(answer)
    }

    /// Changes what a campaign is. What is billed stays billed, at the price of its time.
    ///
    /// # Errors
    /// When there is none of this id, when it has changed since it was read, when it is over, when more is given away than
    /// it would allow, or when the database does not answer.
    pub async fn replace_campaign(
        &self,
        campaign_id: &CampaignId,
        definition: CampaignDefinition,
        change: Change<'_>,
    ) -> Result<Campaign> {
        let mut write = self.db.write().await?;
        let before = locked(&mut write, campaign_id, change).await?;
        if before.state == CampaignState::Archived {
            let detail = "an archived campaign does not change";
            return Err(Refusal::new(ErrorCode::InvalidTransition, detail).into());
        }
        keeps_what_is_paid(&before.definition, &definition)?;
        if let Some(given) = store::set_limits(&mut write, campaign_id, &definition).await? {
            let GivenAway {
                impressions,
                micros,
                billed,
            } = given;
            let detail = format!(
                "{impressions} impressions, {micros} millionths and {billed} of what is billed are given away already"
            );
            return Err(Refusal::field("budget", detail, "not below what is given away").into());
        }
        let after = Campaign {
            version: before.version + 1,
            definition,
            updated_at: change.now,
            ..before.clone()
        };
        let deed = Deed {
            action: "campaign.replace",
            resource: Campaign::resource(campaign_id),
            from: Some(told(&before)?),
            to: Some(told(&after)?),
            ..Deed::default()
        };
        self.put_campaign(write, after, deed, change).await
    }

    /// Moves a campaign to a state; where it stands there already, nothing changes.
    ///
    /// # Errors
    /// When there is none of this id, when it has changed since it was read, when its state does not lead there, or when the
    /// database does not answer.
    pub async fn move_campaign(
        &self,
        campaign_id: &CampaignId,
        state: CampaignState,
        change: Change<'_>,
    ) -> Result<Campaign> {
        let mut write = self.db.write().await?;
        let before = locked(&mut write, campaign_id, change).await?;
        if before.state == state {
            return Ok(before);
        }
        let goes_live = state == CampaignState::Live;
        let over = goes_live && before.definition.schedule.is_over(change.now);
        if over || !before.state.leads_to(state) {
            let detail = match over {
                true => "its schedule is over".to_owned(),
                false => format!(
                    "{} does not lead to {}",
                    before.state.as_str(),
                    state.as_str()
                ),
            };
            return Err(Refusal::new(ErrorCode::InvalidTransition, detail).into());
        }
        let after = Campaign {
            version: before.version + 1,
            state,
            live_at: before.live_at.or(goes_live.then_some(change.now)),
            updated_at: change.now,
            ..before.clone()
        };
        let deed = Deed {
            action: state.action(),
            resource: Campaign::resource(campaign_id),
            from: Some(stands(&before)),
            to: Some(stands(&after)),
            ..Deed::default()
        };
        self.put_campaign(write, after, deed, change).await
    }

    /// Ends the transaction of a change.
    async fn put_campaign(
        &self,
        mut write: Write,
        after: Campaign,
        deed: Deed,
        change: Change<'_>,
    ) -> Result<Campaign> {
        store::put(&mut write, &after).await?;
        change.note(&mut write, deed).await?;
        write.commit().await?;
        self.rebuild().await?;
        Ok(after)
    }
}

/// The campaign, which belongs to this transaction until it ends, if it is still as the caller read it.
async fn locked(
    write: &mut Write,
    campaign_id: &CampaignId,
    change: Change<'_>,
) -> Result<Campaign> {
    let found = store::lock(write, campaign_id).await?;
    let campaign = found.ok_or_else(|| missing(campaign_id))?;
    change.check(&campaign.etag())?;
    Ok(campaign)
}

/// How a campaign stands, as the audit trail tells it.
fn stands(campaign: &Campaign) -> Value {
    json!({"version": campaign.version, "state": campaign.state.as_str()})
}

/// The same, with what it is: no version of that is kept anywhere else.
fn told(campaign: &Campaign) -> anyhow::Result<Value> {
    let mut told = stands(campaign);
    told["definition"] = row::told(&campaign.definition)?;
    Ok(told)
}

/// Holds that an instrument's campaign is there, not over, and of the same advertiser.
///
/// # Errors
/// When it is not, or the database does not answer.
pub(in crate::instruments) async fn check(db: &Db, definition: &Definition) -> Result<()> {
    let Some(campaign_id) = &definition.campaign_id else {
        return Ok(());
    };
    let refused = |detail: String, bound: &str| -> Result<()> {
        Err(Refusal::field("campaign_id", detail, bound).into())
    };
    let known = "a campaign that is not archived";
    let Some(campaign) = store::get(db, campaign_id).await? else {
        return refused(format!("there is no campaign {campaign_id}"), known);
    };
    if campaign.state == CampaignState::Archived {
        return refused(format!("the campaign {campaign_id} is archived"), known);
    }
    let own = campaign.definition.advertiser;
    match definition.advertiser() {
        Some(other) if !same_name(other, &own) => refused(
            format!("the campaign runs for {own}, the instrument for {other}"),
            "a campaign of the same advertiser",
        ),
        _ => Ok(()),
    }
}

/// Advertisers are told apart without case.
fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// What was billed in one currency and for one thing cannot become another: the sums would mean nothing.
fn keeps_what_is_paid(before: &CampaignDefinition, after: &CampaignDefinition) -> Result<()> {
    let currency = |definition: &CampaignDefinition| {
        let rate = definition.rate.as_ref();
        rate.map(|rate| rate.currency.clone())
    };
    if before.rate.is_some() && currency(before) != currency(after) {
        let detail = "a campaign keeps its currency";
        return Err(Refusal::field("price.currency", detail, "the currency that it had").into());
    }
    if before.billed() != after.billed() {
        let detail = format!(
            "what is billed were {} and would be {}",
            before.billed().as_str(),
            after.billed().as_str()
        );
        return Err(Refusal::field("price.model", detail, "what was billed before").into());
    }
    Ok(())
}

fn missing(campaign_id: &CampaignId) -> Error {
    let detail = format!("there is no campaign {campaign_id}");
    Refusal::new(ErrorCode::CampaignNotFound, detail).into()
}
