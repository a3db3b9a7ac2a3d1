//! `deepcall api`: one signed-in request to any path of version 2, with the reply as it was sent. The path cannot lead
//! the credentials to another server.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::value::{RawValue, to_raw_value};

use crate::app::App;
use crate::app::journal::keeper::Keeper;
use crate::app::journal::keeper::opening::Wish;
use crate::app::options::{
    ConnectionOptions, FleetOptions, ProfileOptions, SandboxOptions, VerbosityOptions,
};
use crate::app::select::Selection;
use crate::app::settings::table::{SERVER_TIMEZONE, TIMEOUT};
use crate::client::received::{Body, MENDED};
use crate::client::replies::codes;
use crate::client::replies::lenient::{Object, is_object};
use crate::client::signed_in::{ReadReply, is_of_following};
use crate::client::{Answer, RawReply, SignedIn};
use crate::failure::{ExitStatus, Failure};
use crate::json;
use crate::json::Malformed;
use crate::output::jq::Filter;
use crate::output::shape::shape_of;
use crate::output::text::sanitize::sanitize_lines;
use crate::words::MARK;

/// Send one signed-in request and print the raw reply
///
/// For calls of the API that have no command of their own. deepcall adds the credentials to the body and never shows
/// them. The reply goes to stdout byte for byte, without NUL bytes, even if it reports an error; then stderr and the
/// exit code report the error too.
///
/// If a journal records the agent, the reply to agentProfile/tags, agentOnBreak or checkAgentInWrapUp is recorded
/// before it is shown, unless the body has a field other than ref.
///
/// --shape prints the shape of the reply instead, so that you can send it to others: keys, types, lengths and forms of
/// times. It leaves out values, except DeepCall's code and the status, and keys that look like data, such as numbers
/// and names. Check the keys before you send them.
#[derive(Args, Clone, Debug)]
pub(crate) struct ApiArgs {
    /// Path below /api/v2, e.g. agentProfile/agentOnBreak
    #[arg(value_name = "PATH")]
    path: String,
    /// Add a field to the body: JSON if it parses, else text
    ///
    /// It replaces a field of --input. A field that is given twice is refused; for a list, write -f 'ids=[1, 2]'.
    #[arg(short = 'f', long = "field", value_name = "KEY=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
    /// Add a field whose value is read from a file, or from standard input for @-
    #[arg(short = 'F', long = "field-file", value_name = "KEY=@FILE", value_parser = file_pair)]
    files: Vec<(String, PathBuf)>,
    /// Read the body, one JSON object, from a file, or from standard input for -
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Print the shape of the reply: keys, types and lengths, without values
    #[arg(long)]
    shape: bool,
    /// Filter the reply with this jq expression
    #[arg(long, value_name = "EXPR")]
    jq: Option<String>,
    #[command(flatten)]
    profile: ProfileOptions,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    sandbox: SandboxOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &ApiArgs, app: &App) -> Result<ExitStatus, Failure> {
    let filter = args.jq.as_deref().map(Filter::compile).transpose()?;
    app.supervised.begin_timeout(app.settings()?.get(&TIMEOUT)?.value);
    let body = body(args, &mut *app.stdin())?;
    app.console.set_verbosity(args.verbosity);
    let selection = Selection { fleet: FleetOptions::ONE, sandbox: &args.sandbox };
    let server_zone = app.settings()?.get(&SERVER_TIMEZONE)?.value;
    let (reply, outcome) = app.query(selection, async |fleet| {
        let keeper = if is_of_following(&args.path) {
            Keeper::open(app, &Wish::of("api", &args.sandbox), &fleet)?
        } else {
            None
        };
        let request = async |signed_in: &SignedIn| {
            let answer = signed_in.call(&args.path, &body).await?;
            if let Some(keeper) = keeper.as_ref().filter(|keeper| keeper.records(&signed_in.profile)) {
                record(&answer, args, &body, &signed_in.profile, &server_zone, keeper, app).await;
            }
            Ok(answer.value)
        };
        let reply = fleet.query(request).await?.only()?;
        let outcome = reply.outcome.map_err(|error| fleet.with_sign_in_hint(error.into()));
        Ok((reply.body, outcome))
    })?;
    let written = if args.shape {
        write_shape(&reply, filter.as_ref(), outcome.is_err(), app)
    } else {
        write_reply(&reply, filter.as_ref(), app)
    };
    // A reply that is not understood is the failure, and not that the expression cannot read it.
    outcome.and(written).map(|()| ExitStatus::Done)
}

/// On a terminal the reply is made harmless, and ends its line.
fn write_reply(reply: &Body, filter: Option<&Filter>, app: &App) -> Result<(), Failure> {
    let (mut out, is_terminal) = (app.console.stdout(), app.terminals.stdout);
    match filter {
        Some(filter) => {
            if reply.is_mended() {
                app.console.note(MENDED);
            }
            filter.run(reply.text().as_bytes(), is_terminal, &mut out)?;
        }
        None if is_terminal => {
            let bytes = reply.without_nuls();
            let text = String::from_utf8_lossy(&bytes);
            let text = sanitize_lines(&text);
            out.write_all(text.as_bytes())?;
            // Neither the error nor the shell's prompt belongs on the reply's last line.
            if !text.is_empty() && !text.ends_with('\n') {
                out.write_all(b"\n")?;
            }
        }
        None => out.write_all(&reply.without_nuls())?,
    }
    Ok(())
}

