//! Variants on the wire and in the domain.

use std::collections::BTreeSet;

use beckon_openapi::variant as wire;

use super::bounds::within;
use super::{content, count};
use crate::error::{At, Refusal, Result};
use crate::instruments::content::Content;
use crate::instruments::definition::{Definition, Kind};
use crate::instruments::variants::{MOST_VARIANTS, Variant};
use crate::words::AnswerId;

const HEAVIEST: u32 = 1_000;
const USUAL_WEIGHT: u32 = 100;

/// Checked variants of an instrument of this kind, which shows this content without any.
pub(super) fn from_wire(
    variants: Vec<wire::Variant>,
    kind: Kind,
    own: &Content,
) -> Result<Vec<Variant>> {
    if variants.is_empty() {
        return Ok(Vec::new());
    }
    count("variants", variants.len(), 2, MOST_VARIANTS)?;
    let mut ids = BTreeSet::new();
    let mut checked = Vec::with_capacity(variants.len());
    for (i, variant) in variants.into_iter().enumerate() {
        let at = format!("variants[{i}]");
        let variant = one(variant, kind, own).map_err(|error| error.within(&at))?;
        if !ids.insert(variant.variant_id.clone()) {
            let detail = format!("another variant is called {}", variant.variant_id);
            let field = format!("{at}.variant_id");
            return Err(Refusal::field(field, detail, "unique within the instrument").into());
        }
        checked.push(variant);
    }
    if checked.iter().filter(|v| v.content.is_none()).count() > 1 {
        let detail = "two variants show the instrument's own content";
        return Err(Refusal::field("variants", detail, "at most one without content").into());
    }
    Ok(checked)
}

fn one(wire: wire::Variant, kind: Kind, own: &Content) -> Result<Variant> {
    let wire::Variant {
        variant_id,
        weight,
        content,
    } = wire;
    let weight = within("weight", weight.unwrap_or(USUAL_WEIGHT), 1..=HEAVIEST)?;
    let content = content.map(content::from_wire).transpose()?;
    let content = content
        .map(|(its_kind, content, presentation)| {
            if its_kind != kind {
                let detail = format!("it is a {}", its_kind.as_str());
                let bound = format!("a {} like the instrument", kind.as_str());
                return Err(Refusal::field("content.kind", detail, bound).into());
            }
            same_aim(own, &content)?;
            crate::error::Result::Ok((content, presentation))
        })
        .transpose()?;
    Ok(Variant {
        variant_id: AnswerId::parse(&variant_id).at("variant_id")?,
        weight,
        content,
    })
}

/// What counts is the same for all of them. A vote counts for its answer, whatever the variant that it was given to; a
/// click goes where its instrument leads, and is billed to its advertiser.
fn same_aim(own: &Content, other: &Content) -> Result<()> {
    let (own, other) = match (own, other) {
        (Content::Question(own), Content::Question(other)) => (own, other),
        (Content::Offer(own), Content::Offer(other))
            if own.link_url != other.link_url || own.advertiser != other.advertiser =>
        {
            let detail = "it leads elsewhere, or is for somebody else";
            let bound = "the instrument's link_url and advertiser";
            return Err(Refusal::field("content.link_url", detail, bound).into());
        }
        _ => return Ok(()),
    };
    let ids = |question: &crate::instruments::Question| -> BTreeSet<String> {
        let ids = question.answers.iter();
        ids.map(|answer| answer.answer_id.to_string()).collect()
    };
    if ids(own) == ids(other) && own.correct == other.correct {
        return Ok(());
    }
    let detail = "its answers are not those of the instrument";
    let bound = "the same answer_ids, and the same right one; texts and order may differ";
    Err(Refusal::field("content.answers", detail, bound).into())
}

pub(super) fn to_wire(definition: &Definition) -> Vec<wire::Variant> {
    let variants = definition.variants.iter();
    variants
        .map(|variant| wire::Variant {
            variant_id: variant.variant_id.to_string(),
            weight: Some(variant.weight),
            content: variant
                .content
                .is_some()
                .then(|| content::to_wire(&definition.told_as(variant))),
        })
        .collect()
}
