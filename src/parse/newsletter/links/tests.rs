//! Links that lead somewhere, without who was asked to follow them.

use super::*;

fn secrets() -> Secrets {
    Secrets { addresses: vec!["ada@mail.example".into()], tokens: vec!["abc123def456".into()] }
}

fn seen(url: &str) -> Option<String> {
    public(url, &secrets())
}

#[test]
fn wrappers_are_opened_where_the_target_is_inside() {
    for (raw, target) in [
        ("https://www.google.com/url?q=https%3A%2F%2Fa.example%2Fx&sa=D", "https://a.example/x"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2F&h=AT", "https://a.example/"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx%3Futm_source%3Dm&data=05",
            "https://a.example/x",
        ),
        (
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_x&d=Dw",
            "https://a.example/x",
        ),
        ("https://urldefense.com/v3/__https://a.example/x__;!!abc", "https://a.example/x"),
        (
            "https://ab1.r.eu-west-1.awstrack.me/L0/https:%2F%2Fa.example%2Fx/1/0102/hash=1",
            "https://a.example/x",
        ),
        (
            "https://click.convertkit-mail.com/abc/def/aHR0cHM6Ly9hLmV4YW1wbGUveA==",
            "https://a.example/x",
        ),
        (
            "https://substack.com/redirect/2/eyJlIjoiaHR0cHM6Ly9hLmV4YW1wbGUveCIsInAiOjF9.sig",
            "https://a.example/x",
        ),
        (
            "https://tracking.tldrnewsletter.com/CL0/https:%2F%2Fa.example%2Fx%3Futm_source=tldrai/1/0100/abc=1",
            "https://a.example/x",
        ),
    ] {
        assert_eq!(seen(raw).as_deref(), Some(target), "{raw}");
    }
}

#[test]
fn what_names_the_reader_goes() {
    for (raw, kept) in [
        ("https://a.example/x?utm_source=n&id=7&fbclid=1", Some("https://a.example/x?id=7")),
        ("https://a.example/x?e=ada%40mail.example&id=7", Some("https://a.example/x?id=7")),
        ("https://a.example/x?k=YWRhQG1haWwuZXhhbXBsZQ==", Some("https://a.example/x")),
        ("https://a.example/abc123def456/x", None),
        ("https://a.example/unsubscribe?x=1", None),
        ("https://u1.ct.sendgrid.net/ls/click?upn=u001.Ab3dEf6hIj8kLm0pQr2t", None),
        ("https://news.us1.list-manage.com/track/click?u=0123456789abcdef0123&id=9", None),
        ("mailto:x@y.example", None),
        ("javascript:alert(1)", None),
        ("https://u:p@a.example/", Some("https://a.example/")),
    ] {
        assert_eq!(seen(raw).as_deref(), kept, "{raw}");
    }
}

#[test]
fn ordinary_addresses_stay_as_they_are() {
    for url in [
        "https://web.archive.org/web/2020/https://a.example/",
        "https://a.example/login?next=/x",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3",
        "https://github.com/o/r/commit/0123456789abcdef0123456789abcdef01234567",
        "https://news.ycombinator.com/item?id=123456",
        "https://link.springer.com/article/10.1007/s00",
    ] {
        assert_eq!(seen(url).as_deref(), Some(url));
    }
}
