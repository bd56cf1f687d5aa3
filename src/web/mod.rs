//! The HTTP door: every route on this screen, one file per page or feed. It shows what is public and
//! nothing else (the viewer is nobody), and asks the store only off the async threads.

mod about;
mod accept;
mod answer;
mod api;
mod asked;
mod assets;
mod body;
pub mod brief;
mod cache;
mod card;
mod conditional;
mod cursor;
mod delta;
mod error;
mod feed;
mod find;
mod full;
mod guard;
mod health;
mod hub;
mod insight;
mod insight_json;
mod item;
mod landing;
mod latest;
mod limit;
mod methods;
mod metrics;
mod moved;
mod operator;
mod picture;
mod player;
mod query_feed;
mod query_page;
mod ready;
mod relations;
mod rendered;
mod respond;
mod search;
mod shell;
mod signup;
mod source;
mod sources;
mod state;
mod subject;
#[cfg(test)]
mod tests;
mod tongue;
mod topic;
mod topics;
mod topics_opml;
mod typing;
mod websub;

pub use error::WebError;
pub use find::Find;
pub use hub::run as run_hub;
pub use limit::{Kind, Limits, Network, NetworkError, Rate};
pub use operator::Operator;
pub use signup::Mode;
pub use state::{Related, WebState};

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use methods::{at, only};

/// All routes. A page and its feeds share one path: `/latest`, `/latest.atom`, `/latest.rss`, `/latest.json`.
pub fn configure(state: web::Data<WebState>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let pages = web::scope("")
            .wrap(from_fn(guard::around))
            .service(at("/", landing::page))
            .service(at("/latest", latest::page))
            .service(at("/latest.{format:atom|rss|json}", feed::document))
            .service(at("/topics", topics::page))
            .service(at("/topics.opml", topics_opml::document))
            .service(at("/topics/{slug:[a-z0-9-]+}", topic::page))
            .service(at("/topics/{slug:[a-z0-9-]+}.{format:atom|rss|json}", feed::document))
            .service(at("/topics/{topics:[a-z0-9,-]+}", query_page::page))
            .service(at(
                "/topics/{topics:[a-z0-9,-]+}.{format:atom|rss|json}",
                query_feed::document,
            ))
            .service(at("/feed", query_page::page))
            .service(at("/feed.{format:atom|rss|json}", query_feed::document))
            .service(at("/search", search::page))
            .service(at("/search/results", search::results))
            .service(at("/sources", sources::page))
            .service(at("/sources/{source:[a-z0-9]+}", source::page))
            .service(at("/sources/{source:[a-z0-9]+}.{format:atom|rss|json}", feed::document))
            .service(at("/sources/{source:[a-z0-9]+}/full", full::page))
            .service(at("/sources/{source:[a-z0-9]+}/full.{format:atom|rss|json}", full::document))
            .service(at("/items/{item:[a-z0-9]+}/images/{number:[0-9]+}", full::picture))
            .service(at("/insights/{insight:[a-z0-9]+}", insight::page))
            .service(at("/insights/{insight:[a-z0-9]+}.json", insight_json::document))
            .service(at("/insights/{insight:[a-z0-9]+}.png", picture::of_insight))
            .service(at("/picture.png", picture::of_site))
            .service(at("/items/{item:[a-z0-9]+}", item::page))
            .service(at("/about", about::page))
            .service(at("/static/{hash:[0-9a-f]+}/{name:style.css|script.js}", assets::pinned_file))
            .service(at("/favicon.svg", assets::icon))
            .service(at("/favicon.ico", assets::small_icon))
            .configure(brief::routes)
            .service(only("POST", web::resource("/websub").route(web::post().to(hub::ask))))
            .service(only(
                "GET, POST",
                web::resource("/websub/{source:[a-z0-9]+}/{token:[0-9a-f]+}")
                    .route(web::get().to(websub::verify))
                    .route(web::post().to(websub::take)),
            ))
            .service(at("/robots.txt", assets::robots))
            .service(at("/healthz", health::answer))
            .service(at("/readyz", health::ready))
            .service(at("/metrics", metrics::answer))
            .service(operator::pages())
            .service(api::service())
            .default_service(web::to(error::not_found));
        config.app_data(state).service(pages);
    }
}
