//! Lists of feeds in and out, as OPML.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::super::body::Form;
use super::super::{WebError, WebState, tongue};
use super::page::{Said, show};
use super::{changing, operator};
use crate::admin::{Command, Reply};
use crate::parse::opml;

/// Bytes of a list.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// Adds the feeds of a file, or of pasted text.
pub async fn import(
    request: HttpRequest,
    state: Data<WebState>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let form = Form::read(&request, payload, LARGEST).await?;
    let operator = changing(&request, &state, &form)?;
    let t = tongue::of(&request);
    let text = [form.get("file"), form.get("opml")].into_iter().find(|text| !text.is_empty());
    let mut said = Said::default();
    match opml::parse(text.unwrap_or_default().as_bytes()) {
        Err(error) => said.refused.push(error.to_string()),
        Ok(found) => {
            let feeds = found.into_iter().map(|feed| (feed.title, feed.url)).collect();
            if let Reply::Imported(report) = operator.ask(Command::Import { feeds }).await? {
                let (added, existing) = (report.added, report.existing);
                let values: [(&str, &dyn std::fmt::Display); 2] =
                    [("added", &added), ("existing", &existing)];
                said.done = Some(t.fill("operator.imported", &values));
                said.refused.extend(report.refused);
            }
        }
    }
    show(&request, &state, operator, said).await
}

/// The sources as a file.
pub async fn export(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let Reply::Opml { opml } = operator(&request, &state)?.ask(Command::Export).await? else {
        return Err(WebError::NotFound);
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"podbrief.opml\""))
        .content_type("text/x-opml; charset=utf-8")
        .body(opml))
}
