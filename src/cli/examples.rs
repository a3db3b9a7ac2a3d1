//! The examples that open each command's `--help`. `tests/it/help.rs` runs every one of them.

/// One example: what it is for, and a line for a shell.
pub type Example = (&'static str, &'static str);

/// Every command with its examples.
pub const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "login",
        &[
            ("Sign in by a hidden prompt", "deepcall login"),
            ("A second session, from a file", "deepcall login --profile ravi --ssid-file ravi.ssid"),
            ("With a user id and a token", "deepcall login --user-id 20260001 --token-stdin < asha.token"),
            (
                "On a server without a keyring",
                "deepcall login --profile night --store file --ssid-stdin < ravi.ssid",
            ),
        ],
    ),
    (
        "logout",
        &[
            ("Forget the default session", "deepcall logout"),
            ("Forget this one", "deepcall logout --profile ravi"),
            ("Forget all of them", "deepcall logout --all"),
        ],
    ),
    (
        "profiles",
        &[
            ("What is stored; asks neither the server nor the keyring", "deepcall profiles"),
            ("Whether each session is still good", "deepcall profiles --check"),
            ("Ask as ravi from now on", "deepcall profiles --default ravi"),
        ],
    ),
    (
        "tags",
        &[
            ("The last half hour, newest first", "deepcall tags --since 30m"),
            (
                "Missed calls of the whole team, for a spreadsheet",
                "deepcall tags --all --kind missed -o csv > missed.csv",
            ),
            (
                "Columns of your choice, also from inside a notification",
                "deepcall tags --columns time,customer,fields.queue",
            ),
            ("The numbers to call back", "deepcall tags --kind missed,callback --jq '.tags[].customer'"),
        ],
    ),
    (
        "break-status",
        &[
            ("One agent", "deepcall break-status"),
            ("The whole team", "deepcall break-status --all"),
            ("In a script", "if deepcall break-status --profile ravi --exit-status; then echo away; fi"),
            ("Who is away", "deepcall break-status --all --jq '.break_status[]|select(.on_break).profile'"),
        ],
    ),
    (
        "wrapup",
        &[
            ("One agent", "deepcall wrapup"),
            ("A part of the team", "deepcall wrapup --profiles 'r*,asha'"),
            ("Until everybody can take calls again", "deepcall wrapup --all --wait --timeout 10m"),
        ],
    ),
    (
        "watch",
        &[
            ("The whole team on a board; in a pipe, a line for each event", "deepcall watch --all"),
            (
                "Ring when a break or a wrap-up lasts too long",
                "deepcall watch --all --alert break=15m --alert wrapup=60s:90s --bell",
            ),
            ("A stream for a script", "deepcall watch --all --json --heartbeat 60s"),
        ],
    ),
    (
        "ping",
        &[
            ("Update the presence of one agent", "deepcall ping --profile asha"),
            ("Say that the microphone is not allowed", "deepcall ping --mic-perm false"),
        ],
    ),
    (
        "api",
        &[
            ("A call that has a command", "deepcall api agentProfile/agentOnBreak"),
            (
                "Fields of the body: JSON where it parses, else text",
                "deepcall api agentProfile/tags -f ref=true",
            ),
            ("Only a part of the reply", "deepcall api agentProfile/tags -f ref=true --jq '.code, .message'"),
        ],
    ),
    (
        "sandbox",
        &[
            ("On a free port, until Ctrl-C", "deepcall sandbox"),
            ("A larger floor, in the form that programs read", "deepcall sandbox --agents 40 --json"),
            ("How does a script take an expired session?", "deepcall sandbox --fail 1044"),
        ],
    ),
    (
        "config",
        &[
            ("What counts, and where it comes from", "deepcall config show"),
            ("Times in this zone from now on", "deepcall config set timezone Asia/Kolkata"),
            ("A limit for watch", "deepcall config set alert.break.lunch 45m"),
        ],
    ),
    (
        "config path",
        &[("Where it is", "deepcall config path"), ("Who may read it", "ls -l \"$(deepcall config path)\"")],
    ),
    (
        "config show",
        &[
            ("Every value", "deepcall config show"),
            (
                "Only those that somebody chose",
                "deepcall config show --jq '.config[]|select(.source!=\"default\")|.key'",
            ),
            ("With the variables that say the same", "deepcall config show --columns key,value,variable"),
        ],
    ),
    (
        "config set",
        &[
            ("Times in this zone from now on", "deepcall config set timezone Asia/Kolkata"),
            ("A limit for a break with this reason", "deepcall config set alert.break.lunch 45m"),
            ("The columns of tags", "deepcall config set columns.tags time,kind,customer"),
        ],
    ),
    (
        "config unset",
        &[
            ("Times in the zone of the system again", "deepcall config unset timezone"),
            ("No limit for breaks with this reason", "deepcall config unset alert.break.lunch"),
        ],
    ),
    (
        "config edit",
        &[
            ("In your editor", "deepcall config edit"),
            ("In this one", "EDITOR='nano -w' deepcall config edit"),
        ],
    ),
    (
        "doctor",
        &[
            ("Is all well?", "deepcall doctor"),
            ("For a ticket", "deepcall doctor > ticket.txt 2>&1"),
            ("Only what is not well", "deepcall doctor --jq '.checks[]|select(.verdict==\"fail\")'"),
            ("What it looks like, without an account", "deepcall --sandbox doctor"),
        ],
    ),
    (
        "schema",
        &[
            ("What `deepcall tags --json` prints", "deepcall schema tags"),
            (
                "What --json prints on stderr when something fails",
                "deepcall schema error > error.schema.json",
            ),
        ],
    ),
    (
        "explain",
        &[
            ("An error code of DeepCall", "deepcall explain 1044"),
            ("An exit code of this program", "deepcall explain exit 5"),
            ("All exit codes", "deepcall explain exit"),
        ],
    ),
    (
        "completions",
        &[
            ("bash, for you alone", "echo 'source <(deepcall completions bash)' >> ~/.bashrc"),
            ("fish, for you alone", "deepcall completions fish > ~/.config/fish/completions/deepcall.fish"),
            (
                "zsh, in a folder that $fpath names",
                "mkdir -p ~/.zfunc && deepcall completions zsh > ~/.zfunc/_deepcall",
            ),
        ],
    ),
];

/// The examples of a command; none for a stranger.
#[must_use]
pub fn of(command: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(name, _)| *name == command).map_or(&[], |(_, examples)| examples)
}

/// The section of the help text, a comment above each line, so that all of it can be pasted.
pub(crate) fn section(examples: &[Example]) -> String {
    let lines = examples.iter().map(|(purpose, line)| format!("  # {purpose}\n  {line}"));
    format!("Examples:\n{}", lines.collect::<Vec<_>>().join("\n"))
}
