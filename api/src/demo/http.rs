//! What only the demo serves: its page, its pictures, and the few buttons of the page.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use actix_web::http::header;
use actix_web::web::{Data, Form, Json, Path, Query, ServiceConfig, scope};
use actix_web::{HttpResponse, get, post};
use beckon_origin::Origin;
use serde::Deserialize;
use serde_json::{Value, json};

use super::audience::Audience;
use super::broadcast::picture;
use super::seed::register;
use super::shop::{self, Item};
use super::{Api, Channel, VIEWERS, profile, profiles};
use crate::auth::{Auth, Role};
use crate::config::now;
use crate::error::{Body, ErrorCode, Refusal, Result};

/// How long a viewer's token of the page is good for, in seconds.
const TOKEN_S: i64 = 3600;

/// What the demo's routes need.
#[derive(Debug)]
pub struct Page {
    /// Where the built page lies.
    pub web: PathBuf,
    /// The channel that it plays.
    pub channel: Channel,
    /// `broadcast`, or `clip` for anyone's own.
    pub source: &'static str,
    /// The path of the playlist on this server.
    pub playlist: String,
    /// The folder whose videos are taken.
    pub folder: PathBuf,
    /// How long the clip is.
    pub clip_duration_ms: i64,
    /// The API, with the demo's own tokens.
    pub api: Api,
    /// Comes when it has taken its seats.
    pub audience: OnceLock<Arc<Audience>>,
}

/// Adds the demo's routes, and the live origin's below `/live`.
pub fn routes(
    page: Arc<Page>,
    origin: Arc<Origin>,
) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let page = Data::from(page);
    move |config| {
        config.service(scope("/live").configure(beckon_origin::http::configure(origin.clone())));
        let files = actix_files::Files::new("/", &page.web)
            .index_file("index.html")
            .default_handler(actix_web::web::to(no_file));
        config.app_data(page.clone()).service(
            scope("/demo")
                .service(get_config)
                .service(create_token)
                .service(change_profile)
                .service(start_poll)
                .service(get_audience)
                .service(get_catalogue)
                .service(get_picture)
                .service(get_item)
                .service(order_item),
        );
        // Everything that no other route serves is a file of the page.
        config.service(files);
    }
}

async fn no_file() -> Result<HttpResponse> {
    Err(Refusal::new(ErrorCode::NotFound, "the page has no such file").into())
}

/// What the page plays, and for whom.
#[get("/config.json")]
async fn get_config(page: Data<Page>) -> Json<Value> {
    let viewers: Vec<Value> = VIEWERS
        .iter()
        .map(|(viewer_id, label, taste)| {
            let about = profiles().into_iter().find(|p| p.id == *taste).map(|p| p.about);
            json!({"viewer_id": viewer_id, "label": label, "about": about, "profile_id": taste, "profiles": profiles()})
        })
        .collect();
    Json(json!({
        "media_id": page.channel.media_id, "title": page.channel.title, "playback_url": page.playlist,
        "zero": page.channel.zero.to_string(), "source": page.source, "clip_duration_ms": page.clip_duration_ms,
        "viewers": viewers,
    }))
}

#[derive(Debug, Deserialize)]
struct TokenRequest {
    viewer_id: String,
}

/// A token of one of the page's own two viewers, and of nobody else.
#[post("/token")]
async fn create_token(auth: Data<Auth>, body: Body<TokenRequest>) -> Result<Json<Value>> {
    let viewer_id = own_viewer(&body.0.viewer_id)?;
    let now = now();
    let token = auth.issue(viewer_id, Role::Viewer, TOKEN_S, now)?;
    Ok(Json(
        json!({"token": token, "expires_at": now.plus_ms(TOKEN_S * 1000).to_string()}),
    ))
}

fn own_viewer(viewer_id: &str) -> Result<&'static str> {
    let own = VIEWERS
        .iter()
        .find(|(id, ..)| *id == viewer_id)
        .map(|(id, ..)| *id);
    own.ok_or_else(|| Refusal::new(ErrorCode::ViewerNotFound, "the demo has no such viewer").into())
}

#[derive(Debug, Deserialize)]
struct ProfileChange {
    viewer_id: String,
    profile_id: String,
}

