use proptest::prelude::*;

use super::*;

fn tags(body: &str) -> Tags {
    read(&Received::of(200, body), &moments::india(), Some).unwrap()
}

fn kind(body: &str) -> ErrorKind {
    read(&Received::of(200, body), &moments::india(), Some).unwrap_err().kind()
}

fn only(data: &str) -> Tag {
    tags(&format!(r#"{{"status":"success","data":[{data}]}}"#)).notifications.remove(0)
}

#[test]
fn the_published_empty_reply_has_no_notifications() {
    let tags = tags(r#"{"data":[],"iconDetails":[],"status":"success","code":200}"#);
    assert!(tags.notifications.is_empty() && tags.icons.is_empty());
}

#[test]
fn no_data_found_is_an_empty_answer() {
    assert!(tags(r#"{"status":"error","code":1012,"message":"No data found"}"#).notifications.is_empty());
}

#[test]
fn an_empty_object_and_other_shapes_are_not_taken_for_no_tags() {
    assert_eq!(kind("{}"), ErrorKind::Protocol);
    assert_eq!(kind(r#"{"status":"success","data":false}"#), ErrorKind::Protocol);
    assert_eq!(kind(r#"{"status":"error","code":1502}"#), ErrorKind::Protocol);
    assert_eq!(kind(r#"{"status":"error","code":1000}"#), ErrorKind::SignIn);
}

#[test]
fn a_wrong_type_of_the_icons_costs_no_notification() {
    for icons in ["7", "0", "false", "true", r#""x""#] {
        let body = format!(r#"{{"data":[{{"_id":"1"}}],"iconDetails":{icons},"status":"success"}}"#);
        let tags = tags(&body);
        assert_eq!((tags.notifications.len(), tags.notes.len()), (1, 1), "{icons}: {:?}", tags.notes);
    }
}

#[test]
fn a_list_in_another_place_is_read_or_noted() {
    let of_another_call = tags(r#"{"status":"success","response":[{"_id":"x","type":"missed"}],"code":200}"#);
    assert_eq!(of_another_call.notifications.len(), 1);
    let unknown = tags(r#"{"status":"success","Data":[{"_id":"x"}],"code":200}"#);
    assert!(unknown.notifications.is_empty() && unknown.notes[0].contains("`Data`"), "{:?}", unknown.notes);
    assert!(tags(r#"{"status":"success","data":[],"other":[1],"response":[2]}"#).notes.is_empty());
}

#[test]
fn a_flag_is_no_text() {
    let tag = only(r#"{"_id":"1","type":false,"cNumber":false,"callId":true,"vip":true}"#);
    assert_eq!((tag.kind, tag.customer, tag.call_id), (None, None, None));
}

#[test]
fn a_notification_is_read_by_known_spellings() {
    let notification = only(
        r#"{"_id":{"$oid":"65ab"},"createdAt":1754661511518,"type":"missed","msg":"Missed call",
            "agentId":13,"callId":"C1","cNumber":"919812345678","queue":"sales"}"#,
    );
    assert_eq!(notification.id.as_deref(), Some("65ab"));
    assert_eq!(notification.time.unwrap().to_string(), "2025-08-08T13:58:31.518Z");
    assert_eq!(notification.kind.as_deref(), Some("missed"));
    assert_eq!(notification.message.as_deref(), Some("Missed call"));
    assert_eq!(notification.agent_id.as_deref(), Some("13"));
    assert_eq!(notification.call_id.as_deref(), Some("C1"));
    assert_eq!(notification.customer.as_deref(), Some("919812345678"));
}

#[test]
fn what_no_name_fits_stays_visible_in_order() {
    let notification = only(
        r#"{"queue":"sales","_id":"1","wait":42,"cType":"IBD","type":"missed","time":"soon","ts":1754661511,
            "nested":{"a":1},"list":[],"none":null,"empty":"","vip":true,"iconId":"i1"}"#,
    );
    let extra = extra_fields(&notification.fields);
    let extra: Vec<_> = extra.iter().map(|(key, text)| (&**key, &**text)).collect();
    assert_eq!(
        extra,
        [("queue", "sales"), ("wait", "42"), ("cType", "IBD"), ("time", "soon"), ("vip", "true")]
    );
}

#[test]
fn fields_are_kept_byte_for_byte() {
    let json = r#"{ "n":1.0e2, "big":123456789012345678901234567890, "z":1, "a":"\u00e9", "a":2 }"#;
    assert_eq!(only(json).fields.get(), json);
}

#[test]
fn icons_go_to_their_notifications_and_the_rest_stays_apart() {
    let tags = tags(
        r#"{"status":"success","data":[
            {"id":"n1","callId":"c1"},{"id":"n2","icons":["i2","i9"]},{"id":"n3","icon":"phone"},
            {"id":"n4","icons":[{"name":"Own"}]}],
          "iconDetails":[
            {"_id":"i1","callId":"c1","name":"Missed"},{"_id":"i2","name":"Callback"},
            {"_id":"i3","notificationId":"n1","action":"dial"},{"_id":"i4","name":"Nobody's"}]}"#,
    );
    let names: Vec<_> =
        tags.notifications.iter().map(|notification| format!("{:?}", notification.icon_names)).collect();
    assert_eq!(names, [r#"["Missed", "dial"]"#, r#"["Callback"]"#, r#"["phone"]"#, r#"["Own"]"#]);
    let counts: Vec<_> = tags.notifications.iter().map(|notification| notification.icons.len()).collect();
    assert_eq!(counts, [2, 1, 0, 1]);
    assert_eq!(tags.icons.len(), 1);
    assert!(tags.icons[0].get().contains("i4"));
    // What was stored without the names has them again.
    let mut known = IconNames::default();
    for notification in tags.notifications.iter().chain(&tags.notifications) {
        let mut stored = Tag { icon_names: vec![], ..notification.clone() };
        known.fill(&mut stored);
        assert_eq!(stored, *notification);
    }
}

#[test]
fn items_that_are_no_objects_are_kept_whole() {
    let tags = tags(r#"{"status":"success","data":["hello",7,null]}"#);
    let fields: Vec<_> = tags.notifications.iter().map(|notification| notification.fields.get()).collect();
    assert_eq!(fields, [r#""hello""#, "7", "null"]);
    assert!(extra_fields(&tags.notifications[0].fields).is_empty());
}

#[test]
fn an_item_with_too_many_keys_is_refused_in_either_list() {
    let item = format!(r#"{{{}"":0}}"#, r#""":0,"#.repeat(500));
    for key in ["data", "iconDetails"] {
        for items in [item.clone(), format!("[{item}]")] {
            let body = format!(r#"{{"status":"success","data":[],"{key}":{items}}}"#);
            let error = read(&Received::of(200, &body), &moments::india(), Some).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{key}");
            assert!(error.to_string().contains(key), "{error}");
        }
    }
}

#[test]
fn a_large_icon_that_many_notifications_share_is_refused() {
    let reply = |notifications: usize| {
        let data = vec![r#"{"callId":"c"}"#; notifications].join(",");
        let name = "x".repeat(1 << 20);
        format!(r#"{{"status":"success","data":[{data}],"iconDetails":[{{"callId":"c","name":"{name}"}}]}}"#)
    };
    assert_eq!(tags(&reply(15)).notifications[14].icons.len(), 1);
    let error = read(&Received::of(200, reply(20_000)), &moments::india(), Some).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("iconDetails"), "{error}");
}

#[test]
fn twenty_thousand_items_with_icons_are_decoded() {
    let data: Vec<_> =
        (0..20_000).map(|n| format!(r#"{{"_id":"n{n}","callId":"c{n}","time":{n}}}"#)).collect();
    let icons: Vec<_> = (0..20_000).map(|n| format!(r#"{{"_id":"i{n}","callId":"c{n}"}}"#)).collect();
    let body =
        format!(r#"{{"status":"success","data":[{}],"iconDetails":[{}]}}"#, data.join(","), icons.join(","));
    let tags = tags(&body);
    assert!(tags.icons.is_empty());
    assert!(tags.notifications.iter().all(|notification| notification.icons.len() == 1));
}

proptest! {
    #[test]
    fn no_item_is_lost_and_each_icon_is_somewhere(
        items in prop::collection::vec((0_u8..6, 0_u8..6), 0..12),
        icons in prop::collection::vec((0_u8..6, 0_u8..6, 0_u8..6), 0..12),
    ) {
        let data: Vec<_> = items.iter().map(|(id, call)| format!(r#"{{"id":{id},"callId":{call}}}"#)).collect();
        let details: Vec<_> = icons
            .iter()
            .map(|(id, call, of)| format!(r#"{{"id":{id},"callId":{call},"notificationId":{of}}}"#))
            .collect();
        let body = format!(
            r#"{{"status":"success","data":[{}],"iconDetails":[{}]}}"#, data.join(","), details.join(","),
        );
        let tags = tags(&body);
        prop_assert_eq!(tags.notifications.len(), items.len());
        let mut found: Vec<String> = tags.icons.iter().map(|icon| icon.get().to_owned()).collect();
        found.extend(tags.notifications.iter().flat_map(|n| n.icons.iter()).map(|icon| icon.get().to_owned()));
        for detail in &details {
            prop_assert!(found.contains(detail));
        }
    }
}
