//! The numbers of a line, and the rates that follow from them.

use std::collections::BTreeMap;

use crate::events::{EventType, Grain};
use crate::reports::{Rate, rate};

/// What happened. The dictionary says what each number means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Overlays that were drawn.
    pub impressions: u64,
    /// Half in view for a second.
    pub viewable: u64,
    /// Presses of the button.
    pub clicks: u64,
    /// Scans of the code.
    pub scans: u64,
    /// Answers.
    pub answers: u64,
    /// Sent away.
    pub dismissals: u64,
    /// What it was for was done.
    pub conversions: u64,
    /// Would have been drawn for those who are held out.
    pub held_out: u64,
    /// Converted all the same.
    pub held_out_conversions: u64,
    /// Billed, in millionths of the campaigns' currencies.
    pub billed_micros: u64,
    /// What conversions were worth, in millionths, by currency.
    pub values: BTreeMap<String, i64>,
}

/// Rates of a line; none before the first impression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Viewable of drawn.
    pub viewable: Option<Rate>,
    /// Clicked or scanned of drawn.
    pub click: Option<Rate>,
    /// Answered of drawn.
    pub answer: Option<Rate>,
    /// Sent away of drawn.
    pub dismiss: Option<Rate>,
    /// Converted of drawn.
    pub conversion: Option<Rate>,
}

impl Counts {
    /// Adds what happened.
    pub fn add(&mut self, grain: &Grain) {
        let times = grain.times;
        if grain.held_out {
            match grain.event_type {
                EventType::Impression => self.held_out += times,
                EventType::Conversion => self.held_out_conversions += times,
                // Nothing was drawn, so nothing else can have happened to it.
                _ => {}
            }
            return;
        }
        match grain.event_type {
            EventType::Impression => self.impressions += times,
            EventType::Viewable => self.viewable += times,
            EventType::Click => self.clicks += times,
            EventType::Scan => self.scans += times,
            EventType::Answer => self.answers += times,
            EventType::Dismiss => self.dismissals += times,
            EventType::Conversion => self.conversions += times,
        }
        self.billed_micros += grain.billed_micros;
        if let Some(currency) = &grain.currency {
            *self.values.entry(currency.clone()).or_default() += grain.value_micros;
        }
    }

    /// Its rates.
    #[must_use]
    pub fn rates(&self) -> Rates {
        let of = |times| rate(times, self.impressions);
        Rates {
            viewable: of(self.viewable),
            click: of(self.clicks + self.scans),
            answer: of(self.answers),
            dismiss: of(self.dismissals),
            conversion: of(self.conversions),
        }
    }
}
