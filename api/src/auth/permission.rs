//! What each role may do: one table.

use super::Role;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Read a media.
    ReadMedia,
    /// Register, change and delete media.
    WriteMedia,
    /// Read how media are ingested.
    ReadIngest,
    /// Read what nodes count.
    ReadMetrics,
    /// Read detections.
    ReadDetections,
    /// Store and import detections.
    WriteDetections,
    /// Erase people from the picture, and keep the list of those who opted out.
    WritePeople,
    /// Read entities.
    ReadEntities,
    /// Register, change and delete entities.
    WriteEntities,
    /// Register and list reference images.
    WriteReferences,
    /// Send notices of what happened outside.
    SendNotices,
    /// Read instruments and their results.
    ReadInstruments,
    /// Register and change instruments.
    WriteInstruments,
    /// Change what holds over all instruments.
    WriteDeliveryRules,
    /// Listen to how a question stands; a viewer once it has answered.
    ListenToResults,
    /// Read a media's leaderboard.
    ReadLeaderboard,
    /// Tell what came of clicks.
    SendConversions,
    /// Approve instruments of others, set them live, pause and archive them.
    MoveInstruments,
    /// Set and clear kill switches.
    Kill,
    /// Read who changed what.
    ReadAudit,
    /// Store, read and delete viewers' profiles.
    WriteViewers,
    /// Declare attributes of viewers.
    DeclareAttributes,
    /// Ask for a decision.
    Decide,
    /// Ask what a set of instruments would have done.
    Replay,
    /// Send a cue.
    SendCues,
    /// Hold a media, and let go of it.
    HoldMedia,
    /// Listen to cues.
    ListenToCues,
    /// Read models.
    ReadModels,
    /// Train, upload and promote models.
    WriteModels,
    /// Say who is told what happens, and see what they were told.
    WriteWebhooks,
}

impl Permission {
    /// Who may do it.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        use Role::{Advertiser, Ingest, Marketer, Operator, Scientist, Viewer};
        match self {
            Self::ReadMedia => &[Viewer, Marketer, Scientist, Operator, Ingest],
            Self::WriteMedia | Self::SendCues | Self::ReadMetrics | Self::WriteDeliveryRules => {
                &[Operator]
            }
            Self::HoldMedia
            | Self::MoveInstruments
            | Self::Kill
            | Self::ReadAudit
            | Self::DeclareAttributes => &[Operator, Marketer],
            Self::ReadDetections => &[Marketer, Scientist, Operator, Ingest],
            Self::WriteDetections
            | Self::WriteReferences
            | Self::SendNotices
            | Self::ReadIngest => &[Operator, Ingest],
            Self::ReadEntities => &[Marketer, Scientist, Operator, Ingest],
            Self::WriteEntities => &[Marketer, Operator],
            Self::ReadInstruments | Self::Replay => &[Marketer, Scientist, Operator],
            Self::WriteInstruments => &[Marketer],
            Self::WriteViewers | Self::WritePeople => &[Operator],
            Self::ListenToResults | Self::ReadLeaderboard => {
                &[Viewer, Marketer, Scientist, Operator]
            }
            Self::SendConversions => &[Advertiser, Operator],
            Self::Decide => &[Viewer],
            Self::ListenToCues => &[Viewer, Operator],
            Self::ReadModels => &[Scientist, Operator],
            Self::WriteModels => &[Scientist],
            Self::WriteWebhooks => &[Operator, Marketer],
        }
    }
}
