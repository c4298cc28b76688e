//! A real server on a free port, with a database of its own, on SQLite or PostgreSQL.

mod client;
#[cfg(target_os = "linux")]
pub mod crowd;
#[cfg(feature = "aws")]
pub mod dynamo;
pub mod postgres;
pub mod sealed;
mod until;

use std::net::TcpListener;

use beckon_api::app::{self, App};
use beckon_api::auth::Role;
use beckon_api::config::{
    BudgetOptions, EventOptions, HookOptions, MetricsAccess, Reach, ServeOptions, StoreOptions,
    Switch, VideoOptions, now,
};
use beckon_api::ingest::Outside;
pub use client::{Answer, Client};
pub use until::until;

/// Which engine a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
    /// The registry in SQLite, detections in DynamoDB.
    #[cfg(feature = "aws")]
    Dynamo,
}

/// A running server. What it holds is deleted with it.
pub struct Server {
    app: App,
    address: std::net::SocketAddr,
    handle: actix_web::dev::ServerHandle,
    /// `None` once it was stopped.
    running: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    options: ServeOptions,
    outside: Option<Outside>,
    _folder: Option<tempfile::TempDir>,
    _database: Option<postgres::Database>,
    #[cfg(feature = "aws")]
    table: Option<dynamo::Table>,
}

/// The options of a test's server.
fn options(folder: &std::path::Path, database_url: Option<String>) -> ServeOptions {
    ServeOptions {
        rekognition: Default::default(),
        store: StoreOptions {
            data_dir: folder.to_owned(),
            database_url,
            keep_detections_days: None,
            detections_table: None,
            blobs_bucket: None,
        },
        bind: std::net::Ipv4Addr::LOCALHOST.into(),
        port: 0,
        workers: Some(1),
        cors_origins: vec!["https://page.example".to_owned()],
        show_ms: 30_000,
        quiet_ms: 60_000,
        spread_ms: 0,
        holdout_percent: 0.0,
        reach: Reach::Loopback,
        ingest: Switch::On,
        most_watches: 32,
        metrics: MetricsAccess::Token,
        model_lead_s: 900,
        retrain_every_rows: 0,
        explain_sample: 0.0,
        events: EventOptions::default(),
        budgets: BudgetOptions {
            // What a decision says must not hang on how busy the machine is.
            slice_waits_ms: 4_000,
            ..BudgetOptions::default()
        },
        hooks: HookOptions::default(),
        videos: VideoOptions::default(),
    }
}

impl Server {
    /// Starts a server, or `None` where the engine is not at hand (said once, plainly).
    pub async fn start(engine: Engine) -> Option<Self> {
        Self::start_with(engine, |_| {}).await
    }

    /// Starts a server with other options.
    pub async fn start_with(
        engine: Engine,
        change: impl FnOnce(&mut ServeOptions),
    ) -> Option<Self> {
        Self::start_within(engine, None, change).await
    }

