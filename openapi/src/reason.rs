//! Reasons: the one vocabulary in which the service says why something was not shown.

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Makes the codes, their documentation in every language and their sentences out of one table.
macro_rules! reasons {
    ($($name:ident $code:literal $meaning:literal)+) => {
        const VOCABULARY: &str = concat!(
            "Why a candidate was left out, or why there was none:\n",
            $("\n- `", $code, "`: ", $meaning),+
        );

        /// Why a candidate was left out, or why there was none.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $(#[doc = $meaning] #[serde(rename = $code)] $name,)+
        }

        impl Reason {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning),+ }
            }
        }
    };
}

/// By hand: the derive does not see the codes that the table's macro hands to serde.
impl PartialSchema for Reason {
    fn schema() -> RefOr<Schema> {
        let codes = Self::ALL.iter().map(|reason| reason.as_str());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(VOCABULARY))
            .enum_values(Some(codes))
            .into()
    }
}

impl ToSchema for Reason {}

reasons! {
    NothingOnScreen "nothing_on_screen" "Nothing that triggers an instrument is in the window."
    OtherMedia "other_media" "It runs on other media only."
    OutsideSchedule "outside_schedule" "Its schedule has not begun, or is over."
    CannotDraw "cannot_draw" "The client cannot draw its kind."
    OutsideAudience "outside_audience" "The viewer is not in its audience."
    NoConsent "no_consent" "Its audience asks for a profile that may not be used: no consent."
    FrequencyCapped "frequency_capped" "The viewer has seen it as often as its cap allows."
    Quiet "quiet" "It, or the media, is in its quiet time after an overlay."
    Showing "showing" "The device is showing an overlay, or has just shown it."
    Outranked "outranked" "Another candidate of the same slot went before it."
    Held "held" "The media is held: nothing is shown on it now."
    NotLive "not_live" "The cue put an instrument to all that is not live any more."
    Withdrawn "withdrawn" "The cue put an instrument to all and was taken back."
    AdBreak "ad_break" "The stream is in an ad break, in which it may not run."
    OutsideDaypart "outside_daypart" "The hour is none of those in which it runs, in its schedule's zone."
    OutsideMediaClock "outside_media_clock" "The media is not in the part in which it runs: another half, another minute, before its marker."
    TriggerUnmet "trigger_unmet" "What it asks of the picture is there in part only: not long, large or sure enough, elsewhere, or with something it excludes."
    RivalOnScreen "rival_on_screen" "A rival of its advertiser is on screen, or it is a rival of a brand that is."
    RestrictedCategory "restricted_category" "Its category is restricted, and viewer, country or media are not such that it may run."
    NearSensitive "near_sensitive" "Its category is restricted, and a minor, an injury or a moderation label is on screen."
    CategoryOptedOut "category_opted_out" "The viewer opted out of its category."
    NotFollowing "not_following" "It follows another instrument that this viewer has not met yet."
    CoolingDown "cooling_down" "A cooldown after another overlay holds it back."
    Suppressed "suppressed" "The viewer has clicked, answered or converted already, and it stops then."
    BudgetSpent "budget_spent" "Its campaign has no budget left, or has reached its goal."
    Paced "paced" "Its campaign is ahead of its plan of delivery."
    Killed "killed" "A kill switch of the instrument, its advertiser or the media is on."
    Separated "separated" "It is kept apart from a competing advertiser or another of its category."
    Mixed "mixed" "The mix rules want something else first: so many ads for so many engagements."
    Interrupted "interrupted" "The viewer's budget of interruptions is spent."
    Holdout "holdout" "The viewer is held out and sees nothing, so that the others can be compared with it."
    NoRoom "no_room" "No place on the picture is free for it."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_its_name_in_json_and_stands_in_the_documentation() {
        for reason in Reason::ALL {
            let json = serde_json::to_value(reason).expect("JSON");
            assert_eq!(json, reason.as_str());
            assert!(VOCABULARY.contains(&format!("`{}`: {}", reason.as_str(), reason.meaning())));
        }
    }
}
