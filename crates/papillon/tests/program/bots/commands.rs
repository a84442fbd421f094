//! On standard input.

use serde_json::json;

use super::{ask, fine, refused};
use crate::clients::PNG;
use crate::clients::net::{ADA, GRACE, Net};

#[test]
fn texts_are_delivered_and_answered() {
    let net = Net::new();
    let mut bot = net.bot(GRACE, &[]);
    assert_eq!(refused(&mut bot, json!({"command": "send", "to": ADA, "text": "hello"})), "not-online");
    let mut ada = net.listen(ADA, &[]);
    let told = fine(&mut bot, json!({"command": "send", "to": ADA, "text": "one\ntwo ✓"}));
    assert_eq!(ada.wait_for("message", |_| true)["text"], "one\r\ntwo ✓");
    let conversation = &told["conversation"];
    for number in 0..40 {
        let text = number.to_string();
        let line = json!({"id": number, "command": "send", "conversation": conversation, "text": text});
        bot.write(&line.to_string());
    }
    let mut answered = [false; 40];
    for number in 0..40_usize {
        assert_eq!(ada.wait_for("message", |_| true)["text"], number.to_string(), "in their order");
        let answer = bot.wait_for("answer", |_| true);
        assert_eq!(answer["ok"], true, "{answer}");
        answered[answer["id"].as_u64().unwrap() as usize] = true;
    }
    assert!(answered.iter().all(|answered| *answered));
    let long = "x".repeat(2000);
    assert_eq!(refused(&mut bot, json!({"command": "send", "to": ADA, "text": long})), "too-long");
    for wrong in
        [json!({"text": ""}), json!({"text": "a", "conversation": 1}), json!({"text": "a", "to": null})]
    {
        let mut command = json!({"command": "send", "to": ADA});
        command.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        assert_eq!(refused(&mut bot, command), "bad-argument");
    }
    let nowhere = json!({"command": "send", "conversation": 99, "text": "a"});
    assert_eq!(refused(&mut bot, nowhere), "no-such-conversation");
    fine(&mut bot, json!({"command": "typing", "to": ADA}));
    ada.wait_for("typing", |typing| typing["from"] == GRACE);
    fine(&mut bot, json!({"command": "nudge", "conversation": conversation}));
    ada.wait_for("nudge", |nudge| nudge["from"] == GRACE);
    fine(&mut bot, json!({"command": "leave", "conversation": conversation}));
    ada.wait_for("conversation-closed", |_| true);
}

#[test]
fn raw_messages_go_out_and_come_in() {
    let net = Net::new();
    let mut bot = net.bot(GRACE, &[]);
    let mut ada = net.bot(ADA, &[]);
    let headers = json!([["X-Clock", "59:12"]]);
    let told = fine(
        &mut bot,
        json!({"command": "send-raw", "to": ADA, "content_type": "Application/X-Chess; v=1", "headers": headers,
               "body": "e2e4 ♟"}),
    );
    let heard = ada.wait_for("raw", |_| true);
    assert_eq!((&heard["content_type"], &heard["encoding"]), (&json!("application/x-chess"), &json!("text")));
    assert_eq!((&heard["body"], &heard["from"]), (&json!("e2e4 ♟"), &json!(GRACE)));
    let expected =
        json!([["MIME-Version", "1.0"], ["Content-Type", "Application/X-Chess; v=1"], ["X-Clock", "59:12"]]);
    assert_eq!(heard["headers"], expected);
    let not_shown = ada.wait_for("not-shown", |_| true);
    assert_eq!(not_shown["conversation"], heard["conversation"]);
    fine(
        &mut ada,
        json!({"command": "send-raw", "conversation": heard["conversation"], "content_type": "image/png",
               "body": "/wA=", "encoding": "base64"}),
    );
    let heard = bot.wait_for("raw", |_| true);
    assert_eq!((&heard["encoding"], &heard["body"]), (&json!("base64"), &json!("/wA=")));
    assert_eq!(heard["conversation"], told["conversation"]);
    for (wrong, code) in [
        (json!({"headers": [["Content-Type", "a/b"]]}), "bad-argument"),
        (json!({"headers": [["X:", "a/b"]]}), "bad-argument"),
        (json!({"content_type": "a/b\r\nX: y"}), "bad-argument"),
        (json!({"body": "?", "encoding": "base64"}), "bad-argument"),
        (json!({"encoding": "rot13"}), "bad-argument"),
        (json!({"body": "x".repeat(1664)}), "too-long"),
        (json!({"to": "nobody@example.com"}), "not-online"),
    ] {
        let mut command = json!({"command": "send-raw", "to": ADA, "content_type": "a/b", "body": ""});
        command.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        assert_eq!(refused(&mut bot, command), code, "{wrong}");
    }
}

