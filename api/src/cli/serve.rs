//! `beckon serve`: the API.

use std::net::TcpListener;

use anyhow::Context;

use crate::app::{self, App};
use crate::config::ServeOptions;

/// Serve the API until Ctrl-C
///
/// Opens the database and the blobs of the data folder, makes the keys at first start (readable by their owner only),
/// brings the tables up to date, and serves the API with its documentation at /docs.
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    options: ServeOptions,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        super::log_to_stderr();
        app::block_on(async {
            let listener = listen(&self.options)?;
            let address = listener.local_addr()?;
            let app = App::build(self.options).await?;
            eprintln!("Beckon serves http://{address}/ (documentation at /docs)");
            let served = app::serve(listener, app.clone(), |_| {})?.await;
            app.close().await;
            served.context("the server failed")
        })
    }
}

/// Takes the port, or says in one line that it is taken.
pub(super) fn listen(options: &ServeOptions) -> anyhow::Result<TcpListener> {
    let (bind, port) = (options.bind, options.port);
    TcpListener::bind((bind, port)).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow::anyhow!(
                "port {port} is taken: stop what runs there, or choose another with PORT= or --port"
            )
        }
        _ => anyhow::Error::new(error).context(format!("cannot listen on {bind}:{port}")),
    })
}
