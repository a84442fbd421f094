use msnp_client::msnp::Handle;
use msnp_client::{Client, Event, FileSource, Trust};

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome {
    let bot = Client::builder("ada@papillon.test".parse()?, "secret");
    let bot = bot.picture(std::fs::read("me.png")?);
    let (client, mut events) = bot.trust(Trust::File("ca.pem".into())).sign_in().await?;
    while let Some(event) = events.next().await {
        if let Event::Online { who, .. } = event {
            let greeting = greet(client.clone(), who);
            tokio::spawn(async { greeting.await.inspect_err(|error| eprintln!("{error}")) });
        }
    }
    Ok(())
}

async fn greet(client: Client, who: Handle) -> Outcome {
    client.send(&who, "Hello! Take my file.").await?;
    let file = FileSource::bytes("welcome.txt", "Glad that you are here.");
    client.send_file(&who, file).await?.finished().await?;
    let picture = client.fetch_picture(&who).await?;
    let words = format!("Your picture has {} bytes.", picture.len());
    Ok(client.send(&who, words).await?)
}