#[test]
fn whatever_is_written_is_answered_and_ends_nothing() {
    let net = Net::new();
    let mut bot = net.bot(GRACE, &[]);
    let long = format!(r#"{{"id":1,"command":"send","text":"{}"}}"#, "x".repeat(200_000));
    let deep = "[".repeat(60_000);
    for (line, code) in [
        (&b"hello"[..], "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"{\"id\":1,\"command\":\"send\",\"text\":\"\xe9\"}", "unreadable"),
        (long.as_bytes(), "unreadable"),
        (deep.as_bytes(), "unreadable"),
        (b"\"send\"", "unreadable"),
        (b"{\"id\":1}", "unknown-command"),
        (b"{\"id\":1,\"command\":\"SEND\"}", "unknown-command"),
        (b"{\"id\":1,\"command\":\"status\",\"status\":\"asleep\"}", "bad-argument"),
        (b"{\"id\":1,\"command\":\"status\",\"who\":1}", "bad-argument"),
        (b"{\"id\":1,\"command\":\"accept\",\"transfer\":1}", "no-such-transfer"),
        (b"{\"id\":1,\"command\":\"send-file\",\"to\":\"ada@example.com\",\"path\":\"/nowhere\"}", "file"),
        (b"{\"id\":1,\"command\":\"set-picture\",\"path\":\"/nowhere\"}", "file"),
        (b"{\"id\":1,\"command\":\"picture\",\"who\":\"dan@example.com\"}", "not-on-list"),
        (b"{\"id\":1,\"command\":\"add\",\"who\":\"dan@example.com\"}", "refused"),
    ] {
        bot.write_bytes(line);
        let answer = bot.wait_for("answer", |_| true);
        let id = if code == "unreadable" { json!(null) } else { json!(1) };
        let said = (&answer["id"], answer["ok"].as_bool(), answer["error"]["code"].as_str());
        assert_eq!(said, (&id, Some(false), Some(code)), "{answer}");
    }
    let error = &ask(&mut bot, json!({"command": "add", "who": "dan@example.com"}))["error"];
    assert_eq!(error["number"], 205);
    let error = &ask(&mut bot, json!({"command": "decline", "transfer": 77}))["error"];
    assert_eq!(error["text"], "there is no transfer 77");
    bot.write("");
    // The last line need not have an end.
    bot.close_with(br#"{"id":"last","command":"status","status":"away"}"#);
    let answer = bot.wait_for("answer", |_| true);
    assert_eq!((&answer["id"], &answer["status"]), (&json!("last"), &json!("away")));
    let mut ada = net.listen(ADA, &["--auto-add"]);
    net.run(ADA, ["send", GRACE, "still there?"]).is_fine();
    bot.wait_for("message", |said| said["text"] == "still there?");
    assert!(!ada.has_ended());
    assert_eq!(bot.stop("TERM"), 0);
}

#[test]
fn quit_waits_for_what_was_asked_before() {
    let net = Net::new();
    let mut ada = net.listen(ADA, &[]);
    let mut bot = net.bot(GRACE, &[]);
    let text = json!({"id": 1, "command": "send", "to": ADA, "text": "bye"}).to_string();
    bot.close_with(format!("{text}\n{{\"id\":2,\"command\":\"quit\"}}\n{text}\n").as_bytes());
    for id in [1, 2] {
        let answer = bot.wait_for("answer", |_| true);
        assert_eq!((&answer["id"], &answer["ok"]), (&json!(id), &json!(true)));
    }
    let last = bot.wait_for("signed-out", |_| true);
    assert_eq!((&last["reason"], &last["will_retry"]), (&json!("asked"), &json!(false)));
    assert_eq!(bot.end(), 0);
    ada.wait_for("message", |said| said["text"] == "bye");
    ada.wait_for("conversation-closed", |_| true);
}

#[test]
fn the_list_the_status_the_name_and_the_picture() {
    let net = Net::new();
    let png = net.papillon.home().join("three.png");
    std::fs::write(&png, PNG).unwrap();
    let mut ada = net.bot(ADA, &["--auto-add"]);
    let mut bot = net.bot(GRACE, &[]);
    fine(&mut bot, json!({"command": "add", "who": ADA}));
    let ada_on_list = |list: &serde_json::Value| list["contacts"][0]["lists"].clone();
    let list = fine(&mut bot, json!({"command": "contacts"}));
    assert_eq!((&list["contacts"][0]["who"], list["contacts"].as_array().unwrap().len()), (&json!(ADA), 1));
    fine(&mut bot, json!({"command": "block", "who": ADA}));
    let list = fine(&mut bot, json!({"command": "contacts"}));
    assert!(ada_on_list(&list).as_array().unwrap().contains(&json!("block")));
    fine(&mut bot, json!({"command": "unblock", "who": ADA}));
    ada.wait_for("presence", |who| who["who"] == GRACE && who["status"] == "online");

    fine(&mut bot, json!({"command": "name", "name": "Grace H."}));
    let now = fine(&mut bot, json!({"command": "status", "status": "be-right-back"}));
    assert_eq!((&now["name"], &now["status"]), (&json!("Grace H."), &json!("be-right-back")));
    ada.wait_for("presence", |who| who["status"] == "be-right-back" && who["name"] == "Grace H.");
    fine(&mut bot, json!({"command": "set-picture", "path": png}));
    ada.wait_for("presence", |who| !who["picture"].is_null());
    let fetched = fine(&mut ada, json!({"command": "picture", "who": GRACE}));
    assert_eq!(fetched["size"], PNG.len());
    let file = net.papillon.home().join("grace.png");
    fine(&mut ada, json!({"command": "picture", "who": GRACE, "path": file}));
    assert_eq!(std::fs::read(&file).unwrap(), PNG);
    fine(&mut bot, json!({"command": "set-picture", "path": null}));
    ada.wait_for("presence", |who| who["picture"].is_null());
    assert_eq!(refused(&mut ada, json!({"command": "picture", "who": GRACE})), "no-picture");
    fine(&mut bot, json!({"command": "remove", "who": ADA}));
}

#[test]
fn files_are_sent_taken_refused_and_stopped() {
    let net = Net::new();
    let mut ada = net.bot(ADA, &[]);
    let mut bot = net.bot(GRACE, &[]);
    let path = net.papillon.file("film.avi", &"a film ".repeat(30_000));
    let folder = net.papillon.home().join("in");
    std::fs::create_dir(&folder).unwrap();
    let send = json!({"id": "film", "command": "send-file", "to": ADA, "path": "film.avi"});
    bot.write(&send.to_string());
    let sending = bot.wait_for("file-sending", |_| true);
    assert_eq!((&sending["id"], &sending["size"]), (&json!("film"), &json!(210_000)));
    let offer = ada.wait_for("file-offered", |_| true);
    let taken = fine(&mut ada, json!({"command": "accept", "transfer": offer["transfer"], "folder": folder}));
    let sent = bot.wait_for("answer", |answer| answer["id"] == "film");
    assert_eq!((&sent["ok"], &sent["size"]), (&json!(true), &json!(210_000)));
    assert_eq!((&sent["transfer"], &sent["route"]), (&sending["transfer"], &json!("switchboard")));
    assert_eq!(std::fs::read(taken["path"].as_str().unwrap()).unwrap(), std::fs::read(&path).unwrap());

    bot.write(&send.to_string());
    let offer = ada.wait_for("file-offered", |_| true);
    fine(&mut ada, json!({"command": "decline", "transfer": offer["transfer"]}));
    let declined = bot.wait_for("answer", |answer| answer["id"] == "film");
    assert_eq!(declined["error"]["code"], "declined");

    bot.write(&send.to_string());
    let sending = bot.wait_for("file-sending", |_| true);
    ada.wait_for("file-offered", |_| true);
    bot.write(&json!({"id": "stop", "command": "cancel", "transfer": sending["transfer"]}).to_string());
    let mut outcomes = std::collections::BTreeMap::new();
    for _ in 0..2 {
        let answer = bot.wait_for("answer", |_| true);
        outcomes.insert(answer["id"].to_string(), answer["error"]["code"].clone());
    }
    assert_eq!(outcomes["\"film\""], "cancelled");
    assert_eq!(outcomes["\"stop\""], json!(null));
    ada.wait_for("file-failed", |_| true);
}

#[test]
fn changes_are_made_in_the_order_in_which_they_are_asked_for() {
    let net = Net::new();
    let png = net.papillon.home().join("three.png");
    std::fs::write(&png, PNG).unwrap();
    let mut bot = net.bot(GRACE, &[]);
    fine(&mut bot, json!({"command": "add", "who": ADA}));
    // All at once.
    let lines: Vec<_> = [
        json!({"command": "block", "who": ADA}),
        json!({"command": "unblock", "who": ADA}),
        json!({"command": "block", "who": ADA}),
        json!({"command": "unblock", "who": ADA}),
        json!({"command": "status", "status": "busy"}),
        json!({"command": "set-picture", "path": png}),
        json!({"command": "name", "name": "Grace H."}),
        json!({"command": "status", "status": "away"}),
        json!({"command": "status"}),
        json!({"command": "set-picture", "path": null}),
        json!({"command": "name", "name": "Grace"}),
        json!({"command": "remove", "who": ADA}),
        json!({"command": "add", "who": ADA}),
        json!({"command": "contacts"}),
    ]
    .iter()
    .enumerate()
    .map(|(id, command)| {
        let mut command = command.clone();
        command["id"] = id.into();
        command.to_string()
    })
    .collect();
    bot.write(&lines.join("\n"));
    let answers: Vec<_> = lines.iter().map(|_| bot.wait_for("answer", |_| true)).collect();
    for (id, answer) in answers.iter().enumerate() {
        assert_eq!((&answer["id"], &answer["ok"]), (&json!(id), &json!(true)), "{answer}");
    }
    assert_eq!((&answers[7]["status"], &answers[8]["status"]), (&json!("away"), &json!("away")));
    assert_eq!((&answers[8]["name"], &answers[10]["name"]), (&json!("Grace H."), &json!("Grace")));
    assert_eq!(answers[13]["contacts"][0]["lists"], json!(["forward", "allow"]));
    let now = fine(&mut bot, json!({"command": "status"}));
    assert_eq!((&now["name"], &now["status"]), (&json!("Grace"), &json!("away")));
}
