//! The examples at the top of each command's `--help`. `tests/it/help.rs` runs every one of them.

/// The purpose of an example, and a line for a shell.
pub type Example = (&'static str, &'static str);

pub const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "login",
        &[
            ("Type the ssid at a hidden prompt", "deepcall login"),
            (
                "Store the sessions of a team: a line for each, PROFILE, a tab, SSID",
                "deepcall login --from-file team.tsv",
            ),
            ("Use a user id and a token", "deepcall login --user-id 20260001 --token-stdin < asha.token"),
            (
                "On a machine without a keyring",
                "deepcall login --profile night --store file --ssid-stdin < ravi.ssid",
            ),
        ],
    ),
    (
        "logout",
        &[
            ("Remove the default profile", "deepcall logout"),
            ("Remove the profile ravi", "deepcall logout --profile ravi"),
            ("Remove all profiles", "deepcall logout --all"),
        ],
    ),
    (
        "profiles",
        &[
            ("List the profiles, without the server and the keyring", "deepcall profiles"),
            ("Check that each session is still valid", "deepcall profiles --check"),
            ("Make ravi the default", "deepcall profiles --default ravi"),
        ],
    ),
    (
        "status",
        &[
            ("The whole team", "deepcall status"),
            ("Whose break exceeds its limit", "deepcall status --alert break=15m --alert break.lunch=45m"),
            ("Some of the team, for a spreadsheet", "deepcall status --profiles 'r*,asha' -o csv > team.csv"),
            ("Who is away", "deepcall status --jq '.agents[]|select(.state==\"on_break\").profile'"),
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
                "Selected columns, one of them from inside the notification",
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
            (
                "The profiles on break",
                "deepcall break-status --all --jq '.break_status[]|select(.on_break).profile'",
            ),
        ],
    ),
    (
        "wrapup",
        &[
            ("One agent", "deepcall wrapup"),
            ("Some of the team", "deepcall wrapup --profiles 'r*,asha'"),
            ("Wait until all agents can take calls again", "deepcall wrapup --all --wait --timeout 10m"),
            ("Wait until somebody can take the next call", "deepcall wrapup --all --wait any --timeout 10m"),
        ],
    ),
    (
        "watch",
        &[
            ("The whole team on a board; in a pipe, one line per event", "deepcall watch --all"),
            (
                "Ring the bell when a break or a wrap-up lasts too long",
                "deepcall watch --all --alert break=15m --alert wrapup=60s:90s --bell",
            ),
            ("Ring the bell for a missed call", "deepcall watch --all --on tag:missed --bell"),
            ("A stream for a script", "deepcall watch --all --json --heartbeat 60s"),
        ],
    ),
    (
        "record",
        &[
            ("Keep what happens to the whole team, until stopped", "deepcall record --all"),
            ("For a shift of nine hours", "deepcall record --all --timeout 9h"),
        ],
    ),
    (
        "serve",
        &[
            ("The whole team in a browser on this machine", "deepcall serve"),
            (
                "With limits, and with a key that outlasts a restart",
                "deepcall serve --alert break=15m --alert wrapup=60s:90s --key-file wall.key",
            ),
            (
                "For the room, where the network itself is trusted",
                "deepcall serve --listen 0.0.0.0:8041 --host wall.example --allow-http",
            ),
        ],
    ),
    (
        "shift",
        &[
            ("The last shift of a simulated floor", "deepcall shift --sandbox"),
            (
                "Yesterday's shift, as a page to print",
                "deepcall shift --sandbox --day yesterday -o html > shift.html",
            ),
            ("A few sentences, for a mail", "deepcall shift --sandbox --since 9:00 --until 18:00 --digest"),
            (
                "How many customers nobody called back",
                "deepcall shift --sandbox --jq .total.missed_not_called_back",
            ),
        ],
    ),
    (
        "journal",
        &[
            ("Keep what the server answers, from now on", "deepcall journal on"),
            ("Stop recording; nothing is deleted", "deepcall journal off"),
        ],
    ),
    (
        "journal on",
        &[
            ("Record in the usual place", "deepcall journal on"),
            (
                "For half a year instead of 90 days",
                "deepcall config set journal.keep 180d && deepcall journal on",
            ),
        ],
    ),
    (
        "journal off",
        &[
            ("Stop recording", "deepcall journal off"),
            (
                "Record only agents that the journal already holds",
                "deepcall journal off && deepcall config unset journal.record",
            ),
        ],
    ),
    (
        "journal status",
        &[
            ("What is there, and who records", "deepcall journal status"),
            ("How large it is, for a script", "deepcall journal status --jq .size_bytes"),
        ],
    ),
    (
        "journal export",
        &[
            ("Everything, as `deepcall watch --json` prints it", "deepcall journal export -o ndjson"),
            ("The tags of the last eight hours", "deepcall journal export --what tags --since 8h -o csv"),
            ("When somebody looked", "deepcall journal export --what coverage"),
            (
                "See what it looks like, without an account",
                "deepcall journal export --sandbox --what intervals --since 8h",
            ),
        ],
    ),
    (
        "journal verify",
        &[
            ("Check all of it", "deepcall journal verify"),
            ("In a script", "deepcall journal verify -o ndjson || echo 'the journal has faults'"),
        ],
    ),
    (
        "journal prune",
        &[
            ("Delete what is too old", "deepcall journal prune"),
            ("Only print what would be deleted", "deepcall journal prune --dry-run"),
        ],
    ),
    (
        "journal forget",
        &[
            ("Erase an agent, in a script", "deepcall journal forget ravi --yes"),
            ("See first who is there", "deepcall journal status --columns profile,agent_id,events"),
        ],
    ),
    (
        "journal path",
        &[
            ("Print the path", "deepcall journal path"),
            (
                "With a file of its own for one script",
                "DEEPCALL_JOURNAL=$HOME/shift.db deepcall journal path",
            ),
        ],
    ),
    (
        "ping",
        &[
            ("Update the presence of one agent", "deepcall ping --profile asha"),
            ("Report that the microphone is not allowed", "deepcall ping --mic-perm false"),
        ],
    ),
    (
        "api",
        &[
            ("The call behind `deepcall break-status`", "deepcall api agentProfile/agentOnBreak"),
            (
                "What the reply is made of, without values, to be sent to others",
                "deepcall api agentProfile/tags -f ref=true --shape",
            ),
            (
                "Add a field to the body: JSON if it parses, else text",
                "deepcall api agentProfile/tags -f ref=true",
            ),
            (
                "Print only a part of the reply",
                "deepcall api agentProfile/tags -f ref=true --jq '.code, .message'",
            ),
        ],
    ),
    (
        "sandbox",
        &[
            ("On a free port, until Ctrl-C", "deepcall sandbox"),
            ("With a profile for each agent, for --all", "deepcall sandbox --profiles floor"),
            ("A larger floor, described as JSON", "deepcall sandbox --agents 40 --json"),
            ("Test how a script handles an expired session", "deepcall sandbox --fail 1044"),
        ],
    ),
    (
        "config",
        &[
            ("Every value in effect, and where it comes from", "deepcall config show"),
            ("Show times in this zone from now on", "deepcall config set timezone Asia/Kolkata"),
            ("Set a limit for lunch breaks in watch", "deepcall config set alert.break.lunch 45m"),
        ],
    ),
    (
        "config path",
        &[
            ("Print the path", "deepcall config path"),
            ("Show who may read the file", "ls -l \"$(deepcall config path)\""),
        ],
    ),
    (
        "config show",
        &[
            ("Every value", "deepcall config show"),
            (
                "Only values that are not the default",
                "deepcall config show --jq '.config[]|select(.source!=\"default\")|.key'",
            ),
            ("With the variables that override them", "deepcall config show --columns key,value,variable"),
        ],
    ),
    (
        "config set",
        &[
            ("Show times in this zone from now on", "deepcall config set timezone Asia/Kolkata"),
            ("Set a limit for breaks with the reason lunch", "deepcall config set alert.break.lunch 45m"),
            ("Choose the columns of tags", "deepcall config set columns.tags time,kind,customer"),
        ],
    ),
    (
        "config unset",
        &[
            ("Show times in the zone of the system again", "deepcall config unset timezone"),
            ("Remove the limit for breaks with the reason lunch", "deepcall config unset alert.break.lunch"),
        ],
    ),
    (
        "config edit",
        &[
            ("In your editor", "deepcall config edit"),
            ("In another editor", "EDITOR='nano -w' deepcall config edit"),
        ],
    ),
    (
        "doctor",
        &[
            ("Check everything", "deepcall doctor"),
            ("Save the result for a ticket", "deepcall doctor > ticket.txt 2>&1"),
            ("Only the checks that failed", "deepcall doctor --jq '.checks[]|select(.verdict==\"fail\")'"),
            ("See what it looks like, without an account", "deepcall --sandbox doctor"),
        ],
    ),
    (
        "schema",
        &[
            ("What `deepcall tags --json` prints", "deepcall schema tags"),
            ("The error that --json prints on stderr", "deepcall schema error > error.schema.json"),
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
            ("bash, for the current user", "echo 'source <(deepcall completions bash)' >> ~/.bashrc"),
            (
                "fish, for the current user",
                "deepcall completions fish > ~/.config/fish/completions/deepcall.fish",
            ),
            (
                "zsh, in a folder that $fpath names",
                "mkdir -p ~/.zfunc && deepcall completions zsh > ~/.zfunc/_deepcall",
            ),
        ],
    ),
];

/// The examples of a command; none if it is unknown.
#[must_use]
pub(crate) fn of(command: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(name, _)| *name == command).map_or(&[], |(_, examples)| examples)
}

/// The section of the help text. The purpose of each example is a shell comment, so that the whole section can be pasted.
pub(crate) fn section(examples: &[Example]) -> String {
    let lines = examples.iter().map(|(purpose, line)| format!("  # {purpose}\n  {line}"));
    format!("Examples:\n{}", lines.collect::<Vec<_>>().join("\n"))
}
