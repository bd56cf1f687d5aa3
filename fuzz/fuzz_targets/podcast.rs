//! Any bytes inside an episode: what the podcast namespace says of it is read without a panic, and addresses are whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::parse::feed;

fuzz_target!(|bytes: &[u8]| {
    let head = b"<rss version=\"2.0\" xmlns:podcast=\"https://podcastindex.org/namespace/1.0\" \
        xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" xmlns:psc=\"http://podlove.org/simple-chapters\">\
        <channel><title>t</title><item><guid>1</guid>";
    let all = [head, bytes, b"</item></channel></rss>"].concat();
    let Ok(read) = feed::parse(&all, None, "https://host.example/feed.xml") else { return };
    for item in &read.items {
        assert!(item.transcripts.iter().all(|link| link.url.starts_with("http")));
    }
});
