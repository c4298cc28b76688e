//! Kill switches: what must not be shown now, by instrument, advertiser or media. Every node has them in memory, and learns of
//! a change within its next look at the revisions.

mod store;

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Definition, Live};
use crate::audit::{self, Deed};
use crate::auth::Caller;
use crate::db::{Along, Db, Slot, bump};
use crate::detections::{NameId, Names};
use crate::error::{ErrorCode, Refusal, Result};
use crate::webhooks::{self, Event, Notice};
use crate::words::{InstrumentId, MediaId, Time};

/// The topic under which kill switches change.
pub(super) const TOPIC: &str = "kill_switches";

/// What a switch stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One instrument, on all media.
    Instrument(InstrumentId),
    /// Everything that runs for an advertiser, on all media; its name counts whatever its case.
    Advertiser(String),
    /// Everything on one media.
    Media(MediaId),
}

impl Target {
    /// What sort of thing it is.
    #[must_use]
    pub const fn scope(&self) -> &'static str {
        match self {
            Self::Instrument(_) => "instrument",
            Self::Advertiser(_) => "advertiser",
            Self::Media(_) => "media",
        }
    }

    /// Which one, as it was written.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Instrument(id) => id.as_str(),
            Self::Advertiser(name) => name.trim(),
            Self::Media(id) => id.as_str(),
        }
    }

    /// Whether it stops this instrument, on one media at least.
    #[must_use]
    pub fn stops(&self, live: &Live) -> bool {
        match self {
            Self::Instrument(id) => live.instrument_id == *id,
            Self::Advertiser(name) => live.advertiser == Some(Names::intern(name)),
            Self::Media(id) => live.runs_on(id),
        }
    }

    /// Which one; names that differ only in case are one.
    fn key(&self) -> String {
        match self {
            Self::Advertiser(name) => name.trim().to_lowercase(),
            Self::Instrument(_) | Self::Media(_) => self.label().to_owned(),
        }
    }
}

/// A switch that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KillSwitch {
    /// What it stops.
    pub target: Target,
    /// Why.
    pub note: Option<String>,
    /// Who set it.
    pub set_by: String,
    /// When.
    pub set_at: Time,
}

/// All switches that are on, made ready for decisions.
#[derive(Debug, Default)]
pub struct Killed {
    instruments: HashSet<u128>,
    advertisers: HashSet<NameId>,
    media: HashSet<MediaId>,
}

impl Killed {
    /// Of these switches.
    #[must_use]
    pub fn of<'a>(targets: impl IntoIterator<Item = &'a Target>) -> Self {
        let mut killed = Self::default();
        for target in targets {
            match target {
                Target::Instrument(id) => {
                    killed.instruments.insert(super::live::key(id));
                }
                Target::Advertiser(name) => {
                    killed.advertisers.insert(Names::intern(name));
                }
                Target::Media(id) => {
                    killed.media.insert(id.clone());
                }
            }
        }
        killed
    }

    /// Whether nothing is shown on this media.
    #[must_use]
    pub fn stops_media(&self, media_id: &MediaId) -> bool {
        !self.media.is_empty() && self.media.contains(media_id)
    }

    /// Whether this instrument is shown nowhere.
    #[must_use]
    pub fn stops_instrument(&self, live: &Live) -> bool {
        self.stops(live.key, live.advertiser)
    }

    /// Whether what this definition says is shown nowhere.
    #[must_use]
    pub fn stops_definition(&self, instrument_id: &InstrumentId, definition: &Definition) -> bool {
        let advertiser = definition.advertiser().map(Names::intern);
        self.stops(super::live::key(instrument_id), advertiser)
    }

    fn stops(&self, key: u128, advertiser: Option<NameId>) -> bool {
        // Hardly ever is any switch on, and each candidate of each decision asks.
        (!self.instruments.is_empty() && self.instruments.contains(&key))
            || (!self.advertisers.is_empty()
                && advertiser.is_some_and(|name| self.advertisers.contains(&name)))
    }
}

