//! The peer: actix-web with nothing beside it, two workers as podbrief has, returning bytes that lie ready.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use actix_web::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::process;

/// With a folder after it: this process is the peer.
pub const FLAG: &str = "--bare";

struct Ready {
    whole: (Bytes, String),
    zipped: (Bytes, String),
}

pub struct Running(process::Running);

impl Running {
    pub fn start(
        folder: &Path,
        whole: &[u8],
        zipped: &[u8],
        etag: &str,
        zipped_etag: &str,
    ) -> Self {
        for (name, bytes) in [
            ("whole", whole),
            ("zipped", zipped),
            ("etag", etag.as_bytes()),
            ("zetag", zipped_etag.as_bytes()),
        ] {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(FLAG).arg(folder).env("MALLOC_ARENA_MAX", "1").stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self(process::Running::of(child, line.trim().to_owned()))
    }
}

impl std::ops::Deref for Running {
    type Target = process::Running;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

async fn feed(request: HttpRequest, ready: Data<Ready>) -> HttpResponse {
    let field = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let zipped = field(ACCEPT_ENCODING).is_some_and(|codings| codings.contains("gzip"));
    let (bytes, etag) = if zipped { &ready.zipped } else { &ready.whole };
    if field(IF_NONE_MATCH) == Some(etag) {
        return HttpResponse::NotModified().insert_header(("etag", etag.as_str())).finish();
    }
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("content-type", "application/atom+xml; charset=utf-8"));
    answer.insert_header(("etag", etag.as_str()));
    if zipped {
        answer.insert_header(("content-encoding", "gzip"));
    }
    answer.body(bytes.clone())
}

pub fn serve(folder: &str) {
    let read = |name| std::fs::read(Path::new(folder).join(name)).unwrap();
    let text = |name| String::from_utf8(read(name)).unwrap();
    let ready = Data::new(Ready {
        whole: (read("whole").into(), text("etag")),
        zipped: (read("zipped").into(), text("zetag")),
    });
    actix_web::rt::System::new().block_on(async {
        let app =
            move || App::new().app_data(ready.clone()).route("/latest.atom", web::get().to(feed));
        let server = HttpServer::new(app).workers(2).bind("127.0.0.1:0").unwrap();
        println!("{}", server.addrs()[0]);
        server.run().await.unwrap();
    });
}
