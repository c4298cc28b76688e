//! What is where, for whoever checks a recogniser.

use serde::Serialize;

use crate::cast::{LOOKALIKES, MARKS};
use crate::programme::RATE;
use crate::stage::{HEIGHT, Placed, WIDTH};

/// Pictures between two noted boxes; between them boxes move evenly.
const EVERY: u32 = 5;

/// The truth about the film.
#[derive(Debug, Serialize)]
pub struct Truth {
    width: u32,
    height: u32,
    frames_per_second: u32,
    duration_ms: u32,
    marks: Vec<Mark>,
    /// Times when one scene becomes the next, and nothing is wholly seen.
    fades: Vec<Span>,
    showings: Vec<Showing>,
}

#[derive(Debug, Serialize)]
struct Mark {
    external_id: &'static str,
    name: &'static str,
    registered: bool,
}

#[derive(Debug, Serialize)]
struct Span {
    from_ms: u32,
    to_ms: u32,
}

/// One mark, from its first picture to its last.
#[derive(Debug, Serialize)]
struct Showing {
    external_id: &'static str,
    from_ms: u32,
    to_ms: u32,
    /// `[at_ms, left, top, width, height]`, the last four in ratios of the picture.
    boxes: Vec<(u32, f64, f64, f64, f64)>,
}

/// Notes pictures one by one.
pub struct Notes {
    truth: Truth,
    fading: bool,
    open: Vec<(Showing, Placed)>,
}

impl Notes {
    /// Nothing seen yet.
    pub fn new() -> Self {
        let mark = |registered| {
            move |member: &crate::cast::Member| Mark {
                external_id: member.external_id,
                name: member.name,
                registered,
            }
        };
        Self {
            truth: Truth {
                width: WIDTH,
                height: HEIGHT,
                frames_per_second: RATE,
                duration_ms: 0,
                marks: (MARKS.iter().map(mark(true)))
                    .chain(LOOKALIKES.iter().map(mark(false)))
                    .collect(),
                fades: Vec::new(),
                showings: Vec::new(),
            },
            fading: false,
            open: Vec::new(),
        }
    }

    /// Notes what one picture shows.
    pub fn picture(&mut self, number: u32, placed: &[Placed], fading: bool) {
        let at_ms = number * 1000 / RATE;
        match (self.fading, fading) {
            (false, true) => self.truth.fades.push(Span {
                from_ms: at_ms,
                to_ms: at_ms,
            }),
            (true, false) => {
                if let Some(fade) = self.truth.fades.last_mut() {
                    fade.to_ms = at_ms;
                }
            }
            _ => {}
        }
        self.fading = fading;
        for (showing, last) in std::mem::take(&mut self.open) {
            if placed.iter().any(|now| now.external_id == last.external_id) {
                self.open.push((showing, last));
            } else {
                self.close(showing, last);
            }
        }
        for now in placed {
            let known = self
                .open
                .iter_mut()
                .find(|(showing, _)| showing.external_id == now.external_id);
            if let Some((showing, last)) = known {
                showing.to_ms = at_ms;
                *last = *now;
                if number.is_multiple_of(EVERY) {
                    showing.boxes.push(noted(at_ms, now));
                }
            } else {
                let showing = Showing {
                    external_id: now.external_id,
                    from_ms: at_ms,
                    to_ms: at_ms,
                    boxes: vec![noted(at_ms, now)],
                };
                self.open.push((showing, *now));
            }
        }
    }

    /// The truth, once the last of so many pictures is noted.
    pub fn finish(mut self, pictures: u32) -> Truth {
        for (showing, last) in std::mem::take(&mut self.open) {
            self.close(showing, last);
        }
        self.truth.duration_ms = pictures * 1000 / RATE;
        if self.fading
            && let Some(fade) = self.truth.fades.last_mut()
        {
            fade.to_ms = self.truth.duration_ms;
        }
        self.truth
    }

    fn close(&mut self, mut showing: Showing, last: Placed) {
        if showing
            .boxes
            .last()
            .is_some_and(|noted| noted.0 != showing.to_ms)
        {
            showing.boxes.push(noted(showing.to_ms, &last));
        }
        self.truth.showings.push(showing);
    }
}

fn noted(at_ms: u32, placed: &Placed) -> (u32, f64, f64, f64, f64) {
    let [left, top, width, height] = placed
        .area
        .map(|ratio| (f64::from(ratio) * 100_000.0).round() / 100_000.0);
    (at_ms, left, top, width, height)
}

#[cfg(test)]
mod tests {
    use super::Notes;
    use crate::stage::Placed;

    fn placed(external_id: &'static str, left: f32) -> Placed {
        Placed {
            external_id,
            area: [left, 0.1, 0.2, 0.3],
        }
    }

    #[test]
    fn a_showing_lasts_from_the_first_picture_to_the_last() {
        let mut notes = Notes::new();
        for number in 0..20 {
            let seen = (3..=14).contains(&number);
            let cast = [placed("tern-coffee", number as f32 / 100.0)];
            notes.picture(number, if seen { &cast } else { &[] }, !seen);
        }
        let truth = notes.finish(20);
        assert_eq!(truth.showings.len(), 1);
        let showing = &truth.showings[0];
        assert_eq!((showing.from_ms, showing.to_ms), (120, 560));
        let moments: Vec<u32> = showing.boxes.iter().map(|noted| noted.0).collect();
        assert_eq!(moments, [120, 200, 400, 560]);
    }

    #[test]
    fn a_fade_lasts_until_the_next_whole_picture_or_the_end() {
        let mut notes = Notes::new();
        for number in 0..20 {
            notes.picture(number, &[], !(3..18).contains(&number));
        }
        let fades: Vec<_> = (notes.finish(20).fades.iter())
            .map(|fade| (fade.from_ms, fade.to_ms))
            .collect();
        assert_eq!(fades, [(0, 120), (720, 800)]);
    }
}
