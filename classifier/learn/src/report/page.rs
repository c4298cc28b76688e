//! The page: no script, nothing fetched, light and dark by the reader's own setting.

use std::fmt::Write;

use super::{Report, charts};

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub(super) fn html(report: &Report<'_>) -> String {
    let verdict = report.verdict;
    let (mark, word) = if verdict.promote {
        ("good", "\u{2713} Passed")
    } else {
        ("bad", "\u{2717} Not passed")
    };
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title} of {short}</title><style>{STYLE}</style></head><body>\
         <header><h1>{title}</h1><p>Model <code>{id}</code>, held against <code>{against}</code></p></header>\
         <main><section class=\"gate\"><h2>Gate <span class=\"state {mark}\">{word}</span></h2><p>{why}</p>{checks}</section>",
        title = escape(report.title),
        short = escape(report.model.id().get(..12).unwrap_or_default()),
        id = escape(report.model.id()),
        against = escape(report.against),
        why = escape(&verdict.why),
        checks = checks(report),
    );
    let judged = report.evidence.challenger_judged();
    for (heading, note, chart) in [
        (
            "Calibration",
            "What the challenger said against what was seen; the bars hold 95 %.",
            charts::reliability_diagram(judged),
        ),
        (
            "Would have earned",
            "Choosing greedily, on the held-out rows; the bars hold 95 %.",
            charts::values(&report.values()),
        ),
        (
            "ROC",
            "The challenger's curve; the champion's is dashed orange; grey is guessing.",
            charts::roc_curves(judged, report.evidence.champion_judged()),
        ),
    ] {
        let _ = write!(
            page,
            "<section><h2>{heading}</h2><p class=\"note\">{note}</p>{chart}</section>"
        );
    }
    let _ = write!(
        page,
        "<section><h2>Numbers</h2>{}</section></main></body></html>",
        numbers(report)
    );
    page
}

fn checks(report: &Report<'_>) -> String {
    let mut list = String::from("<ul>");
    for check in &report.verdict.checks {
        let (class, mark) = if check.passed {
            ("good", "\u{2713}")
        } else {
            ("bad", "\u{2717}")
        };
        let _ = write!(
            list,
            "<li><b class=\"{class}\">{mark}</b> {}</li>",
            escape(&check.says)
        );
    }
    list.push_str("</ul>");
    list
}

fn numbers(report: &Report<'_>) -> String {
    let (own, other, facts) = (
        &report.verdict.challenger,
        &report.verdict.champion,
        report.model.facts(),
    );
    let mut table = String::from(
        "<div class=\"wide\"><table><thead><tr><th>Held-out rows</th><th>Challenger</th><th>Champion</th><th>The mean to everyone</th></tr></thead><tbody>",
    );
    let shown = |number: f64| format!("{number:.4}");
    for (name, own, other, base) in [
        (
            "Log loss",
            shown(own.log_loss),
            shown(other.log_loss),
            shown(own.base_log_loss),
        ),
        (
            "Brier",
            shown(own.brier),
            shown(other.brier),
            shown(own.base_brier),
        ),
        ("AUC", shown(own.auc), shown(other.auc), shown(0.5)),
        ("ECE, 20 bins", shown(own.ece), shown(other.ece), shown(0.0)),
        (
            "Mean probability",
            shown(own.mean_probability),
            shown(other.mean_probability),
            shown(own.engaged_rate),
        ),
        (
            "Rows",
            own.rows.to_string(),
            other.rows.to_string(),
            own.rows.to_string(),
        ),
    ] {
        let _ = write!(
            table,
            "<tr><th>{name}</th><td>{own}</td><td>{other}</td><td>{base}</td></tr>"
        );
    }
    let _ = write!(
        table,
        "</tbody></table></div><p class=\"note\">Learnt from {} rows, {} of them engaged; {} different features, \
         {:.2} % of them in a slot of another; {} weights; feature schema <code>{}</code>.</p>",
        facts.rows,
        facts.engaged,
        facts.distinct_features,
        facts.collisions * 100.0,
        report.model.nonzero(),
        escape(report.model.schema().digest())
    );
    table
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_is_shown_as_text() {
        assert_eq!(escape("<b>&\""), "&lt;b&gt;&amp;&quot;");
    }
}
