//! What an agent is notified of in the course of the work.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::floor::agents::Agent;
use crate::sandbox::floor::chance::{Chance, mix};
use crate::sandbox::floor::customers::Customer;
use crate::sandbox::floor::icons::Kind;
use crate::sandbox::floor::stint::{Call, Episode, Second, Worker};

/// India is ahead of UTC by this many seconds all year; zoneless times are Indian (`api.md` §8).
pub(crate) const INDIA: Second = 19_800;

const NOTES: [&str; 6] = [
    "ग्राहक कल सुबह कॉल चाहते हैं",
    "Wants the invoice by e-mail, \"GST\" number first",
    "வாடிக்கையாளர் மேலாளரிடம் பேச விரும்புகிறார்",
    "Second complaint this week; please escalate",
    "গ্রাহক বাংলায় কথা বলতে চান",
    "Plan upgraded ✓ — send the welcome kit",
];

/// A notification, before it is written as the JSON of one agent.
pub(crate) struct Notification {
    /// Milliseconds since the Unix epoch. It is shown from this moment on, never later.
    pub(crate) at: i64,
    pub(crate) kind: Kind,
    number: u64,
    call: Call,
    message: String,
    /// The length of a call or voicemail in seconds, where it is known by then.
    seconds: Option<i64>,
}

impl Worker {
    /// Everything that the agent is notified of in a stint, each with a number that is unique within it.
    pub(crate) fn notifications(self, stint: i64) -> Vec<Notification> {
        let mut collected = Collector { notifications: Vec::new(), chance: self.chance(stint, "tell") };
        let episodes = if self.takes_calls() { self.episodes(stint) } else { Vec::new() };
        for episode in episodes {
            match episode {
                Episode::Call { start, hung_up, wrapped_up, call } => {
                    collected.call(start, hung_up, wrapped_up, call);
                }
                Episode::Break { start, end, .. } if collected.chance.comes_up(50) => {
                    collected.missed(start, end);
                }
                Episode::Break { .. } => {}
            }
        }
        collected.notifications
    }
}

/// Collects the notifications of one stint.
struct Collector {
    notifications: Vec<Notification>,
    chance: Chance,
}

impl Collector {
    fn call(&mut self, start: Second, hung_up: Second, wrapped_up: Second, call: Call) {
        let name = call.customer.name();
        if call.incoming {
            self.notify(start, Kind::Incoming, call, format!("Incoming call from {name}"), None);
        } else {
            self.notify(start, Kind::Outgoing, call, format!("Outgoing call to {name}"), None);
        }
        if self.chance.comes_up(12) {
            self.missed(start, hung_up);
        }
        let length = Some(hung_up - start);
        if self.chance.comes_up(12) {
            let queue = if call.queue == "Billing" { "Support" } else { "Billing" };
            self.notify(
                hung_up,
                Kind::Transfer,
                call,
                format!("Call with {name} transferred to {queue}"),
                length,
            );
        }
        if self.chance.comes_up(12) {
            let at = self.chance.between(hung_up + 5, wrapped_up - 1);
            self.notify(at, Kind::Callback, call, format!("{name} asked to be called back"), length);
        }
        if self.chance.comes_up(4) {
            let at = self.chance.between(hung_up + 5, wrapped_up - 1);
            let note = self.chance.pick(&NOTES).to_owned();
            self.notify(at, Kind::Note, call, note, length);
        }
    }

    /// Somebody else calls while the agent is busy for at least a minute, and may leave a voicemail before it is over.
    fn missed(&mut self, start: Second, end: Second) {
        let call = Call {
            id: self.chance.next(),
            incoming: true,
            customer: Customer::drawn_by(&mut self.chance),
            queue: "Support",
        };
        let name = call.customer.name();
        let rang = self.chance.between(start + 1, start + (end - start) / 2);
        self.notify(rang, Kind::Missed, call, format!("Missed call from {name}"), None);
        if self.chance.comes_up(35) {
            let length = self.chance.between(6, 28);
            let message = format!("{name} left a voicemail of {length} s");
            self.notify(rang + length + 1, Kind::Voicemail, call, message, Some(length));
        }
    }

    fn notify(&mut self, second: Second, kind: Kind, call: Call, message: String, seconds: Option<i64>) {
        let at = second * 1_000 + self.chance.between(0, 999);
        let number = self.notifications.len() as u64;
        self.notifications.push(Notification { at, kind, number, call, message, seconds });
    }
}

impl Notification {
    /// The notification as DeepCall might write it. Its fields are not published (`api.md` §3): names and the loose
    /// typing (`"false"`, `""` for none, numbers as text) are those of DeepCall's call reports (`api.md` §8).
    pub(crate) fn json(&self, worker: Worker, agent: &Agent) -> Value {
        json!({
            "_id": self.id(worker),
            "type": self.kind.word(),
            "message": self.message,
            "createdAt": self.created_at(),
            "callId": call_id(self.call),
            "cType": if self.call.incoming { "IBD" } else { "OBD" },
            "cNumber": self.call.customer.phone(),
            "cNumber10": self.call.customer.local_phone(),
            "cName": self.call.customer.name(),
            "agentId": agent.agent_id,
            "agentName": agent.display_name,
            "queue": self.call.queue,
            "campaign": if self.call.incoming { "" } else { "Monsoon offer" },
            "duration": self.seconds.map_or_else(String::new, |seconds| seconds.to_string()),
            "callDisposition": "[]",
            "forward": if self.kind == Kind::Transfer { "true" } else { "false" },
            "did": null,
            "iconId": self.kind.icon_id(),
            "action": self.kind.action(),
        })
    }

    /// Four bytes of time, then eight that no other notification of that second has: [`mix`] keeps the
    /// pair of agent and number as distinct as it is.
    fn id(&self, worker: Worker) -> String {
        let pair = ((worker.agent as u64) << 32) | self.number;
        let rest = mix(pair ^ mix(worker.seed));
        format!("{:08x}{rest:016x}", self.second() & 0xffff_ffff)
    }

    /// Each kind has its own sort of time, because DeepCall uses all three (`api.md` §8).
    fn created_at(&self) -> Value {
        match self.kind {
            Kind::Missed | Kind::Voicemail => self.at.into(),
            Kind::Transfer => indian_time(self.second()).into(),
            _ => self.second().into(),
        }
    }

    fn second(&self) -> Second {
        self.at.div_euclid(1_000)
    }
}

/// The id under which a wrap-up and all notifications name the same call.
pub(crate) fn call_id(call: Call) -> String {
    format!("C{:016X}", call.id)
}

fn indian_time(second: Second) -> String {
    let shifted = Timestamp::from_second(second + INDIA).unwrap_or_default();
    shifted.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
