//! What each number of a report means, in a report's own words.

/// A field of a line, and what it counts.
pub const TERMS: &[(&str, &str)] = &[
    (
        "impressions",
        "Overlays that were drawn on a viewer's picture, each once however often it was told. Those of test mode, and of those who are held out, are not among them.",
    ),
    (
        "viewable",
        "Impressions of which at least half the area was in view for at least one second without a break: the viewability of the Media Rating Council for display.",
    ),
    (
        "clicks",
        "Overlays whose button or link was followed, each once. What comes before its impression waits for it (60 s unless the node says otherwise), and is in no number until then.",
    ),
    (
        "scans",
        "Overlays whose code was opened by another device, each once. Looks ahead by programs that only preview a link are not counted.",
    ),
    (
        "answers",
        "Votes that count: the first answer of a viewer to a question.",
    ),
    (
        "dismissals",
        "Overlays that the viewer sent away, each once.",
    ),
    (
        "conversions",
        "What an advertiser's server told of, each conversion_id once, put down to the click that it names or to the last overlay that the viewer was shown, within the time of attribution (30 days unless the node says otherwise).",
    ),
    (
        "held_out",
        "Overlays that would have been drawn for viewers who are held out, told when their turn came. They saw nothing.",
    ),
    (
        "held_out_conversions",
        "Conversions of those viewers, put down to what they would have been shown.",
    ),
    (
        "billed_micros",
        "What impressions were billed, in millionths of the campaign's currency: what their receipt had reserved, told within 15 minutes. What comes later is counted and not billed.",
    ),
    (
        "conversion_values",
        "What conversions were worth by their senders' word, in millionths, by currency; never added up over currencies.",
    ),
    (
        "viewable_rate",
        "Viewable by impressions, with its 95 % Wilson interval.",
    ),
    (
        "click_rate",
        "Clicks and scans by impressions, with its 95 % Wilson interval.",
    ),
    (
        "answer_rate",
        "Answers by impressions, with its 95 % Wilson interval.",
    ),
    (
        "dismiss_rate",
        "Dismissals by impressions, with its 95 % Wilson interval.",
    ),
    (
        "conversion_rate",
        "Conversions by impressions, with its 95 % Wilson interval.",
    ),
    (
        "lift",
        "The conversion rate less the same rate of those who are held out, with the 95 % interval of the difference (Newcombe). Chance explains it where the interval holds zero.",
    ),
    (
        "hour",
        "The hour in which it happened, in UTC, by the viewer's clock as far as that can be believed: not before the decision, and not after it arrived.",
    ),
    (
        "detection",
        "The surest name on screen that called for the overlay; none where it needs nothing on screen, or a host put it to all.",
    ),
    (
        "audience",
        "The saved audiences that the version names. What is for two counts in both lines, so these lines do not add up to the whole.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_a_line_is_defined_once() {
        let line = super::super::wire::line(&super::super::Line {
            key: Vec::new(),
            counts: super::super::Counts::default(),
        });
        let told = serde_json::to_value(line).expect("JSON");
        for name in told
            .as_object()
            .expect("fields")
            .keys()
            .filter(|name| *name != "key")
        {
            let times = TERMS.iter().filter(|(term, _)| term == name).count();
            assert_eq!(times, 1, "{name}");
        }
    }
}
