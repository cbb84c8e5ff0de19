//! What goes out when: posts made into drafts, one a slot.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::draft::{
    AccountId, Canonical, Digest, Draft, Label, Media, MediaBook, Occurrence, PostId, Slot, Visibility, says,
};
use crate::text::{self, Beside, Length, Max, Numbering, Platform};
use crate::time::{Fold, Recurrence, Zone};

use super::model::{
    Account, At, Body, Department, Part, Picture, Post, Question, Split, StandingSlot, Words,
};
use super::{Calendar, Root};

/// What a post says on one account: its variant's words laid over its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet<'a> {
    own: &'a Body,
    variant: Option<&'a Body>,
}

impl<'a> Sheet<'a> {
    fn pick<T>(&self, field: impl Fn(&'a Body) -> Option<&'a T>) -> Option<&'a T> {
        self.variant.and_then(&field).or_else(|| field(self.own))
    }

    pub(crate) fn text(&self) -> Option<&'a Words> {
        self.pick(|body| body.text.as_ref())
    }

    pub(crate) fn title(&self) -> Option<&'a Words> {
        self.pick(|body| body.title.as_ref()).filter(|title| !title.text.is_empty())
    }

    pub(crate) fn link(&self) -> Option<&'a At<String>> {
        self.pick(|body| body.link.as_ref()).filter(|link| !link.value.is_empty())
    }

    pub(crate) fn tags(&self) -> &'a [At<String>] {
        self.pick(|body| body.tags.as_ref()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn media(&self) -> &'a [Picture] {
        self.pick(|body| body.media.as_ref()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn thread(&self) -> &'a [Part] {
        self.pick(|body| body.thread.as_ref()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn poll(&self) -> Option<&'a Question> {
        self.pick(|body| body.poll.as_ref())?.as_ref()
    }

    pub(crate) fn warning(&self) -> Option<&'a Words> {
        self.pick(|body| body.warning.as_ref()).filter(|warning| !warning.text.is_empty())
    }

    pub(crate) fn labels(&self) -> Option<&'a At<Vec<Label>>> {
        self.pick(|body| body.labels.as_ref()).filter(|labels| !labels.value.is_empty())
    }

    pub(crate) fn visibility(&self) -> Option<&'a At<Visibility>> {
        self.pick(|body| body.visibility.as_ref())
    }

    pub(crate) fn split(&self) -> Option<Split> {
        self.pick(|body| body.split.as_ref()).copied()
    }

    pub(crate) fn language<'b>(&self, root: &'b Root) -> Option<&'b str>
    where
        'a: 'b,
    {
        let said = self.pick(|body| body.language.as_ref()).map(|language| language.value.as_str());
        said.or(root.language.as_deref()).filter(|language| !language.is_empty())
    }
}

impl Body {
    /// Returns the body's pictures and films, with those of its thread.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = &Picture> {
        let parts = self.thread.iter().flatten().flat_map(|part| &part.media);
        self.media.iter().flatten().chain(parts)
    }
}

impl Post {
    /// Returns the paths of the pictures and films that the post names, in any of its variants.
    pub fn media_files(&self) -> impl Iterator<Item = &str> {
        let variants = self.variants.values().map(|variant| &variant.value);
        let bodies = std::iter::once(&self.body).chain(variants);
        bodies.flat_map(Body::pictures).map(|picture| picture.file.value.as_str())
    }

    /// Returns what the post says on an account.
    pub(crate) fn sheet(&self, account: &AccountId) -> Sheet<'_> {
        Sheet { own: &self.body, variant: self.variants.get(account).map(|variant| &variant.value) }
    }

    /// Returns the zone of the post's wall clock.
    pub(crate) fn zone<'a>(&'a self, root: &'a Root) -> &'a Zone {
        self.zone.as_ref().map_or(&root.zone, |zone| &zone.value)
    }

    fn fold(&self) -> Option<Fold> {
        self.fold.as_ref().map(|fold| fold.value)
    }

    /// Returns the post's wall clocks in a window of local days.
    pub(crate) fn walls(&self, days: Range<NaiveDate>) -> Vec<(Occurrence, NaiveDateTime)> {
        let Some(at) = &self.at else { return Vec::new() };
        match &self.repeat {
            None if days.contains(&at.value.date()) => vec![(Occurrence::Once, at.value)],
            None => Vec::new(),
            Some(repeat) => {
                let walls = repeat.rule.occurrences(at.value, days);
                walls.map(|wall| (Occurrence::On(wall.date()), wall)).collect()
            }
        }
    }
}

