use super::*;

static FIELDS: [Field; 2] = [
    Field::new("name", "NAME", Meaning::Name, Shown::Always(0), ""),
    Field::new("age", "AGE", Meaning::Elapsed, Shown::Always(1), ""),
];

#[test]
fn values_are_found_by_their_keys_in_the_order_of_the_fields() {
    let row = Row::new(&FIELDS).with("age", Value::Seconds(7)).with("name", "asha");
    assert!(matches!(row.get("name"), Value::Text(name) if name == "asha"));
    let row = row.with("name", None::<&str>);
    assert!(row.get("name").is_absent() && matches!(row.get("age"), Value::Seconds(7)));
    assert!(row.iter().map(|(field, _)| field.key).eq(["name", "age"]));
}

#[test]
fn a_value_is_as_small_as_a_short_text() {
    assert_eq!(size_of::<Value>(), size_of::<CompactString>());
}

#[test]
#[should_panic(expected = "no field is called \"nam\"")]
fn a_key_that_the_row_does_not_have_cannot_be_set() {
    let _ = Row::new(&FIELDS).with("nam", "asha");
}

#[test]
#[should_panic(expected = "no field is called \"nam\"")]
fn a_key_that_the_row_does_not_have_cannot_be_read() {
    let _ = Row::new(&FIELDS).get("nam");
}
