//! Refusals: RFC 9457 problem documents and the one table of error codes.

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Why a request was refused (`application/problem+json`, RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "type": "about:blank", "title": "The value is out of bounds", "status": 422,
    "code": "invalid_field", "detail": "confidence is 101, but must lie in 0..=100",
    "field": "items[0].confidence", "bound": "0..=100"
}))]
pub struct Problem {
    /// Always `about:blank`: the code says which problem it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// What this code means, in a few words that do not change.
    pub title: String,
    /// The HTTP status, again.
    pub status: u16,
    /// The stable code to branch on.
    pub code: ErrorCode,
    /// What was wrong with this request, for a person to read.
    pub detail: String,
    /// The field at fault, as a path into the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The bound that the value must keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
}

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $status:literal, $title:literal;)+) => {
        /// Every error code, with its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $variant,)+
        }

        impl ErrorCode {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it stands in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The HTTP status that goes with the code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// The title that goes with the code.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

/// By hand: the derive does not see the codes that the table's macro hands to serde.
impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        let codes = Self::ALL.iter().map(|code| code.as_str());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Every error code, stable and to branch on."))
            .enum_values(Some(codes))
            .into()
    }
}

impl ToSchema for ErrorCode {}

error_codes! {
    /// The body is not JSON, or not of the documented shape.
    MalformedBody = "malformed_body", 400, "The body cannot be read";
    /// A registry write names a field that does not exist.
    UnknownField = "unknown_field", 400, "There is no such field";
    /// The query string or a path segment cannot be read.
    MalformedParameter = "malformed_parameter", 400, "A parameter cannot be read";
    /// No token, or one that we did not sign.
    Unauthenticated = "unauthenticated", 401, "A valid token is needed";
    /// The token was ours, but its time is over.
    TokenExpired = "token_expired", 401, "The token has expired";
    /// The token's role may not do this.
    Forbidden = "forbidden", 403, "This role may not do this";
    /// The version's author may not approve it.
    OwnVersion = "own_version", 403, "Nobody approves their own";
    /// A message of SNS whose signature or certificate is not SNS's.
    MessageForged = "message_forged", 403, "The message is forged";
    /// No such route.
    NotFound = "not_found", 404, "There is nothing here";
    /// No such media.
    MediaNotFound = "media_not_found", 404, "There is no such media";
    /// No such instrument.
    InstrumentNotFound = "instrument_not_found", 404, "There is no such instrument";
    /// No such campaign.
    CampaignNotFound = "campaign_not_found", 404, "There is no such campaign";
    /// The instrument has no such version.
    VersionNotFound = "version_not_found", 404, "There is no such version";
    /// No such kill switch is set.
    KillSwitchNotFound = "kill_switch_not_found", 404, "No such kill switch is set";
    /// No such entity.
    EntityNotFound = "entity_not_found", 404, "There is no such entity";
    /// No such viewer.
    ViewerNotFound = "viewer_not_found", 404, "There is no such viewer";
    /// Nobody has declared this attribute.
    AttributeNotFound = "attribute_not_found", 404, "There is no such attribute";
    /// No such saved audience.
    AudienceNotFound = "audience_not_found", 404, "There is no such audience";
    /// No such model.
    ModelNotFound = "model_not_found", 404, "There is no such model";
    /// No such image.
    ImageNotFound = "image_not_found", 404, "There is no such image";
    /// Nobody was sent on with this `beckon_click_id`, or nothing was shown to this viewer.
    ClickNotFound = "click_not_found", 404, "There is no such click";
    /// The link's code is none that we made.
    LinkNotFound = "link_not_found", 404, "There is no such link";
    /// Nobody of this id has opted out.
    OptOutNotFound = "opt_out_not_found", 404, "Nobody of this id has opted out";
    /// No such webhook.
    WebhookNotFound = "webhook_not_found", 404, "There is no such webhook";
    /// The webhook has no such delivery.
    DeliveryNotFound = "delivery_not_found", 404, "There is no such delivery";
    /// The media's channel is not broadcasting, so a cue cannot be sent into it.
    OffAir = "off_air", 404, "The channel is off air";
    /// The route exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "This method is not served here";
    /// A media of this id exists already.
    MediaExists = "media_exists", 409, "This media exists already";
    /// An entity of this id exists already.
    EntityExists = "entity_exists", 409, "This entity exists already";
    /// Another entity has this name or external id, and nothing would tell them apart.
    EntityNameTaken = "entity_name_taken", 409, "Another entity has this name";
    /// The instrument cannot go from its state to the asked one.
    InvalidTransition = "invalid_transition", 409, "The state cannot change so";
    /// A live instrument cannot be deleted or lose its version.
    InstrumentLive = "instrument_live", 409, "The instrument is live";
    /// The version under review cannot be approved as it stands; `field` says what stands against it.
    ApprovalRefused = "approval_refused", 409, "The version cannot be approved as it stands";
    /// Another instrument has this `external_id`.
    ExternalIdTaken = "external_id_taken", 409, "Another has this external id";
    /// The attribute is declared with another type.
    AttributeExists = "attribute_exists", 409, "The attribute is declared otherwise";
    /// As many attributes are declared as a node keeps in mind.
    TooManyAttributes = "too_many_attributes", 409, "There are too many attributes";
    /// Instruments use the saved audience.
    AudienceInUse = "audience_in_use", 409, "The audience is in use";
    /// Nothing is shown on the media now, so nothing can be asked for either.
    MediaHeld = "media_held", 409, "The media is held";
    /// The model is served under an alias, or the alias cannot take it.
    AliasConflict = "alias_conflict", 409, "The alias cannot take this model";
    /// There are too few training rows for a model that could be trusted.
    TooFewRows = "too_few_rows", 409, "There are too few rows to train on";
    /// As many references are registered as a node can match in time.
    TooManyReferences = "too_many_references", 409, "There are too many references";
    /// As many webhooks are registered as an installation has.
    TooManyWebhooks = "too_many_webhooks", 409, "There are too many webhooks";
    /// A message of SNS that was taken before, or that is too old to be new.
    MessageReplayed = "message_replayed", 409, "The message is not new";
    /// The link's time is over, or what it leads to is not allowed any more.
    LinkClosed = "link_closed", 410, "This link leads nowhere any more";
    /// The resource has changed since the `ETag` of `If-Match`: read it again.
    PreconditionFailed = "precondition_failed", 412, "It has changed since it was read";
    /// The body is longer than the route allows.
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    /// The content type is not one that the route reads.
    UnsupportedMediaType = "unsupported_media_type", 415, "This content type is not read here";
    /// A value is missing, or breaks its bound; `field` and `bound` say which.
    InvalidField = "invalid_field", 422, "The value is out of bounds";
    /// The `Idempotency-Key` came before with another body.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The key came with another body";
    /// A rule tests an attribute that nobody has declared.
    UnknownAttribute = "unknown_attribute", 422, "There is no such attribute to test";
    /// A value, or a test, is not of its attribute's type.
    AttributeMismatch = "attribute_mismatch", 422, "The attribute is of another type";
    /// The attribute speaks of a special category of personal data.
    SpecialCategory = "special_category", 422, "Nothing of a special category is stored";
    /// The window is reversed, or begins below zero.
    InvalidWindow = "invalid_window", 422, "The window is not one";
    /// The window is wider than the route allows.
    WindowTooWide = "window_too_wide", 422, "The window is too wide";
    /// The import is not Rekognition output that we know.
    MalformedImport = "malformed_import", 422, "This is not Rekognition output";
    /// The image cannot be decoded, or cannot serve as a reference.
    MalformedImage = "malformed_image", 422, "This is not a usable image";
    /// Nothing usable came from the image's address: it is out of reach, refuses, is too slow or too large.
    ImageUnreachable = "image_unreachable", 422, "The image could not be fetched";
    /// The uploaded model is broken, or of a schema that this node cannot serve.
    MalformedModel = "malformed_model", 422, "This is not a usable model";
    /// The receipt was not sealed by us, or was changed.
    ReceiptInvalid = "receipt_invalid", 422, "The receipt is not ours";
    /// The receipt was ours, but its time is over.
    ReceiptExpired = "receipt_expired", 422, "The receipt has expired";
    /// More cues than the channel takes: 5 a second.
    RateLimited = "rate_limited", 429, "Too many requests";
    /// Our fault; the log knows more.
    Internal = "internal", 500, "Something failed on our side";
    /// The channel's own service refused or could not be reached.
    SignalFailed = "signal_failed", 502, "The cue could not be handed on";
    /// A store cannot be reached; try again.
    Unavailable = "unavailable", 503, "A store cannot be reached";
}
