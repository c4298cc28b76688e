//! Builds the stations, and serves their routes.

mod build;
mod contract;
mod cors;
mod erase;
mod health;
mod jobs;
mod metrics;
pub mod places;
mod prune;
mod recognisers;
mod routes;
mod settings;
mod unserved;
mod videos;

pub use build::App;
pub use contract::openapi_json;
pub use routes::serve;

/// Runs a future to its end on the runtime that the server needs.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(future)
}