/// Nothing of a reply that is not JSON: that is a failure already. The error of a refusal quotes the server, and whoever
/// sends the shape may copy it along.
fn write_shape(reply: &Body, filter: Option<&Filter>, is_refused: bool, app: &App) -> Result<(), Failure> {
    let Ok(reply) = json::check(reply.text()) else { return Ok(()) };
    let is_code = |number| number == 200 || codes::all().iter().any(|code| code.number == number);
    let mut shape = serde_json::to_vec_pretty(&shape_of(reply, is_code)).map_err(std::io::Error::from)?;
    shape.push(b'\n');
    app.console.note(if is_refused {
        "values are left out, but the error below may quote the server: send the shape without it, and look through its keys first"
    } else {
        "values are left out; look through the keys before you send this to anybody"
    });
    match filter {
        Some(filter) => filter.run(&shape, app.terminals.stdout, &mut app.console.stdout())?,
        None => app.console.stdout().write_all(&shape)?,
    }
    Ok(())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}

fn file_pair(text: &str) -> Result<(String, PathBuf), String> {
    match pair(text)? {
        (key, value) if value.len() > 1 && value.starts_with('@') => Ok((key, PathBuf::from(&value[1..]))),
        _ => Err("write it as KEY=@FILE".to_owned()),
    }
}

/// In bytes. No call takes a longer body, so a longer one is a mistake.
const LONGEST_INPUT: u64 = 8 * 1024 * 1024;

/// The body without credentials: `--input` first, then the fields; a field replaces one of the input. Numbers and the order
/// of keys stay as they were written.
///
/// # Errors
/// If a field is typed twice, a file cannot be read, or the input is not one JSON object: exit code 2.
fn body(args: &ApiArgs, stdin: &mut dyn Read) -> Result<Box<RawValue>, Failure> {
    let mut keys = HashSet::new();
    let mut typed = args.fields.iter().map(|(key, _)| key).chain(args.files.iter().map(|(key, _)| key));
    if let Some(twice) = typed.find(|key| !keys.insert(*key)) {
        return Err(Failure::usage(format!("the field {twice:?} is given twice"))
            .hint(format!("the body is a JSON object; a list is one field, as in -f '{twice}=[1, 2]'")));
    }
    let input = match &args.input {
        Some(path) => read(path, stdin, "--input")?,
        None => "{}".to_owned(),
    };
    let input = json::check(&input).map_err(|error| match error {
        Malformed::Syntax(error) => Failure::usage("--input: not JSON").caused_by(&error),
        error => Failure::usage("--input").caused_by(&error),
    })?;
    if !is_object(input) {
        return Err(Failure::usage("--input: the body must be one JSON object"));
    }
    let object = Object::read(input).map_err(|error| Failure::usage("--input").caused_by(&error))?;
    let members = object.0.into_iter().map(|(key, value)| (key.into_owned(), value.to_owned()));
    let mut members: Vec<(String, Box<RawValue>)> = members.collect();
    for (key, text) in &args.fields {
        put(&mut members, key, text)?;
    }
    for (key, path) in &args.files {
        put(&mut members, key, &read(path, stdin, "--field-file")?)?;
    }
    to_raw_value(&Members(&members))
        .map_err(|error| Failure::usage("the body cannot be serialized").caused_by(&error))
}

/// Serializes as one object, in this order.
struct Members<'a>(&'a [(String, Box<RawValue>)]);

impl serde::Serialize for Members<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// The value is JSON if it parses, else text.
fn put(members: &mut Vec<(String, Box<RawValue>)>, key: &str, text: &str) -> Result<(), Failure> {
    let value = match RawValue::from_string(text.to_owned()) {
        Ok(value) => value,
        Err(_) => to_raw_value(text).map_err(|error| Failure::usage(key).caused_by(&error))?,
    };
    members.retain(|(name, _)| name != key);
    members.push((key.to_owned(), value));
    Ok(())
}

fn read(path: &std::path::Path, stdin: &mut dyn Read, option: &str) -> Result<String, Failure> {
    let unreadable = |error: &std::io::Error| {
        Failure::usage(format!("{option}: cannot read {}", path.display())).caused_by(error)
    };
    let mut text = String::new();
    let count = if path.as_os_str() == "-" {
        stdin.take(LONGEST_INPUT + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(path)
            .map_err(|error| unreadable(&error))?
            .take(LONGEST_INPUT + 1)
            .read_to_string(&mut text)
    };
    let count = count.map_err(|error| unreadable(&error))?;
    if count as u64 > LONGEST_INPUT {
        return Err(Failure::usage(format!("{option}: longer than 8 MiB")));
    }
    Ok(text.strip_prefix(MARK).map(str::to_owned).unwrap_or(text))
}

/// Records what the reply says of the agent: the server may not hand it out again.
async fn record(
    answer: &Answer<RawReply>,
    args: &ApiArgs,
    body: &RawValue,
    profile: &str,
    zone: &TimeZone,
    keeper: &Keeper<'_>,
    app: &App,
) {
    let Some(read) = answer.read(&args.path, zone) else { return };
    // Another field may select what is answered, and such an answer vouches for nothing that is not in it.
    if Object::read(body).is_ok_and(|object| object.0.iter().any(|(key, _)| key != "ref")) {
        return app.console.note("this reply is not recorded: the body has a field other than ref");
    }
    let mut poll = answer.poll(profile);
    poll.was_resent = answer.was_resent;
    match read {
        ReadReply::Tags(tags) => poll.tags = Some(tags),
        ReadReply::Break(state) => poll.break_state = Some(state),
        ReadReply::Wrapup(state) => poll.wrapup = Some(state),
    }
    keeper.take(poll).await;
}
