//! The files under `static/`, in the binary. They are the same for everybody, so they are public.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rocket::Request;
use rocket::get;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder, Response};
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

use crate::door::Stranger;

#[derive(Embed)]
#[folder = "static/"]
struct Files;

/// Characters of the content hash in a URL.
const HASH_CHARS: usize = 16;
/// An address with the hash of all files never changes its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A file of ours.
pub(in crate::web) struct Asset {
    file: EmbeddedFile,
    hashed: bool,
}

/// The address of a file, which changes when any of them does: a module finds those that it imports
/// beside it, and all of them are of one kind.
pub(in crate::web) fn href(name: &str) -> String {
    format!("/static/{}/{name}", *TREE)
}

/// Whether a file that other tools make was there when this was built.
pub(in crate::web) fn has(name: &str) -> bool {
    Files::get(name).is_some()
}

/// The hash of all files.
static TREE: LazyLock<String> = LazyLock::new(|| {
    let mut all = Sha256::new();
    for name in Files::iter() {
        all.update(name.as_bytes());
        all.update(Files::get(&name).map_or([0; 32], |file| file.metadata.sha256_hash()));
    }
    digits(&all.finalize())
});

fn digits(hash: &[u8]) -> String {
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .take(HASH_CHARS)
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

#[get("/static/<path..>")]
pub(in crate::web) fn file(_anybody: Stranger, path: PathBuf) -> Option<Asset> {
    find(&path)
}

fn find(path: &Path) -> Option<Asset> {
    let path = path.to_str()?;
    if let Some((shown, name)) = path.split_once('/')
        && let Some(file) = Files::get(name)
    {
        // An older page may ask with an older hash: it gets the file, but not for ever.
        let hashed = shown == *TREE;
        return Some(Asset { file, hashed });
    }
    let file = Files::get(path)?;
    Some(Asset {
        file,
        hashed: false,
    })
}

impl<'r> Responder<'r, 'static> for Asset {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let tag = format!("\"{}\"", digits(&self.file.metadata.sha256_hash()));
        let kind = ContentType::parse_flexible(self.file.metadata.mimetype());
        let mut response = Response::build();
        response
            .raw_header(
                "Cache-Control",
                // A build for work on them reads them from the disk: they may change under it.
                match self.hashed && !cfg!(debug_assertions) {
                    true => FOR_EVER,
                    false => "no-cache",
                },
            )
            .raw_header("X-Content-Type-Options", "nosniff")
            .raw_header("ETag", tag.clone());
        if request.headers().get_one("If-None-Match") == Some(tag.as_str()) {
            return response.status(Status::NotModified).ok();
        }
        let data = self.file.data.into_owned();
        response
            .header(kind.unwrap_or(ContentType::Binary))
            .sized_body(data.len(), std::io::Cursor::new(data))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{find, href};

    #[test]
    fn the_address_has_the_hash_and_other_paths_have_nothing() {
        let address = href("app.css");
        let path = address.strip_prefix("/static/").expect("under /static/");
        assert!(find(Path::new(path)).is_some_and(|asset| asset.hashed));
        assert!(find(Path::new("app.css")).is_some_and(|asset| !asset.hashed));
        assert!(find(Path::new("0123456789abcdef/app.css")).is_some_and(|a| !a.hashed));
        assert!(find(Path::new("nothing.css")).is_none());
        assert!(find(Path::new("../Cargo.toml")).is_none());
    }
}
