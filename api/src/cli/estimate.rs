//! `beckon estimate`: what recognition of an event would cost.

use crate::ingest::spend::{Calls, Operation, cost};
use crate::words::MicroUsd;

/// Estimate what Rekognition would cost for an event
///
/// By public list prices, without free tiers and discounts, so that it errs upwards. What a media may spend at the most is
/// set by its `ingest.max_spend_usd`. Channel, storage and delivery are not in it.
#[derive(Debug, clap::Args)]
pub(super) struct Estimate {
    /// How long the event is, in hours
    #[arg(long, value_name = "HOURS", value_parser = hours)]
    hours: f64,
    /// Frames that are looked at in a second
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = fps)]
    fps: f64,
    /// Ask for well-known people in each frame
    #[arg(long)]
    celebrities: bool,
    /// Ask for objects and scenes in each frame
    #[arg(long)]
    labels: bool,
    /// Ask for what not everybody should see in each frame
    #[arg(long)]
    moderation: bool,
    /// Run a custom model, from its lead before the event to its end
    #[arg(long)]
    custom_labels: bool,
    /// How long before the event the model is started, in minutes
    #[arg(long, default_value_t = 15, value_name = "MINUTES")]
    model_lead: u32,
    /// The event is a stored video: it is paid by the minute, for labels and celebrities, instead of by the frame
    #[arg(long, conflicts_with_all = ["moderation", "custom_labels"])]
    stored: bool,
}

fn hours(text: &str) -> Result<f64, String> {
    bounded(text, 10_000.0)
}

fn fps(text: &str) -> Result<f64, String> {
    bounded(text, 60.0)
}

fn bounded(text: &str, most: f64) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= most => Ok(number),
        _ => Err(format!("more than 0 and at most {most}")),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded above: at most 10,000 hours of 60 frames a second is below 2^32"
)]
fn whole(number: f64) -> u32 {
    number.ceil() as u32
}

impl Estimate {
    #[expect(clippy::print_stdout, reason = "the answer that was asked for")]
    pub(super) fn run(self) -> anyhow::Result<()> {
        let calls = self.calls();
        anyhow::ensure!(
            !calls.is_empty(),
            "nothing is asked: add --celebrities, --labels, --moderation or --custom-labels"
        );
        for (operation, count) in &calls {
            let each = MicroUsd::from_micros(operation.micro_usd()).usd();
            let all = MicroUsd::from_micros(cost(&[(*operation, *count)])).usd();
            println!(
                "{:<26}{count:>10} x {each:.6} USD = {all:>10.2} USD",
                operation.as_str()
            );
        }
        let all = MicroUsd::from_micros(cost(&calls)).usd();
        println!("{:<26}{:>35} {all:>10.2} USD", "in all", "");
        Ok(())
    }

    fn calls(&self) -> Calls {
        let frames = whole(self.hours * 3600.0 * self.fps);
        let minutes = whole(self.hours * 60.0);
        let model_seconds = whole(self.hours * 3600.0) + self.model_lead * 60;
        let by_picture = [
            (self.celebrities, Operation::RecognizeCelebrities, frames),
            (self.labels, Operation::DetectLabels, frames),
            (self.moderation, Operation::DetectModerationLabels, frames),
            (self.custom_labels, Operation::DetectCustomLabels, frames),
            (self.custom_labels, Operation::ModelSecond, model_seconds),
        ];
        let by_minute = [
            (
                self.celebrities,
                Operation::StartCelebrityRecognition,
                minutes,
            ),
            (self.labels, Operation::StartLabelDetection, minutes),
        ];
        let asked: &[(bool, Operation, u32)] = if self.stored { &by_minute } else { &by_picture };
        let wanted = asked.iter().filter(|(asked, ..)| *asked);
        wanted
            .map(|(_, operation, count)| (*operation, *count))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        estimate: Estimate,
    }

    fn dollars(arguments: &str) -> f64 {
        let line = Line::parse_from(["x"].into_iter().chain(arguments.split(' ')));
        MicroUsd::from_micros(cost(&line.estimate.calls())).usd()
    }

    #[test]
    fn a_two_hour_event_at_one_frame_a_second_costs_as_listed() {
        assert!((dollars("--hours 2 --fps 1 --labels") - 7.2).abs() < 1e-9);
        assert!((dollars("--hours 2 --fps 1 --labels --celebrities") - 14.4).abs() < 1e-9);
        let model = dollars("--hours 2 --fps 1 --custom-labels");
        assert!((9.0..9.02).contains(&model), "2.25 hours at 4 USD: {model}");
        assert!((dollars("--hours 2 --stored --labels --celebrities") - 24.0).abs() < 1e-9);
    }

    #[test]
    fn less_than_one_frame_a_second_costs_less() {
        assert!((dollars("--hours 1 --fps 0.1 --labels") - 0.36).abs() < 1e-9);
    }
}
