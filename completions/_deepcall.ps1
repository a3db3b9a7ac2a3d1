
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'deepcall' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'deepcall'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'deepcall' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--profiles', '--profiles', [CompletionResultType]::ParameterName, 'Ask every profile that matches, e.g. ''team-*,asha''')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many profiles to ask at the same time [default: 16]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('--server-timezone', '--server-timezone', [CompletionResultType]::ParameterName, 'Time zone of server times that name none [default: +05:30]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which simulated floor to show; the same seed shows the same floor')
            [CompletionResult]::new('--agents', '--agents', [CompletionResultType]::ParameterName, 'How many agents work on it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Ask every stored profile, or every simulated agent')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Ask a simulated DeepCall inside this process')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Store a session, after asking the server whether it is good')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Forget a stored session')
            [CompletionResult]::new('profiles', 'profiles', [CompletionResultType]::ParameterValue, 'List stored sessions')
            [CompletionResult]::new('tags', 'tags', [CompletionResultType]::ParameterValue, 'Show recent notifications with their icons')
            [CompletionResult]::new('break-status', 'break-status', [CompletionResultType]::ParameterValue, 'Show whether an agent is on break, why and for how long')
            [CompletionResult]::new('wrapup', 'wrapup', [CompletionResultType]::ParameterValue, 'Show whether an agent is in wrap-up, and how long it still takes')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow tags, breaks and wrap-ups until stopped')
            [CompletionResult]::new('ping', 'ping', [CompletionResultType]::ParameterValue, 'Update an agent''s presence; no other command writes')
            [CompletionResult]::new('api', 'api', [CompletionResultType]::ParameterValue, 'Send one signed-in request, print the reply as it came')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Serve a simulated DeepCall on this machine')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of a document')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what an error code or an exit code means')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'deepcall;login' {
            [CompletionResult]::new('--user-id', '--user-id', [CompletionResultType]::ParameterName, 'Sign in with this user id and a token')
            [CompletionResult]::new('--ssid-file', '--ssid-file', [CompletionResultType]::ParameterName, 'Read the ssid from a file')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from a file')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Keep the secret in: keyring or file [default: keyring]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--ssid-stdin', '--ssid-stdin', [CompletionResultType]::ParameterName, 'Read the ssid from standard input')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Read the token from standard input')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Let this profile use plain http to a server on another machine')
            [CompletionResult]::new('--no-verify', '--no-verify', [CompletionResultType]::ParameterName, 'Store it without asking the server whether it is good')
            [CompletionResult]::new('--default', '--default', [CompletionResultType]::ParameterName, 'Make this profile the default')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;logout' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Forget every profile')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;profiles' {
            [CompletionResult]::new('--default', '--default', [CompletionResultType]::ParameterName, 'Make this profile the default')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--profiles', '--profiles', [CompletionResultType]::ParameterName, 'Ask every profile that matches, e.g. ''team-*,asha''')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many profiles to ask at the same time [default: 16]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Ask the server whether each session is still good')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Ask every stored profile, or every simulated agent')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;tags' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show tags from then on, e.g. 30m or 09:00 [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show tags up to then, in the same forms [default: now]')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Show only these kinds, e.g. missed,callback')
            [CompletionResult]::new('--match', '--match', [CompletionResultType]::ParameterName, 'Show only tags in which this regular expression is found')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by this column; -KEY turns it round')
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'What to send as `ref`, whose meaning is not documented: true, off, or a text')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--profiles', '--profiles', [CompletionResultType]::ParameterName, 'Ask every profile that matches, e.g. ''team-*,asha''')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many profiles to ask at the same time [default: 16]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('--server-timezone', '--server-timezone', [CompletionResultType]::ParameterName, 'Time zone of server times that name none [default: +05:30]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which simulated floor to show; the same seed shows the same floor')
            [CompletionResult]::new('--agents', '--agents', [CompletionResultType]::ParameterName, 'How many agents work on it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--fail-empty', '--fail-empty', [CompletionResultType]::ParameterName, 'End with exit code 3 when there are no tags')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Ask every stored profile, or every simulated agent')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Ask a simulated DeepCall inside this process')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;break-status' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--profiles', '--profiles', [CompletionResultType]::ParameterName, 'Ask every profile that matches, e.g. ''team-*,asha''')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many profiles to ask at the same time [default: 16]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('--server-timezone', '--server-timezone', [CompletionResultType]::ParameterName, 'Time zone of server times that name none [default: +05:30]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which simulated floor to show; the same seed shows the same floor')
            [CompletionResult]::new('--agents', '--agents', [CompletionResultType]::ParameterName, 'How many agents work on it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--exit-status', '--exit-status', [CompletionResultType]::ParameterName, 'Say it by exit code as well: 0 on break, 3 not (with several profiles: 0 if any is)')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Ask every stored profile, or every simulated agent')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Ask a simulated DeepCall inside this process')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;wrapup' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--profiles', '--profiles', [CompletionResultType]::ParameterName, 'Ask every profile that matches, e.g. ''team-*,asha''')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many profiles to ask at the same time [default: 16]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('--server-timezone', '--server-timezone', [CompletionResultType]::ParameterName, 'Time zone of server times that name none [default: +05:30]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which simulated floor to show; the same seed shows the same floor')
            [CompletionResult]::new('--agents', '--agents', [CompletionResultType]::ParameterName, 'How many agents work on it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--exit-status', '--exit-status', [CompletionResultType]::ParameterName, 'Say it by exit code as well: 0 in wrap-up, 3 not (with several profiles: 0 if any is)')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until nobody asked about is in wrap-up any more; --timeout limits the wait')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Ask every stored profile, or every simulated agent')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Ask a simulated DeepCall inside this process')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;watch' {
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Ask each this often, at least 2s [default: 5s]')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Follow only tags, breaks or wrapups')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Tell tags that were there before from then on [default: all]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'End with 0 at EVENT or EVENT@PROFILE, e.g. break_ended')
            [CompletionResult]::new('--alert', '--alert', [CompletionResultType]::ParameterName, 'Tell of long ones: break=15m, break.tea=9m, wrapup=60s:90s')
            [CompletionResult]::new('--exec', '--exec', [CompletionResultType]::ParameterName, 'Run this by the shell at the events of --on, with the event as JSON on its standard input')
            [CompletionResult]::new('--on', '--on', [CompletionResultType]::ParameterName, 'Which events ring, notify and run [default: alert,session_expired]')
            [CompletionResult]::new('--heartbeat', '--heartbeat', [CompletionResultType]::ParameterName, 'Give a sign of life this often, e.g. 60s')
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'What to send as `ref`, whose meaning is not documented: true, off, or a text')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--profiles', '--profiles', [CompletionResultType]::ParameterName, 'Ask every profile that matches, e.g. ''team-*,asha''')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many profiles to ask at the same time [default: 16]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('--server-timezone', '--server-timezone', [CompletionResultType]::ParameterName, 'Time zone of server times that name none [default: +05:30]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which simulated floor to show; the same seed shows the same floor')
            [CompletionResult]::new('--agents', '--agents', [CompletionResultType]::ParameterName, 'How many agents work on it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The same, by its name: ndjson; or lines: sentences')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The same, by its name: ndjson; or lines: sentences')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--bell', '--bell', [CompletionResultType]::ParameterName, 'Ring the terminal''s bell at the events of --on')
            [CompletionResult]::new('--notify', '--notify', [CompletionResultType]::ParameterName, 'Send a notice through the terminal, also over ssh, at the events of --on')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Lines instead of a board, on a terminal too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Ask every stored profile, or every simulated agent')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Ask a simulated DeepCall inside this process')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object for each event and line')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;ping' {
            [CompletionResult]::new('--mic-perm', '--mic-perm', [CompletionResultType]::ParameterName, 'The browser phone''s microphone permission [default: true]')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Path of the call [default: agentProfile/setWebPingTime]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which simulated floor to show; the same seed shows the same floor')
            [CompletionResult]::new('--agents', '--agents', [CompletionResultType]::ParameterName, 'How many agents work on it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system''s]')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Ask a simulated DeepCall inside this process')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('--mask', '--mask', [CompletionResultType]::ParameterName, 'Hide phone numbers but for the last three digits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;api' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Add a field to the body: JSON if it parses, else text')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'Add a field to the body: JSON if it parses, else text')
            [CompletionResult]::new('-F', '-F ', [CompletionResultType]::ParameterName, 'Add a field whose value is read from a file, or from standard input for @-')
            [CompletionResult]::new('--field-file', '--field-file', [CompletionResultType]::ParameterName, 'Add a field whose value is read from a file, or from standard input for @-')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'Read the body, one JSON object, from a file, or from standard input for -')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the reply')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the session stored under this name')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Address of the server [default: v4-api.deepcall.com, by https]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificate authorities in this PEM file as well')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long, with exit code 124, e.g. 10s or 1m30s')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again when the server is in trouble [default: 2, for ping 1]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which simulated floor to show; the same seed shows the same floor')
            [CompletionResult]::new('--agents', '--agents', [CompletionResultType]::ParameterName, 'How many agents work on it')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Ask a simulated DeepCall inside this process')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;sandbox' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Listen on this port [default: a free one]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which simulated floor to serve; the same seed serves the same floor')
            [CompletionResult]::new('--agents', '--agents', [CompletionResultType]::ParameterName, 'How many agents work on the floor')
            [CompletionResult]::new('--ref-model', '--ref-model', [CompletionResultType]::ParameterName, 'What `ref` means, since the vendor does not say')
            [CompletionResult]::new('--fail', '--fail', [CompletionResultType]::ParameterName, 'Answer every call with this DeepCall error code')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object instead of shell variables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;schema' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;explain' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'table, json, ndjson, csv or tsv [default: table]')
            [CompletionResult]::new('--jq', '--jq', [CompletionResultType]::ParameterName, 'Print what this jq expression makes of the JSON object')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Show these columns, e.g. time,kind,fields.queue')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour: auto, always or never [default: auto]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object; the same as --output json')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of headings')
            [CompletionResult]::new('--csv-raw', '--csv-raw', [CompletionResultType]::ParameterName, 'Leave out the '' before cells of CSV and TSV that a spreadsheet would take for formulas')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'deepcall;help' {
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Store a session, after asking the server whether it is good')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Forget a stored session')
            [CompletionResult]::new('profiles', 'profiles', [CompletionResultType]::ParameterValue, 'List stored sessions')
            [CompletionResult]::new('tags', 'tags', [CompletionResultType]::ParameterValue, 'Show recent notifications with their icons')
            [CompletionResult]::new('break-status', 'break-status', [CompletionResultType]::ParameterValue, 'Show whether an agent is on break, why and for how long')
            [CompletionResult]::new('wrapup', 'wrapup', [CompletionResultType]::ParameterValue, 'Show whether an agent is in wrap-up, and how long it still takes')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow tags, breaks and wrap-ups until stopped')
            [CompletionResult]::new('ping', 'ping', [CompletionResultType]::ParameterValue, 'Update an agent''s presence; no other command writes')
            [CompletionResult]::new('api', 'api', [CompletionResultType]::ParameterValue, 'Send one signed-in request, print the reply as it came')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Serve a simulated DeepCall on this machine')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of a document')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what an error code or an exit code means')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'deepcall;help;login' {
            break
        }
        'deepcall;help;logout' {
            break
        }
        'deepcall;help;profiles' {
            break
        }
        'deepcall;help;tags' {
            break
        }
        'deepcall;help;break-status' {
            break
        }
        'deepcall;help;wrapup' {
            break
        }
        'deepcall;help;watch' {
            break
        }
        'deepcall;help;ping' {
            break
        }
        'deepcall;help;api' {
            break
        }
        'deepcall;help;sandbox' {
            break
        }
        'deepcall;help;schema' {
            break
        }
        'deepcall;help;explain' {
            break
        }
        'deepcall;help;completions' {
            break
        }
        'deepcall;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
