# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_deepcall_global_optspecs
    string join \n profile= profiles= all jobs= server= cacert= timeout= retries= server-timezone= sandbox seed= agents= o/output= json jq= columns= no-headers csv-raw color= timezone= mask q/quiet v/verbose h/help V/version
end

function __fish_deepcall_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_deepcall_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_deepcall_using_subcommand
    set -l cmd (__fish_deepcall_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c deepcall -n "__fish_deepcall_needs_command" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l profiles -d 'Ask every profile that matches, e.g. \'team-*,asha\'' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l jobs -d 'How many profiles to ask at the same time [default: 16]' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_needs_command" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l server-timezone -d 'Time zone of server times that name none [default: +05:30]' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l seed -d 'Which simulated floor to show; the same seed shows the same floor' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l agents -d 'How many agents work on it' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_needs_command" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_needs_command" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_needs_command" -l all -d 'Ask every stored profile, or every simulated agent'
complete -c deepcall -n "__fish_deepcall_needs_command" -l sandbox -d 'Ask a simulated DeepCall inside this process'
complete -c deepcall -n "__fish_deepcall_needs_command" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_needs_command" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_needs_command" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_needs_command" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_needs_command" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_needs_command" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_needs_command" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "login" -d 'Store a session, after asking the server whether it is good'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "logout" -d 'Forget a stored session'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "profiles" -d 'List stored sessions'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "tags" -d 'Show recent notifications with their icons'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "break-status" -d 'Show whether an agent is on break, why and for how long'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "wrapup" -d 'Show whether an agent is in wrap-up, and how long it still takes'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "watch" -d 'Follow tags, breaks and wrap-ups until stopped'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "ping" -d 'Update an agent\'s presence; no other command writes'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "api" -d 'Send one signed-in request, print the reply as it came'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "sandbox" -d 'Serve a simulated DeepCall on this machine'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "schema" -d 'Print the JSON Schema of a document'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "explain" -d 'Say what an error code or an exit code means'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c deepcall -n "__fish_deepcall_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l user-id -d 'Sign in with this user id and a token' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l ssid-file -d 'Read the ssid from a file' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l token-file -d 'Read the token from a file' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l store -d 'Keep the secret in: keyring or file [default: keyring]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l ssid-stdin -d 'Read the ssid from standard input'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l token-stdin -d 'Read the token from standard input'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l allow-http -d 'Let this profile use plain http to a server on another machine'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l no-verify -d 'Store it without asking the server whether it is good'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l default -d 'Make this profile the default'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand login" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l all -d 'Forget every profile'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand logout" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l default -d 'Make this profile the default' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l profiles -d 'Ask every profile that matches, e.g. \'team-*,asha\'' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l jobs -d 'How many profiles to ask at the same time [default: 16]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l check -d 'Ask the server whether each session is still good'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l all -d 'Ask every stored profile, or every simulated agent'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand profiles" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l since -d 'Show tags from then on, e.g. 30m or 09:00 [default: 1h]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l until -d 'Show tags up to then, in the same forms [default: now]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l kind -d 'Show only these kinds, e.g. missed,callback' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l match -d 'Show only tags in which this regular expression is found' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l limit -d 'Show at most this many' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l sort -d 'Order by this column; -KEY turns it round' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l ref -d 'What to send as `ref`, whose meaning is not documented: true, off, or a text' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l profiles -d 'Ask every profile that matches, e.g. \'team-*,asha\'' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l jobs -d 'How many profiles to ask at the same time [default: 16]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l server-timezone -d 'Time zone of server times that name none [default: +05:30]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l seed -d 'Which simulated floor to show; the same seed shows the same floor' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l agents -d 'How many agents work on it' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l fail-empty -d 'End with exit code 3 when there are no tags'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l all -d 'Ask every stored profile, or every simulated agent'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l sandbox -d 'Ask a simulated DeepCall inside this process'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand tags" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l profiles -d 'Ask every profile that matches, e.g. \'team-*,asha\'' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l jobs -d 'How many profiles to ask at the same time [default: 16]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l server-timezone -d 'Time zone of server times that name none [default: +05:30]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l seed -d 'Which simulated floor to show; the same seed shows the same floor' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l agents -d 'How many agents work on it' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l exit-status -d 'Say it by exit code as well: 0 on break, 3 not (with several profiles: 0 if any is)'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l all -d 'Ask every stored profile, or every simulated agent'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l sandbox -d 'Ask a simulated DeepCall inside this process'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand break-status" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l profiles -d 'Ask every profile that matches, e.g. \'team-*,asha\'' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l jobs -d 'How many profiles to ask at the same time [default: 16]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l server-timezone -d 'Time zone of server times that name none [default: +05:30]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l seed -d 'Which simulated floor to show; the same seed shows the same floor' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l agents -d 'How many agents work on it' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l exit-status -d 'Say it by exit code as well: 0 in wrap-up, 3 not (with several profiles: 0 if any is)'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l wait -d 'Wait until nobody asked about is in wrap-up any more; --timeout limits the wait'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l all -d 'Ask every stored profile, or every simulated agent'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l sandbox -d 'Ask a simulated DeepCall inside this process'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand wrapup" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l interval -d 'Ask each this often, at least 2s [default: 5s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l only -d 'Follow only tags, breaks or wrapups' -r -f -a "tags\t''
breaks\t''
wrapups\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l since -d 'Tell tags that were there before from then on [default: all]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l until -d 'End with 0 at EVENT or EVENT@PROFILE, e.g. break_ended' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l alert -d 'Tell of long ones: break=15m, break.tea=9m, wrapup=60s:90s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l exec -d 'Run this by the shell at the events of --on, with the event as JSON on its standard input' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l on -d 'Which events ring, notify and run [default: alert,session_expired]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l heartbeat -d 'Give a sign of life this often, e.g. 60s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l ref -d 'What to send as `ref`, whose meaning is not documented: true, off, or a text' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l profiles -d 'Ask every profile that matches, e.g. \'team-*,asha\'' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l jobs -d 'How many profiles to ask at the same time [default: 16]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l server-timezone -d 'Time zone of server times that name none [default: +05:30]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l seed -d 'Which simulated floor to show; the same seed shows the same floor' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l agents -d 'How many agents work on it' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -s o -l output -d 'The same, by its name: ndjson; or lines: sentences' -r -f -a "ndjson\t''
json\t''
lines\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l bell -d 'Ring the terminal\'s bell at the events of --on'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l notify -d 'Send a notice through the terminal, also over ssh, at the events of --on'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l log -d 'Lines instead of a board, on a terminal too'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l all -d 'Ask every stored profile, or every simulated agent'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l sandbox -d 'Ask a simulated DeepCall inside this process'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l json -d 'One JSON object for each event and line'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand watch" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l mic-perm -d 'The browser phone\'s microphone permission [default: true]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l path -d 'Path of the call [default: agentProfile/setWebPingTime]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l seed -d 'Which simulated floor to show; the same seed shows the same floor' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l agents -d 'How many agents work on it' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l timezone -d 'Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system\'s]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l sandbox -d 'Ask a simulated DeepCall inside this process'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -l mask -d 'Hide phone numbers but for the last three digits'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand ping" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -s f -l field -d 'Add a field to the body: JSON if it parses, else text' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -s F -l field-file -d 'Add a field whose value is read from a file, or from standard input for @-' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l input -d 'Read the body, one JSON object, from a file, or from standard input for -' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l jq -d 'Print what this jq expression makes of the reply' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l profile -d 'Use the session stored under this name' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l server -d 'Address of the server [default: v4-api.deepcall.com, by https]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l cacert -d 'Trust the certificate authorities in this PEM file as well' -r -F
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l timeout -d 'Give up after this long, with exit code 124, e.g. 10s or 1m30s' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l retries -d 'How often to try again when the server is in trouble [default: 2, for ping 1]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l seed -d 'Which simulated floor to show; the same seed shows the same floor' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l agents -d 'How many agents work on it' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -l sandbox -d 'Ask a simulated DeepCall inside this process'
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand api" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -l port -d 'Listen on this port [default: a free one]' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -l seed -d 'Which simulated floor to serve; the same seed serves the same floor' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -l agents -d 'How many agents work on the floor' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -l ref-model -d 'What `ref` means, since the vendor does not say' -r -f -a "window\t'Every call answers with the last hour'
cursor\t'Every call answers with what is new since the last call'
cursor-on-ref\t'A true ref answers with what is new since the last such call; else with the last hour'"
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -l fail -d 'Answer every call with this DeepCall error code' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -l json -d 'Print one JSON object instead of shell variables'
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -s v -l verbose -d 'Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)'
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand sandbox" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand schema" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -s o -l output -d 'table, json, ndjson, csv or tsv [default: table]' -r -f -a "table\t''
json\t''
ndjson\t''
csv\t''
tsv\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -l jq -d 'Print what this jq expression makes of the JSON object' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -l columns -d 'Show these columns, e.g. time,kind,fields.queue' -r
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -l color -d 'When to use colour: auto, always or never [default: auto]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -l json -d 'Print one JSON object; the same as --output json'
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -l no-headers -d 'Leave out the line of headings'
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -l csv-raw -d 'Leave out the \' before cells of CSV and TSV that a spreadsheet would take for formulas'
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand explain" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c deepcall -n "__fish_deepcall_using_subcommand completions" -s V -l version -d 'Print version'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "login" -d 'Store a session, after asking the server whether it is good'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "logout" -d 'Forget a stored session'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "profiles" -d 'List stored sessions'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "tags" -d 'Show recent notifications with their icons'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "break-status" -d 'Show whether an agent is on break, why and for how long'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "wrapup" -d 'Show whether an agent is in wrap-up, and how long it still takes'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "watch" -d 'Follow tags, breaks and wrap-ups until stopped'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "ping" -d 'Update an agent\'s presence; no other command writes'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "api" -d 'Send one signed-in request, print the reply as it came'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "sandbox" -d 'Serve a simulated DeepCall on this machine'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "schema" -d 'Print the JSON Schema of a document'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "explain" -d 'Say what an error code or an exit code means'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c deepcall -n "__fish_deepcall_using_subcommand help; and not __fish_seen_subcommand_from login logout profiles tags break-status wrapup watch ping api sandbox schema explain completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
