//! Builds the stations, and serves their routes.

mod build;
mod contract;
mod cors;
mod health;
mod jobs;
mod routes;

pub use build::App;
pub use contract::openapi_json;
pub use routes::serve;