/// Gives one of the page's viewers another profile.
#[post("/profile")]
async fn change_profile(page: Data<Page>, body: Body<ProfileChange>) -> Result<HttpResponse> {
    let viewer_id = own_viewer(&body.0.viewer_id)?;
    let Some(chosen) = profiles().into_iter().find(|p| p.id == body.0.profile_id) else {
        return Err(Refusal::field(
            "profile_id",
            "the demo has no such profile",
            "one of config.json",
        )
        .into());
    };
    let path = format!("/v1/viewers/{viewer_id}");
    let body = profile(chosen.id, "regular", "25-34");
    page.api
        .send("PUT", &path, Some(&page.api.tokens.operator), &body)
        .await?
        .ok()?;
    Ok(HttpResponse::NoContent().finish())
}

/// Registers a poll that needs nothing on screen, sets it live and tells every viewer to check.
#[post("/poll")]
async fn start_poll(page: Data<Page>) -> Result<Json<Value>> {
    let media_id = &page.channel.media_id;
    let poll = json!({
        "name": format!("Poll of {}", now()), "priority": 1, "media_ids": [media_id],
        "content": {"kind": "poll", "question": "How is the picture?", "answers": [
            {"answer_id": "sharp", "text": "Sharp"}, {"answer_id": "soft", "text": "A little soft"}, {"answer_id": "stops", "text": "It stops"}]},
        "frequency_cap": {"count": 1, "per_ms": 31_536_000_000_u64},
        "overlay_life": {"show_ms": 15_000, "quiet_ms": 0, "quiet_scope": "instrument"},
        "schedule": {"starts_at": null, "ends_at": now().plus_ms(60_000).to_string()},
    });
    let instrument_id = register(&page.api, &poll).await?;
    let path = format!("/v1/media/{media_id}/cues");
    let cue = page
        .api
        .send(
            "POST",
            &path,
            Some(&page.api.tokens.operator),
            &json!({"kind": "check"}),
        )
        .await?
        .ok()?;
    Ok(Json(
        json!({"instrument_id": instrument_id, "cue_id": cue["cue_id"]}),
    ))
}

/// How the simulated audience is getting on.
#[get("/audience")]
async fn get_audience(page: Data<Page>) -> HttpResponse {
    match page.audience.get() {
        Some(audience) => HttpResponse::Ok().json(audience.curve()),
        None => HttpResponse::Ok().json(super::audience::Curve::default()),
    }
}

/// The stored videos, for a page that has no token of its own, and where to drop more.
#[get("/catalogue.json")]
async fn get_catalogue(page: Data<Page>) -> Result<Json<Value>> {
    let path = "/v1/catalogue?limit=500";
    let list = page.api.get(path, &page.api.tokens.operator).await?.ok()?;
    Ok(Json(
        json!({"items": list["items"], "folder": page.folder.display().to_string()}),
    ))
}

/// The picture of a mark or product.
#[get("/pictures/{name}.png")]
async fn get_picture(name: Path<String>) -> Result<HttpResponse> {
    let png = picture(&name)
        .ok_or_else(|| Refusal::new(ErrorCode::NotFound, "the demo has no such picture"))?;
    let cached = (header::CACHE_CONTROL, "public, max-age=3600");
    Ok(HttpResponse::Ok()
        .content_type("image/png")
        .insert_header(cached)
        .body(png))
}

/// With which click somebody came.
#[derive(Debug, Deserialize)]
struct Visit {
    #[serde(default)]
    beckon_click_id: String,
}

/// What the demo's overlays link to.
#[get("/shop/{item}")]
async fn get_item(item: Path<String>, visit: Query<Visit>) -> Result<HttpResponse> {
    let item = on_sale(&item)?;
    let click_id = shop::click_id(&visit.beckon_click_id);
    Ok(html(shop::page(item, click_id)))
}

/// Orders it, and tells of the order as the shop's own server would.
#[post("/shop/{item}/orders")]
async fn order_item(
    page: Data<Page>,
    item: Path<String>,
    visit: Form<Visit>,
) -> Result<HttpResponse> {
    let item = on_sale(&item)?;
    let Some(click_id) = shop::click_id(&visit.beckon_click_id) else {
        return Ok(html(shop::thanks(item, "refused")));
    };
    let body = shop::conversion(item, click_id, &now().to_string());
    let token = Some(page.api.tokens.operator.as_str());
    let told = page
        .api
        .send("POST", "/v1/conversions", token, &body)
        .await?
        .ok()?;
    let status = told["items"][0]["status"].as_str().unwrap_or_default();
    Ok(html(shop::thanks(item, status)))
}

fn on_sale(slug: &str) -> Result<Item> {
    shop::find(slug)
        .ok_or_else(|| Refusal::new(ErrorCode::NotFound, "the shop has no such thing").into())
}

fn html(page: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page)
}
