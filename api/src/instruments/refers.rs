//! What a definition speaks of must be there: its campaign, the image it shows, the instrument it follows.

use super::content::{Content, Offer, Picture, PictureSource};
use super::definition::Definition;
use super::{campaigns, images, store};
use crate::db::Db;
use crate::error::{Refusal, Result};

/// Checks that what a definition speaks of is there; neither images nor the versions of instruments are ever deleted.
///
/// # Errors
/// When something is not, or the database does not answer.
pub(super) async fn check(db: &Db, definition: &Definition) -> Result<()> {
    campaigns::check(db, definition).await?;
    let Content::Offer(Offer {
        picture, follows, ..
    }) = &definition.content
    else {
        return Ok(());
    };
    if let Some(Picture {
        source: PictureSource::Image(image_id),
        ..
    }) = picture
        && !images::is_there(db, image_id).await?
    {
        let detail = format!("there is no image {image_id}");
        let bound = "an image_id that POST /v1/images gave out";
        return Err(Refusal::field("content.image_id", detail, bound).into());
    }
    if let Some(followed) = follows
        && store::version(db, followed, 1).await?.is_none()
    {
        let detail = format!("there is no instrument {followed}");
        let bound = "the instrument_id of one that is registered";
        return Err(Refusal::field("content.follows", detail, bound).into());
    }
    Ok(())
}
