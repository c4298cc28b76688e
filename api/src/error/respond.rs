//! The edge: errors become problem documents, and failures are logged here, once.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use beckon_openapi::problem::{ErrorCode, Problem};

use super::{Error, Refusal};

impl Refusal {
    fn problem(&self) -> Problem {
        Problem {
            kind: "about:blank".to_owned(),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail.clone(),
            field: self.field.clone(),
            bound: self.bound.clone(),
        }
    }
}

/// A store that cannot be reached is worth a retry; anything else that failed is not.
fn failure_code(error: &anyhow::Error) -> ErrorCode {
    let out_of_reach = error.chain().any(|cause| {
        matches!(
            cause.downcast_ref::<sqlx::Error>(),
            Some(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed)
        )
    });
    if out_of_reach {
        ErrorCode::Unavailable
    } else {
        ErrorCode::Internal
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        let code = match self {
            Self::Refused(refusal) => refusal.code,
            Self::Failed(error) => failure_code(error),
        };
        StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let problem = match self {
            Self::Refused(refusal) => refusal.problem(),
            Self::Failed(error) => {
                tracing::error!(
                    kind = "request.failed",
                    error = format!("{error:#}"),
                    "a request failed"
                );
                let code = failure_code(error);
                // What failed inside is for the log: it may name hosts, files or rows.
                Refusal::new(code, "the cause is in the server's log").problem()
            }
        };
        HttpResponse::build(self.status_code())
            .content_type("application/problem+json")
            .json(problem)
    }
}

/// Makes actix-web's own extractors refuse in our words.
pub fn input_config(config: &mut web::ServiceConfig) {
    let parameter = |detail: String| {
        actix_web::Error::from(Error::from(Refusal::new(
            ErrorCode::MalformedParameter,
            detail,
        )))
    };
    config
        .app_data(web::PathConfig::default().error_handler(move |e, _| parameter(e.to_string())))
        .app_data(web::QueryConfig::default().error_handler(move |e, _| parameter(e.to_string())));
}
