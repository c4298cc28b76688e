//! Blobs: images and models, whole files under a key.

#[cfg(feature = "aws")]
pub mod s3;

use std::path::{Path, PathBuf};

use anyhow::Context;
use async_trait::async_trait;
use tokio::io::AsyncWriteExt;

/// Where blobs lie.
#[async_trait]
pub trait Blobs: Send + Sync + std::fmt::Debug {
    /// Stores a blob; when this returns, it is durable and whole.
    async fn put(&self, key: &str, bytes: &[u8]) -> anyhow::Result<()>;
    /// Reads a blob; `None` where there is none.
    async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>>;
    /// The file that holds a blob, where blobs are files of this machine.
    fn file(&self, _key: &str) -> Option<PathBuf> {
        None
    }
    /// Whether the store can be reached.
    async fn ping(&self) -> anyhow::Result<()>;
}

/// Objects in buckets of an account's that others fill: recorded thumbnails and uploaded videos.
#[async_trait]
pub trait Objects: Send + Sync + std::fmt::Debug {
    /// Reads an object of at most `largest` bytes.
    ///
    /// # Errors
    /// When there is none, it is larger, or the bucket does not answer.
    async fn get(&self, bucket: &str, key: &str, largest: usize) -> anyhow::Result<bytes::Bytes>;
    /// Copies an object of any size into a file, which is there only once it is whole.
    ///
    /// # Errors
    /// When there is none, or the bucket does not answer.
    async fn save(&self, bucket: &str, key: &str, to: &Path) -> anyhow::Result<()>;
}

/// What stands for buckets in a program that is built without AWS's clients.
#[derive(Debug)]
pub struct NoObjects;

#[async_trait]
impl Objects for NoObjects {
    async fn get(&self, bucket: &str, key: &str, _: usize) -> anyhow::Result<bytes::Bytes> {
        anyhow::bail!("{bucket}/{key} cannot be read: {NO_OBJECTS}")
    }

    async fn save(&self, bucket: &str, key: &str, _: &Path) -> anyhow::Result<()> {
        anyhow::bail!("{bucket}/{key} cannot be read: {NO_OBJECTS}")
    }
}

const NO_OBJECTS: &str = "this program is built without AWS's clients (`--features aws`)";

/// A local folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder where it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(root).with_context(|| format!("cannot make {}", root.display()))?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// Keys are `station/name` of our own making; anything that could leave the folder is a mistake of ours.
    fn path(&self, key: &str) -> anyhow::Result<PathBuf> {
        let clean = key
            .split('/')
            .all(|part| !part.is_empty() && part != ".." && part != "." && !part.contains('\\'));
        anyhow::ensure!(clean, "`{key}` is not a blob's key");
        Ok(self.root.join(key))
    }
}

#[async_trait]
impl Blobs for Folder {
    async fn put(&self, key: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.path(key)?;
        let folder = path.parent().context("a key has a folder")?;
        tokio::fs::create_dir_all(folder).await?;
        // Renaming is atomic: a reader sees the old blob or the new one, never half of one.
        let draft = path.with_extension(format!("draft-{}", uuid::Uuid::now_v7().simple()));
        let mut file = tokio::fs::File::create(&draft).await?;
        file.write_all(bytes).await?;
        file.sync_all().await?;
        tokio::fs::rename(&draft, &path).await?;
        // The name is durable once the folder is.
        tokio::fs::File::open(folder).await?.sync_all().await?;
        Ok(())
    }

    async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match tokio::fs::read(self.path(key)?).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read the blob {key}")),
        }
    }

    fn file(&self, key: &str) -> Option<PathBuf> {
        self.path(key).ok()
    }

    async fn ping(&self) -> anyhow::Result<()> {
        tokio::fs::metadata(&self.root)
            .await
            .map(drop)
            .context("the blobs' folder is gone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_blob_comes_back_as_it_was_stored_and_can_be_replaced() {
        let root = tempfile::tempdir().expect("a folder");
        let blobs = Folder::open(root.path()).expect("blobs");
        assert_eq!(blobs.get("models/a").await.expect("read"), None);
        blobs.put("models/a", b"one").await.expect("stored");
        blobs.put("models/a", b"two").await.expect("replaced");
        assert_eq!(
            blobs.get("models/a").await.expect("read"),
            Some(b"two".to_vec())
        );
    }

    #[tokio::test]
    async fn a_key_cannot_leave_the_folder() {
        let root = tempfile::tempdir().expect("a folder");
        let blobs = Folder::open(root.path()).expect("blobs");
        assert!(blobs.put("../outside", b"x").await.is_err());
        assert!(blobs.get("models//a").await.is_err());
    }
}
