//! What is answered where no route fits: an unknown path, or a known one asked by another method.

use actix_web::dev::ResourceDef;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use utoipa::openapi::{OpenApi, PathItem};

use crate::error::{Error, ErrorCode, Refusal};

/// The paths of the contract, and the methods that each is served by.
#[derive(Debug)]
pub(super) struct Served(Vec<(ResourceDef, String)>);

impl Served {
    pub(super) fn of(contract: &OpenApi) -> Self {
        let paths = contract.paths.paths.iter();
        Self(
            paths
                .map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item)))
                .collect(),
        )
    }

    /// The methods that a path is served by, if it is served at all.
    fn methods(&self, path: &str) -> Option<&str> {
        let served = self.0.iter().find(|(pattern, _)| pattern.is_match(path));
        served.map(|(_, methods)| methods.as_str())
    }
}

fn methods(item: &PathItem) -> String {
    let known = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("DELETE", &item.delete),
    ];
    let served = known
        .iter()
        .filter(|(_, operation)| operation.is_some())
        .map(|(name, _)| *name);
    served.collect::<Vec<_>>().join(", ")
}

/// Refuses the request, and says which methods its path takes where there are any.
pub(super) async fn refuse(request: HttpRequest, served: Data<Served>) -> HttpResponse {
    let (method, path) = (request.method(), request.path());
    let refused = |code, detail| Error::from(Refusal::new(code, detail)).error_response();
    let Some(methods) = served.methods(path) else {
        return refused(ErrorCode::NotFound, format!("nothing is served at {path}"));
    };
    let mut response = refused(
        ErrorCode::MethodNotAllowed,
        format!("{path} takes {methods}, not {method}"),
    );
    if let Ok(allow) = HeaderValue::from_str(methods) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}
