//! A web server on loopback that hands out files, and does with ranges and redirects what it is told.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::header::{CONTENT_RANGE, LOCATION, RANGE};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

/// What it does when a part of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// It answers with the part.
    Given,
    /// It answers with the whole file.
    Ignored,
    /// It answers with another part.
    Wrong,
}

#[derive(Debug)]
struct Inner {
    files: HashMap<String, Vec<u8>>,
    redirects: HashMap<String, String>,
    parts: Parts,
    /// What was asked for, with its range.
    asked: Vec<(String, Option<String>)>,
}

/// The server. It stops with it.
pub struct Shelf {
    inner: Arc<Mutex<Inner>>,
    address: std::net::SocketAddr,
    handle: ServerHandle,
}

impl Shelf {
    pub fn new(parts: Parts) -> Self {
        let inner = Arc::new(Mutex::new(Inner {
            files: HashMap::new(),
            redirects: HashMap::new(),
            parts,
            asked: Vec::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let data = web::Data::new(inner.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .default_service(web::to(answer))
        });
        let server = server.workers(1).disable_signals();
        let server = server.listen(listener).expect("it listens").run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            inner,
            address,
            handle,
        }
    }

    /// Puts a file there, or another in its place.
    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) -> &Self {
        let mut inner = self.inner.lock().expect("alone");
        inner.files.insert(path.to_owned(), bytes.into());
        self
    }

    /// Puts all files of a folder below this path.
    pub fn put_folder(&self, path: &str, folder: &Path) -> &Self {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry").path();
            if entry.is_file() {
                let name = entry.file_name().expect("a name").to_string_lossy();
                let bytes = std::fs::read(&entry).expect("a file");
                self.put(&format!("{path}/{name}"), bytes);
            }
        }
        self
    }

    pub fn redirect(&self, from: &str, to: &str) -> &Self {
        let mut inner = self.inner.lock().expect("alone");
        inner.redirects.insert(from.to_owned(), to.to_owned());
        self
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was asked for so far.
    pub fn asked(&self) -> Vec<(String, Option<String>)> {
        self.inner.lock().expect("alone").asked.clone()
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn answer(inner: web::Data<Arc<Mutex<Inner>>>, request: HttpRequest) -> HttpResponse {
    let mut inner = inner.lock().expect("alone");
    let path = request.path().to_owned();
    let range = request.headers().get(RANGE);
    let range = range.map(|range| range.to_str().expect("text").to_owned());
    inner.asked.push((path.clone(), range.clone()));
    if let Some(to) = inner.redirects.get(&path) {
        let location = (LOCATION, to.clone());
        return HttpResponse::Found().insert_header(location).finish();
    }
    let Some(bytes) = inner.files.get(&path) else {
        return HttpResponse::NotFound().finish();
    };
    let (Some(range), true) = (range, inner.parts != Parts::Ignored) else {
        return HttpResponse::Ok().body(bytes.clone());
    };
    let span = range
        .strip_prefix("bytes=")
        .and_then(|span| span.split_once('-'));
    let (first, last) = span.expect("a range");
    let first: usize = first.parse().expect("a number");
    let last: usize = last.parse().expect("a number");
    let last = last.min(bytes.len() - 1);
    let told = match inner.parts {
        Parts::Wrong => first + 1,
        _ => first,
    };
    let content_range = format!("bytes {told}-{last}/{}", bytes.len());
    HttpResponse::PartialContent()
        .insert_header((CONTENT_RANGE, content_range))
        .body(bytes[first..=last].to_vec())
}
