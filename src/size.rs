//! Sizes of files: what people type, and what is shown of them.

/// A text is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a size; write for example 500MB or 2GB")]
pub struct NotASize(String);

const UNITS: [(&str, u64); 9] = [
    ("tb", 1_000_000_000_000),
    ("gb", 1_000_000_000),
    ("mb", 1_000_000),
    ("kb", 1_000),
    ("tib", 1 << 40),
    ("gib", 1 << 30),
    ("mib", 1 << 20),
    ("kib", 1 << 10),
    ("b", 1),
];

/// The bytes that `text` means: `500MB`, `1.5 GB`, `64MiB`, `4096B`. A number alone is refused, since it could be of
/// any unit.
///
/// # Errors
/// If it has another form, or is zero or too large.
pub fn size(text: &str) -> Result<u64, NotASize> {
    let wrong = || NotASize(text.to_owned());
    let typed = text.trim().to_lowercase();
    let unit_at = typed.find(|letter: char| letter.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = typed.split_at(unit_at);
    let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    let (whole, parts) = number.trim_end().split_once('.').unwrap_or((number.trim_end(), "0"));
    let are_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(parts) || parts.len() > 3 {
        return Err(wrong());
    }
    let thousandths: u64 = format!("{parts:0<3}").parse().map_err(|_| wrong())?;
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let bytes = whole.checked_mul(factor).and_then(|bytes| {
        bytes.checked_add(u64::try_from(u128::from(thousandths) * u128::from(factor) / 1000).ok()?)
    });
    bytes.filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

/// In the largest unit of which there is at least one, e.g. `12.3 MB`.
#[must_use]
pub fn shown(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match units.into_iter().find(|(_, factor)| bytes >= *factor) {
        Some((unit, factor)) => {
            let tenths = bytes / (factor / 10);
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_with_a_unit() {
        for (text, bytes) in [
            ("500MB", 500_000_000),
            ("1.5 GB", 1_500_000_000),
            ("2gb", 2_000_000_000),
            ("64MiB", 64 << 20),
            ("4096B", 4096),
            (" 10 kB ", 10_000),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in
            ["", "500", "MB", "0MB", "-5MB", "5 parsecs", "1.2345GB", ".5GB", "1e3MB", "99999999999TB"]
        {
            assert_eq!(size(text), Err(NotASize(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_size_is_shown_in_its_largest_unit() {
        for (bytes, text) in
            [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345_678, "12.3 MB"), (2_990_000_000, "2.9 GB")]
        {
            assert_eq!(shown(bytes), text);
        }
    }
}
