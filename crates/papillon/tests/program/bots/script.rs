//! The shell script of `docs/bots.md`.

use std::process::{Command, Stdio};

use crate::clients::net::{ADA, GRACE, Net};
use crate::running::Started;

#[test]
fn the_script_answers() {
    let jq = Command::new("jq").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !jq.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("PAPILLON_REQUIRE_JQ").is_none(), "jq is not installed");
        return eprintln!("jq is not installed: the script was not run");
    }
    let net = Net::new();
    let mut ada = net.bot(ADA, &[]);
    net.run(ADA, ["contacts", "add", GRACE]).is_fine();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/echo-bot.sh");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_papillon")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = net.script(GRACE, script);
    command.env("PATH", format!("{}:{path}", program.display()));
    let mut bot = Started::new(&mut command);
    ada.wait_for("presence", |who| who["who"] == GRACE && who["status"] == "online");
    net.run(ADA, ["send", GRACE, "it's \"me\" \\ é"]).is_fine();
    ada.wait_for("message", |said| said["text"] == "You said: it's \"me\" \\ é");
    net.run(ADA, ["send", GRACE, "time"]).is_fine();
    ada.wait_for("message", |said| said["text"].as_str().unwrap().starts_with("It is 20"));
    net.run(GRACE, ["send", ADA, "from a cron job"]).is_fine();
    ada.wait_for("message", |said| said["text"] == "from a cron job");
    bot.signal_all("TERM");
    let ended = bot.end();
    assert_eq!(ended.err, "", "{ended:?}");
}
