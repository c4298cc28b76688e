//! The decision on a warm node as a ratio to actix-web's static hello, on the same core in the same run.
//!
//! The server is a child process on core 0, `wrk` drives it from core 1; the two are measured in turn, and the
//! medians of the rounds are told. A ratio holds where absolute figures depend on the machine, and each round has
//! its own: what else the machine does meanwhile then weighs on both sides of it.

mod load;
mod world;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use actix_web::{App as WebApp, HttpServer, web};

/// How often each of the two is measured.
const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        arguments
            .iter()
            .position(|a| a == name)
            .and_then(|at| arguments.get(at + 1))
    };
    match value("--serve").map(String::as_str) {
        Some("hello") => serve_hello(),
        Some("api") => world::serve(Path::new(value("--folder").expect("--folder DIR"))),
        _ => compare(),
    }
}

/// The yardstick: nothing but the framework.
fn serve_hello() {
    actix_web::rt::System::new().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        say_port(&listener);
        let app = || WebApp::new().route("/", web::get().to(|| async { "Hello, world!" }));
        HttpServer::new(app)
            .workers(1)
            .listen(listener)
            .expect("listens")
            .run()
            .await
            .expect("serves");
    });
}

/// Tells the parent where to ask.
fn say_port(listener: &TcpListener) {
    println!("port {}", listener.local_addr().expect("an address").port());
    std::io::stdout().flush().expect("said");
}

/// A server on core 0; it ends with this value.
struct Pinned(Child, u16);

impl Pinned {
    fn start(what: &str, folder: &Path) -> Self {
        let own = std::env::current_exe().expect("this program");
        let mut child = Command::new("taskset")
            .args(["-c", "0"])
            .arg(own)
            .args(["--serve", what, "--folder"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("taskset starts the server (util-linux)");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("a line");
        let port = line
            .trim()
            .strip_prefix("port ")
            .and_then(|p| p.parse().ok())
            .expect("the server says its port");
        Self(child, port)
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn compare() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = Pinned::start("api", folder.path());
    let hello = Pinned::start("hello", folder.path());
    let script = folder.path().join("decide.lua");
    load::check(api.1, folder.path());
    let (mut hellos, mut decisions, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // One round to warm both, which does not count.
    for round in 0..=ROUNDS {
        let plain = load::wrk(hello.1, None);
        let decided = load::wrk(api.1, Some(&script));
        if round > 0 {
            hellos.push(plain);
            decisions.push(decided);
            ratios.push(decided / plain);
        }
    }
    let (plain, decided) = (median(&mut hellos), median(&mut decisions));
    println!("hello      {plain:>10.0} requests/s");
    println!("decision   {decided:>10.0} requests/s");
    println!(
        "ratio      {:>10.3} (median of {ROUNDS} rounds; one worker, one core, 32 connections)",
        median(&mut ratios)
    );
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
