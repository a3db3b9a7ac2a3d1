module completions {

  def "nu-complete deepcall output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall time" [] {
    [ "relative" "clock" "both" ]
  }

  # Notification tags, breaks and wrap-ups of DeepCall agents
  export extern deepcall [
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --server-timezone: string # Time zone of times that the server sends without one [default: +05:30]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall login output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall login color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall login time" [] {
    [ "relative" "clock" "both" ]
  }

  # Store a session, after checking it with the server
  export extern "deepcall login" [
    --from-file: path         # Store a team: on each line a profile, a tab, its ssid
    --user-id: string         # Sign in with this user id and a token
    --ssid-stdin              # Read the ssid from standard input
    --ssid-file: path         # Read the ssid from a file
    --token-stdin             # Read the token from standard input
    --token-file: path        # Read the token from a file
    --store: string           # Where to keep the secret: keyring or file [default: keyring]
    --allow-http              # Let this profile use plain http to a server on another machine
    --no-verify               # Store the session without checking it with the server
    --default                 # Make this profile the default
    --profile(-p): string     # Use this stored session
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --output(-o): string@"nu-complete deepcall login output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall login color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall login time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall logout output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall logout color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall logout time" [] {
    [ "relative" "clock" "both" ]
  }

  # Remove a stored session
  export extern "deepcall logout" [
    --all(-a)                 # Remove every profile
    --yes(-y)                 # With --all, do not ask for confirmation
    --profile(-p): string     # Use this stored session
    --output(-o): string@"nu-complete deepcall logout output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall logout color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall logout time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall profiles output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall profiles color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall profiles time" [] {
    [ "relative" "clock" "both" ]
  }

  # List stored sessions
  export extern "deepcall profiles" [
    --check                   # Check each session with the server
    --default: string         # Make this profile the default
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --output(-o): string@"nu-complete deepcall profiles output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall profiles color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall profiles time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall status output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall status color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall status time" [] {
    [ "relative" "clock" "both" ]
  }

  # Show the whole team at once, one row per agent
  export extern "deepcall status" [
    --alert: string           # Show which breaks exceed a limit, those first, e.g. break=15m
    --ref: string             # What to send as `ref`, whose meaning is not documented: true, off, or a text [default: true]
    --poll                    # Ask the server even while another process records these agents
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --server-timezone: string # Time zone of times that the server sends without one [default: +05:30]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall status output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall status color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall status time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall tags output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall tags color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall tags time" [] {
    [ "relative" "clock" "both" ]
  }

  # Show recent notifications with their icons
  export extern "deepcall tags" [
    --since: string           # Start of the window, e.g. 30m or 9:00 [default: 1h]
    --until: string           # End of the window, in the same forms [default: now]
    --new: string             # Only what the script NAME has not received yet
    --require-coverage        # Exit with 3 if a part of the window was not recorded
    --kind: string            # Only tags whose kind contains this, e.g. missed
    --match: string           # Only tags that match this regular expression
    --limit(-n): string       # Show at most N, after sorting
    --sort: string            # Sort by this column; -KEY reverses it
    --fail-empty              # Exit with 3 when there are no tags
    --ref: string             # What to send as `ref`, whose meaning is not documented: true, off, or a text [default: true]
    --poll                    # Ask the server even while another process records these agents
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --server-timezone: string # Time zone of times that the server sends without one [default: +05:30]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall tags output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall tags color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall tags time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall break-status output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall break-status color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall break-status time" [] {
    [ "relative" "clock" "both" ]
  }

  # Show whether an agent is on break, why and for how long
  export extern "deepcall break-status" [
    --exit-status             # Exit with 0 if on break, 3 if not
    --since: string           # List the breaks since this time, e.g. 8h or 9:00
    --require-coverage        # Exit with 3 if a part of the window of --since was not recorded
    --poll                    # Ask the server even while another process records these agents
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --server-timezone: string # Time zone of times that the server sends without one [default: +05:30]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall break-status output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall break-status color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall break-status time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall wrapup wait" [] {
    [ "all" "any" ]
  }

  def "nu-complete deepcall wrapup output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall wrapup color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall wrapup time" [] {
    [ "relative" "clock" "both" ]
  }

  # Show whether an agent is in wrap-up, and the time left
  export extern "deepcall wrapup" [
    --exit-status             # Exit with 0 if in wrap-up, 3 if not
    --wait: string@"nu-complete deepcall wrapup wait" # Wait until all queried agents, or any of them, are out of wrap-up
    --poll                    # Ask the server even while another process records these agents
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --server-timezone: string # Time zone of times that the server sends without one [default: +05:30]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall wrapup output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall wrapup color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall wrapup time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall watch only" [] {
    [ "tags" "breaks" "wrapups" ]
  }

  def "nu-complete deepcall watch output" [] {
    [ "ndjson" "json" "csv" "tsv" "lines" ]
  }

  def "nu-complete deepcall watch color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall watch time" [] {
    [ "relative" "clock" "both" ]
  }

  # Follow tags, breaks and wrap-ups until stopped
  export extern "deepcall watch" [
    --interval: string        # Poll each profile this often, at least 2s [default: 5s]
    --only: string@"nu-complete deepcall watch only" # Follow only tags, breaks or wrapups
    --ref: string             # What to send as `ref`, whose meaning is not documented: true, off, or a text [default: true]
    --kind: string            # Only tags whose kind contains this, e.g. missed
    --match: string           # Only tags that match this regular expression
    --since: string           # Also report tags from before the watch started, back to TIME [default: all that the server sends and the journal does not hold]
    --until: string           # Exit with 0 at this event, e.g. break_ended@asha
    --alert: string           # Alert when a break or wrap-up exceeds a limit, e.g. break=15m
    --max-stale: string       # Exit with 5 when no server has answered for this long, e.g. 10m
    --record                  # Write what is received to the journal, for this run
    --poll                    # Ask the server even while another process records these agents
    --bell                    # Ring the terminal's bell at the events of --on
    --notify                  # Show a notification at the events of --on: on the desktop, or else through the terminal, also over ssh
    --exec: string            # Run this shell command at the events of --on, with the event as JSON on its standard input
    --on: string              # Events that trigger --bell, --notify and --exec, e.g. tag:missed,alert [default: alert,session_expired]
    --heartbeat: string       # Emit a heartbeat event at this interval, at least 1s, e.g. 60s
    --log                     # Print one line per event instead of a board
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --server-timezone: string # Time zone of times that the server sends without one [default: +05:30]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --json                    # Print one JSON object per event and line
    --output(-o): string@"nu-complete deepcall watch output" # ndjson (the same as --json), csv, tsv, or lines (sentences)
    --columns: string         # Columns of csv and tsv, e.g. at,profile,type,fields.queue; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall watch color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall watch time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall serve only" [] {
    [ "tags" "breaks" "wrapups" ]
  }

  def "nu-complete deepcall serve time" [] {
    [ "relative" "clock" "both" ]
  }

  # Show the floor in browsers, e.g. on a screen in the room
  export extern "deepcall serve" [
    --listen: string          # Address and port of the wall; port 0 picks a free one [default: 127.0.0.1:8040]
    --host: string            # More host names under which browsers may open the wall
    --key-file: string        # Keep the key of the wall in this file
    --tls-cert: path          # Certificate for https in PEM, followed by its chain
    --tls-key: path           # Private key of the certificate in PEM
    --allow-http              # Serve without TLS to other machines as well
    --interval: string        # Poll each profile this often, at least 2s [default: 5s]
    --only: string@"nu-complete deepcall serve only" # Follow only tags, breaks or wrapups
    --ref: string             # What to send as `ref`, whose meaning is not documented: true, off, or a text [default: true]
    --alert: string           # Alert when a break or wrap-up exceeds a limit, e.g. break=15m
    --max-stale: string       # Exit with 5 when no server has answered for this long, e.g. 10m
    --record                  # Write what is received to the journal, for this run
    --poll                    # Ask the server even while another process records these agents
    --json                    # Print one JSON object with the address and the key
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall serve time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --server-timezone: string # Time zone of times that the server sends without one [default: +05:30]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall record only" [] {
    [ "tags" "breaks" "wrapups" ]
  }

  # Record tags, breaks and wrap-ups in the journal until stopped
  export extern "deepcall record" [
    --interval: string        # Poll each profile this often, at least 2s [default: 5s]
    --only: string@"nu-complete deepcall record only" # Follow only tags, breaks or wrapups
    --ref: string             # What to send as `ref`, whose meaning is not documented: true, off, or a text [default: true]
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every profile that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every stored profile, or every simulated agent
    --jobs: string            # How many profiles to query at the same time, up to 256 [default: 16]
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --server-timezone: string # Time zone of times that the server sends without one [default: +05:30]
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall shift output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" "markdown" "html" "xlsx" ]
  }

  def "nu-complete deepcall shift color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall shift time" [] {
    [ "relative" "clock" "both" ]
  }

  # Show each agent's shift: breaks, wrap-ups and missed customers
  export extern "deepcall shift" [
    --day: string             # The shift that began on this day: yesterday, Mon, 2026-11-23
    --since: string           # Start of the window, instead of the shift's start
    --until: string           # End of the window, instead of the shift's end
    --digest                  # Print five to eight plain sentences, one per line
    --profile(-p): string     # Use this stored session
    --profiles: string        # Select every agent that matches, e.g. 'team-*,asha'
    --all(-a)                 # Select every agent
    --sandbox                 # Show the past of a simulated floor
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall shift output" # table, json, ndjson, csv, tsv, markdown, html or xlsx
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. profile,breaks; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall shift color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall shift time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  # Keep notifications, breaks and wrap-ups beyond the last hour
  export extern "deepcall journal" [
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  # Record from now on, and print what is stored and where
  export extern "deepcall journal on" [
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  # Stop recording; what is recorded stays
  export extern "deepcall journal off" [
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall journal status output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall journal status color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall journal status time" [] {
    [ "relative" "clock" "both" ]
  }

  # Show what the journal holds, and who records
  export extern "deepcall journal status" [
    --output(-o): string@"nu-complete deepcall journal status output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall journal status color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall journal status time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  # Print the path of the journal, even if it does not exist yet
  export extern "deepcall journal path" [
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall journal export what" [] {
    [ "events" "intervals" "tags" "coverage" ]
  }

  def "nu-complete deepcall journal export output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall journal export color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall journal export time" [] {
    [ "relative" "clock" "both" ]
  }

  # Print what was recorded
  export extern "deepcall journal export" [
    --what: string@"nu-complete deepcall journal export what" # What to print: events, intervals, tags or coverage
    --since: string           # Start of the window, e.g. 8h or 9:00 [default: everything]
    --until: string           # End of the window, in the same forms
    --agent: string           # Only this agent, by profile name or agent id; may be repeated
    --sandbox                 # Print the past of the simulated floor instead
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall journal export output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall journal export color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall journal export time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall journal verify output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall journal verify color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall journal verify time" [] {
    [ "relative" "clock" "both" ]
  }

  # Check the journal for damage and contradictions
  export extern "deepcall journal verify" [
    --output(-o): string@"nu-complete deepcall journal verify output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall journal verify color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall journal verify time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall journal prune output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall journal prune color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall journal prune time" [] {
    [ "relative" "clock" "both" ]
  }

  # Delete what is older than journal.keep, or exceeds journal.max_size
  export extern "deepcall journal prune" [
    --dry-run                 # Only print what would be deleted and masked
    --output(-o): string@"nu-complete deepcall journal prune output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall journal prune color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall journal prune time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall journal forget output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall journal forget color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall journal forget time" [] {
    [ "relative" "clock" "both" ]
  }

  # Erase an agent from the journal
  export extern "deepcall journal forget" [
    --yes(-y)                 # Do not ask for confirmation; required without a terminal
    --output(-o): string@"nu-complete deepcall journal forget output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall journal forget color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall journal forget time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
    agent: string             # The agent, by profile name or agent id
  ]

  def "nu-complete deepcall ping output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall ping color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall ping time" [] {
    [ "relative" "clock" "both" ]
  }

  # Update an agent's presence on the server
  export extern "deepcall ping" [
    --mic-perm: string        # The browser phone's microphone permission [default: true]
    --path: string            # Path of the call, which the vendor does not document [default: agentProfile/setWebPingTime]
    --profile(-p): string     # Use this stored session
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall ping output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall ping color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall ping time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  # Send one signed-in request and print the raw reply
  export extern "deepcall api" [
    --field(-f): string       # Add a field to the body: JSON if it parses, else text
    --field-file(-F): string  # Add a field whose value is read from a file, or from standard input for @-
    --input: path             # Read the body, one JSON object, from a file, or from standard input for -
    --shape                   # Print the shape of the reply: keys, types and lengths, without values
    --jq: string              # Filter the reply with this jq expression
    --profile(-p): string     # Use this stored session
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --retries: string         # Retries of a failed request, up to 10; ping retries at most once [default: 2]
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
    path: string              # Path below /api/v2, e.g. agentProfile/agentOnBreak
  ]

  def "nu-complete deepcall sandbox ref_model" [] {
    [ "window" "cursor" "cursor-on-ref" ]
  }

  # Serve a simulated DeepCall on this machine
  export extern "deepcall sandbox" [
    --port: string            # Listen on this port [default: a free one]
    --seed: string            # Which simulated floor to serve; the same seed serves the same floor
    --agents: string          # How many agents are simulated
    --ref-model: string@"nu-complete deepcall sandbox ref_model" # How the server treats `ref`, whose meaning is not documented
    --fail: string            # Answer every call with this DeepCall error code
    --profiles: path          # Write a profile for each agent into this folder, for --all in other terminals
    --json                    # Print one JSON object instead of shell variables
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  # Show and change settings
  export extern "deepcall config" [
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  # Print the path of config.toml, even if it does not exist yet
  export extern "deepcall config path" [
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall config show output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall config show color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete deepcall config show time" [] {
    [ "relative" "clock" "both" ]
  }

  # Show each value in effect, and where it comes from
  export extern "deepcall config show" [
    --output(-o): string@"nu-complete deepcall config show output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall config show color" # When to use colour: auto, always or never [default: auto]
    --timezone: string        # Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: local]
    --time: string@"nu-complete deepcall config show time" # How tables show times: relative, clock or both [default: both]
    --mask                    # Hide phone numbers except for their last three digits
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  # Set a key in config.toml
  export extern "deepcall config set" [
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
    key: string               # The key, e.g. timezone, watch.interval or alert.break.lunch
    value: string             # The new value
  ]

  # Remove a key from config.toml
  export extern "deepcall config unset" [
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
    key: string               # The key, e.g. timezone, watch.interval or alert.break.lunch
  ]

  # Edit config.toml in an editor
  export extern "deepcall config edit" [
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall doctor output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall doctor color" [] {
    [ "auto" "always" "never" ]
  }

  # Check the setup, and show how to fix what does not work
  export extern "deepcall doctor" [
    --server: string          # Address of the server [default: https://v4-api.deepcall.com]
    --cacert: string          # Also trust the certificate authorities in this PEM file
    --timeout: string         # Give up after this long, with exit code 124, e.g. 10s or 1m30s
    --sandbox                 # Use a simulated DeepCall, without an account
    --seed: string            # Which simulated floor to show; the same seed shows the same floor
    --agents: string          # Number of simulated agents
    --output(-o): string@"nu-complete deepcall doctor output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall doctor color" # When to use colour: auto, always or never [default: auto]
    --quiet(-q)               # Print only errors on stderr
    --verbose(-v)             # Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete deepcall schema name" [] {
    [ "tags" "break-status" "wrapup" "status" "shift" "ping" "profiles" "config" "doctor" "explain" "explain-exit" "explain-shift" "sandbox" "serve" "journal-status" "journal-verify" "journal-removal" "journal-intervals" "journal-coverage" "error" "watch" "start" "state" "tag" "break_started" "break_ended" "wrapup_started" "wrapup_ended" "alert" "gap" "connection_lost" "connection_restored" "session_expired" "session_renewed" "heartbeat" "end" "break_changed" "agent_changed" "profile_ended" "journal_lost" "journal_restored" ]
  }

  # Print the JSON Schema of a document
  export extern "deepcall schema" [
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
    name: string@"nu-complete deepcall schema name" # The document; `error` is the error that --json prints on stderr
  ]

  def "nu-complete deepcall explain output" [] {
    [ "table" "json" "ndjson" "csv" "tsv" ]
  }

  def "nu-complete deepcall explain color" [] {
    [ "auto" "always" "never" ]
  }

  # Explain an error code, an exit code, or what shift cannot show
  export extern "deepcall explain" [
    --output(-o): string@"nu-complete deepcall explain output" # table, json, ndjson, csv or tsv [default: table]
    --json                    # Print one JSON object; the same as --output json
    --jq: string              # Filter the JSON object with this jq expression
    --columns: string         # Show only these columns, e.g. time,kind; +NAME adds one
    --no-headers              # Do not print the heading line
    --csv-raw                 # Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    --color: string@"nu-complete deepcall explain color" # When to use colour: auto, always or never [default: auto]
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
    ...what: string           # A DeepCall error code such as 1044, `exit` and an exit code such as 5, or `shift`; without a code, all are shown
  ]

  def "nu-complete deepcall completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  # Print a completion script for a shell
  export extern "deepcall completions" [
    --version(-V)             # Print version
    --help(-h)                # Print help (see more with '--help')
    shell: string@"nu-complete deepcall completions shell" # The shell for which to print it
  ]

}

export use completions *
