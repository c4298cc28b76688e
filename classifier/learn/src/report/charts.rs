//! The charts, drawn as SVG: reliability, ROC, and values with their intervals.

use std::fmt::Write;

use beckon_classifier::metrics::{Judged, reliability, roc};
use beckon_classifier::off_policy::Estimate;

const SIDE: f64 = 260.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 12.0;

/// Places a share of the axes, which run from 0 to `most`.
fn at(x: f64, y: f64, most: f64) -> (f64, f64) {
    (LEFT + x / most * SIDE, TOP + SIDE - y / most * SIDE)
}

fn frame(label: &str, x_name: &str, y_name: &str, most: f64, body: &str) -> String {
    let mut svg = format!("<svg viewBox=\"0 0 320 312\" role=\"img\" aria-label=\"{label}\">");
    for tick in 0..=4 {
        let share = f64::from(tick) / 4.0 * most;
        let (x, y) = at(share, share, most);
        let right = LEFT + SIDE;
        let percent = share * 100.0;
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\"/>\
             <text class=\"end\" x=\"34\" y=\"{:.1}\">{percent:.0}</text>\
             <text class=\"mid\" x=\"{x:.1}\" y=\"288\">{percent:.0}</text>",
            y + 4.0
        );
    }
    let _ = write!(
        svg,
        "<text class=\"mid\" x=\"170\" y=\"306\">{x_name}, %</text><text x=\"44\" y=\"24\">{y_name}, %</text>{body}</svg>"
    );
    svg
}

/// The reliability diagram: what was said against what was seen, each bin with its 95 % range.
pub(super) fn reliability_diagram(judged: &[Judged]) -> String {
    let bins: Vec<_> = reliability(judged)
        .into_iter()
        .filter(|bin| bin.rows > 0)
        .collect();
    let top = bins
        .iter()
        .map(|bin| bin.said.max(bin.seen))
        .fold(0.0, f64::max);
    // A fifth at a time, so that the four ticks are whole numbers.
    let most = ((top * 5.0).ceil() / 5.0).clamp(0.2, 1.0);
    let (low, high) = (at(0.0, 0.0, most), at(most, most, most));
    let mut body = format!(
        "<line class=\"base\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        low.0, low.1, high.0, high.1
    );
    let mut points = String::new();
    for bin in &bins {
        let (x, y) = at(bin.said, bin.seen, most);
        let reach = 1.96 * (bin.seen * (1.0 - bin.seen) / bin.rows as f64).sqrt();
        let upper = at(0.0, (bin.seen + reach).min(most), most).1;
        let lower = at(0.0, (bin.seen - reach).max(0.0), most).1;
        let _ = write!(
            body,
            "<rect class=\"range\" x=\"{:.1}\" y=\"{upper:.1}\" width=\"6\" height=\"{:.1}\"/>\
             <circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"><title>{} rows: said {:.1} %, seen {:.1} %</title></circle>",
            x - 3.0,
            (lower - upper).max(0.0),
            bin.rows,
            bin.said * 100.0,
            bin.seen * 100.0
        );
        let _ = write!(points, "{x:.1},{y:.1} ");
    }
    let _ = write!(body, "<polyline class=\"line\" points=\"{points}\"/>");
    frame(
        "Reliability: said against seen",
        "Said",
        "Engaged",
        most,
        &body,
    )
}

/// The ROC curves of both, the diagonal dashed.
pub(super) fn roc_curves(challenger: &[Judged], champion: &[Judged]) -> String {
    let (low, high) = (at(0.0, 0.0, 1.0), at(1.0, 1.0, 1.0));
    let mut body = format!(
        "<line class=\"base\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        low.0, low.1, high.0, high.1
    );
    for (class, judged) in [("line other", champion), ("line", challenger)] {
        let curve = roc(judged);
        // A point a pixel is as much as can be seen, and keeps the page small.
        let step = (curve.len() / 260).max(1);
        let mut points = String::new();
        for point in curve.iter().step_by(step).chain(curve.last()) {
            let (x, y) = at(point.false_positive, point.true_positive, 1.0);
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
        let _ = write!(body, "<polyline class=\"{class}\" points=\"{points}\"/>");
    }
    frame(
        "ROC of challenger and champion",
        "Others shown as likely",
        "Engaged found",
        1.0,
        &body,
    )
}

/// Values with their 95 % ranges on one axis.
pub(super) fn values(values: &[(&str, &str, Estimate)]) -> String {
    let ranges: Vec<(f64, f64)> = values
        .iter()
        .map(|(_, _, estimate)| estimate.interval(1.96))
        .collect();
    let low = ranges
        .iter()
        .map(|range| range.0)
        .fold(f64::INFINITY, f64::min)
        .max(0.0);
    let high = ranges.iter().map(|range| range.1).fold(0.0, f64::max);
    let pad = ((high - low) * 0.08).max(0.001);
    let (low, high) = ((low - pad).max(0.0), high + pad);
    let place = |value: f64| 118.0 + (value.clamp(low, high) - low) / (high - low) * 148.0;
    let height = 36 * values.len() + 40;
    let mut svg = format!(
        "<svg viewBox=\"0 0 320 {height}\" role=\"img\" aria-label=\"Values with 95 % ranges\">"
    );
    for tick in 0..=2 {
        let value = low + (high - low) * f64::from(tick) / 2.0;
        let x = place(value);
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" y1=\"4\" x2=\"{x:.1}\" y2=\"{}\"/>\
             <text class=\"mid\" x=\"{x:.1}\" y=\"{}\">{:.1}</text>",
            height - 36,
            height - 22,
            value * 100.0
        );
    }
    let _ = write!(
        svg,
        "<text class=\"mid\" x=\"192\" y=\"{}\">Engaged of those shown, %</text>",
        height - 6
    );
    for (at, ((who, how, estimate), (from, to))) in values.iter().zip(&ranges).enumerate() {
        let y = 18 + at * 36;
        let class = match *who {
            "Challenger" => "",
            "Champion" => " champion",
            _ => " logged",
        };
        let (left, right) = (place(*from), place(*to));
        let _ = write!(
            svg,
            "<text class=\"who\" x=\"0\" y=\"{}\">{who}</text><text x=\"0\" y=\"{}\">{how}</text>\
             <rect class=\"range{class}\" x=\"{left:.1}\" y=\"{}\" width=\"{:.1}\" height=\"6\"/>\
             <circle class=\"dot{class}\" cx=\"{:.1}\" cy=\"{y}\" r=\"4\"/>\
             <text class=\"end who\" x=\"319\" y=\"{}\">{:.2}</text>",
            y - 2,
            y + 12,
            y - 3,
            right - left,
            place(estimate.value),
            y + 4,
            estimate.value * 100.0
        );
    }
    svg.push_str("</svg>");
    svg
}
