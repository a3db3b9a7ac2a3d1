//! The files that a page loads. Their paths change with their content, so a browser may keep them for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) path: String,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: String,
}

static ASSETS: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        asset("css", "text/css; charset=utf-8", include_str!("../wall.css")),
        asset("js", "text/javascript; charset=utf-8", include_str!("../wall.js")),
        asset("svg", "image/svg+xml", include_str!("../live.svg")),
        asset("svg", "image/svg+xml", include_str!("../stale.svg")),
    ]
});

pub(crate) fn assets() -> &'static [Asset] {
    &*ASSETS
}

pub(super) fn style() -> &'static Asset {
    &ASSETS[0]
}

pub(super) fn script() -> &'static Asset {
    &ASSETS[1]
}

pub(super) fn live_icon() -> &'static Asset {
    &ASSETS[2]
}

pub(super) fn stale_icon() -> &'static Asset {
    &ASSETS[3]
}

/// Changes with the files: a page that was loaded from another version loads itself anew.
pub(super) fn build() -> &'static str {
    static BUILD: LazyLock<String> =
        LazyLock::new(|| digest(&format!("{} {}", ASSETS[0].path, ASSETS[1].path)));
    &BUILD
}

fn asset(extension: &str, media_type: &'static str, text: &str) -> Asset {
    let bytes = compact(text);
    Asset { path: format!("/assets/{}.{extension}", digest(&bytes)), media_type, bytes }
}

/// Without indentation and lines of comments: a browser needs neither.
fn compact(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Enough of it to tell versions apart.
fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    format!("{:016x}", u64::from_be_bytes(digest.first_chunk().copied().unwrap_or_default()))
}