impl Department {
    /// Returns when the department posts as a rule on a day: the first of its standing times that falls on it.
    pub fn standing_time(&self, day: NaiveDate) -> Option<NaiveTime> {
        let next = day.succ_opt()?;
        let falls = |slot: &&StandingSlot| {
            let every = slot.every.value.clone();
            let rule = Recurrence { every, until: None, except: BTreeSet::new(), times: None };
            rule.occurrences(day.and_time(slot.at.value), day..next).next().is_some()
        };
        self.slots.iter().filter(falls).map(|slot| slot.at.value).min()
    }
}

impl Calendar {
    /// Returns the moments of a post's wall clocks in a window of local days, each with its day.
    ///
    /// A wall clock that is no single moment is one all the same, as in [`Calendar::drafts`].
    pub(crate) fn moments(&self, post: &Post, days: Range<NaiveDate>) -> Vec<(NaiveDate, DateTime<Utc>)> {
        let zone = post.zone(&self.root);
        let walls = post.walls(days).into_iter();
        walls.filter_map(|(_, wall)| Some((wall.date(), zone.resolve_somehow(wall, post.fold())?))).collect()
    }

    /// Returns everything that is due in a window, one draft a slot, sorted by moment and slot.
    ///
    /// A wall clock that a clock change makes no single moment is an error of the calendar; here it is the moment the
    /// clocks go on, or the earlier of the two, so that it is neither lost nor doubled.
    pub fn drafts(&self, window: Range<DateTime<Utc>>) -> Vec<Draft> {
        // No zone is more than a day away from UTC.
        let from = window.start.date_naive().checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
        let to = window.end.date_naive().checked_add_days(Days::new(2)).unwrap_or(NaiveDate::MAX);
        let mut drafts = Vec::new();
        for post in &self.posts {
            for (occurrence, wall) in post.walls(from..to) {
                let due = post.zone(&self.root).resolve_somehow(wall, post.fold());
                let Some(due) = due.filter(|due| window.contains(due)) else { continue };
                let mut named: Vec<&AccountId> = Vec::new();
                for account in post.to.value.iter().filter_map(|to| self.accounts.get(&to.value)) {
                    let open = account.since.as_ref().is_none_or(|since| wall.date() >= since.value);
                    if open && !named.contains(&&account.id) {
                        named.push(&account.id);
                        drafts.extend(self.compose(post, account, occurrence, due));
                    }
                }
            }
        }
        drafts.sort_by(|a, b| (a.due, &a.slot).cmp(&(b.due, &b.slot)));
        drafts
    }

    /// Returns the moments in a window at which a post is due, in order, each with the occurrence that it is.
    pub fn dues(&self, post: &Post, window: &Range<DateTime<Utc>>) -> Vec<(Occurrence, DateTime<Utc>)> {
        let from = window.start.date_naive().checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
        let to = window.end.date_naive().checked_add_days(Days::new(2)).unwrap_or(NaiveDate::MAX);
        let due = |(occurrence, wall)| {
            let moment = post.zone(&self.root).resolve_somehow(wall, post.fold());
            moment.filter(|due| window.contains(due)).map(|due| (occurrence, due))
        };
        post.walls(from..to).into_iter().filter_map(due).collect()
    }

    /// Returns the drafts of one occurrence on one account: one, or one for each part of a thread.
    pub(super) fn compose(
        &self,
        post: &Post,
        account: &Account,
        occurrence: Occurrence,
        due: DateTime<Utc>,
    ) -> Vec<Draft> {
        self.compose_pieces(post, account, occurrence, due).into_iter().map(|(_, draft)| draft).collect()
    }

