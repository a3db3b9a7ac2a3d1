use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::Projection;
use crate::output::jq::Filter;

fn document() -> Value {
    json!({ "as_of": "2026-11-23T10:15:30Z", "tags": [row(1), row(2), row(2), row(3)], "icons": [{ "name": "vip" }] })
}

fn row(number: i64) -> Value {
    let kind = if number == 2 { json!("missed") } else { Value::Null };
    json!({
        "id": number, "kind": kind, "message": "a\"b", "on": number == 1,
        "icons": [{ "name": "star", "n": number }], "fields": { "queue": "Sales", "id": [number, { "id": 7 }] },
    })
}

/// The document as it is written for this expression.
fn projected(document: &Value, projection: &Projection) -> Value {
    let of_row = |row: &Value| {
        let held = row.as_object().unwrap().iter().filter(|(key, _)| projection.holds(key));
        Value::Object(held.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>())
    };
    let Some(tags) = document["tags"].as_array() else { return of_row(document) };
    let mut projected = document.clone();
    projected["tags"] = tags.iter().map(of_row).collect();
    projected
}

fn run(filter: &Filter, document: &Value) -> (String, Option<String>) {
    let mut out = Vec::new();
    let done = filter.run(document.to_string().into(), false, &mut out);
    (String::from_utf8(out).unwrap(), done.err().map(|error| error.to_string()))
}

fn keys(expression: &str) -> Option<String> {
    match Projection::of(expression, Some("tags")) {
        Projection::All => None,
        Projection::Keys(keys) => Some(keys.into_iter().collect::<Vec<_>>().join(" ")),
    }
}

#[test]
fn what_scripts_ask_for_is_followed() {
    for (expression, looked_at) in [
        (".tags[].id", "id"),
        (".tags[0].id, .tags[-1].kind?", "id kind"),
        (".tags | length", ""),
        (".as_of, (.icons | tojson)", ""),
        (".tags[] | select(.kind == \"missed\") | .customer", "customer kind"),
        (".tags[] | [.time, .fields.queue] | @tsv", "fields time"),
        (".tags[] | {id, when: .time, \"kind\"}", "id kind time"),
        (".tags[] | \"\\(.kind): \\(.message)\"", "kind message"),
        (".tags | map(.duration // 0) | add / length", "duration"),
        (".tags | map(select(.on)) | length", "on"),
        ("[.tags[] | select(.on)] | sort_by(.time) | map(.id)", "id on time"),
        (".tags | group_by(.kind)[] | {kind: .[0].kind, many: length}", "kind"),
        (".tags | group_by(.kind) | map({(.[0].kind // \"none\"): length}) | add", "kind"),
        ("first(.tags[] | select(.on)).id", "id on"),
        (".tags | max_by(.time).id", "id time"),
        (".tags[] as $tag | $tag.icons[] | [$tag.id, .name]", "icons id"),
        ("reduce .tags[] as $tag ({}; .[$tag.kind] += 1)", "kind"),
        (".tags[] | if .on then .id else .kind end", "id kind on"),
        ("any(.tags[]; .on), (.tags | all(.on)), isempty(.tags[])", "on"),
        ("[limit(2; .tags[])] | .[1:] | reverse | first.id", "id"),
        ("try .tags[].id catch .", "id"),
    ] {
        assert_eq!(keys(expression).as_deref(), Some(looked_at), "{expression}");
    }
    assert_eq!(Projection::of(".on", None), Projection::Keys(["on".to_owned()].into()));
}

#[test]
fn what_cannot_be_followed_looks_at_everything() {
    for expression in [
        ".",
        ".tags",
        ".tags[]",
        "..",
        "keys",
        ".tags[] | keys",
        ".tags[] | to_entries",
        ".tags[] | select(.on)",
        ".tags[] | [.id, .]",
        ".tags[] | {tag: .}",
        ".tags[] | has(\"id\")",
        ".tags[] | .[\"i\" + \"d\"]",
        ".tags[] | del(.fields) | .id",
        ".tags | tojson",
        ".tags | sort | .[0].id",
        ".tags[] == 1",
        ".tags.id",
        ".tags[\"a\"]",
        ".tags[:\"a\"] | length",
        ".tags[] as {id: $id} | $id",
        "def f: .; .tags[] | f.id",
        ".tags[] | (.id, .) | .id | error",
        ". as $all | $all",
        "(.tags[], 1) | length",
        "not an expression (",
    ] {
        assert_eq!(Projection::of(expression, Some("tags")), Projection::All, "{expression}");
    }
    assert_eq!(Projection::of(".", None), Projection::All);
}

/// Expressions without parts, one a line.
const LEAVES: &str = r#"
.
.tags
.tags[]
.id
.kind
.on
.fields
.fields.queue
.icons
.icons[]
.[]
.[]?
.[0]
.[-1]
.[1:]
.["id"]
.as_of
1
"id"
null
true
empty
length
first
last
reverse
not
keys
add
tostring
tojson
error
to_entries
type
..
$bound
{id}
[]
"#;

/// Expressions of up to three parts, one a line.
const SHAPES: &str = r#"
(A | B)
(A | B)
(A | B)
.tags[] | (A)
(.tags | map(A))
(A, B)
(A // B)
[A]
{id: A}
{(A): B}
{kind, on: A}
"\(A)"
select(A)
map(A)
sort_by(A)
group_by(A)
unique_by(A)
min_by(A)
max_by(A)
any(A)
all(A)
any(A; B)
first(A)
last(A)
limit(1; A)
isempty(A)
(if A then B else C end)
(if A then B end)
(try (A) catch (B))
(A)?
(A as $bound | B)
(A as [$bound] | B)
(reduce (A) as $bound (B; C))
[foreach (A) as $bound (B; C)]
(A + B)
(A == B)
(A and B)
-(A)
(A |= B)
(A = B)
(A)[B]
(A)[B:C]
(A).id
(A)[]
(A)[0]
has(A)
getpath([A])
path(A)
(label $out | A, break $out, B)
(def f: A; B | f)
with_entries(A)
del(A)
"#;

/// Expressions that fit the document, and many that do not.
fn expression() -> impl Strategy<Value = String> {
    let one_of = |lines: &'static str| prop::sample::select(lines.trim().lines().collect::<Vec<_>>());
    let leaf = one_of(LEAVES).prop_map(str::to_owned);
    let whole = leaf.prop_recursive(5, 40, 3, move |inner| {
        let parts = (inner.clone(), inner.clone(), inner);
        (one_of(SHAPES), parts).prop_map(|(shape, (a, b, c))| {
            let filled = |letter| match letter {
                'A' => a.clone(),
                'B' => b.clone(),
                'C' => c.clone(),
                other => other.to_string(),
            };
            shape.chars().map(filled).collect()
        })
    });
    whole.prop_map(|expression| format!("1 as $bound | {expression}"))
}

proptest! {
    /// Whatever the expression does, it does the same to the document without the keys it does not look at: what comes
    /// out, and what it complains of.
    #[test]
    fn what_is_left_out_is_not_missed(expression in expression()) {
        let filter = Filter::compile(&expression).unwrap();
        for (document, rows_key) in [(document(), Some("tags")), (row(2), None)] {
            let projected = projected(&document, &Projection::of(&expression, rows_key));
            prop_assert_eq!(run(&filter, &document), run(&filter, &projected), "{}", expression);
        }
    }
}
