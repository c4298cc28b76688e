//! The contract: what `openapi.json` says is what the routes are.

use actix_web::App as WebApp;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_actix_web::AppExt;

use super::routes;

#[derive(OpenApi)]
#[openapi(
    info(title = "Beckon", description = "Turns what is on screen, and who is watching, into the one overlay worth showing."),
    tags(
        (name = "decisions", description = "What viewers' SDKs call"),
        (name = "media", description = "What is watched"),
        (name = "detections", description = "What was seen in it"),
        (name = "entities", description = "What detected names mean to people"),
        (name = "people", description = "Who is in the picture, and does not want to be"),
        (name = "ingest", description = "How media are looked at"),
        (name = "instruments", description = "What viewers may be shown"),
        (name = "images", description = "Pictures of offers"),
        (name = "campaigns", description = "What they are shown for, and what it may cost"),
        (name = "audit", description = "Who changed what"),
        (name = "viewers", description = "Who watches"),
        (name = "cues", description = "The signal on a media"),
        (name = "references", description = "What the embedded recogniser looks for"),
        (name = "catalogue", description = "Stored videos, and their files"),
        (name = "hooks", description = "What AWS calls"),
        (name = "events", description = "What viewers did"),
        (name = "reports", description = "What came of it, and how far that can be believed"),
        (name = "models", description = "What ranks, and how it is made better"),
        (name = "webhooks", description = "Who is told what happens here"),
        (name = "health", description = "What operators watch")
    )
)]
struct Head;

/// The contract of all routes.
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    let web = WebApp::new().into_utoipa_app().openapi(Head::openapi());
    let (_, mut contract) = web.configure(routes::configure).split_for_parts();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = contract.components.get_or_insert_default();
    components
        .security_schemes
        .insert("token".to_owned(), bearer.into());
    contract
}

/// The contract as it is committed.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn openapi_json() -> anyhow::Result<String> {
    Ok(openapi().to_pretty_json()? + "\n")
}
