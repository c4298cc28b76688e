//! Ads, promotions, products and upsells on the wire and in the domain.

use beckon_openapi::instrument as wire;

use super::presentation::Told;
use super::text;
use crate::currencies::Currency;
use crate::error::{At, Refusal, Result};
use crate::instruments::content::{Content, Offer, Picture, PictureSource, Price};
use crate::instruments::definition::Kind;
use crate::media::web_url;
use crate::words::{ImageId, InstrumentId};

/// Every whole number up to here is one in JavaScript too.
const LARGEST_AMOUNT: u64 = 9_007_199_254_740_991;

pub(super) fn from_wire(wire: wire::Offer, kind: Kind) -> Result<(Content, Told)> {
    let wire::Offer {
        title,
        text: more,
        image_url,
        image_id,
        image_text,
        link_url,
        link_host,
        link_text,
        qr,
        advertiser,
        price,
        code,
        follows,
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    } = wire;
    let told = Told {
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    };
    let optional = |field: &str, value: Option<String>, longest| {
        value.map(|value| text(field, value, longest)).transpose()
    };
    if link_host.is_some() {
        let detail = "the server fills it in overlays, by the link";
        return Err(Refusal::field("link_host", detail, "not given").into());
    }
    let offer = Offer {
        title: text("title", title, 60)?,
        text: optional("text", more, 120)?,
        picture: picture(image_url, image_id, image_text)?,
        link_url: web_url("link_url", link_url)?,
        link_text: text("link_text", link_text, 16)?,
        qr,
        advertiser: text("advertiser", advertiser, 60)?,
        price: price.map(price_from_wire).transpose()?,
        code: optional("code", code, 16)?,
        follows: follows_of(follows, kind)?,
    };
    Ok((Content::Offer(offer), told))
}

fn picture(
    url: Option<String>,
    image_id: Option<String>,
    says: Option<String>,
) -> Result<Option<Picture>> {
    let source = match (url, image_id) {
        (Some(_), Some(_)) => {
            let detail = "the picture is given twice";
            return Err(Refusal::field("image_id", detail, "image_url or image_id").into());
        }
        (Some(url), None) => PictureSource::Url(web_url("image_url", url)?),
        (None, Some(id)) => PictureSource::Image(ImageId::parse(&id).at("image_id")?),
        (None, None) if says.is_some() => {
            let detail = "there is no picture that it could describe";
            return Err(Refusal::field("image_text", detail, "given with a picture").into());
        }
        (None, None) => return Ok(None),
    };
    let Some(says) = says else {
        let detail = "who does not see the picture is told nothing of it";
        return Err(Refusal::field("image_text", detail, "needed with a picture").into());
    };
    let text = text("image_text", says, 120)?;
    Ok(Some(Picture { source, text }))
}

fn follows_of(follows: Option<String>, kind: Kind) -> Result<Option<InstrumentId>> {
    const BOUND: &str = "the instrument_id of what an upsell follows, and of nothing else";
    match (kind, follows) {
        (Kind::Upsell, None) => {
            let detail = "an upsell says what it follows";
            Err(Refusal::field("follows", detail, BOUND).into())
        }
        (Kind::Upsell, Some(id)) => Ok(Some(InstrumentId::parse(&id).at("follows")?)),
        (_, Some(_)) => {
            let detail = format!("a {} follows nothing", kind.as_str());
            Err(Refusal::field("follows", detail, BOUND).into())
        }
        (_, None) => Ok(None),
    }
}

fn price_from_wire(wire: wire::Price) -> Result<Price> {
    let wire::Price {
        amount_minor,
        currency,
    } = wire;
    if amount_minor > LARGEST_AMOUNT {
        let (detail, bound) = (format!("it is {amount_minor}"), "at most 9007199254740991");
        return Err(Refusal::field("price.amount_minor", detail, bound).into());
    }
    Currency::parse(&currency).at("price.currency")?;
    Ok(Price {
        amount_minor,
        currency,
    })
}

pub(super) fn to_wire(offer: &Offer, told: Told) -> wire::Offer {
    let Offer {
        title,
        text,
        picture,
        link_url,
        link_text,
        qr,
        advertiser,
        price,
        code,
        follows,
    } = offer.clone();
    let Told {
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    } = told;
    let (image_url, image_id, image_text) = match picture {
        None => (None, None, None),
        Some(Picture { source, text }) => match source {
            PictureSource::Url(url) => (Some(url), None, Some(text)),
            PictureSource::Image(id) => (None, Some(id.to_string()), Some(text)),
        },
    };
    wire::Offer {
        title,
        text,
        image_url,
        image_id,
        image_text,
        link_url,
        link_host: None,
        link_text,
        qr,
        advertiser,
        price: price.map(|price| wire::Price {
            amount_minor: price.amount_minor,
            currency: price.currency,
        }),
        code,
        follows: follows.map(|id| id.to_string()),
        label,
        paid_by,
        disclosure,
        theme,
        default_locale,
        locales,
    }
}

/// Says where the picture lies and where the link ends; what it follows is nothing to viewers.
pub(super) fn for_viewers(offer: &mut wire::Offer) {
    if let Some(id) = offer.image_id.take() {
        offer.image_url = ImageId::parse(&id)
            .ok()
            .map(|id| PictureSource::Image(id).url());
    }
    offer.link_host = host(&offer.link_url);
    offer.follows = None;
}

/// The host that a link ends at, without its port; none for a path of our own.
fn host(url: &str) -> Option<String> {
    let uri = url.parse::<http::Uri>().ok()?;
    uri.host().map(str::to_ascii_lowercase)
}
