//! Pages of sections 5 and 7, each from the table that the program itself uses, and the end of every page of section 1.

use deepcall::app::settings::setting::Kind;
use deepcall::app::settings::table::SETTINGS;
use deepcall::app::settings::variables::variables;
use deepcall::commands::schema::DOCUMENTS;
use deepcall::floor::event::EventWords;
use deepcall::report::{Field, Meaning, Shape};

use super::{DATE, MANUAL, SOURCE};

/// How a page begins.
pub fn head(name: &str, section: u8, about: &str) -> String {
    format!(
        ".TH {} {section} \"{DATE}\" \"{SOURCE}\" \"{MANUAL}\"\n.SH NAME\n{} \\- {about}\n.SH DESCRIPTION\n",
        escaped(&name.to_uppercase()),
        escaped(name)
    )
}

/// A word in bold, and lines about it.
pub fn entry(word: &str, lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    format!(".TP\n\\fB{}\\fR\n{}\n", escaped(word), lines.join("\n.br\n"))
}

/// Other pages, each with its section.
pub fn see_also(pages: &[&str]) -> String {
    let named = |page: &&str| {
        let (name, section) = page.split_once('(').unwrap();
        format!(".BR {} ({section}", escaped(name))
    };
    let pages: Vec<String> = pages.iter().map(named).collect();
    format!(".SH \"SEE ALSO\"\n{}\n", pages.join(",\n"))
}

/// How every page about a command ends.
pub fn end(is_top: bool) -> String {
    let first = if is_top { "deepcall-doctor(1)" } else { "deepcall(1)" };
    let others =
        ["deepcall-config(5)", "deepcall-variables(7)", "deepcall-json(7)", "deepcall-exit-codes(7)"];
    let pages: Vec<&str> = [first].into_iter().chain(others).collect();
    ".SH \"EXIT STATUS\"\n0 on success, 2 if the command line, a variable or a configuration file is wrong.\n\
     .BR deepcall\\-exit\\-codes (7)\nlists the others.\n"
        .to_owned()
        + &see_also(&pages)
}

/// The keys of the board.
pub fn keys() -> String {
    let keys = deepcall::watch::sinks::board::keys();
    keys.fold(".SH \"KEYS OF THE BOARD\"\n".to_owned(), |page, (name, help)| page + &entry(name, &[help]))
}

/// Section 7: the variables.
pub fn variables_page() -> String {
    let mut page = head("deepcall-variables", 7, "environment variables of deepcall")
        + "An option overrides a variable, a variable overrides the profile, the profile overrides config.toml, and that\n\
           overrides the default. A session in variables overrides stored sessions, unless \\-\\-profile is typed.\n\
           An empty variable counts as not set; only an empty SSL_CERT_FILE or SSL_CERT_DIR means that no authority is trusted.\n";
    for variable in variables() {
        page += &entry(variable.name, &[&format!("{}.", variable.help)]);
    }
    page + &see_also(&["deepcall(1)", "deepcall-config(1)", "deepcall-config(5)"])
}

/// Section 5: the config file.
pub fn config() -> String {
    let mut page = head("deepcall-config", 5, "settings of deepcall")
        + "The file config.toml holds settings, written in TOML. Each key is optional, and has the same effect as its\n\
           option, if there is one. An unknown key is an error.\n.PP\n\
           Options that choose what is requested, remove a protection, or run a command have no key: they must be typed.\n.SH KEYS\n";
    for key in SETTINGS.iter().map(|setting| setting.key()) {
        let kind = match key.kind {
            Kind::Text => "text",
            Kind::Path => "absolute path",
            Kind::Number => "number",
            Kind::Flag => "true or false",
            Kind::Any => "any value",
            Kind::List => "list of texts",
            Kind::Names(examples) => {
                let lines = examples.iter().map(|(name, value)| {
                    let name = if name.contains('.') { format!("{name:?}") } else { (*name).to_owned() };
                    format!("{name} = {value:?}")
                });
                let lines: Vec<String> = lines.collect();
                let form = if key.option.is_empty() {
                    "table of lengths of time".to_owned()
                } else {
                    format!("table of limits, each in the form of {}", key.option)
                };
                let help = format!("{form}: {}", lines.join(", "));
                page += &entry(&format!("[{}]", key.name), &[&format!("{}.", key.help), &help]);
                continue;
            }
        };
        let mut sources = kind.to_owned();
        if !key.option.is_empty() {
            sources += &format!("; option {}", key.option);
        }
        if let Some(variable) = key.variable {
            sources += &format!("; variable {variable}");
        }
        if let Some(default) = key.default {
            sources += &format!("; default {default}");
        }
        page += &entry(key.name, &[&format!("{}.", key.help), &sources]);
    }
    page + ".SH FILES\n.TP\n.I ~/.config/deepcall/config.toml\nThe usual place; DEEPCALL_CONFIG_DIR or XDG_CONFIG_HOME \
            may name another folder.\nA file that other users can write is refused if it names a server or a certificate authority.\n\
            .SH EXAMPLES\n.nf\ntimezone = \"Asia/Kolkata\"\n\n[alert]\nbreak = \"15m\"\n\"break.lunch\" = \"45m\"\n.fi\n"
        + &see_also(&["deepcall(1)", "deepcall-config(1)", "deepcall-variables(7)"])
}

