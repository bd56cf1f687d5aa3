//! Whole messages, written for these tests in the shapes that newsletters have.

use super::*;
use crate::parse::mail;

fn issue(eml: &str) -> Issue {
    understand(&mail::read(eml.as_bytes()).unwrap(), &["news-0123456789abcdefgh@in.example".into()])
}

const LETTER: &str = "From: Weekly <w@news.example>\nTo: Ada <ada@mail.example>\nSubject: Fwd: Heat pumps, again\n\
    List-Unsubscribe: <https://news.example/u/9f8e7d6c5b4a39281706>\nContent-Type: text/html; charset=utf-8\n\n\
    <html><head><title>x</title><style>p{}</style></head><body>\
    <div style='display:none;max-height:0'>Why they fail &zwnj;&nbsp;&zwnj;</div>\
    <table><tr><td><a href='https://news.example/p/heat?utm_source=mail'>View in browser</a></td></tr></table>\
    <table><tr><td><h1>Heat pumps, again</h1></td></tr><tr><td>\
    <p>Hi ada@mail.example, the main cost of <b>heat pumps</b> is upkeep, says \
    <a href='https://click.mailer.example/x/aHR0cHM6Ly9zdHVkeS5leGFtcGxlL3g='>a study</a>.</p>\
    <ul><li>Budget for repairs</li><li>See <a href='https://mailer.example/ls/click?upn=Ab3dEf6hIj8kLm0pQr2t'>more</a></li></ul>\
    <h2>Sponsored by Acme</h2><p>Buy Acme now, it is great.</p><p>Really great.</p>\
    <h2>What to do</h2><p>Measure first &lt;always&gt;.</p>\
    <img src='https://t.example/open.gif?u=1' width='1' height='1'>\
    <p><a href='https://x.com/s'>Share</a> <a href='https://facebook.com/s'>Facebook</a></p>\
    </td></tr><tr><td><p>You are receiving this because you signed up. <a href='https://news.example/u/9f8e7d6c5b4a39281706'>Unsubscribe</a></p>\
    <p>Weekly GmbH, 1 Street, Town</p></td></tr></table></body></html>";

#[test]
fn the_text_stays_and_the_furniture_goes() {
    let issue = issue(LETTER);
    assert_eq!(issue.title, "Heat pumps, again");
    assert_eq!(issue.link.as_deref(), Some("https://news.example/p/heat"));
    assert_eq!(
        issue.html.replace('\n', ""),
        "<p>the main cost of <strong>heat pumps</strong> is upkeep, says \
         <a href=\"https://study.example/x\" rel=\"noreferrer nofollow\">a study</a>.</p>\
         <ul><li>Budget for repairs</li><li>See more</li></ul>\
         <h2>What to do</h2><p>Measure first &lt;always&gt;.</p>"
    );
    assert_eq!(issue.unsubscribe.as_deref(), Some("https://news.example/u/9f8e7d6c5b4a39281706"));
    assert_eq!(issue.notice, None);
}

#[test]
fn text_is_found_where_html_is_careless_or_says_nothing() {
    let html = |text: &str| {
        issue(&format!("Subject: Word\nContent-Type: text/html\n\n{text}")).html.trim().to_owned()
    };
    assert_eq!(html("<html><head><title>t</title><meta charset=x><body><p>a</p>"), "<p>a</p>");
    assert_eq!(html("<html><head><style>p{}</style>\n<p>a</p></html>"), "<p>a</p>");
    assert_eq!(html("<p>Word</p>"), "<p>Word</p>", "all that is said");
    let both = issue(
        "Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nOnly here.\n--b\nContent-Type: text/html\n\n\
         <img src='https://x.example/all-of-it.png'>\n--b--\n",
    );
    assert_eq!(both.html.trim(), "<p>Only here.</p>");
    let odd = issue("Subject: x\nContent-Type: text\n\nblah\n");
    assert_eq!(odd.html.trim(), "<p>blah</p>");
}

#[test]
fn greetings_referrals_and_labelled_sponsors_go() {
    let text = issue(
        "Subject: x\nContent-Type: text/html\n\n<p>Hi Ada,</p><p>Rents fell.</p><div><b>Fast memory (Sponsor)</b><br><br>Buy it now.</div>\
         <div>Ten fabs open.</div><h2>News</h2><p>Hello Ada, yields rose.</p><p>Dear readers of the old testament know it better than most people do.</p>\
         <p>Tell your friends and get rewards!</p><p>To support my work, consider becoming a free or paid subscriber.</p>",
    );
    let text = text.html.replace('\n', "");
    assert_eq!(
        text,
        "<p>Rents fell.</p><p>Ten fabs open.</p><h2>News</h2><p>yields rose.</p>\
         <p>Dear readers of the old testament know it better than most people do.</p>"
    );
}

