//! The audit trail's route.

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use beckon_openapi::audit as wire;
use beckon_openapi::page::Page;

use super::{Audit, Entry, Wanted};
use crate::auth::{Caller, Permission};
use crate::error::{Result, page_limit};

/// Read the audit trail
///
/// The newest first: who changed what, when, from what to what. Nothing in it ever changes.
#[utoipa::path(tag = "audit", params(wire::AuditQuery), responses((status = 200, body = Page<wire::AuditEntry>)))]
#[get("/v1/audit")]
pub async fn list_audit(
    audit: Data<Audit>,
    caller: Caller,
    query: Query<wire::AuditQuery>,
) -> Result<Json<Page<wire::AuditEntry>>> {
    caller.may(Permission::ReadAudit)?;
    let wire::AuditQuery {
        resource,
        subject,
        limit,
        cursor,
    } = query.into_inner();
    let limit = page_limit(limit)?;
    let wanted = Wanted {
        resource,
        subject,
        before: cursor,
    };
    let found = audit.page(&wanted, limit + 1).await?;
    let id = |entry: &Entry| entry.audit_id.clone();
    Ok(Json(Page::of(&found, limit, id, to_wire)))
}

fn to_wire(entry: &Entry) -> wire::AuditEntry {
    let Entry {
        audit_id,
        at,
        subject,
        role,
        action,
        resource,
        from,
        to,
        note,
    } = entry.clone();
    wire::AuditEntry {
        audit_id,
        at: at.to_string(),
        subject,
        role,
        action,
        resource,
        from,
        to,
        note,
    }
}
