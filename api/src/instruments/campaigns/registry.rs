//! Campaigns in the registry: each change is written through, and what may run is built anew.

use uuid::Uuid;

use super::store::{self, Changed};
use super::{Campaign, CampaignDefinition, CampaignState};
use crate::db::Db;
use crate::error::{Error, ErrorCode, Refusal, Result};
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

    /// Registers a campaign, as a draft.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_campaign(
        &self,
        definition: CampaignDefinition,
        now: Time,
    ) -> Result<Campaign> {
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
        store::insert(&self.db, &campaign).await?;
        self.rebuild().await?;
        Ok(campaign)
    }

    /// Changes what a campaign is. What is billed stays billed, at the price of its time.
    ///
    /// # Errors
    /// When there is none of this id, when it is over, when more is given away than it would allow, or when the database
    /// does not answer.
    pub async fn replace_campaign(
        &self,
        campaign_id: &CampaignId,
        definition: &CampaignDefinition,
        now: Time,
    ) -> Result<Campaign> {
        let before = self.campaign(campaign_id).await?;
        if before.state == CampaignState::Archived {
            let detail = "an archived campaign does not change";
            return Err(Refusal::new(ErrorCode::InvalidTransition, detail).into());
        }
        keeps_what_is_paid(&before.definition, definition)?;
        match store::replace(&self.db, campaign_id, definition, now).await? {
            Changed::Made => {}
            Changed::Missing => return Err(missing(campaign_id)),
            Changed::Below {
                impressions,
                micros,
                billed,
            } => {
                let detail = format!(
                    "{impressions} impressions, {micros} millionths and {billed} of what is billed are given away already"
                );
                return Err(
                    Refusal::field("budget", detail, "not below what is given away").into(),
                );
            }
        }
        self.rebuild().await?;
        self.campaign(campaign_id).await
    }

    /// Moves a campaign to a state.
    ///
    /// # Errors
    /// When there is none of this id, when its state does not lead there, or when the database does not answer.
    pub async fn move_campaign(
        &self,
        campaign_id: &CampaignId,
        state: CampaignState,
        now: Time,
    ) -> Result<Campaign> {
        let campaign = self.campaign(campaign_id).await?;
        let from = campaign.state;
        if from == state {
            return Ok(campaign);
        }
        let over = campaign.definition.schedule.is_over(now) && state == CampaignState::Live;
        if over || !from.leads_to(state) {
            let detail = match over {
                true => "its schedule is over".to_owned(),
                false => format!("{} does not lead to {}", from.as_str(), state.as_str()),
            };
            return Err(Refusal::new(ErrorCode::InvalidTransition, detail).into());
        }
        if !store::move_to(&self.db, campaign_id, from, state, now).await? {
            let detail = "it was moved by somebody else at the same moment";
            return Err(Refusal::new(ErrorCode::InvalidTransition, detail).into());
        }
        self.rebuild().await?;
        self.campaign(campaign_id).await
    }
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
