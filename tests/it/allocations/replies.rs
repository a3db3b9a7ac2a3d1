//! Replies of many notifications, as large as replies get.

use std::fmt::Write;

const KINDS: [&str; 7] = ["incoming", "outgoing", "missed", "transfer", "callback", "voicemail", "note"];

/// A reply to `tags`, with one icon for each kind. The texts are as long and as mixed as those of a call centre in India.
pub fn reply(count: usize) -> String {
    let mut reply = String::from(r#"{"status": "success", "code": 200, "data": ["#);
    for number in 0..count {
        let kind = KINDS[number % KINDS.len()];
        let comma = if number == 0 { "" } else { ", " };
        write!(
            reply,
            r#"{comma}{{"_id": "65f0c0ff{number:016x}", "type": "{kind}", "message": "Call {number} from Asha Traders", "createdAt": {}, "callId": "C{number:016X}", "cNumber": "91900{number:07}", "cName": "आशा शर्मा", "agentId": "{}", "queue": "Sales", "duration": "{}", "iconId": "icon_{kind}"}}"#,
            1_764_000_000 + number % 3500,
            1000 + number % 14,
            number % 300,
        )
        .unwrap();
    }
    reply.push_str(r#"], "iconDetails": ["#);
    for (number, kind) in KINDS.iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        write!(reply, r##"{comma}{{"iconId": "icon_{kind}", "name": "{kind}", "color": "#2e7d32"}}"##)
            .unwrap();
    }
    reply.push_str("]}");
    reply
}
