//! DynamoDB's stand-in: listens on a free port of loopback, prints its URL, and keeps its tables in memory.

use dynoxide::Database;
use dynoxide::server::serve_on;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    serve_on(listener, Database::memory()?).await;
    Ok(())
}
