//! S3's stand-in for reading: it serves the objects that it was started with, to whom has signed for them.

use std::collections::BTreeMap;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

/// A running stand-in.
pub struct S3 {
    url: String,
    server: actix_web::dev::ServerHandle,
}

/// Objects by `/bucket/key`.
pub type Stock = BTreeMap<String, Vec<u8>>;

impl S3 {
    /// Serves these.
    pub fn start(objects: Stock) -> Self {
        let objects = web::Data::new(objects);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(objects.clone())
                .default_service(web::get().to(answer))
        });
        let server = server.workers(1).disable_signals();
        let server = server.bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            url,
            server: handle,
        }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}

async fn answer(request: HttpRequest, objects: web::Data<Stock>) -> HttpResponse {
    let path = percent_encoding::percent_decode_str(request.uri().path());
    let path = path.decode_utf8().expect("a path").into_owned();
    let signed = request.headers().get("authorization");
    let signed = signed.and_then(|value| value.to_str().ok());
    if !signed.is_some_and(|s| s.starts_with("AWS4-HMAC-SHA256 Credential=")) {
        return HttpResponse::Forbidden().finish();
    }
    match objects.get(&path) {
        Some(bytes) => HttpResponse::Ok()
            .content_type("video/mp4")
            .body(bytes.clone()),
        None => HttpResponse::NotFound()
            .content_type("application/xml")
            .body("<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>"),
    }
}
