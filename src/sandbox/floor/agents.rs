//! Who works on the floor and what each signs in with.

/// An agent of the sandbox.
#[derive(Clone, PartialEq, Eq)]
pub struct Agent {
    /// A unique name fit for a profile: `[a-z0-9-]`.
    pub profile: String,
    /// The agent's own name, in the script the agent writes it in.
    pub display_name: String,
    /// The id of the agent on the wire.
    pub agent_id: String,
    /// The id of the user, numeric as in the published samples (`api.md` §5).
    pub user_id: String,
    /// The session id. It opens nothing but a sandbox.
    pub ssid: String,
    /// The token that goes with the user id. It opens nothing but a sandbox.
    pub token: String,
}

/// The one of the named agents who has just started and takes no calls yet.
pub(crate) const NEW_HIRE: usize = 13;

const NAMED: [(&str, &str); 14] = [
    ("asha", "आशा शर्मा"),
    ("ravi", "Ravi Kumar"),
    ("meena", "மீனா சுந்தரம்"),
    ("arjun", "Arjun Nair"),
    ("sourav", "সৌরভ দাস"),
    ("fatima", "فاطمہ خان"),
    ("gurpreet", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ"),
    ("lakshmi", "లక్ష్మి రెడ్డి"),
    ("john", "John D'Souza"),
    ("priya", "प्रिया वर्मा"),
    ("nikhil", "નિખિલ પટેલ"),
    ("kavya", "ಕಾವ್ಯ ಗೌಡ"),
    ("anjali", "അഞ്ജലി മേനോൻ"),
    ("dev", "Dev Rathore"),
];

/// The agent with this place on the floor, counted from 0.
pub(crate) fn agent(index: usize) -> Agent {
    let (profile, display_name) = match NAMED.get(index) {
        Some((profile, name)) => ((*profile).to_owned(), (*name).to_owned()),
        None => (format!("agent-{:03}", index + 1), format!("Agent {:03}", index + 1)),
    };
    Agent {
        agent_id: (1_001 + index).to_string(),
        user_id: (20_260_001 + index).to_string(),
        ssid: format!("sandbox-{profile}"),
        token: format!("sandbox-token-{profile}"),
        profile,
        display_name,
    }
}
