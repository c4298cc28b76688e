//! What a stored video is, and what its file's name says.

use crate::words::{Confidence, Invalid, MediaId, Time};

/// Extensions of files that are taken for videos.
const EXTENSIONS: [&str; 6] = ["mp4", "m4v", "mov", "mkv", "webm", "ts"];

/// A stored video, which is a job too.
#[derive(Debug, Clone, PartialEq)]
pub struct Video {
    /// The digest of its content, or of where it lies and which version of it.
    pub video_id: String,
    /// The media that its detections are of.
    pub media_id: MediaId,
    /// What people call it.
    pub title: String,
    /// Where its file lies.
    pub origin: Origin,
    /// How many bytes.
    pub size: i64,
    /// What is to be done next.
    pub state: State,
    /// Why it failed, or what was tried in vain so far.
    pub reason: Option<String>,
    /// How often the present state was tried.
    pub attempts: i64,
    /// What was asked of an account's recogniser.
    pub jobs: Vec<Job>,
    /// How long it is, once it was read.
    pub duration_ms: Option<i64>,
    /// How far its detections are stored.
    pub covered_ms: i64,
    /// What is in it.
    pub labels: Vec<Label>,
    /// The blob of its still picture.
    pub poster: Option<String>,
    /// The blob of its moving picture.
    pub preview: Option<String>,
    /// When it was found.
    pub created_at: Time,
    /// When it was last worked on.
    pub updated_at: Time,
    /// When it was done, or failed.
    pub finished_at: Option<Time>,
}

/// Where a file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In the watched folder, by its path below it.
    Folder(String),
    /// In a bucket.
    Bucket {
        /// The bucket's name.
        bucket: String,
        /// The object's key.
        key: String,
    },
}

impl Origin {
    /// The path or the key.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Folder(path) | Self::Bucket { key: path, .. } => path,
        }
    }
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits to be read.
    Queued,
    /// What is on screen is being recognised.
    Recognising,
    /// Its pictures and labels are being made.
    Storing,
    /// All is done.
    Done,
    /// It was given up.
    Failed,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Recognising,
        Self::Storing,
        Self::Done,
        Self::Failed,
    ];

    /// The state as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Recognising => "recognising",
            Self::Storing => "storing",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more happens to it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// What an account's recogniser is asked of a whole video.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Want {
    /// Objects and scenes, at least as sure.
    Labels(Confidence),
    /// Known faces, at least as sure.
    Celebrities(Confidence),
}

/// What was asked, under the id by which the answer is fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// What was asked.
    pub want: Want,
    /// The recogniser's own id of it.
    pub job_id: String,
}

/// One name in a video, over all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Its kind, as detections tell it.
    pub kind: String,
    /// The name.
    pub name: String,
    /// At how many positions it is.
    pub count: i64,
    /// How sure the recogniser is at best.
    pub best: f64,
}

/// Whether a file of this name is taken for a video; hidden ones and drafts are not.
#[must_use]
pub fn is_video(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    !name.starts_with('.')
        && extension.is_some_and(|e| EXTENSIONS.contains(&e.to_ascii_lowercase().as_str()))
}

/// The file's name without its folder and extension.
#[must_use]
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// What people call a video whose file is called so.
#[must_use]
pub fn title(path: &str) -> String {
    let words = stem(path).replace(['_', '-'], " ");
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ")
}

/// The media of a file of this name; with `other` the one that is told apart by the digest, for when the first is taken.
///
/// # Errors
/// Never for a digest of hexadecimal digits.
pub fn media_id(path: &str, digest: &str, other: bool) -> Result<MediaId, Invalid> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let mut slug: String = stem(path)
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .take(110)
        .collect();
    if slug.trim_matches(['-', '.', '_']).is_empty() {
        "video".clone_into(&mut slug);
    }
    if other {
        slug.extend(['-'].into_iter().chain(digest.chars().take(8)));
    }
    MediaId::parse(&slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_says_the_media_and_its_title() {
        let id = |path, other| media_id(path, "0123456789ab", other).expect("an id");
        assert_eq!(
            id("a/Harbour Cup (final).mp4", false).as_str(),
            "Harbour-Cup--final-"
        );
        assert_eq!(id("swan_lake.mp4", false).as_str(), "swan_lake");
        assert_eq!(id("swan_lake.mp4", true).as_str(), "swan_lake-01234567");
        assert_eq!(id("日本.mp4", false).as_str(), "video");
        let long = "x".repeat(300) + ".mp4";
        assert!(id(&long, true).as_str().len() <= 128);
        assert_eq!(title("a/swan_lake-2.mp4"), "swan lake 2");
    }

    #[test]
    fn only_videos_are_taken() {
        for name in ["a.mp4", "b/c.MOV", "x.y.webm"] {
            assert!(is_video(name), "{name}");
        }
        for name in ["a.json", ".a.mp4", "mp4", "b/.part.mp4", "a.mp4.part", "a"] {
            assert!(!is_video(name), "{name}");
        }
    }
}
