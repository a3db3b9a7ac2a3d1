//! Objects whose lists are taken apart as they are checked.

use super::*;

/// Keys with what is in them: the elements of a list, or the value.
fn contents(text: &str, most: usize) -> Result<Vec<(String, String)>, Malformed> {
    let mut contents = vec![];
    check_object(text, most, |key, content| {
        let words = match content {
            Content::List(list) => list.iter().flat_map(|item| ["<", item.get(), ">"]).collect(),
            Content::LongList => "long".to_owned(),
            Content::Value(value) => value.get().to_owned(),
        };
        contents.push((key.into_owned(), words));
    })?;
    Ok(contents)
}

#[test]
fn lists_of_an_object_are_taken_apart_wherever_they_are() {
    for (text, wanted) in [
        (r#"{"a":[1, {"b":[]} ],"c":{"d":[2]}}"#, [("a", "<1><{\"b\":[]}>"), ("c", r#"{"d":[2]}"#)]),
        (" {\"a\" \n:\t[ ] , \"a\": null}\n", [("a", ""), ("a", "null")]),
        (r#"{"\u0061":[1],"[":"["}"#, [("a", "<1>"), ("[", "\"[\"")]),
        (r#"{"a\"":["]"],"":[[]]}"#, [("a\"", "<\"]\">"), ("", "<[]>")]),
        (r#"{"a":[1,2,3],"\u0062":[1,2,3]}"#, [("a", "long"), ("b", "long")]),
    ] {
        let wanted = wanted.map(|(key, content)| (key.to_owned(), content.to_owned()));
        assert_eq!(contents(text, 2).unwrap(), wanted, "{text}");
    }
    for text in [
        r#"{"a":[1,]}"#,
        r#"{"a":[1,2,3,]}"#,
        r#"{"a":[1e]}"#,
        r#"{"a":[}"#,
        r#"{"a" []}"#,
        "[]",
        r#"{"a":["\ud800"]}"#,
    ] {
        assert!(contents(text, 2).is_err(), "{text}");
    }
}
