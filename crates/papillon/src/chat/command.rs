//! The commands that begin with a slash.

/// The usage of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// The word after the slash.
    pub(crate) name: &'static str,
    /// Its arguments.
    pub(crate) arguments: &'static str,
    /// Its effect.
    pub(crate) help: &'static str,
    /// The kind of its argument.
    takes: Takes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    /// One word or none.
    MaybeWord,
    /// One word.
    Word,
    /// The rest of the line.
    Rest,
}

const fn usage(name: &'static str, arguments: &'static str, takes: Takes, help: &'static str) -> Usage {
    Usage { name, arguments, help, takes }
}

/// All commands, in the order of the help.
pub(crate) const COMMANDS: &[Usage] = &[
    usage("chat", "WHO", Takes::Rest, "open a conversation"),
    usage("nudge", "", Takes::Nothing, "shake their window"),
    usage("invite", "WHO", Takes::Rest, "ask one more person into this conversation"),
    usage("close", "", Takes::Nothing, "leave this conversation"),
    usage("file", "PATH", Takes::Rest, "offer a file; /send is the same"),
    usage("accept", "[N]", Takes::MaybeWord, "take the file that is offered"),
    usage("decline", "[N]", Takes::MaybeWord, "refuse it"),
    usage("cancel", "[N]", Takes::MaybeWord, "stop a file on its way"),
    usage("add", "ADDRESS", Takes::Word, "put somebody on the list"),
    usage("remove", "[WHO]", Takes::Rest, "take somebody off the list"),
    usage("block", "[WHO]", Takes::Rest, "be offline for somebody"),
    usage("unblock", "[WHO]", Takes::Rest, "be seen by them again"),
    usage("rename", "NAME", Takes::Rest, "show this person under another name"),
    usage("group", "NAME", Takes::Rest, "put this person into a group, new or not"),
    usage("ungroup", "NAME", Takes::Rest, "take this person out of a group"),
    usage("dropgroup", "NAME", Takes::Rest, "remove a group that nobody is in"),
    usage("status", "STATUS", Takes::Rest, "online busy idle brb away phone lunch hidden"),
    usage("name", "NAME", Takes::Rest, "change your own name"),
    usage("picture", "FILE|off", Takes::Rest, "change your display picture"),
    usage("emoticon", "[CODE FILE]", Takes::Rest, "show your emoticons, or add a picture for a code"),
    usage("help", "", Takes::Nothing, "show the keys and commands"),
    usage("quit", "", Takes::Nothing, "sign out and leave"),
];

/// A command: its name as in [`COMMANDS`] and the rest of the line, without blanks around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// As in [`COMMANDS`].
    pub(crate) name: &'static str,
    /// The arguments; empty when there are none.
    pub(crate) argument: String,
}

/// The input, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// Something to say.
    Text(String),
    /// Something to do.
    Command(Command),
}

/// Reads a line. A text can begin with a slash when the slash is doubled. The error is for the
/// user.
pub(crate) fn parse(line: &str) -> Result<Line, String> {
    let Some(rest) = line.strip_prefix('/') else { return Ok(Line::Text(line.to_owned())) };
    if rest.starts_with('/') {
        return Ok(Line::Text(rest.to_owned()));
    }
    let (word, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let argument = argument.trim();
    let Some(usage) = find(word) else {
        return Err(format!("there is no command /{word} (F1 shows all)"));
    };
    let words = argument.split_whitespace().count();
    let fits = match usage.takes {
        Takes::Nothing => words == 0,
        Takes::MaybeWord => words <= 1,
        Takes::Word => words == 1,
        Takes::Rest => words >= 1 || usage.arguments.starts_with('['),
    };
    if fits {
        Ok(Line::Command(Command { name: usage.name, argument: argument.to_owned() }))
    } else {
        Err(format!("/{} {} – {}", usage.name, usage.arguments, usage.help).replace("  ", " "))
    }
}

/// The command with this name, or the only one that begins so.
fn find(word: &str) -> Option<&'static Usage> {
    let word = match word.to_ascii_lowercase().as_str() {
        "send" => String::from("file"),
        "msg" | "open" => String::from("chat"),
        "exit" => String::from("quit"),
        word => word.to_owned(),
    };
    if let Some(usage) = COMMANDS.iter().find(|usage| usage.name == word) {
        return Some(usage);
    }
    let mut begin = completions(&word);
    // The second `next` shows whether another command begins so as well.
    begin.next().filter(|_| !word.is_empty()).filter(|_| begin.next().is_none())
}

/// The commands that begin with these letters.
pub(crate) fn completions(word: &str) -> impl Iterator<Item = &'static Usage> {
    COMMANDS.iter().filter(move |usage| usage.name.starts_with(word))
}

/// Whether the command's argument is a person.
pub(crate) fn takes_a_person(name: &str) -> bool {
    COMMANDS.iter().any(|usage| usage.name == name && usage.arguments.contains("WHO"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(name: &'static str, argument: &str) -> Result<Line, String> {
        Ok(Line::Command(Command { name, argument: argument.to_owned() }))
    }

    #[test]
    fn commands_and_texts_are_told_apart() {
        assert_eq!(parse("hello /there"), Ok(Line::Text("hello /there".into())));
        assert_eq!(parse("//etc/passwd"), Ok(Line::Text("/etc/passwd".into())));
        assert_eq!(parse("/file  my photo.png "), command("file", "my photo.png"));
        assert_eq!(parse("/send a.txt"), command("file", "a.txt"));
        assert_eq!(parse("/Block"), command("block", ""));
        assert_eq!(parse("/accept 3"), command("accept", "3"));
    }

    #[test]
    fn a_beginning_is_enough_when_it_is_the_only_one() {
        assert_eq!(parse("/q"), command("quit", ""));
        assert_eq!(parse("/inv bob"), command("invite", "bob"));
        assert!(parse("/un").is_err());
        assert!(parse("/").is_err());
    }

    #[test]
    fn wrong_use_is_explained() {
        assert!(parse("/dance").unwrap_err().contains("no command /dance"));
        assert_eq!(parse("/add").unwrap_err(), "/add ADDRESS – put somebody on the list");
        assert_eq!(parse("/quit now").unwrap_err(), "/quit – sign out and leave");
        assert!(parse("/accept 1 2").is_err());
        assert!(parse("/file").is_err());
    }

    #[test]
    fn the_manual_has_all_commands() {
        let manual = include_str!("../../../../docs/chat.md");
        for usage in COMMANDS {
            let line = format!("/{} {}", usage.name, usage.arguments.split('|').next().unwrap_or_default());
            assert!(manual.contains(&format!("`{}`", line.trim_end())), "{line}");
        }
    }
}
