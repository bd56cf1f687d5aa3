//! OPML 2.0: our sources for another reader, or our own feeds for one that takes lists.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::model::{Source, SourceKind};

use super::{PublishError, clean};

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Plain text.
    pub title: String,
    /// The feed.
    pub xml_url: String,
    /// Its page.
    pub html_url: Option<String>,
}

/// The operator's sources, each given, private ones too: hand over only what the asker may see.
/// Feed addresses are written whole, so that the list can be imported again.
///
/// # Errors
/// [`PublishError::Opml`] if the writer fails.
pub fn export(sources: &[Source]) -> Result<Vec<u8>, PublishError> {
    let outlines: Vec<Outline> = sources
        .iter()
        .map(|source| {
            let SourceKind::Feed { url } = &source.kind;
            Outline {
                title: source.title.clone(),
                xml_url: url.clone(),
                html_url: source.link.as_deref().and_then(clean::web_url).map(Into::into),
            }
        })
        .collect();
    document("podbrief sources", &outlines)
}

/// A list of subscriptions.
///
/// # Errors
/// [`PublishError::Opml`] if the writer fails.
pub fn document(title: &str, outlines: &[Outline]) -> Result<Vec<u8>, PublishError> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let opml = writer.create_element("opml").with_attribute(("version", "2.0"));
    opml.write_inner_content(|writer| {
        let title = clean::line(title, 300);
        writer.create_element("head").write_inner_content(|writer| {
            let title = BytesText::new(&title);
            writer.create_element("title").write_text_content(title).map(|_| ())
        })?;
        writer.create_element("body").write_inner_content(|writer| {
            outlines.iter().try_for_each(|one| outline(writer, one))
        })?;
        Ok(())
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn outline(writer: &mut Writer<Vec<u8>>, outline: &Outline) -> std::io::Result<()> {
    let title = match clean::line(&outline.title, 300) {
        empty if empty.is_empty() => outline.xml_url.clone(),
        title => title,
    };
    let mut element = writer
        .create_element("outline")
        .with_attribute(("type", "rss"))
        .with_attribute(("text", title.as_str()))
        .with_attribute(("title", title.as_str()))
        .with_attribute(("xmlUrl", &*clean::text(&outline.xml_url)));
    if let Some(html) = &outline.html_url {
        element = element.with_attribute(("htmlUrl", &*clean::text(html)));
    }
    element.write_empty().map(|_| ())
}
