//! A bot with a display picture and a custom emoticon that sends a file to each account that talks to it: its own
//! source.
//!
//! ```sh
//! export PAPILLON_ACCOUNT=grace@papillon.test PAPILLON_PASSWORD=… PAPILLON_CA=/tmp/papillon-demo-…/tls/ca.pem
//! cargo run -p msnp-client --example picture_and_file_bot
//! ```
//!
//! See `echo_bot.rs` for where these come from. Ctrl-C signs it out.

#[path = "sign_in/from_environment.rs"]
mod from_environment;

use std::io::Cursor;
use std::path::Path;

use image::{ImageFormat, ImageResult, Rgb, RgbImage};
use msnp_client::msnp::Handle;
use msnp_client::{Client, Event};
use tokio::signal::ctrl_c;

/// This file.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/picture_and_file_bot.rs");
/// The shortcut of the emoticon in a text.
const EMOTICON: &str = "(sunset)";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // 96 by 96 and 19 by 19 pixels are the sizes that MSN Messenger shows.
    let builder = from_environment::builder()?.picture(sunset(96)?).emoticon(EMOTICON, sunset(19)?);
    let (client, mut events) = builder.sign_in().await?;
    println!("{} is online", client.account());
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            _ = ctrl_c() => break,
        };
        match event {
            // In a task of its own: the file waits until somebody takes it.
            Some(Event::Message { from, .. }) => drop(tokio::spawn(answer(client.clone(), from))),
            Some(Event::SignedOut { reason, .. }) => println!("signed out: {reason:?}"),
            Some(_) => {}
            None => return Ok(()),
        }
    }
    client.sign_out().await;
    Ok(())
}

/// Says something with the emoticon in it, and sends the file.
async fn answer(client: Client, to: Handle) {
    let words = format!("{EMOTICON} Look at my display picture, and take my file.");
    if let Err(error) = client.send(&to, words).await {
        return eprintln!("{to} does not hear it: {error}");
    }
    let sent = match client.send_file(&to, Path::new(FILE)).await {
        Ok(mut transfer) => transfer.finished().await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(_) => println!("{to} has the file"),
        Err(error) => eprintln!("{to} did not get the file: {error}"),
    }
}

/// A square picture as PNG.
fn sunset(side: u32) -> ImageResult<Vec<u8>> {
    let picture = RgbImage::from_fn(side, side, |x, y| {
        let (x, y) = (x as f32 / side as f32 - 0.5, y as f32 / side as f32);
        let sun = x.hypot(y - 0.7) < 0.22;
        match y {
            _ if y > 0.7 => Rgb([20, 30, 90]),
            _ if sun => Rgb([255, 220, 120]),
            _ => Rgb([200, (60.0 + 120.0 * y) as u8, (140.0 - 120.0 * y) as u8]),
        }
    });
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}
