//! `beckon migrate`: brings the tables up to date.

use crate::config::StoreOptions;
use crate::db::Db;

/// Bring the database up to date and stop
///
/// `serve` and `demo` do the same when they start; run this first where several nodes start at once.
#[derive(Debug, clap::Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    store: StoreOptions,
}

impl Migrate {
    pub(super) fn run(self) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.store.data_dir)?;
        tokio::runtime::Runtime::new()?.block_on(async {
            let db = Db::open(&self.store.database_url()).await?;
            db.migrate().await
        })
    }
}
