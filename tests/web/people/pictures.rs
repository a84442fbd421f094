//! `/account/picture`.

use std::io::Cursor;
#[cfg(target_os = "linux")]
use std::net::Ipv4Addr;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use msnp_testkit::{TestServer, Wire};

use super::{ADA, BOB, refused};
use msnp_testkit::browser::Browser;
use tokio::task::JoinSet;

fn file(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut file, format).unwrap();
    file.into_inner()
}

#[tokio::test]
async fn a_picture_is_painted_anew_kept_and_removed() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let page = browser.get("/account").await;
    assert!(!page.body().contains("src=\"/account/picture\""), "there is none yet");
    browser.get("/account/picture").await.says(404, "nothing here");

    let mut form = page.form("/account/picture");
    for format in [ImageFormat::Bmp, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Png] {
        let mut sent = file(RgbImage::from_pixel(200, 100, Rgb([0, 0, 255])), format);
        if format == ImageFormat::Png {
            // Bytes behind the picture are not kept.
            sent.extend(b"<script>alert(1)</script>");
        }
        let page = browser.send_file(&form, "picture", &sent).await;
        assert_eq!(page.location(), "/account?done=picture");
        let page = browser.get("/account?done=picture").await;
        assert!(page.body().contains("src=\"/account/picture\""));
        let picture = browser.get("/account/picture").await;
        assert_eq!((picture.status(), picture.header("content-type")), (200, "image/png"));
        assert!(!picture.answer.body.windows(7).any(|window| window == b"<script"));
        let shown = image::load_from_memory_with_format(&picture.answer.body, ImageFormat::Png).unwrap();
        let [red, _, blue] = shown.to_rgb8().get_pixel(50, 50).0;
        assert_eq!((shown.width(), shown.height()), (96, 96));
        assert!(red < 10 && blue > 245);
        form = page.form("/account/picture");
    }

    // No other account's page shows it.
    browser.clone().get("/account/picture").await;
    Browser::of(&server, BOB).await.get("/account/picture").await.says(404, "nothing here");
    let mut stranger = Browser::new(&server);
    assert_eq!(stranger.get("/account/picture").await.location(), "/login");
    let id = server.account(ADA).await;
    assert_eq!(server.store().picture(id).await.unwrap().unwrap().content_type, "image/png");

    let form = browser.get("/account").await.form("/account/picture/remove");
    assert_eq!(browser.send(&form, &[]).await.location(), "/account?done=no-picture");
    assert_eq!(server.store().picture(id).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let form = browser.get("/account").await.form("/account/picture");
    let png = file(RgbImage::new(64, 64), ImageFormat::Png);
    let mut bomb = file(RgbImage::new(2, 2), ImageFormat::Gif);
    bomb[6..10].copy_from_slice(&[0xff; 4]);
    for (file, words) in [
        (&b""[..], "choose a file first"),
        (b"hello", "not a picture"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "not a picture"),
        (&png[..png.len() / 2], "not a picture"),
        (&bomb, "too large"),
    ] {
        browser.send_file(&form, "picture", file).await.says(400, words);
    }
    let id = server.account(ADA).await;
    assert_eq!(server.store().picture(id).await.unwrap(), None);
    browser.send_file(&form, "picture", &vec![b'x'; 3 << 20]).await.says(413, "at most 1 MB");
    // More than the front takes: it does not wait for it.
    let mut wire = Wire::connect(server.addresses.http).await;
    wire.send_raw(b"POST /account/picture HTTP/1.1\r\nHost: x\r\nContent-Length: 5242880\r\n\r\n").await;
    wire.expect_prefix("HTTP/1.1 413 ").await;
    // Elsewhere not even half of that.
    let page = browser.post("/account/name", "application/x-www-form-urlencoded", &vec![b'x'; 100_000]).await;
    assert_eq!(page.status(), 413);
    // A file in a form of another kind, and a form that is none.
    browser.send(&form, &[]).await.says(400, "did not arrive as it should");
    for body in [&b"--xyz"[..], b"", b"--xyz\r\n\r\n", &[0xff; 100]] {
        let page = browser.post("/account/picture", "multipart/form-data; boundary=xyz", body).await;
        assert!([400, 403].contains(&page.status()), "{}", page.body());
    }
    browser.get("/account").await.says(200, "Your account");
}

/// A client that begins many large uploads and never ends them takes up only some places: others have places left.
#[tokio::test]
async fn only_some_files_are_sent_at_once() {
    let server = TestServer::start().await;
    let head = b"POST /account/picture HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\
                 Expect: 100-continue\r\n\r\n";
    let mut wires = Vec::new();
    for number in 0..8 {
        let mut wire = Wire::connect(server.addresses.http).await;
        wire.send_raw(head).await;
        wire.expect_prefix(if number < 4 { "HTTP/1.1 100 " } else { "HTTP/1.1 503 " }).await;
        wires.push(wire);
    }
    Browser::of(&server, ADA).await.get("/account").await.says(200, "Your account");
}

/// A client that sends a long body slowly keeps a place for it. It does not take those of all others.
#[tokio::test]
async fn an_address_sends_four_long_bodies_at_once() {
    let server = TestServer::start().await;
    let mut answers = JoinSet::new();
    for _ in 0..6 {
        let mut wire = Wire::connect(server.addresses.http).await;
        let head = "POST /account/picture HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n";
        wire.send_raw(head.as_bytes()).await;
        answers.spawn(async move { wire.line().await });
    }
    // The other four wait for their bodies.
    for _ in 0..2 {
        let answer = answers.join_next().await.expect("two are refused").expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    }
    assert_eq!(refused(&server, "uploads").await, "2");
}

/// Four addresses have all places for long bodies. A client at another one gets the place of one of theirs.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn slow_bodies_of_some_addresses_keep_nobody_out() {
    let server = TestServer::start().await;
    let begin = async |last| {
        let mut wire = Wire::connect_from(Ipv4Addr::new(127, 0, 0, last), server.addresses.http).await;
        let head = b"POST /account/picture HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\
                     Expect: 100-continue\r\n\r\n";
        wire.send_raw(head).await;
        wire
    };
    let mut slow = Vec::new();
    for address in 0..16 {
        let mut wire = begin(66 + address / 4).await;
        wire.expect_prefix("HTTP/1.1 100 ").await;
        wire.expect("").await;
        slow.push(wire);
    }
    for _ in 0..3 {
        begin(2).await.expect_prefix("HTTP/1.1 100 ").await;
    }
    // The one that began first, of those with most.
    let ended = refused(&server, "uploads").await;
    assert!(["1", "2", "3"].contains(&&*ended), "{ended}");
}
