//! The routes of declared attributes.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{get, put};
use beckon_openapi::attribute as wire;
use beckon_openapi::page::{Page, PageQuery};
use beckon_openapi::problem::Problem;

use super::{Declarations, wire as convert};
use crate::auth::{Caller, Permission};
use crate::error::{Body, ErrorCode, Refusal, Result, page_limit};

/// Declare an attribute
///
/// From then on its values are of this type in every profile, and rules over it are checked by it. The type is for
/// ever; putting it again changes the description. An attribute of a special category of personal data is refused. A
/// profile that brings an attribute which nobody has declared declares it by its value: dates and versions must be
/// declared before.
#[utoipa::path(tag = "viewers", request_body = wire::NewAttribute, responses((status = 200, body = wire::Attribute),
    (status = 409, body = Problem), (status = 422, body = Problem)))]
#[put("/v1/attributes/{name}")]
pub async fn declare_attribute(
    declarations: Data<Declarations>,
    caller: Caller,
    name: Path<String>,
    body: Body<wire::NewAttribute>,
) -> Result<Json<wire::Attribute>> {
    caller.may(Permission::DeclareAttributes)?;
    let name = convert::name(&name)?;
    let (value_type, description) = convert::declared(body.0)?;
    let declaration = declarations.declare(&name, value_type, description).await?;
    Ok(Json(convert::told((&name, &declaration))))
}

/// List the declared attributes
///
/// The standard ones and those of this installation, in the order of their names.
#[utoipa::path(tag = "viewers", params(PageQuery), responses((status = 200, body = Page<wire::Attribute>)))]
#[get("/v1/attributes")]
pub async fn list_attributes(
    declarations: Data<Declarations>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<wire::Attribute>>> {
    caller.may(Permission::ReadInstruments)?;
    let limit = page_limit(query.limit)?;
    let after = query.cursor.as_deref().unwrap_or_default();
    let declared = declarations.declared();
    let mut all: Vec<wire::Attribute> = declared.iter().map(convert::told).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all.retain(|attribute| attribute.name.as_str() > after);
    Ok(Json(Page::of(
        &all,
        limit,
        |one| one.name.clone(),
        wire::Attribute::clone,
    )))
}

/// Read a declared attribute
#[utoipa::path(tag = "viewers", responses((status = 200, body = wire::Attribute), (status = 404, body = Problem)))]
#[get("/v1/attributes/{name}")]
pub async fn get_attribute(
    declarations: Data<Declarations>,
    caller: Caller,
    name: Path<String>,
) -> Result<Json<wire::Attribute>> {
    caller.may(Permission::ReadInstruments)?;
    let name = convert::name(&name)?;
    let declared = declarations.declared();
    let found = declared.get(&name).ok_or_else(|| {
        let detail = format!("nobody has declared `{name}`");
        Refusal::new(ErrorCode::AttributeNotFound, detail)
    })?;
    Ok(Json(convert::told((&name, found))))
}