    /// Returns the drafts of one occurrence on one account, each with the piece it is of: 0 for the post's own text,
    /// then the parts that its thread has in the file. A piece that is cut gives several drafts.
    pub(crate) fn compose_pieces(
        &self,
        post: &Post,
        account: &Account,
        occurrence: Occurrence,
        due: DateTime<Utc>,
    ) -> Vec<(usize, Draft)> {
        let Some(platform) = account.platform.as_ref().map(|platform| platform.value) else {
            return Vec::new();
        };
        let sheet = post.sheet(&account.id);
        let slot = Slot { post: post.id.clone(), occurrence, account: account.id.clone(), part: 1 };
        let first = Draft {
            slot,
            platform,
            due,
            late: self.late(post, account),
            parts: 1,
            title: sheet.title().map(|title| title.text.clone()),
            text: sheet.text().map_or_else(String::new, |text| text.text.clone()),
            link: sheet.link().map(|link| link.value.clone()),
            tags: sheet.tags().iter().map(|tag| tag.value.clone()).collect(),
            media: media(sheet.media()),
            poll: sheet.poll().map(|question| question.poll.clone()),
            warning: sheet.warning().map(|warning| warning.text.clone()),
            labels: sheet.labels().map_or_else(Vec::new, |labels| labels.value.clone()),
            language: sheet.language(&self.root).map(str::to_owned),
            visibility: sheet.visibility().map(|visibility| visibility.value).unwrap_or_default(),
            again: post.again,
        };
        let how = sheet.split();
        let thread = sheet.thread();
        let later = thread.iter().map(|part| Draft {
            title: None,
            text: part.text.text.clone(),
            link: part.link.as_ref().map(|link| link.value.clone()).filter(|link| !link.is_empty()),
            tags: Vec::new(),
            media: media(&part.media),
            poll: None,
            ..first.clone()
        });
        // What cuts one text numbers its parts; a thread of several texts is numbered as a whole.
        let numbering = if how == Some(Split::Numbered) && thread.is_empty() {
            Numbering::Behind
        } else {
            Numbering::None
        };
        let room = if how == Some(Split::Numbered) && !thread.is_empty() { NUMBER_ROOM } else { 0 };
        let pieces = std::iter::once(first.clone()).chain(later).enumerate();
        let cuts = how.is_some() && platform.limits().threads;
        let mut parts = Vec::with_capacity(1 + thread.len());
        for (piece, draft) in pieces {
            match cuts {
                true => parts.extend(split(draft, numbering, room).into_iter().map(|draft| (piece, draft))),
                false => parts.push((piece, draft)),
            }
        }
        number(&mut parts, room > 0);
        parts
    }

    fn late(&self, post: &Post, account: &Account) -> TimeDelta {
        post.late.or(account.late).unwrap_or(self.root.late)
    }

    /// Returns the digest of everything that decides what a post's accounts receive, when, and who must approve it: what
    /// an approval signs.
    ///
    /// Absent where the post has no time, or a media file is not in the book.
    pub fn post_digest(&self, id: &PostId, book: &MediaBook) -> Option<Digest> {
        let post = self.post(id)?;
        let mut form = Canonical::new();
        form.field("post", post.id.as_str());
        form.field("at", &post.at.as_ref()?.value.to_string());
        form.field("zone", post.zone(&self.root).name());
        form.option("fold", post.fold().map(Fold::as_str));
        if let Some(repeat) = &post.repeat {
            form.field("every", &repeat.rule.every.to_string());
            form.option("until", repeat.rule.until.map(|until| until.to_string()).as_deref());
            repeat.rule.except.iter().for_each(|day| form.field("except", &day.to_string()));
            form.option("times", repeat.rule.times.map(|times| times.to_string()).as_deref());
        }
        form.option("late", post.late.map(|late| late.num_seconds().to_string()).as_deref());
        form.option("department", post.department.as_ref().map(|at| at.value.as_str()));
        form.option("author", post.author.as_ref().map(|at| at.value.as_str()));
        form.option("campaign", post.campaign.as_ref().map(|at| at.value.as_str()));
        let topics: BTreeSet<&str> = post.topics.iter().map(|topic| topic.value.as_str()).collect();
        topics.into_iter().for_each(|topic| form.field("topic", topic));
        let mut to: Vec<&AccountId> = post.to.value.iter().map(|to| &to.value).collect();
        to.sort();
        to.dedup();
        for id in to {
            form.field("account", id.as_str());
            let Some(account) = self.accounts.get(id) else { continue };
            // The moment has been said above; the epoch stands for it in each account's own form.
            for draft in self.compose(post, account, Occurrence::Once, DateTime::UNIX_EPOCH) {
                form.field("draft", &draft.digest(book)?.to_string());
            }
        }
        Some(form.digest())
    }
}

