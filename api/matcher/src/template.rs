//! A reference brought down to the few hundred points at which it is compared.

use crate::planes::{Pixel, pixel};
use crate::reference::Reference;

/// Less of a cell covered than this, and what lies behind the mark decides its colour.
const COVERED: f32 = 0.6;

/// One point of the template: its cell and its colour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub x: usize,
    pub y: usize,
    /// Luma has the mean of all points taken off; colour differences have not.
    pub value: Pixel,
}

/// The points of a reference on a grid of about a given number of cells.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub columns: usize,
    pub rows: usize,
    /// In rows from the top, each from the left.
    pub points: Vec<Point>,
    /// Sum of squares over the points, luma after its mean is taken off.
    pub energy: f32,
}

impl Template {
    /// Brings `reference` down to about `cells` cells, by area.
    pub fn new(reference: &Reference, cells: usize) -> Self {
        let (columns, rows) = grid(reference.width, reference.height, cells);
        let mut points = Vec::with_capacity(columns * rows);
        for y in 0..rows {
            for x in 0..columns {
                if let Some(value) = cell(reference, (x, columns), (y, rows)) {
                    points.push(Point { x, y, value });
                }
            }
        }
        let mean = points.iter().map(|p| p.value[0]).sum::<f32>() / points.len().max(1) as f32;
        for point in &mut points {
            point.value[0] -= mean;
        }
        let energy = points.iter().map(|p| squared(&p.value)).sum();
        Self {
            columns,
            rows,
            points,
            energy,
        }
    }

    /// Standard deviation of luma over the points.
    pub fn luma_deviation(&self) -> f32 {
        let sum: f32 = self.points.iter().map(|p| p.value[0] * p.value[0]).sum();
        (sum / self.points.len().max(1) as f32).sqrt()
    }
}

pub(crate) fn squared(value: &Pixel) -> f32 {
    value[0] * value[0] + value[1] * value[1] + value[2] * value[2]
}

/// The grid near `cells` cells that keeps the aspect ratio best: a level is scaled alike in
/// both directions, so a grid rounded carelessly would be a squeezed reference.
fn grid(width: u32, height: u32, cells: usize) -> (usize, usize) {
    let aspect = width as f32 / height as f32;
    let ideal = (cells as f32 * aspect).sqrt();
    let around = (ideal * 0.9).round().max(3.0) as usize..=(ideal * 1.1).round().max(3.0) as usize;
    let error = |columns: usize| {
        let rows = (columns as f32 / aspect).round().max(3.0);
        let squeeze = (rows * aspect / columns as f32 - 1.0).abs();
        // Among equally true grids the one nearest the wanted size.
        squeeze + 0.02 * (columns as f32 / ideal - 1.0).abs()
    };
    let columns = around
        .min_by(|a, b| error(*a).total_cmp(&error(*b)))
        .unwrap_or(3);
    let rows = (columns as f32 / aspect).round().max(3.0) as usize;
    (columns, rows)
}

/// The mean colour of one cell, weighted by cover; none where too little is covered.
fn cell(reference: &Reference, x: (usize, usize), y: (usize, usize)) -> Option<Pixel> {
    let mut colour = [0.0_f32; 3];
    let (mut cover, mut whole) = (0.0_f32, 0.0_f32);
    for (row, tall) in shares(y, reference.height as usize) {
        for (column, wide) in shares(x, reference.width as usize) {
            let at = (row * reference.width as usize + column) * 4;
            let rgba = &reference.rgba[at..at + 4];
            let share = tall * wide;
            let alpha = share * f32::from(rgba[3]) / 255.0;
            for (sum, part) in colour.iter_mut().zip(rgba) {
                *sum += alpha * f32::from(*part);
            }
            cover += alpha;
            whole += share;
        }
    }
    if cover < COVERED * whole {
        return None;
    }
    let [red, green, blue] = colour.map(|sum| sum / cover);
    Some(pixel(red, green, blue))
}

/// Which pixels of `length` cell `index` of `count` covers, and how much of each.
fn shares(
    (index, count): (usize, usize),
    length: usize,
) -> impl Iterator<Item = (usize, f32)> + Clone {
    let size = length as f32 / count as f32;
    let (from, to) = (index as f32 * size, (index + 1) as f32 * size);
    let last = (to.ceil() as usize).min(length);
    (from as usize..last).filter_map(move |at| {
        let share = to.min(at as f32 + 1.0) - from.max(at as f32);
        (share > 0.0).then_some((at, share))
    })
}

#[cfg(test)]
mod tests {
    use super::{Template, grid, shares};
    use crate::reference::Reference;

    #[test]
    fn a_grid_keeps_the_aspect_ratio() {
        for (width, height) in [(256, 256), (256, 120), (100, 256), (300, 100), (97, 131)] {
            let (columns, rows) = grid(width, height, 256);
            let squeeze = (rows as f32 * width as f32) / (columns as f32 * height as f32) - 1.0;
            assert!(squeeze.abs() < 0.04, "{width}x{height}: {columns}x{rows}");
            assert!((180..=340).contains(&(columns * rows)), "{columns}x{rows}");
        }
    }

    #[test]
    fn the_shares_of_all_cells_make_up_the_whole() {
        let sum: f32 = (0..7)
            .flat_map(|cell| shares((cell, 7), 40))
            .map(|(_, share)| share)
            .sum();
        assert!((sum - 40.0).abs() < 1e-3);
    }

    #[test]
    fn what_is_transparent_is_no_point() {
        let rgba: Vec<u8> = (0..64 * 64)
            .flat_map(|at| [200, (at % 64) as u8, 10, if at % 64 < 32 { 255 } else { 0 }])
            .collect();
        let reference = Reference::from_rgba(64, 64, &rgba).unwrap();
        let template = Template::new(&reference, 256);
        assert!(template.points.iter().all(|p| p.x < template.columns / 2));
        assert_eq!(template.points.len(), template.rows * template.columns / 2);
    }
}
