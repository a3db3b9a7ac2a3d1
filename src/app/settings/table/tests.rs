use super::*;

#[test]
fn a_misspelt_key_and_one_without_its_table_are_found() {
    for (typed, meant) in [
        ("sever", Some("server")),
        ("time_zone", Some("timezone")),
        ("interval", Some("watch.interval")),
        ("watch.interfal", Some("watch.interval")),
        ("alert.brake", Some("alert.break")),
        ("no-headers", Some("no_headers")),
        ("break_status", Some("columns.break_status")),
        ("something_else_altogether", None),
    ] {
        assert_eq!(nearest(typed).as_deref(), meant, "for {typed}");
    }
}

#[test]
fn a_chosen_name_is_found_below_its_table() {
    let chosen = |name| find(name).and_then(|(setting, chosen)| Some((setting.key().name, chosen?)));
    assert_eq!(chosen("alert.break.lunch"), Some(("alert", "break.lunch")));
    for name in ["alert", "alerts.break", "server", "server.x"] {
        assert_eq!(chosen(name), None, "for {name}");
    }
}
