use msnp_client::{Client, Trust};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bot = Client::builder("ada@papillon.test".parse()?, "secret");
    let (_client, mut events) = bot.trust(Trust::File("ca.pem".into())).sign_in().await?;
    while let Some((conversation, _from, text)) = events.next_text().await {
        tokio::spawn(async move { conversation.send(text).await });
    }
    Ok(())
}
