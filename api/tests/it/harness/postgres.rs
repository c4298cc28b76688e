//! A database of its own for each test, on the server that `BECKON_TEST_POSTGRES` names.

use std::sync::Once;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, AssertSqlSafe};

/// A database that is dropped with the test.
pub struct Database {
    pub url: String,
    name: String,
    server: String,
}

/// The URL of the server's maintenance database; without it these tests are left out, and say so.
fn server() -> Option<String> {
    static SAID: Once = Once::new();
    let server = std::env::var("BECKON_TEST_POSTGRES").ok();
    if server.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "BECKON_TEST_POSTGRES must be set in CI"
        );
        SAID.call_once(|| eprintln!("left out: the PostgreSQL half of the tests (set BECKON_TEST_POSTGRES, or run `make test`)"));
    }
    server
}

async fn connect(url: &str) -> AnyPool {
    sqlx::any::install_default_drivers();
    AnyPoolOptions::new()
        .max_connections(1)
        .connect(url)
        .await
        .expect("PostgreSQL answers")
}

impl Database {
    /// An empty database, or `None` where no server is at hand.
    pub async fn create() -> Option<Self> {
        let server = server()?;
        let name = format!("beckon_{}", uuid::Uuid::now_v7().simple());
        let pool = connect(&server).await;
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}")))
            .execute(&pool)
            .await
            .expect("created");
        pool.close().await;
        let (head, _) = server.rsplit_once('/').expect("a URL with a database");
        Some(Self {
            url: format!("{head}/{name}"),
            name,
            server,
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // The test's own runtime is ending: the clean-up has one of its own.
        let cleanup = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let pool = connect(&server).await;
                let sql = format!("drop database if exists {name} with (force)");
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&pool)
                    .await
                    .expect("dropped");
            });
        });
        cleanup.join().expect("the database is dropped");
    }
}