    /// Starts a server with stand-ins for what lies outside.
    pub async fn start_within(
        engine: Engine,
        outside: Option<Outside>,
        change: impl FnOnce(&mut ServeOptions),
    ) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match engine {
            Engine::Postgres => Some(postgres::Database::create().await?),
            _ => None,
        };
        let mut options = options(folder.path(), database.as_ref().map(|d| d.url.clone()));
        #[cfg(feature = "aws")]
        let table = match engine {
            Engine::Dynamo => Some(dynamo::Table::create().await?),
            _ => None,
        };
        #[cfg(feature = "aws")]
        if let Some(table) = &table {
            options.store.detections_table = Some(table.name.clone());
        }
        change(&mut options);
        let (app, address, handle, running) = run(&options, outside.clone()).await;
        Some(Self {
            app,
            address,
            handle,
            running: Some(running),
            options,
            outside,
            _folder: Some(folder),
            _database: database,
            #[cfg(feature = "aws")]
            table,
        })
    }

    /// Another node on the same data, with an address of its own. It ends before the first.
    pub async fn second_node(&self) -> Self {
        let (app, address, handle, running) = run(&self.options, self.outside.clone()).await;
        Self {
            app,
            address,
            handle,
            running: Some(running),
            options: self.options.clone(),
            outside: self.outside.clone(),
            _folder: None,
            _database: None,
            #[cfg(feature = "aws")]
            table: None,
        }
    }

    /// Stops the server and starts another on the same data.
    pub async fn restart(&mut self) {
        self.stop().await;
        let (app, address, handle, running) = run(&self.options, self.outside.clone()).await;
        (self.app, self.address, self.handle, self.running) = (app, address, handle, Some(running));
    }

    /// Stops the server and starts another on the same data, with other options.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut ServeOptions)) {
        change(&mut self.options);
        self.restart().await;
    }

    async fn stop(&mut self) {
        self.handle.stop(false).await;
        if let Some(running) = self.running.take() {
            running
                .await
                .expect("the server did not panic")
                .expect("the server ended well");
        }
    }

    /// Ends the test: the server must stop by itself and leave nothing behind.
    pub async fn finish(mut self) {
        self.stop().await;
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    /// Everything that stores beside the database hold of detections, as text.
    #[cfg_attr(
        not(feature = "aws"),
        expect(
            clippy::unused_async,
            reason = "without AWS's clients there is no other store"
        )
    )]
    pub async fn text_elsewhere(&self) -> String {
        #[cfg(feature = "aws")]
        if let Some(table) = &self.table {
            return table.text().await;
        }
        String::new()
    }

    pub fn data_dir(&self) -> &std::path::Path {
        &self.options.store.data_dir
    }

    /// The database behind the server, for tests of what no route reaches.
    pub async fn database(&self) -> beckon_api::db::Db {
        beckon_api::db::Db::open(&self.options.store.database_url())
            .await
            .expect("the database is opened")
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A caller without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.url(), None)
    }

    /// A caller of this role.
    pub fn caller(&self, role: Role, subject: &str) -> Client {
        let token = self
            .app
            .auth()
            .issue(subject, role, 3600, now())
            .expect("a token");
        Client::new(self.url(), Some(token))
    }

    pub fn operator(&self) -> Client {
        self.caller(Role::Operator, "olga")
    }
}

async fn run(
    options: &ServeOptions,
    outside: Option<Outside>,
) -> (
    App,
    std::net::SocketAddr,
    actix_web::dev::ServerHandle,
    tokio::task::JoinHandle<std::io::Result<()>>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let built = match outside {
        Some(outside) => App::build_within(options.clone(), outside).await,
        None => App::build(options.clone()).await,
    };
    let app = built.expect("the app is built");
    let server = app::serve(listener, app.clone(), |_| {}).expect("the server starts");
    let handle = server.handle();
    (app, address, handle, tokio::spawn(server))
}

/// Runs a test on both engines: `on_both_engines!(a_sentence, |server| async move { … })`.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident => $body:ident;)+) => {
        mod on_sqlite {
            $(#[actix_web::test]
            async fn $name() {
                let Some(server) = $crate::harness::Server::start($crate::harness::Engine::Sqlite).await else { return };
                $crate::harness::check(server, super::$body).await;
            })+
        }
        mod on_postgres {
            $(#[actix_web::test]
            async fn $name() {
                let Some(server) = $crate::harness::Server::start($crate::harness::Engine::Postgres).await else { return };
                $crate::harness::check(server, super::$body).await;
            })+
        }
    };
}

/// Runs a test on both engines, and with detections in DynamoDB where that is built.
#[macro_export]
macro_rules! on_all_stores {
    ($($name:ident => $body:ident;)+) => {
        $crate::on_both_engines! { $($name => $body;)+ }
        #[cfg(feature = "aws")]
        mod on_dynamo {
            $(#[actix_web::test]
            async fn $name() {
                let Some(server) = $crate::harness::Server::start($crate::harness::Engine::Dynamo).await else { return };
                $crate::harness::check(server, super::$body).await;
            })+
        }
    };
}

/// Hands the server to the test and stops it afterwards.
pub async fn check<F, T>(mut server: Server, test: F)
where
    F: AsyncFnOnce(&mut Server) -> T,
{
    test(&mut server).await;
    server.finish().await;
}
