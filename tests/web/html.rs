//! The check that a page is one that legacy browsers understand.

use std::collections::BTreeSet;

use msnp_testkit::http::Answer;

/// Elements of HTML 4.01 Transitional that our pages use.
const ELEMENTS: [&str; 41] = [
    "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "a", "span", "img", "b",
    "i", "p", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "code", "pre", "kbd", "div", "br", "hr",
    "form", "input", "select", "option", "textarea", "label", "fieldset", "legend", "big", "small",
];
/// Those that have no end.
const EMPTY: [&str; 5] = ["meta", "img", "br", "hr", "input"];
/// Attributes of HTML 4.01 Transitional that a page of ours may use.
const ATTRIBUTES: [&str; 49] = [
    "lang",
    "http-equiv",
    "content",
    "name",
    "type",
    "class",
    "style",
    "id",
    "title",
    "href",
    "src",
    "alt",
    "width",
    "height",
    "border",
    "align",
    "valign",
    "nowrap",
    "cellspacing",
    "cellpadding",
    "summary",
    "scope",
    "colspan",
    "rowspan",
    "action",
    "method",
    "enctype",
    "accept-charset",
    "accept",
    "value",
    "size",
    "maxlength",
    "checked",
    "selected",
    "disabled",
    "readonly",
    "for",
    "rows",
    "cols",
    "accesskey",
    "tabindex",
    "target",
    "bgcolor",
    "text",
    "link",
    "clear",
    // Of later times, and skipped by those that do not know them: nothing depends on them.
    "autocomplete",
    "aria-describedby",
    "aria-invalid",
];

/// An opening tag.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

/// Reads a page that has to be HTML 4.01 without anything of later times, every element closed in order. `about` is
/// for the message when it is not.
pub(crate) fn read(page: &str, about: &str) -> Vec<Tag> {
    assert!(page.starts_with("<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01"), "{about}: {page}");
    assert!(page.contains("charset=utf-8"), "{about}");
    assert!(!page.to_ascii_lowercase().contains("javascript:"), "{about}");
    let mut tags: Vec<Tag> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.split_once('>').expect("a type").1;
    while let Some((_, at)) = rest.split_once('<') {
        let (inside, after) =
            at.split_once('>').unwrap_or_else(|| panic!("{about}: a tag without end: {at}"));
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{about}: </{name}> closes something else");
            continue;
        }
        let tag = tag(inside, about);
        if !EMPTY.contains(&&*tag.name) {
            open.push(tag.name.clone());
        }
        if tag.name == "style" {
            // The text in there is no markup.
            rest = &rest[rest.find("</style>").expect("the end of the style sheet")..];
        }
        tags.push(tag);
    }
    assert!(open.is_empty(), "{about}: {open:?} are not closed");
    check(&tags, about);
    tags
}

fn tag(inside: &str, about: &str) -> Tag {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    assert!(ELEMENTS.contains(&name), "{about}: <{name}> is not of HTML 4 or not used by us");
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c != '-' && !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let (attribute, after) = rest.split_at(end);
        if rest.is_empty() {
            break;
        }
        assert!(ATTRIBUTES.contains(&attribute), "{about}: {attribute} in <{inside}>");
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => after.strip_prefix('"').and_then(|after| after.split_once('"')),
            None => Some((attribute, after)),
        }
        .unwrap_or_else(|| panic!("{about}: <{inside}> has a value without quotes"));
        attributes.push((attribute.to_owned(), value.replace("&amp;", "&").replace("&#38;", "&")));
        rest = after;
    }
    Tag { name: name.to_owned(), attributes }
}

/// The needs of users without sight of the page: names for pictures, a title, one heading.
fn check(tags: &[Tag], about: &str) {
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    assert_eq!((count("title"), count("body")), (1, 1), "{about}");
    assert!(count("h1") <= 1, "{about}");
    for picture in tags.iter().filter(|tag| tag.name == "img") {
        assert!(picture.attribute("alt").is_some(), "{about}: {picture:?} has no text");
    }
}

/// The addresses to which a page leads: its links, its pictures and its forms, without queries and fragments.
pub(crate) fn links(tags: &[Tag]) -> BTreeSet<String> {
    let targets = tags.iter().flat_map(|tag| ["href", "src", "action"].map(|name| tag.attribute(name)));
    let targets = targets.flatten().map(|target| target.split(['#', '?']).next().unwrap_or_default());
    targets.filter(|target| !target.is_empty()).map(str::to_owned).collect()
}

/// A header of an answer; browsers do not care how its name is spelled.
pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let headers = answer.head.split("\r\n").skip(1).filter_map(|line| line.split_once(": "));
    headers.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
