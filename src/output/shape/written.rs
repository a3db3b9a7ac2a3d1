//! How a scalar and a length are written.

/// A type and what can be said about its values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scalar {
    sort: &'static str,
    form: &'static str,
}

impl Scalar {
    /// Of a number, `true`, `false` or `null`.
    pub(crate) fn of_token(json: &str) -> Self {
        let sort = match json.as_bytes().first() {
            Some(b'n') => return Self { sort: "null", form: "" },
            Some(b't' | b'f') => return Self { sort: "boolean", form: "" },
            _ => "number",
        };
        let form = match json.strip_prefix('-') {
            _ if json.contains(['e', 'E']) => "with an exponent",
            Some(rest) if rest.contains('.') => "decimal, negative",
            Some(_) => "integer, negative",
            None if json.contains('.') => "decimal",
            None => time_of(json).unwrap_or("integer"),
        };
        Self { sort, form }
    }

    pub(crate) fn of_text(text: &str) -> Self {
        Self { sort: "string", form: form(text) }
    }

    /// `null` stands beside every type.
    pub(crate) fn sort(&self) -> Option<&'static str> {
        Some(self.sort).filter(|sort| *sort != "null")
    }

    pub(crate) fn write(self, length: Length) -> String {
        let Self { sort, form } = self;
        match (sort, form) {
            (_, "") => sort.to_owned(),
            (_, "empty") => format!("{sort}(empty)"),
            ("number", _) => format!("{sort}({}, {form})", length.of("digit")),
            _ => format!("{sort}({}, {form})", length.range()),
        }
    }
}

/// Ten or thirteen digits that are a time of this century. Indian mobile numbers of ten digits begin higher.
fn time_of(digits: &str) -> Option<&'static str> {
    let begins_as_time = digits.starts_with(['1', '2', '3']);
    match digits.len() {
        10 if begins_as_time => Some("like Unix seconds"),
        13 if begins_as_time => Some("like Unix milliseconds"),
        _ => None,
    }
}

fn form(text: &str) -> &'static str {
    let all = |is: fn(&u8) -> bool| text.bytes().all(|byte| is(&byte));
    let digits_as_nines: String = text.chars().map(|it| if it.is_ascii_digit() { '9' } else { it }).collect();
    match &*digits_as_nines {
        "" => return "empty",
        "9999-99-99 99:99:99" => return "YYYY-MM-DD HH:MM:SS",
        "9999-99-99" => return "YYYY-MM-DD",
        "99-99-9999" => return "DD-MM-YYYY",
        "99:99:99" => return "HH:MM:SS",
        "99:99" => return "HH:MM",
        _ if text.parse::<jiff::Timestamp>().is_ok() => return "RFC 3339",
        _ => {}
    }
    if all(u8::is_ascii_digit) {
        return time_of(text).unwrap_or("digits");
    }
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    if text.len() >= 8 && has_letter && has_digit && all(|byte| byte.is_ascii_hexdigit() || *byte == b'-') {
        return "hexadecimal";
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return "URL";
    }
    if all(u8::is_ascii_alphabetic) {
        "letters"
    } else if all(u8::is_ascii_alphanumeric) {
        "letters and digits"
    } else if all(|byte| byte.is_ascii_digit() || b"+-.() ".contains(byte)) {
        "digits and signs"
    } else if all(u8::is_ascii_graphic) {
        "no spaces"
    } else if text.is_ascii() {
        "words"
    } else {
        "beyond ASCII"
    }
}

/// The least and the greatest of some lengths.
#[derive(Clone, Copy, Default)]
pub(crate) struct Length(Option<(usize, usize)>);

impl Length {
    pub(crate) fn add(&mut self, length: usize) {
        self.merge(Self(Some((length, length))));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.0 = match (self.0, other.0) {
            (Some((least, most)), Some(other)) => Some((least.min(other.0), most.max(other.1))),
            (one, other) => one.or(other),
        };
    }

    /// An exact length of a long text would identify it.
    pub(crate) fn range(self) -> String {
        const EXACT: usize = 32;
        let (least, most) = self.0.unwrap_or_default();
        let least = if least > EXACT { least.next_power_of_two() / 2 + 1 } else { least };
        let most = if most > EXACT { most.next_power_of_two() } else { most };
        if least == most { least.to_string() } else { format!("{least} to {most}") }
    }

    pub(crate) fn of(self, what: &str) -> String {
        let (least, most) = self.0.unwrap_or_default();
        match (least, most) {
            (1, 1) => format!("1 {what}"),
            (least, most) if least == most => format!("{most} {what}s"),
            (least, most) => format!("{least} to {most} {what}s"),
        }
    }
}
