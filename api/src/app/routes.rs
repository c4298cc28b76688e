//! Every route, grouped by who calls it, and the server itself.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App as WebApp, HttpServer, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{App, cors, erase, health, jobs, metrics, unserved};
use crate::{
    audit, cues, decisions, detections, error, events, ingest, instruments, learning, media,
    reports, viewers, webhooks,
};

/// The routes. Those that a cue makes every viewer call at once come first: the router asks in this order.
pub(super) fn configure(config: &mut ServiceConfig) {
    for routes in [
        on_a_cue,
        watched,
        instruments_and_campaigns,
        told,
        viewers_and_audiences,
        signalled,
        operated,
    ] {
        routes(config);
    }
}

/// What a cue makes every viewer call at once.
fn on_a_cue(config: &mut ServiceConfig) {
    config
        .service(decisions::http::decide)
        .service(events::http::send_events)
        .service(events::links::http::follow_link)
        .service(events::conversions::http::send_conversions);
}

/// What is watched, and what is seen in it.
fn watched(config: &mut ServiceConfig) {
    config
        .service(media::http::create_media)
        .service(media::http::list_media)
        .service(media::http::get_media)
        .service(media::http::replace_media)
        .service(media::http::list_ad_breaks)
        .service(erase::delete_media)
        .service(detections::http::store_detections)
        .service(detections::http::import_detections)
        .service(detections::http::list_detections)
        .service(detections::http::list_detected_names)
        .service(detections::http::get_timeline)
        .service(detections::people::http::list_opt_outs)
        .service(detections::people::http::opt_out_person)
        .service(detections::people::http::get_opt_out)
        .service(detections::people::http::delete_opt_out)
        .service(detections::people::http::erase_person)
        .service(detections::people::http::erase_person_by_name)
        .service(detections::entities::http::create_entity)
        .service(detections::entities::http::list_entities)
        .service(detections::entities::http::get_entity)
        .service(detections::entities::http::replace_entity)
        .service(detections::entities::http::delete_entity);
}

/// What viewers may be shown, and who changed it.
fn instruments_and_campaigns(config: &mut ServiceConfig) {
    config
        .service(instruments::http::create_instrument)
        .service(instruments::http::list_instruments)
        .service(instruments::http::get_instrument)
        .service(instruments::http::replace_instrument)
        .service(instruments::http::delete_instrument)
        .service(instruments::http::list_categories)
        .service(instruments::images::http::upload_image)
        .service(instruments::images::http::fetch_image)
        .service(instruments::images::http::get_image)
        .service(instruments::delivery::http::get_delivery_rules)
        .service(instruments::delivery::http::replace_delivery_rules)
        .service(instruments::campaigns::http::create_campaign)
        .service(instruments::campaigns::http::list_campaigns)
        .service(instruments::campaigns::http::get_campaign)
        .service(instruments::campaigns::http::replace_campaign)
        .service(instruments::campaigns::http::move_campaign)
        .service(decisions::budget::http::get_campaign_delivery)
        .service(instruments::http::list_versions)
        .service(instruments::http::get_version)
        .service(decisions::http::preview_version)
        .service(instruments::import::http::import_instruments)
        .service(cues::http::set_kill_switch)
        .service(cues::http::clear_kill_switch)
        .service(cues::http::list_kill_switches)
        .service(audit::http::list_audit);
}

/// What came of it, and what would have.
fn told(config: &mut ServiceConfig) {
    config
        .service(reports::http::get_results)
        .service(reports::breakdown::http::get_report)
        .service(reports::breakdown::http::get_dictionary)
        .service(reports::breakdown::http::get_experiment)
        .service(reports::diagnosis::http::get_diagnosis)
        .service(reports::http::listen_to_results)
        .service(reports::http::get_leaderboard)
        .service(decisions::replay::http::replay_media);
}

