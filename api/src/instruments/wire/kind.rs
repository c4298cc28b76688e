//! Kinds on the wire and in the domain.

use beckon_openapi::instrument as wire;

use crate::instruments::definition::Kind;

impl From<Kind> for wire::InstrumentKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Ad => Self::Ad,
            Kind::Promotion => Self::Promotion,
            Kind::Poll => Self::Poll,
            Kind::Quiz => Self::Quiz,
            Kind::Trivia => Self::Trivia,
            Kind::Product => Self::Product,
            Kind::Upsell => Self::Upsell,
        }
    }
}

impl From<wire::InstrumentKind> for Kind {
    fn from(kind: wire::InstrumentKind) -> Self {
        match kind {
            wire::InstrumentKind::Ad => Self::Ad,
            wire::InstrumentKind::Promotion => Self::Promotion,
            wire::InstrumentKind::Poll => Self::Poll,
            wire::InstrumentKind::Quiz => Self::Quiz,
            wire::InstrumentKind::Trivia => Self::Trivia,
            wire::InstrumentKind::Product => Self::Product,
            wire::InstrumentKind::Upsell => Self::Upsell,
        }
    }
}