/// Section 7: documents and events.
pub fn json() -> String {
    let mut page = head("deepcall-json", 7, "documents and events of deepcall")
        + "With \\-\\-json a command prints exactly one JSON object; watch prints one for each event. \\-\\-output ndjson prints\n\
           one object per row. Times are RFC 3339 with an offset, durations are seconds. null means that the server sent\n\
           no value; an empty list is []. Later versions may add keys, but never remove one. deepcall schema NAME prints\n\
           the JSON Schema.\n.SH DOCUMENTS\n";
    for document in DOCUMENTS {
        let rows = format!("{} (list)", document.rows_key);
        let shape = match document.shape {
            Shape::List => format!("The rows are in the list {}.", document.rows_key),
            Shape::ListOrOne => format!(
                "One row if one profile was queried; otherwise the rows are in the list {}.",
                document.rows_key
            ),
            Shape::One => "The document is one row.".to_owned(),
        };
        page += &format!(".SS {}\n{}\n", escaped(document.name), escaped(&shape));
        page += &fields(document.head);
        if document.shape == Shape::List && !document.head.is_empty() {
            page += &entry(&rows, &["The rows, each with these keys:"]);
        }
        page += &fields(document.fields);
        page += &fields(document.tail);
        if document.has_failures {
            page += &entry(
                "failures (list)",
                &["The profiles that failed, each with profile, kind, code, message and hint."],
            );
        }
    }
    page += ".SS error\nWith \\-\\-json, a command that fails prints this on standard error: error, an object with profile,\n\
             kind, code, message, causes and hints.\n.SH EVENTS\nEach line of watch \\-\\-json begins with:\n";
    page += &fields(EventWords::COMMON);
    for event in EventWords::ALL {
        page += &format!(".SS {}\n{}.\n", escaped(event.name), escaped(event.about));
        page += &fields(event.own_fields());
    }
    page + &see_also(&["deepcall-schema(1)", "deepcall-watch(1)", "deepcall-exit-codes(7)"])
}

fn fields(fields: &[Field]) -> String {
    let kind = |meaning: Meaning| match meaning {
        Meaning::Text
        | Meaning::Prose
        | Meaning::Name
        | Meaning::Kind
        | Meaning::Verdict
        | Meaning::AgentState
        | Meaning::Phone
        | Meaning::Id => "text",
        Meaning::State => "true or false",
        Meaning::Time => "time",
        Meaning::Elapsed | Meaning::Remaining | Meaning::Overrun => "seconds",
        Meaning::Count | Meaning::Share => "number",
        Meaning::Icons | Meaning::List(_) => "list",
        Meaning::Raw => "any",
        Meaning::Nested(_) => "object",
    };
    let keys = |field: &Field| match field.meaning {
        Meaning::Nested(fields) | Meaning::List(fields) => {
            let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
            format!(". Its keys: {}", keys.join(", "))
        }
        _ => String::new(),
    };
    let sentence = |field: &Field| {
        let about = format!("{}{}.", field.about, keys(field));
        entry(&format!("{} ({})", field.key, kind(field.meaning)), &[&about])
    };
    fields.iter().map(sentence).collect()
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

#[test]
fn every_variable_that_the_source_reads_is_listed() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let quoted = text.split('"').filter(|it| it.starts_with("DEEPCALL_"));
            let is_name = |it: &&str| it.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            for name in quoted.filter(is_name) {
                let is_listed = variables().any(|variable| variable.name == name);
                assert!(is_listed, "{} reads {name}, which is in no list", path.display());
            }
        }
    }
}
