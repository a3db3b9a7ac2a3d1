# What jq 1.7 has and the library lacks, or does differently.
def range_native($from; $to; $by): range($from; $to; $by);
def limit_native($n; f): limit($n; f);
def reverse_native: reverse;
def indices_native($x): indices($x);
def contains_native($x): contains($x);
def has_native($key): has($key);
def fromjson_native: fromjson;
def mktime_native: mktime;
def lacks($type): error("\(type) cannot be used as \($type)");

def tonumber:
  if isnumber then .
  elif isstring | not then lacks("number")
  else text_to_number end;
def join($by):
  reduce .[] as $x (null;
    (if . == null then "" else . + $by end)
    + ($x | if . == true or . == false or isnumber then tostring else . // "" end)) // "";
def range($from; $to; $by): if $by == 0 then empty else range_native($from; $to; $by) end;
def limit($n; f): if $n < 0 then f else limit_native($n; f) end;
def nth($n; f): if $n < 0 then error("nth takes no negative index") else first(skip($n; f)) end;
def last(f): reduce f as $x (null; $x);
def _nwise($n): if length <= $n then . else .[:$n], (.[$n:] | _nwise($n)) end;
def abs: if . < 0 then - . else . end;
def flatten($depth): if $depth < 0 then error("flatten takes no negative depth") else
    def level($d): reduce .[] as $x ([]; if ($x | isarray) and $d != 0 then . + ($x | level($d - 1)) else . + [$x] end);
    level($depth) end;
def flatten: flatten(1000);
def ltrimstr($x): if isstring and ($x | isstring) and startswith($x) then .[($x | length):] else . end;
def rtrimstr($x):
  if isstring and ($x | isstring) and $x != "" and endswith($x) then .[:length - ($x | length)] else . end;

# Paths: what is not there is made, and what is removed leaves the rest in its order.
def setpath($path; $value): set_path($path; $value);
def delpaths($paths): reduce ($paths | sort | reverse[]) as $path (.; delete_path($path));
def fast(f; g): (try [f] catch null) as $done | if $done == null then g else $done[] end;
def assign(f; $value): reduce path(f) as $path (.; setpath($path; $value));
def modify(f; g):
  [path(f)] as $paths
  | reduce $paths[] as $path ({in: ., gone: []};
      .in as $in | .gone as $gone | [first($in | getpath($path) | g)] as $new
      | if $new == [] then {in: $in, gone: ($gone + [$path])}
        else {in: ($in | setpath($path; $new[0])), gone: $gone} end)
  | .gone as $gone | .in | delpaths($gone);
# Operators are calls of these. The library is quicker, and fails where something is missing on the way.
def assign_path(f; g): fast(f = g; assign(f; g));
def modify_path(f; g): fast(f |= g; modify(f; g));
def del(f): delpaths([path(f)]);
def pick(f): . as $in | reduce path(f) as $path (null; setpath($path; $in | getpath($path)));
def leaf_paths: paths(scalars);
def paths(f): path(.. | select(f)) | select(length > 0);
def tostream:
  path(def all: (.[]?|all), .; all) as $path | getpath($path)
  | reduce path(.[]?) as $inner ([$path, .]; [$path + $inner]);
def fromstream(f): {x: null, e: false} as $begin
  | foreach f as $i ($begin;
      (if .e then $begin else . end)
      | if $i | length == 2
        then .e = ($i[0] | length == 0) | .x as $x | .x = ($x | setpath($i[0]; $i[1]))
        else .e = ($i[0] | length == 1) end;
      if .e then .x else empty end);
def truncate_stream(stream): . as $n | null | stream | . as $i
  | if ($i[0] | length) > $n then [$i[0][$n:]] + $i[1:] else empty end;

# Regular expressions. `regex_matches` is native.
def match($re; $flags): regex_matches($re; $flags // "")[];
def with_flags(f):
  if isstring then [., null] elif isarray and length > 0 then [.[0], .[1]]
  else error("\(type) is not a regular expression") end;
def match($re): ($re | with_flags(.)) as [$r, $flags] | match($r; $flags);
def test($re; $flags): regex_matches($re; $flags // "") | length > 0;
def test($re): ($re | with_flags(.)) as [$r, $flags] | test($r; $flags);
def named: reduce (.captures[] | select(.name != null)) as $c ({}; . + {($c.name): $c.string});
def capture($re; $flags): match($re; $flags) | named;
def capture($re): match($re) | named;
def scan($re; $flags): match($re; "g" + $flags) | if .captures == [] then .string else [.captures[].string] end;
def scan($re): scan($re; null);
def split($re; $flags): . as $in
  | reduce match($re; "g" + $flags) as $m ({at: 0, parts: []};
      {at: ($m.offset + $m.length), parts: (.parts + [$in[.at:$m.offset]])})
  | .parts + [$in[.at:]];
def splits($re; $flags): split($re; $flags)[];
def splits($re): split($re; null)[];
def sub($re; f; $flags): . as $in
  | regex_parts($re; $flags) as [$gaps, $edits]
  | if $edits == [] then $in else
      [$edits[] | [named | f]] as $texts
      | if all($texts[]; length == 1 and (.[0] | isstring)) then
          [range($edits | length) as $n | $gaps[$n], $texts[$n][0]] + [$gaps[-1]] | joined_texts
        else
          reduce range($edits | length) as $n ([];
            . as $done | $texts[$n] as $new
            | [range([($new | length), ($done | length)] | max) as $i | ($done[$i] // "") as $before
                | if $i < ($new | length) then $before + $gaps[$n] + $new[$i] else $before end])
          | if . == [] then $in else .[] + $gaps[-1] end
        end
    end;
def sub($re; f): sub($re; f; "");
def gsub($re; f; $flags): sub($re; f; $flags + "g");
def gsub($re; f): sub($re; f; "g");
def ascii: [.] | implode;
def input_line_number: 0;

# What the library accepts and jq refuses, and the other way round.
def reverse: if isarray then reverse_native elif . == null or . == "" then [] else lacks("array") end;
def indices($x): if . == null then null else indices_native($x) end;
def contains($x): if type == ($x | type) then contains_native($x) else error("\(type) and \($x | type) cannot contain each other") end;
def has($key):
  if isobject and ($key | isstring) then has_native($key)
  elif isarray and ($key | isnumber) then $key >= 0 and $key < length
  elif . == null and ($key == null or ($key | isstring or isnumber)) then false
  else error("\(type) has no key of type \($key | type)") end;
def fromjson: [fromjson_native] | if length == 1 then .[0] else error("not one JSON value") end;
def from_entries: reduce .[] as $x ({};
  ($x | if .key != null and .key != false then .key elif .Key then .Key elif .name then .name else .Name end) as $key
  | if $key | isstring then . + {($key): ($x | if has("value") then .value else .Value end)}
    else error("\($key | type) cannot be a key") end);
def with_entries(f): to_entries | map(f) | from_entries;
def input: error("No more inputs");
def inputs: empty;
def mktime: mktime_native | floor;
def todate: if isarray then mktime else . end | if isnumber then floor else . end | todateiso8601;

# As in SQL.
def INDEX(stream; f): reduce stream as $row ({}; . + {($row | f | tostring): $row});
def INDEX(f): INDEX(.[]; f);
def JOIN($index; f): [.[] | [., $index[f]]];
def JOIN($index; stream; f): stream | [., $index[f]];
def JOIN($index; stream; f; join): stream | [., $index[f]] | join;
def IN(s): any(s == .; .);
def IN(source; s): any(source == s; .);

def escape(special; escaped): . / special | join(escaped);
def @tsv:
  def cell:
    if isarray or isobject then error("\(.) cannot be a cell of @tsv")
    elif . == null then ""
    else tostring | escape("\\"; "\\\\") | escape("\t"; "\\t") | escape("\n"; "\\n") | escape("\r"; "\\r")
    end;
  if isarray then map(cell) | join("\t") else error("\(.) is not an array of cells for @tsv") end;
def @csv:
  def cell:
    if isarray or isobject then error("\(.) cannot be a cell of @csv")
    elif . == null then ""
    elif isstring then "\"" + escape("\""; "\"\"") + "\""
    else tostring
    end;
  if isarray then map(cell) | join(",") else error("\(.) is not an array of cells for @csv") end;
def @base32: tostring | to_base32;
def @base32d: tostring | from_base32;
def format($name):
  if $name == "text" then @text elif $name == "json" then @json elif $name == "csv" then @csv
  elif $name == "tsv" then @tsv elif $name == "html" then @html elif $name == "uri" then @uri
  elif $name == "sh" then @sh elif $name == "base64" then @base64 elif $name == "base64d" then @base64d
  elif $name == "base32" then @base32 elif $name == "base32d" then @base32d
  else error("\($name) is not a format") end;