#[test]
fn an_address_broken_in_two_names_nobody() {
    let told = |text: &str| {
        let raw = format!(
            "To: ada@mail.example\nSubject: x\nContent-Type: text/html\n\n<p>Rents fell.</p>{text}"
        );
        issue(&raw).html.replace('\n', "")
    };
    for text in [
        "<p>For ada@mail.example only.</p>",
        "<p>For ada\0@mail.example only.</p>",
        "<p>For ada\u{1}@mail.example only.</p>",
        "<p>For ada&shy;@mail\u{200b}.example only.</p>",
        "<p>For ada<b>@mail</b>.example only.</p>",
    ] {
        assert_eq!(told(text), "<p>Rents fell.</p><p>For only.</p>", "{text:?}");
    }
    assert_eq!(
        told("<pre>to:  ada@mail.example\nsum: 1</pre>"),
        "<p>Rents fell.</p><pre>to:  sum: 1</pre>"
    );
}

#[test]
fn a_forward_by_hand_does_not_tell_who_forwarded() {
    let forward = |subject: &str| {
        issue(&format!(
            "From: Ada <ada@mail.example>\nTo: x@in.example\nSubject: {subject}\n\n---------- Forwarded message ---------\n\
             To: ada@mail.example\n\nHeat pumps fail, see https://n.example/b?to=ada=mail.example&p=1 and write to ada@mail.example\n",
        ))
    };
    let text = forward("Fwd: Heat").html;
    assert!(
        !text.contains("ada@") && !text.contains("ada=") && text.contains("Heat pumps"),
        "{text}"
    );
    assert!(
        forward("Heat").html.contains("ada@mail.example"),
        "who writes may say how to be reached"
    );
}

#[test]
fn scripts_and_styles_never_pass() {
    let issue = issue(
        "Subject: x\nContent-Type: text/html\n\n<p onclick=alert(1) style='color:red'>a<script>alert(1)</script>\
         <a href='javascript:alert(1)'>b</a><a href=\"https://a.example/&quot;><img src=x onerror=alert(1)>\">c</a>\
         <svg><script>x</script></svg><iframe src='https://e.example'></iframe>",
    );
    for bad in ["script", "onclick", "style", "onerror=alert(1)>", "iframe", "javascript"] {
        assert!(!issue.html.contains(bad), "{bad}: {}", issue.html);
    }
}

#[test]
fn pictures_inside_are_numbered_and_others_left_out() {
    let png = "iVBORw0KGgo".to_owned() + &"A".repeat(400);
    let issue = issue(&format!(
        "Subject: x\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n\
         <p>Look: <img src='cid:one@x' alt='A chart'><img src='cid:none' alt='gone'></p>\n--b\nContent-Type: image/png\n\
         Content-ID: <one@x>\nContent-Transfer-Encoding: base64\n\n{png}\n--b--\n"
    ));
    assert_eq!(issue.html.trim(), "<p>Look: <img src=\"cid:0\" alt=\"A chart\">gone</p>");
    assert_eq!(issue.images.len(), 1);
}

#[test]
fn confirmations_and_forwarding_checks_are_recognised() {
    let confirm = issue(
        "Subject: Please confirm your subscription\nContent-Type: text/html\n\n<p>Hello! Please confirm:</p>\
         <p><a href='https://news.example/confirm?t=abc&utm_source=x'>Yes, subscribe me</a></p><p>If it wasn't you, ignore this.</p>",
    );
    let notice = confirm.notice.unwrap();
    assert_eq!(notice.link.as_deref(), Some("https://news.example/confirm?t=abc&utm_source=x"));
    let gmail = issue(
        "Subject: (#123456789) Gmail Forwarding Confirmation - Receive Mail from ada@mail.example\n\n\
         ada@mail.example has requested to automatically forward mail to your email address.\nConfirmation code: 123456789\n\n\
         To allow it, click:\n\nhttps://mail-settings.google.com/mail/vf-%5Babc%5D-xyz\n\nTo cancel:\n\n\
         https://mail-settings.google.com/mail/uf-%5Babc%5D-xyz\n",
    );
    let notice = gmail.notice.unwrap();
    assert_eq!(notice.code.as_deref(), Some("123456789"));
    assert!(notice.link.unwrap().contains("/vf-"), "the link that allows");
    assert_eq!(issue(LETTER).notice, None);
}

/// Whoever writes a reader's address into From doesn't make it the sender's.
#[test]
fn a_forged_sender_does_not_tell_who_reads() {
    let eml = "From: Ada <ada@mail.example>\nTo: ada@mail.example\nSubject: News\n\nHeat pumps, for ada@mail.example to read, are efficient.\n";
    let message = mail::read(eml.as_bytes()).unwrap();
    let html = understand(&message, &["Ada@mail.example".into()]).html;
    assert!(!html.contains("ada@mail.example") && html.contains("efficient"), "{html}");
}
