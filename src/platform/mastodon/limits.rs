//! A draft held against what its server takes at this moment.

use crate::draft::{Draft, MediaFacts};
use crate::text::{Alt, Beside, Excess, count, excess};

use super::server::Server;

/// Tells why a server does not take a draft, if it does not: both numbers, and what to do.
///
/// `facts` are those of the draft's media, in order.
pub fn fault(draft: &Draft, facts: &[&MediaFacts], server: &Server) -> Option<String> {
    text(draft, server).or_else(|| media(draft, facts, server)).or_else(|| poll(draft, server))
}

fn too_long(what: &str, excess: &Excess) -> String {
    format!(
        "{what} has {} {}, and the server takes {}: shorten it by {}",
        excess.used,
        excess.unit,
        excess.max,
        excess.over()
    )
}

/// A content warning takes some of the text's length (Mastodon, app/validators/status_length_validator.rb).
fn text(draft: &Draft, server: &Server) -> Option<String> {
    let max = server.limits.text_max(Beside::Nothing)?;
    let warning = draft.warning.as_deref().unwrap_or_default();
    let taken = count(warning, max.count);
    if let Some(excess) = excess(warning, &max) {
        return Some(too_long("the content warning", &excess));
    }
    let mut excess = excess(&draft.composed(), &max.less(taken))?;
    excess.used += taken.used;
    excess.max += taken.used;
    let what = if warning.is_empty() { "the text" } else { "the text with its content warning" };
    Some(too_long(what, &excess))
}

fn media(draft: &Draft, facts: &[&MediaFacts], server: &Server) -> Option<String> {
    let limits = &server.limits.media;
    if let Some(most) = limits.total_max.or(limits.images_max).filter(|most| draft.media.len() > *most) {
        return Some(format!("the post has {} media files, and the server takes {most}", draft.media.len()));
    }
    for (media, facts) in draft.media.iter().zip(facts) {
        let mime = facts.mime.unwrap_or_default();
        if !server.mimes.is_empty() && !server.mimes.iter().any(|known| known == mime) {
            let is = if mime.is_empty() { "no picture or film that is known" } else { mime };
            return Some(format!("{} is {is}, and the server takes none of that", media.file));
        }
        let is_film = mime.starts_with("video/") || mime.starts_with("audio/");
        let most = if is_film { limits.video_bytes_max } else { limits.image_bytes_max };
        if let Some(most) = most.filter(|most| facts.size_bytes > *most) {
            return Some(format!(
                "{} has {} bytes, and the server takes {most}: make it smaller by {}",
                media.file,
                facts.size_bytes,
                facts.size_bytes - most
            ));
        }
        let Alt::Optional { max: Some(max) } = server.limits.alt else { continue };
        if let Some(excess) = excess(media.alt.as_deref().unwrap_or_default(), &max) {
            return Some(too_long(&format!("the description of {}", media.file), &excess));
        }
    }
    None
}

fn poll(draft: &Draft, server: &Server) -> Option<String> {
    let poll = draft.poll.as_ref()?;
    let limits = server.limits.poll.as_ref()?;
    if !draft.media.is_empty() {
        return Some("a post there has either a poll or media files, and this one has both".to_owned());
    }
    if poll.options.len() > limits.options_max {
        let (options, most) = (poll.options.len(), limits.options_max);
        return Some(format!("the poll has {options} answers, and the server takes {most}"));
    }
    let long = |option: &String| excess(option, limits.option_max.as_ref()?);
    if let Some(excess) = poll.options.iter().find_map(long) {
        return Some(too_long("an answer of the poll", &excess));
    }
    let (shortest, longest) = server.poll_bounds()?;
    let seconds = poll.open.num_seconds();
    (!(shortest..=longest).contains(&seconds))
        .then(|| format!("the poll is open for {seconds} s, and the server takes {shortest} to {longest} s"))
}
