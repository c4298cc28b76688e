//! The caller of a request, as its bearer token says.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};

use super::token::unauthenticated;
use super::{Auth, Permission, Role};
use crate::error::{Error, ErrorCode, Refusal};
use crate::words::{MediaId, Time, ViewerId};

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The viewer's id, or who the program or colleague is.
    pub subject: ViewerId,
    /// The role.
    pub role: Role,
    /// A viewer who tries out: decisions are real, and nothing of them counts.
    pub test: bool,
    /// Only for this media.
    pub media: Option<MediaId>,
    /// From this moment on the token is worth nothing.
    pub expires_at: Time,
}

impl Caller {
    /// Goes on only if the role may do this.
    ///
    /// # Errors
    /// When it may not.
    pub fn may(&self, permission: Permission) -> Result<(), Error> {
        if permission.roles().contains(&self.role) {
            return Ok(());
        }
        let roles: Vec<String> = permission
            .roles()
            .iter()
            .map(|r| format!("{r:?}").to_lowercase())
            .collect();
        Err(Refusal::new(
            ErrorCode::Forbidden,
            format!("this takes the role {}", roles.join(" or ")),
        )
        .into())
    }

    /// Goes on only if the role may do this, and the token is not for another media.
    ///
    /// # Errors
    /// When it may not.
    pub fn may_on(&self, permission: Permission, media: &MediaId) -> Result<(), Error> {
        self.may(permission)?;
        match &self.media {
            Some(own) if own != media => Err(Refusal::new(
                ErrorCode::Forbidden,
                format!("this token is for the media {own} alone"),
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// Who sent the request.
    ///
    /// # Errors
    /// When it carries no token of ours.
    pub fn of(request: &HttpRequest, now: Time) -> Result<Arc<Self>, Error> {
        let auth = request
            .app_data::<web::Data<Auth>>()
            .ok_or_else(|| Error::Failed(anyhow::anyhow!("the server was built without Auth")))?;
        let header = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = header
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(|| unauthenticated("send `Authorization: Bearer <token>`"))?;
        auth.verify(token, now)
    }
}

/// The caller, as a handler's argument.
impl FromRequest for Caller {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request, crate::config::now()).map(|caller| (*caller).clone()))
    }
}
