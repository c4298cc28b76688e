//! Many rows by one statement: of a crowd of votes most time would go into round trips.

use std::fmt::Write as _;

/// How many rows one statement takes. Few sizes, so that few statements are prepared.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// Cuts rows into pieces of those sizes.
pub(in crate::events) fn pieces<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (piece, behind) = rest.split_at(size);
        rest = behind;
        Some(piece)
    })
}

/// `($1, $2), ($3, $4)`: places for so many rows of so many columns.
pub(in crate::events) fn places(rows: usize, columns: usize) -> String {
    let cells: Vec<Cell> = vec![Cell::Plain; columns];
    filled(rows, &cells)
}

/// Places for overlays' keys, as a table of its own: nothing else says that the third is a number.
pub(in crate::events) fn keys(rows: usize) -> String {
    filled(rows, &[Cell::Plain, Cell::Plain, Cell::Number])
}

/// What stands in a column.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Plain,
    Number,
}

fn filled(rows: usize, cells: &[Cell]) -> String {
    let (mut sql, mut place) = (String::new(), 0);
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { "), (" });
        for (column, cell) in cells.iter().enumerate() {
            place += 1;
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a text cannot fail.
            let _ = match cell {
                Cell::Plain => write!(sql, "{comma}${place}"),
                Cell::Number => write!(sql, "{comma}cast(${place} as bigint)"),
            };
        }
    }
    sql.push(')');
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hold_every_row_once_and_have_few_sizes() {
        for count in [0, 1, 3, 4, 5, 63, 64, 65, 199] {
            let rows: Vec<usize> = (0..count).collect();
            let cut: Vec<&[usize]> = pieces(&rows).collect();
            assert_eq!(cut.concat(), rows);
            assert!(cut.iter().all(|piece| SIZES.contains(&piece.len())));
        }
    }

    #[test]
    fn places_are_numbered_through() {
        assert_eq!(places(2, 2), "($1, $2), ($3, $4)");
        assert_eq!(
            keys(2),
            "($1, $2, cast($3 as bigint)), ($4, $5, cast($6 as bigint))"
        );
    }
}
