//! What the demo registers, once; a second start finds it there.

use std::collections::HashMap;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Api;
use super::broadcast::REFERENCES;
use crate::words::Time;

/// The media that the simulated audience watches: everything is on screen all the time, so that every choice is open.
pub const AUDIENCE_MEDIA: &str = "audience";
/// Where it is all on screen.
pub const AUDIENCE_POSITION_MS: i64 = 1000;

/// The two viewers of the page, with the profile that each begins with.
pub const VIEWERS: [(&str, &str, &str); 2] = [
    ("demo-a", "Viewer A", "explorer"),
    ("demo-b", "Viewer B", "competitor"),
];

/// The channel that the page plays.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its media.
    pub media_id: String,
    /// What it is called.
    pub title: String,
    /// The first moment covered.
    pub zero: Time,
    /// Where it is played.
    pub playback_url: String,
    /// Where the origin takes cues.
    pub origin_url: String,
    /// The channel, as the origin names it.
    pub channel_arn: String,
    /// The drawn broadcast's marks are to be found in it.
    pub marks: bool,
}

/// A profile that a viewer of the page can take on.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Profile {
    /// Its name.
    pub id: &'static str,
    /// What the page says of it.
    pub about: &'static str,
}

/// The profiles: the tastes that the simulated audience has too.
#[must_use]
pub const fn profiles() -> [Profile; 6] {
    [
        Profile {
            id: "explorer",
            about: "likes the outdoors, 3rd visit",
        },
        Profile {
            id: "competitor",
            about: "follows the cup, first visit",
        },
        Profile {
            id: "socialiser",
            about: "watches with friends",
        },
        Profile {
            id: "collector",
            about: "keeps first editions",
        },
        Profile {
            id: "homebody",
            about: "stays in, likes a good chair",
        },
        Profile {
            id: "tinkerer",
            about: "takes things apart",
        },
    ]
}

/// A profile's body, as the API takes it.
#[must_use]
pub fn profile(taste: &str, watches: &str, age: &str) -> Value {
    json!({"psychograph": {"taste": taste}, "behaviour": {"watches": watches}, "demography": {"age_band": age},
        "consent": {"personalisation": true}})
}

#[derive(Debug, Deserialize)]
struct Seed {
    /// The simulated audience has a taste for it; in the order of the world's instruments.
    simulated: bool,
    instrument: Value,
}

/// Registers what is not there yet, and answers the ids of the simulated instruments, in the world's order.
///
/// # Errors
/// When the API refuses.
pub async fn plant(api: &Api, channel: &Channel) -> anyhow::Result<Vec<String>> {
    media(api, channel)
        .await
        .context("failed to register the media")?;
    if channel.marks {
        references(api)
            .await
            .context("failed to register the references")?;
    }
    let simulated = instruments(api, &channel.media_id)
        .await
        .context("failed to register the instruments")?;
    everything_on_screen(api)
        .await
        .context("failed to set the audience's scene")?;
    for (viewer_id, _, taste) in VIEWERS {
        let body = profile(taste, "regular", "25-34");
        api.send(
            "PUT",
            &format!("/v1/viewers/{viewer_id}"),
            Some(&api.tokens.operator),
            &body,
        )
        .await?
        .ok()?;
    }
    Ok(simulated)
}

async fn media(api: &Api, channel: &Channel) -> anyhow::Result<()> {
    let operator = Some(api.tokens.operator.as_str());
    let new = json!({"media_id": channel.media_id, "zero": channel.zero.to_string()});
    register_media(api, &new).await?;
    // A later start may play it on another port.
    let details = json!({
        "title": channel.title, "playback_url": channel.playback_url,
        "signal": {"kind": "origin", "url": channel.origin_url, "channel_arn": channel.channel_arn},
        // Shorter than in earnest, so that a visitor sees more than one.
        "overlay_life": {"show_ms": 10_000, "quiet_ms": 1_000, "quiet_scope": "media"},
        // A visitor's own clip is the visitor's to answer for.
        "people_basis": channel.marks.then_some("the demo's own broadcast is drawn, and shows nobody who lives"),
    });
    api.send(
        "PUT",
        &format!("/v1/media/{}", channel.media_id),
        operator,
        &details,
    )
    .await?
    .ok()?;
    let audience = json!({"media_id": AUDIENCE_MEDIA, "title": "Simulated audience",
        "overlay_life": {"show_ms": 1000, "quiet_ms": 0, "quiet_scope": "instrument"}});
    register_media(api, &audience).await
}

