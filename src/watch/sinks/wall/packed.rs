//! The stream of a browser that takes gzip. A floor of 200 agents is 74 kB, packed 7 kB, and comes about twice a second: on a
//! telephone that is half a gigabyte an hour, or fifty megabytes.
//!
//! Each part is packed by itself and ends at a whole byte, so one packed floor serves all streams, whenever they began. The
//! stream never ends, so the checksum that gzip has at its end never comes.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use hyper::body::Bytes;
use hyper::header::{ACCEPT_ENCODING, HeaderMap};

/// What a stream of gzip begins with: no name, no time, an unknown system (RFC 1952, 2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// A part of the stream in both forms.
#[derive(Clone, Default)]
pub(super) struct Part {
    pub(super) text: Bytes,
    pub(super) packed: Bytes,
}

impl Part {
    /// Of a floor, once for all streams.
    pub(super) fn new(text: String) -> Self {
        let packed = packed(text.as_bytes()).into();
        Self { text: text.into(), packed }
    }

    /// Of a few words for one stream, which become no shorter: they are stored as they are (RFC 1951, 3.2.4).
    pub(super) fn stored(text: &str) -> Self {
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        let packed = [&[0], &length.to_le_bytes()[..], &(!length).to_le_bytes(), text.as_bytes()].concat();
        Self { packed: packed.into(), text: text.to_owned().into() }
    }

    /// What a stream begins with.
    pub(super) fn first(text: &str) -> Self {
        let Self { text, packed } = Self::stored(text);
        Self { packed: [&HEAD, &*packed].concat().into(), text }
    }
}

/// Whether a browser takes gzip (RFC 9110, 12.5.3).
pub(super) fn is_taken(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// Deflated, up to a whole byte, with no reference to what came before (RFC 1951).
fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(vec![], Compression::fast());
    // Memory takes whatever is written.
    let _ = encoder.write_all(text).and_then(|()| encoder.flush());
    std::mem::take(encoder.get_mut())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn parts_that_were_packed_one_by_one_are_one_stream() {
        let noise = |it: u32| char::from_u32(32 + (it.wrapping_mul(it) >> 3) % 95);
        let noise: String = (0..40_000).filter_map(noise).collect();
        let texts =
            ["retry: 2000\n\n", "", "event: floor\ndata: 0\n\n", &"<main>अ</main>".repeat(9000), &noise];
        let part =
            |text: &str| if text.len() < 100 { Part::stored(text) } else { Part::new(text.to_owned()) };
        let parts = std::iter::once(Part::first(texts[0])).chain(texts[1..].iter().map(|text| part(text)));
        let stream = parts.map(|part| part.packed).collect::<Vec<_>>().concat();
        let mut read = vec![];
        // The end of the stream is missing.
        let ended = flate2::read::GzDecoder::new(&*stream).read_to_end(&mut read);
        assert!(ended.is_err());
        assert_eq!(String::from_utf8(read).expect("text"), texts.concat());
        assert!(stream.len() < texts.concat().len() / 2);
    }

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for (value, expected) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP ; q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("x-gzip-like", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, value.parse().expect("a header"))]);
            assert_eq!(is_taken(&headers), expected, "{value}");
        }
        assert!(!is_taken(&HeaderMap::new()));
    }
}