/// The switches.
#[derive(Debug)]
pub struct KillSwitches {
    db: Db,
    killed: Slot<Killed>,
}

impl KillSwitches {
    pub(super) async fn open(db: Db) -> anyhow::Result<Self> {
        let switches = Self {
            db,
            killed: Slot::default(),
        };
        switches.rebuild().await?;
        Ok(switches)
    }

    pub(super) async fn rebuild(&self) -> anyhow::Result<()> {
        let build = async {
            let all = store::all(&self.db).await?;
            anyhow::Ok(Killed::of(all.iter().map(|switch| &switch.target)))
        };
        self.killed.rebuild(build).await
    }

    /// What must not be shown now.
    pub fn killed(&self) -> arc_swap::Guard<Arc<Killed>> {
        self.killed.load()
    }

    /// Every switch that is on, by what it stops.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn all(&self) -> Result<Vec<KillSwitch>> {
        Ok(store::all(&self.db).await?)
    }

    /// Sets a switch, and what goes along with it in the same transaction. One that is set again says from now on why
    /// and by whom it was set last.
    ///
    /// # Errors
    /// When the database does not answer; then nothing has changed.
    pub async fn set(&self, switch: &KillSwitch, caller: &Caller, along: &dyn Along) -> Result<()> {
        let mut write = self.db.write().await?;
        bump(write.tx(), TOPIC, switch.set_at).await?;
        let before = store::put(&mut write, switch).await?;
        along.write(&mut write).await?;
        let deed = Deed {
            action: "kill_switch.set",
            resource: resource(&switch.target),
            from: before.as_ref().map(told),
            to: Some(told(switch)),
            note: switch.note.clone(),
        };
        audit::note(&mut write, caller, deed, switch.set_at).await?;
        let notice = notice(&switch.target, Some(switch), caller, switch.set_at);
        webhooks::tell(&mut write, &[notice]).await?;
        write.commit().await?;
        Ok(self.rebuild().await?)
    }

    /// Clears a switch: what it stopped may be shown again.
    ///
    /// # Errors
    /// When it is not set, or the database does not answer.
    pub async fn clear(&self, target: &Target, caller: &Caller, now: Time) -> Result<()> {
        let mut write = self.db.write().await?;
        bump(write.tx(), TOPIC, now).await?;
        let Some(before) = store::delete(&mut write, target).await? else {
            let (scope, label) = (target.scope(), target.label());
            let detail = format!("no kill switch is set for the {scope} {label}");
            return Err(Refusal::new(ErrorCode::KillSwitchNotFound, detail).into());
        };
        let deed = Deed {
            action: "kill_switch.clear",
            resource: resource(target),
            from: Some(told(&before)),
            ..Deed::default()
        };
        audit::note(&mut write, caller, deed, now).await?;
        let notice = notice(target, None, caller, now);
        webhooks::tell(&mut write, &[notice]).await?;
        write.commit().await?;
        Ok(self.rebuild().await?)
    }
}

fn resource(target: &Target) -> String {
    format!("kill-switches/{}/{}", target.scope(), target.key())
}

/// What webhooks are told of a switch that was set, or cleared.
fn notice(target: &Target, set: Option<&KillSwitch>, caller: &Caller, now: Time) -> Notice {
    let fields = json!({
        "scope": target.scope(), "id": target.label(), "on": set.is_some(), "by": caller.subject.as_str(),
        "note": set.and_then(|switch| switch.note.as_deref()),
    });
    // Each change is news, also one of the same switch at the same moment.
    let key = uuid::Uuid::now_v7().to_string();
    Notice::new(Event::KillSwitchChanged, &key, now, &fields)
}

fn told(switch: &KillSwitch) -> Value {
    json!({"set_by": switch.set_by, "note": switch.note})
}