/// Who watches.
fn viewers_and_audiences(config: &mut ServiceConfig) {
    config
        .service(viewers::http::store_viewer)
        .service(viewers::http::get_viewer)
        .service(viewers::declared::http::declare_attribute)
        .service(viewers::declared::http::list_attributes)
        .service(viewers::declared::http::get_attribute)
        .service(instruments::audiences::http::save_audience)
        .service(instruments::audiences::http::list_audiences)
        .service(instruments::audiences::http::get_audience)
        .service(instruments::audiences::http::replace_audience)
        .service(instruments::audiences::http::delete_audience)
        .service(erase::delete_viewer);
}

/// What goes out as cues, and what comes in as pictures.
fn signalled(config: &mut ServiceConfig) {
    config
        .service(cues::http::send_cue)
        .service(cues::http::hold_media)
        .service(cues::http::get_hold)
        .service(cues::http::move_instrument)
        .service(cues::http::listen_to_cues)
        .service(ingest::http::get_ingest)
        .service(ingest::references::http::create_reference)
        .service(ingest::references::http::list_references)
        .service(ingest::stored::http::list_catalogue)
        .service(ingest::stored::http::get_media_file)
        .service(ingest::stored::http::get_media_poster)
        .service(ingest::stored::http::get_media_preview)
        .service(ingest::hooks::http::take_sns_message)
        .service(ingest::hooks::http::take_event);
}

/// Models, webhooks, and how the node fares.
fn operated(config: &mut ServiceConfig) {
    config
        .service(learning::http::list_models)
        .service(learning::http::upload_model)
        .service(learning::http::train_model)
        .service(learning::http::set_alias)
        .service(webhooks::http::create_webhook)
        .service(webhooks::http::list_webhooks)
        .service(webhooks::http::get_webhook)
        .service(webhooks::http::replace_webhook)
        .service(webhooks::http::delete_webhook)
        .service(webhooks::http::rotate_webhook_secret)
        .service(webhooks::http::ping_webhook)
        .service(webhooks::http::list_webhook_deliveries)
        .service(webhooks::http::retry_webhook_delivery)
        .service(health::get_health)
        .service(health::get_readiness)
        .service(metrics::get_metrics);
}

/// Serves the routes on a listener until the server is stopped.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(
    listener: TcpListener,
    app: App,
    extra: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
) -> std::io::Result<Server> {
    let workers = app.options.workers;
    let contract: OpenApi = super::contract::openapi();
    let served = web::Data::new(unserved::Served::of(&contract));
    let jobs = web::Data::new(jobs::start(&app));
    let server = HttpServer::new(move || {
        let (web_app, _) = WebApp::new()
            .into_utoipa_app()
            .app_data(web::Data::new(app.clone()))
            .app_data(jobs.clone())
            .app_data(app.auth.clone())
            .app_data(web::Data::new(audit::Audit::new(app.db.clone())))
            .app_data(app.blobs.clone())
            .app_data(app.media.clone())
            .app_data(app.detections.clone())
            .app_data(app.entities.clone())
            .app_data(app.instruments.clone())
            .app_data(app.images.clone())
            .app_data(app.delivery.clone())
            .app_data(app.declarations.clone())
            .app_data(app.viewers.clone())
            .app_data(app.decisions.clone())
            .app_data(app.references.clone())
            .app_data(app.hooks.clone())
            .app_data(app.ingests.clone())
            .app_data(app.stored.clone())
            .app_data(app.webhooks.clone())
            .app_data(app.events.clone())
            .app_data(app.live.clone())
            .app_data(app.learning.clone())
            .app_data(app.cues.clone())
            .configure(configure)
            .split_for_parts();
        let docs = utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}")
            .url("/openapi.json", contract.clone());
        web_app
            .configure(error::input_config)
            .configure(events::links::http::configure_aliases)
            .service(web::redirect("/docs", "/docs/"))
            .service(docs)
            .configure(extra.clone())
            .app_data(served.clone())
            .default_service(web::to(unserved::refuse))
            .wrap(cors::allow(&app.options.cors_origins))
            .wrap(from_fn(metrics::count))
    });
    let server = match workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    Ok(server.shutdown_timeout(5).listen(listener)?.run())
}
