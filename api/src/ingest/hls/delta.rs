//! Delta updates: a playlist that left out what was known (EXT-X-SKIP) is put together with what is known.

use super::media::Media;

/// The whole playlist of an update; the update as it stands where what it left out is not known. Its segments have
/// their right numbers either way.
#[must_use]
pub fn complete(mut update: Media, before: Option<&Media>) -> Media {
    let Some(known) = before.and_then(|before| left_out(&update, before)) else {
        return update;
    };
    let Some(last) = known.last().cloned() else {
        return update;
    };
    let so_far = last
        .discontinuity_sequence
        .saturating_sub(update.discontinuity_sequence);
    for (index, segment) in update.segments.iter_mut().enumerate() {
        // Tags that stood before what was left out are left out too, and hold on.
        if index < update.first_key {
            segment.keys = last.keys.clone();
        }
        if index < update.first_map {
            segment.map.clone_from(&last.map);
        }
        segment.discontinuity_sequence += so_far;
    }
    let known = known.to_vec();
    for range in &mut update.dates {
        range.after += known.len();
    }
    update.first_key = update.first_key.saturating_add(known.len());
    update.first_map = update.first_map.saturating_add(known.len());
    update.segments.splice(0..0, known);
    update.skipped = 0;
    update
}

fn left_out<'a>(update: &Media, before: &'a Media) -> Option<&'a [super::segment::Segment]> {
    let skipped = usize::try_from(update.skipped).ok().filter(|n| *n > 0)?;
    let first = before.segments.first()?.sequence;
    let from = usize::try_from(update.media_sequence.checked_sub(first)?).ok()?;
    before.segments.get(from..from.checked_add(skipped)?)
}
