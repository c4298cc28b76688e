//! Several channels, by name.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::channel::Channel;

/// All channels of one origin.
#[derive(Default)]
pub struct Origin {
    channels: RwLock<BTreeMap<String, Arc<Channel>>>,
}

/// Two channels cannot have one name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is a channel named {0} already")]
pub struct NameTaken(String);

impl Origin {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&self, channel: Channel) -> Result<Arc<Channel>, NameTaken> {
        let mut channels = self
            .channels
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let name = channel.name().to_string();
        if channels.contains_key(&name) {
            return Err(NameTaken(name));
        }
        let channel = Arc::new(channel);
        channels.insert(name, channel.clone());
        Ok(channel)
    }

    pub fn channel(&self, name: &str) -> Option<Arc<Channel>> {
        self.read().get(name).cloned()
    }

    pub fn channel_by_arn(&self, arn: &str) -> Option<Arc<Channel>> {
        self.read().values().find(|c| c.arn() == arn).cloned()
    }

    pub fn channels(&self) -> Vec<Arc<Channel>> {
        self.read().values().cloned().collect()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Arc<Channel>>> {
        self.channels.read().unwrap_or_else(PoisonError::into_inner)
    }
}