/// Registers a media unless it is there.
async fn register_media(api: &Api, media: &Value) -> anyhow::Result<()> {
    let answer = api
        .send("POST", "/v1/media", Some(&api.tokens.operator), media)
        .await?;
    if answer.status != 409 {
        answer.ok()?;
    }
    Ok(())
}

async fn references(api: &Api) -> anyhow::Result<()> {
    let known = api
        .get("/v1/references?limit=100", &api.tokens.operator)
        .await?
        .ok()?;
    let known: Vec<&str> = known["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|r| r["external_id"].as_str())
        .collect();
    for (name, external_id, png) in REFERENCES.iter().filter(|(_, id, _)| !known.contains(id)) {
        let path = format!(
            "/v1/references?name={}&external_id={external_id}",
            name.replace(' ', "%20")
        );
        api.send_png(&path, &api.tokens.operator, png).await?.ok()?;
    }
    Ok(())
}

async fn instruments(api: &Api, media_id: &str) -> anyhow::Result<Vec<String>> {
    let seeds: Vec<Seed> = serde_json::from_str(include_str!("instruments.json"))?;
    let marketer = api.tokens.marketer.as_str();
    let known = api.get("/v1/instruments?limit=500", marketer).await?.ok()?;
    let mut simulated = Vec::new();
    let mut ids: HashMap<String, String> = HashMap::new();
    for mut seed in seeds {
        // The file knows no ids: what an upsell follows stands before it, and is called by its name.
        if let Some(followed) = seed.instrument["content"]["follows"].as_str() {
            let id = ids
                .get(followed)
                .context("an upsell follows what stands before it")?;
            seed.instrument["content"]["follows"] = json!(id);
        }
        if !seed.simulated {
            // The simulated audience knows nothing of it, so it stays on the channel.
            seed.instrument["media_ids"] = json!([media_id]);
        }
        let mut there = known["items"].as_array().into_iter().flatten();
        let id = match there.find(|i| i["name"] == seed.instrument["name"]) {
            // A start that was cut short may have left it on its way.
            Some(found) => set_live(api, found).await?,
            None => register(api, &seed.instrument).await?,
        };
        let name = seed.instrument["name"].as_str().unwrap_or_default();
        ids.insert(name.to_owned(), id.clone());
        if seed.simulated {
            simulated.push(id);
        }
    }
    Ok(simulated)
}

/// Registers an instrument and has it go live.
///
/// # Errors
/// When the API refuses.
pub(super) async fn register(api: &Api, instrument: &Value) -> anyhow::Result<String> {
    let marketer = Some(api.tokens.marketer.as_str());
    let created = api.send("POST", "/v1/instruments", marketer, instrument);
    set_live(api, &created.await?.ok()?).await
}

/// Takes an instrument the rest of its way to live: the marketer submits it, and the operator approves it, because nobody
/// approves their own.
async fn set_live(api: &Api, instrument: &Value) -> anyhow::Result<String> {
    let id = instrument["instrument_id"]
        .as_str()
        .context("an instrument has an id")?;
    let (marketer, operator) = (&api.tokens.marketer, &api.tokens.operator);
    let review = instrument["review"].as_str().unwrap_or_default();
    let way = [
        (marketer, "in_review", review == "draft"),
        (operator, "approved", review != "approved"),
        (marketer, "live", instrument["state"] != "live"),
    ];
    let path = format!("/v1/instruments/{id}/state");
    for (token, state, _) in way.into_iter().filter(|(_, _, ahead)| *ahead) {
        let body = json!({"state": state});
        let moved = api.send("POST", &path, Some(token.as_str()), &body);
        moved.await?.ok()?;
    }
    Ok(id.to_owned())
}

async fn everything_on_screen(api: &Api) -> anyhow::Result<()> {
    let seen: Vec<Value> = REFERENCES
        .iter()
        .map(|(name, external_id, _)| {
            json!({"position_ms": AUDIENCE_POSITION_MS, "kind": "custom_label", "name": name, "external_id": external_id,
                "confidence": 99})
        })
        .collect();
    let path = format!("/v1/media/{AUDIENCE_MEDIA}/detections");
    api.send(
        "POST",
        &path,
        Some(&api.tokens.operator),
        &json!({"items": seen}),
    )
    .await?
    .ok()?;
    Ok(())
}