/// Returns the folder of a day's month, such as `posts/2027/01`.
pub(crate) fn folder_of(day: NaiveDate) -> String {
    format!("posts/{}", day.format("%Y/%m"))
}

/// The room that ` (99/99)` takes.
const NUMBER_ROOM: usize = 8;

/// Returns the most that a draft's whole text may be, beside its media and its content warning.
pub(crate) fn text_max(draft: &Draft) -> Option<Max> {
    let beside = match draft.media.as_slice() {
        [] => Beside::Nothing,
        media if media.iter().any(|media| is_film(&media.file)) => Beside::Video,
        _ => Beside::Images,
    };
    let max = draft.platform.limits().text_max(beside)?;
    Some(match (&draft.warning, draft.platform) {
        // The warning counts as the text does (Mastodon, app/validators/status_length_validator.rb).
        (Some(warning), Platform::Mastodon) => max.less(text::count(warning, max.count)),
        _ => max,
    })
}

/// Tells a film from a picture by its name.
pub(crate) fn is_film(path: &str) -> bool {
    const FILMS: [&str; 7] = ["mp4", "m4v", "mov", "webm", "mkv", "avi", "mpeg"];
    path.rsplit_once('.').is_some_and(|(_, ext)| FILMS.iter().any(|film| ext.eq_ignore_ascii_case(film)))
}

/// Cuts a draft whose text is too long: media and poll stay with the first part, the link and each tag with the part
/// that they come to stand in.
fn split(draft: Draft, numbering: Numbering, room: usize) -> Vec<Draft> {
    let whole = draft.composed();
    let Some(max) = text_max(&draft).map(|max| max.less(Length { used: room, bytes: room })) else {
        return vec![draft];
    };
    if text::fits(&whole, &max) {
        return vec![draft];
    }
    let texts = text::cut(&whole, &max, numbering);
    let part = |(index, text): (usize, String)| {
        let said = text::hashtags(&text);
        let has_tag =
            |tag: &&String| said.iter().any(|found| found.word.to_lowercase() == tag.to_lowercase());
        Draft {
            link: draft.link.clone().filter(|link| says(&text, link)),
            tags: draft.tags.iter().filter(has_tag).cloned().collect(),
            media: if index == 0 { draft.media.clone() } else { Vec::new() },
            poll: if index == 0 { draft.poll.clone() } else { None },
            title: if index == 0 { draft.title.clone() } else { None },
            text,
            ..draft.clone()
        }
    };
    texts.into_iter().enumerate().map(part).collect()
}

/// Says of each part which it is of how many, in its text too where that is asked for.
fn number(parts: &mut [(usize, Draft)], shown: bool) {
    let total = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    for ((_, part), number) in parts.iter_mut().zip(1..) {
        part.parts = total;
        part.slot.part = number;
        if shown && total > 1 {
            part.text = format!("{} ({number}/{total})", part.text);
        }
    }
}

fn media(pictures: &[Picture]) -> Vec<Media> {
    let one = |picture: &Picture| Media {
        file: picture.file.value.clone(),
        alt: picture.alt.as_ref().map(|alt| alt.text.clone()),
    };
    pictures.iter().map(one).collect()
}
