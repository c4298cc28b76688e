//! Whether the process is up, and whether its stores can be reached.

use actix_web::get;
use actix_web::web::{Data, Json};
use anyhow::Context;
use beckon_openapi::health::{Health, Readiness};
use beckon_openapi::problem::Problem;

use super::App;
use crate::error::{ErrorCode, Refusal, Result};

/// Is the process up?
#[utoipa::path(tag = "health", responses((status = 200, body = Health)))]
#[get("/healthz")]
pub(super) async fn get_health() -> Json<Health> {
    Json(Health {
        status: "up".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Can the stores be reached?
#[utoipa::path(tag = "health", responses((status = 200, body = Readiness), (status = 503, body = Problem)))]
#[get("/readyz")]
pub(super) async fn get_readiness(app: Data<App>) -> Result<Json<Readiness>> {
    let stores = reached(&app).await?;
    Ok(Json(Readiness {
        status: "ready".to_owned(),
        stores,
    }))
}

/// The stores, once each has answered.
async fn reached(app: &App) -> Result<Vec<String>> {
    let checks = [
        (
            "registry",
            app.db.ping().await.context("the database does not answer"),
        ),
        ("detections", app.detections.ping().await),
        ("viewers", app.viewers.ping().await),
        ("blobs", app.blobs.ping().await),
    ];
    let mut stores = Vec::new();
    for (store, answer) in checks {
        if let Err(error) = answer {
            tracing::warn!(
                kind = "store.unreachable",
                store,
                error = format!("{error:#}"),
                "a store cannot be reached"
            );
            return Err(Refusal::new(
                ErrorCode::Unavailable,
                format!("the {store} store cannot be reached"),
            )
            .into());
        }
        stores.push(store.to_owned());
    }
    Ok(stores)
}
