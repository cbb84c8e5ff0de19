//! What is wrong with people's words: findings, each with a code, a place and a way out.
//!
//! Reading never fails, it finds: a reader returns what it could make of its input together with every [`Finding`].

use std::ops::Range;

/// A byte range in a file's text.
pub type Span = Range<usize>;

/// One file of a calendar, as the rim read it from a work tree or from a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path relative to the calendar's root, with `/` between names.
    pub path: String,
    /// What was found there.
    pub content: Content,
}

/// What a calendar's path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text file, valid UTF-8 (a byte order mark is taken off).
    Text(String),
    /// A text file in some other encoding; the offset is of the first byte that is not UTF-8.
    NotUtf8 {
        /// The offset of the first byte that is not UTF-8.
        at: usize,
        /// What the bytes look like, such as `UTF-16` or `Windows-1252`.
        looks_like: &'static str,
    },
    /// A file over the limit for its kind, which was not read.
    TooLarge {
        /// Its size.
        size_bytes: u64,
        /// The most that is read.
        limit_bytes: u64,
    },
    /// A file that is named but not read: pictures and films.
    Media {
        /// Its size.
        size_bytes: u64,
    },
    /// Something that is never followed: a symbolic link, a submodule, a device.
    NotAFile {
        /// What it is, such as `symbolic link`.
        what: &'static str,
    },
    /// A file that exists but could not be read, with the system's words.
    Unreadable(String),
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is published until it is mended; `check` exits 1.
    Error,
    /// Worth a look; `check` says it and exits 0.
    Warning,
}

/// A second place that a finding points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The file.
    pub file: String,
    /// Where in it; the whole file if absent.
    pub span: Option<Span>,
    /// What is to be seen there.
    pub label: String,
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable code.
    pub code: Code,
    /// The file it is about, relative to the calendar's root.
    pub file: String,
    /// Where in the file; the whole file if absent.
    pub span: Option<Span>,
    /// One sentence that says what is wrong, without a full stop.
    pub message: String,
    /// A few words under the caret.
    pub label: Option<String>,
    /// What to do next, in the imperative.
    pub help: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// How grave it is, where the calendar's own rule says so; its code says it otherwise.
    pub graded: Option<Severity>,
}

impl Finding {
    /// Starts a finding about a whole file.
    pub fn new(code: Code, file: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            code,
            file: file.into(),
            span: None,
            message: message.into(),
            label: None,
            help: None,
            related: Vec::new(),
            graded: None,
        }
    }

    /// Points the finding at a place.
    pub fn at(mut self, span: Span) -> Finding {
        self.span = Some(span);
        self
    }

    /// Says a few words under the caret.
    pub fn label(mut self, label: impl Into<String>) -> Finding {
        self.label = Some(label.into());
        self
    }

    /// Says what to do next.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// Points at a second place.
    pub fn related(
        mut self,
        file: impl Into<String>,
        span: Option<Span>,
        label: impl Into<String>,
    ) -> Finding {
        self.related.push(Related { file: file.into(), span, label: label.into() });
        self
    }

    /// Says how grave it is, whatever its code says.
    pub fn graded(mut self, severity: Severity) -> Finding {
        self.graded = Some(severity);
        self
    }

    /// Returns how grave it is.
    pub fn severity(&self) -> Severity {
        self.graded.unwrap_or_else(|| self.code.severity())
    }
}

macro_rules! codes {
    ($($variant:ident = $name:literal, $severity:ident, $description:literal;)*) => {
        /// A stable name for each thing that can be wrong. Names are never reused for another meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $description] $variant,)* }

        impl Code {
            /// Every code, in the order of this table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Returns the stable name, in kebab case.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// Returns one sentence that says what the code means.
            pub fn description(self) -> &'static str {
                match self { $(Code::$variant => $description,)* }
            }

            /// Returns how grave it is.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    Syntax = "syntax", Error, "The file is not valid TOML.";
    NotUtf8 = "not-utf8", Error, "The file is not in UTF-8.";
    TooLarge = "too-large", Error, "The file is larger than a file of its kind can be.";
    UnreadableFile = "unreadable-file", Error, "The file is there but cannot be read.";
    NotAFile = "not-a-file", Error, "A path is a symbolic link or something else that is never followed.";
    TooManyFaults = "too-many-faults", Error, "The file has more faults than are told.";
    MissingRoot = "missing-root", Error, "There is no kalends.toml at the calendar's root.";
    MisplacedFile = "misplaced-file", Error, "The file lies where the calendar does not look for one of its kind.";
    BadId = "bad-id", Error, "A name is not an id: lower-case letters, digits and hyphens.";
    DuplicateId = "duplicate-id", Error, "Two posts have the same id.";
    IdCaseClash = "id-case-clash", Error, "Two paths differ in letter case or Unicode form only, and are one file on some systems.";
    RenamedPost = "renamed-post", Error, "A post's file has another name than before, and so another id.";
    UnknownKey = "unknown-key", Error, "The key means nothing where it stands.";
    MissingKey = "missing-key", Error, "A key that must be there is not.";
    WrongType = "wrong-type", Error, "The value is of another type than the key takes.";
    BadValue = "bad-value", Error, "The value is none of those that the key takes.";
    BadDate = "bad-date", Error, "The value is not the date or date-time that the key takes.";
    BadDuration = "bad-duration", Error, "The value is not a length of time.";
    BadRecurrence = "bad-recurrence", Error, "The value is not a rule of recurrence.";
    BadUrl = "bad-url", Error, "The value is not a web address.";
    BadRecipient = "bad-recipient", Error, "The value is not an age recipient.";
    BadSigningKey = "bad-signing-key", Error, "The value is not a public key as ssh writes it, of a kind that kalends can verify.";
    SharedSigningKey = "shared-signing-key", Error, "Two people sign with the same key.";
    UnknownZone = "unknown-zone", Error, "The time zone does not exist.";
    UnknownPlatform = "unknown-platform", Error, "The platform does not exist.";
    UnknownAccount = "unknown-account", Error, "There is no account of that id.";
    UnknownDepartment = "unknown-department", Error, "There is no department of that id.";
    UnknownPerson = "unknown-person", Error, "There is no person of that id.";
    UnknownCampaign = "unknown-campaign", Error, "There is no campaign of that id.";
    UnknownGoal = "unknown-goal", Error, "There is no goal of that id.";
    MissingServer = "missing-server", Error, "The account's platform has many servers, and the account names none.";
    FolderOutside = "folder-outside", Error, "A feed's folder leaves the calendar.";
    FolderShared = "folder-shared", Error, "Two feeds have the same folder.";
    MissingUntil = "missing-until", Error, "A freelancer has no last day.";
    DatesReversed = "dates-reversed", Error, "Something ends before it begins.";
    TimeSkipped = "time-skipped", Error, "A clock change skips the time.";
    TimeTwice = "time-twice", Error, "A clock change makes the time come twice.";
    NeedlessFold = "needless-fold", Warning, "A fold is chosen for a time that comes once.";
    WrongMonth = "wrong-month", Error, "The post lies in another folder than that of its month.";
    RepeatNever = "repeat-never", Error, "A repeat has no occurrence.";
    RepeatOffBeat = "repeat-off-beat", Warning, "A repeat's rule does not yield its first day.";
    NeedlessException = "needless-exception", Warning, "A repeat leaves a day out that it would not yield.";
    NoAccounts = "no-accounts", Error, "The post goes to no account.";
    AccountTwice = "account-twice", Error, "The post names an account twice.";
    AccountNotYours = "account-not-yours", Error, "The post's department may not use the account.";
    BeforeAccount = "before-account", Warning, "The post is due before the account's `since`, and will not go there.";
    AuthorOutside = "author-outside", Error, "The author is not of the post's department.";
    AuthorExpired = "author-expired", Error, "The post is due after its author's last day.";
    CampaignOutside = "campaign-outside", Warning, "The post is due outside its campaign's dates.";
    StepIncomplete = "step-incomplete", Error, "A campaign's step lacks what its tactic must have.";
    StepOutside = "step-outside", Error, "A campaign's step is outside its campaign's dates.";
    StepPost = "step-post", Error, "A campaign's step names a post of another campaign.";
    StepClosing = "step-closing", Error, "A campaign's step closes before it opens, or too late.";
    StepPoll = "step-poll", Error, "A poll of a campaign asks nothing, or goes where nobody can answer.";
    StepTag = "step-tag", Warning, "A post that asks people to use a tag does not say it.";
    StepCollision = "step-collision", Warning, "Two steps of a campaign reach one account at once.";
    StepUnwritten = "step-unwritten", Warning, "A campaign's step is near, and has no post.";
    StepUnended = "step-unended", Warning, "A contest has no winner, or a question no answer.";
    StepStray = "step-stray", Warning, "A post is of a campaign, and none of its steps.";
    CampaignUnjudged = "campaign-unjudged", Warning, "No number says whether a campaign was worth it.";
    UnknownVariant = "unknown-variant", Error, "A variant is for an account that the post does not go to.";
    EmptyPost = "empty-post", Error, "The post has nothing to say on an account.";
    HiddenCharacter = "hidden-character", Warning, "The text has a character that cannot be seen and changes what is.";
    RepeatedText = "repeated-text", Error, "The same words go to the same account twice within a year.";
    TextTooLong = "text-too-long", Error, "The text is longer than the account's platform takes.";
    RefusedCharacter = "refused-character", Error, "The account's platform refuses a character of the text.";
    TitleMissing = "title-missing", Error, "The account's platform needs a title.";
    TitleTooLong = "title-too-long", Error, "The title is longer than the account's platform takes.";
    BadLink = "bad-link", Error, "The link is not a web address.";
    LinksTooMany = "links-too-many", Error, "The text has more links than the account's platform takes.";
    BadTag = "bad-tag", Error, "A tag is none that networks know.";
    TagTwice = "tag-twice", Warning, "A tag is named twice.";
    TagsTooMany = "tags-too-many", Error, "The post has more tags than the account's platform takes.";
    CashtagsTooMany = "cashtags-too-many", Error, "The text has more cashtags than the account's platform takes.";
    MentionsTooMany = "mentions-too-many", Error, "The text has more mentions than the account's platform takes.";
    MediaMissing = "media-missing", Error, "A media file is not there.";
    MediaOutside = "media-outside", Error, "A media path leaves the calendar.";
    MediaMisnamed = "media-misnamed", Error, "A media file is of another format than its name says.";
    MediaLocation = "media-location", Warning, "A media file says where it was taken.";
    MediaFormat = "media-format", Error, "The account's platform does not take the media file's format.";
    MediaTooLarge = "media-too-large", Error, "The media file is larger than the account's platform takes.";
    MediaDimensions = "media-dimensions", Error, "The picture is wider or higher than the account's platform takes.";
    MediaAspect = "media-aspect", Error, "The picture is narrower or wider in form than the account's platform takes.";
    MediaTooMany = "media-too-many", Error, "The post has more media than the account's platform takes.";
    MediaMixed = "media-mixed", Error, "The account's platform does not take these kinds of media in one post.";
    MediaRequired = "media-required", Error, "The account's platform needs a picture or film.";
    AltMissing = "alt-missing", Warning, "A picture has no words for those who cannot see it.";
    AltTooLong = "alt-too-long", Error, "A picture's description is longer than the account's platform takes.";
    PollUnsupported = "poll-unsupported", Error, "The account's platform has no polls.";
    PollOptions = "poll-options", Error, "The poll has too few or too many answers.";
    PollOptionTooLong = "poll-option-too-long", Error, "A poll's answer is longer than the account's platform takes.";
    PollQuestionTooLong = "poll-question-too-long", Error, "The text that asks a poll is longer than the account's platform takes.";
    PollDuration = "poll-duration", Error, "The poll is open for less or more time than the account's platform takes.";
    PollWithMedia = "poll-with-media", Error, "The account's platform takes no poll beside media.";
    WarningUnsupported = "warning-unsupported", Warning, "The account's platform has no content warnings.";
    LabelsUnsupported = "labels-unsupported", Warning, "The account's platform hides no post by its labels.";
    VisibilityUnsupported = "visibility-unsupported", Error, "The account's platform shows every post to everybody.";
    ThreadUnsupported = "thread-unsupported", Error, "The account's platform has no threads.";
    BadPattern = "bad-pattern", Error, "The value is not a regular expression, or one that is too large.";
    RuleEmpty = "rule-empty", Error, "A rule says nothing to look for.";
    RuleExample = "rule-example", Error, "A rule refuses its good example, or passes its bad one.";
    RuleLanguage = "rule-language", Warning, "A rule cannot judge texts of a language.";
    RuleConflict = "rule-conflict", Error, "Two rules want different things of one link.";
    ProtocolForbiddenWords = "protocol-forbidden-words", Error, "A post says what a protocol forbids.";
    ProtocolRequiredWords = "protocol-required-words", Error, "A post does not say what a protocol requires.";
    ProtocolPattern = "protocol-pattern", Error, "A post breaks a protocol's pattern.";
    ProtocolAltText = "protocol-alt-text", Error, "A picture has no words that help those who cannot see it.";
    ProtocolHashtags = "protocol-hashtags", Error, "A post's tags are not as a protocol wants them.";
    ProtocolCapitals = "protocol-capitals", Error, "A word is in capitals throughout.";
    ProtocolEmoji = "protocol-emoji", Error, "A text has more emoji than a protocol allows.";
    ProtocolDisclosure = "protocol-disclosure", Error, "Advertising does not say that it is, or not in time.";
    ProtocolLink = "protocol-link", Error, "A post has no link, or one that is not counted.";
    ProtocolReadingEase = "protocol-reading-ease", Error, "A text is harder to read than a protocol allows.";
    ProtocolGoal = "protocol-goal", Error, "A post serves no goal.";
    ProtocolSpacing = "protocol-spacing", Error, "Two posts of an account are too near to each other.";
    ProtocolQuota = "protocol-quota", Error, "A department has more posts than it may.";
    ProtocolQuietHours = "protocol-quiet-hours", Error, "A post goes out at hours that are to be quiet.";
    ProtocolBlackout = "protocol-blackout", Error, "A post goes out on a day that is to be quiet.";
    ProtocolEmbargo = "protocol-embargo", Error, "A post tells of something too early.";
    OutsideYear = "outside-year", Error, "A day of a schedule is not of its year.";
    DaysTwice = "days-twice", Error, "A thing of a schedule says its days in two ways.";
    NameTwice = "name-twice", Error, "Two things of a schedule have the same name.";
    UnknownTheme = "unknown-theme", Error, "The schedule has no theme of that name.";
    UnknownObservance = "unknown-observance", Error, "The schedule has no observance of that name.";
    OnHoliday = "on-holiday", Warning, "A post or a slot is on a holiday, and no observance asks for it.";
    OnQuietDay = "on-quiet-day", Error, "A post or a slot is on a day on which nothing is said.";
    SlotsAtOnce = "slots-at-once", Error, "Two slots of an account are at the same time.";
    SlotElsewhere = "slot-elsewhere", Warning, "The post that a slot names is another department's, or on another account or day.";
    DepartmentQuota = "department-quota", Error, "A department has more posts in a day or a week than its quota.";
    CoverageUnmet = "coverage-unmet", Error, "A month or a week has fewer posts and open slots than the schedule asks for.";
    ObservanceUnmet = "observance-unmet", Error, "An observance has fewer posts and open slots than it wants.";
    SlotOpen = "slot-open", Warning, "A slot is near or past, and there is no post for it.";
    AccountSilent = "account-silent", Warning, "An account has no post for a week, or for longer than the schedule asks.";
    PostsMeet = "posts-meet", Warning, "Posts or slots are in each other's way.";
    FactContradicted = "fact-contradicted", Error, "A post says otherwise than a fact.";
    FactExpired = "fact-expired", Error, "A post says a fact that must be looked up again by then.";
    PlaintextSecret = "plaintext-secret", Error, "A secret stands in plain text.";
    SecretMissing = "secret-missing", Warning, "An account that kalends posts to has no secret in the vault.";
    VaultHalf = "vault-half", Error, "Of a secret's two files one is missing.";
    VaultStray = "vault-stray", Error, "The vault has a file for no account.";
    VaultOtherAccount = "vault-other-account", Error, "A vault's file is another account's.";
    VaultAltered = "vault-altered", Error, "A sealed secret is not the one that its manifest was written for.";
    VaultForeign = "vault-foreign", Error, "A secret is sealed for another number of keys than its manifest names.";
    VaultDamaged = "vault-damaged", Error, "A vault's file cannot be read.";
    ReaderMissing = "reader-missing", Error, "Somebody may read a secret that is not sealed for them.";
    ReaderSurplus = "reader-surplus", Error, "A secret is sealed for somebody who may not read it.";
    ReaderKeyless = "reader-keyless", Warning, "Somebody may read a secret, and no key of theirs is known.";
    SecretReach = "secret-reach", Error, "A branch changes who may read a secret.";
    ChangeNotYours = "change-not-yours", Error, "A branch changes what its author may not change.";
    AuthorUnknown = "author-unknown", Error, "Of a branch's commit it is not known who made it.";
    AuthorUnsigned = "author-unsigned", Error, "A branch's commit is not signed by somebody known, and must be.";
    VaultTouched = "vault-touched", Error, "A branch changes a file of the vault.";
    UnknownPost = "unknown-post", Warning, "There is no post of that id.";
    UnknownProposal = "unknown-proposal", Warning, "There is no development plan of that id.";
    BadSignature = "bad-signature", Error, "A signature is damaged, or was made for something else.";
    SignatureKey = "signature-key", Error, "Something is not signed with the key of whom it says.";
    SignatureExpired = "signature-expired", Error, "Something is signed by somebody whose last day is over by then.";
    SignatureElsewhere = "signature-elsewhere", Error, "Something that is signed lies under another name than its own.";
    ApprovalOutdated = "approval-outdated", Error, "The post was changed since it was approved.";
    UnknownProtocol = "unknown-protocol", Warning, "There is no protocol of that id.";
    AcknowledgementOutdated = "acknowledgement-outdated", Warning, "The protocol was changed since it was acknowledged.";
    RequestTakenTwice = "request-taken-twice", Error, "Two people took one request.";
    RequestContradicted = "request-contradicted", Error, "A request is declined, and a post came of it.";
    RequestPostLate = "request-post-late", Warning, "A post goes out later than whoever asked for it wants it.";
    RequestOverdue = "request-overdue", Warning, "The day of a request is past, and nothing stands for it.";
    UnknownTraining = "unknown-training", Error, "There is no training of that id.";
    BadQuiz = "bad-quiz", Error, "A training asks nothing, or nobody could answer what it asks.";
    TrainingOutdated = "training-outdated", Warning, "The training was changed since somebody did it.";
    TrainingExpired = "training-expired", Warning, "The time is over for which somebody's training counts.";
    TrainingFailed = "training-failed", Error, "Somebody signed a training whose answers are not good enough.";
    ApprovalOwn = "approval-own", Error, "An author approved their own post, and no rule lets them.";
    ApprovalIdle = "approval-idle", Warning, "No rule asks for the approval.";
    ApprovalUnmet = "approval-unmet", Warning, "Too few people can give an approval that a rule asks for.";
    DecisionNotTheirs = "decision-not-theirs", Error, "Somebody decided on a plan who is no manager.";
    FormulaCell = "formula-cell", Error, "A cell of a spreadsheet is a formula.";
    RowOutdated = "row-outdated", Error, "A post changed in the calendar since its row of a spreadsheet was exported.";
    EventWithoutPost = "event-without-post", Warning, "No post tells of an event.";
    EventOff = "event-off", Warning, "A post tells of an event that does not take place.";
    ClosedDay = "closed-day", Error, "A post goes out on a day that is closed to posts.";
    EmbargoBroken = "embargo-broken", Error, "A post tells of an event before its embargo ends.";
    ColumnMissing = "column-missing", Error, "An export lacks a column that its mapping names, or has it twice.";
    NumberUnclear = "number-unclear", Error, "The numbers of an export's column can be read in two ways.";
    BadNumber = "bad-number", Error, "A cell of an export is no number that can be counted.";
    BadMoment = "bad-moment", Error, "A cell of an export is no date or moment, or one that can be read in two ways.";
    RowsContradict = "rows-contradict", Error, "Two rows of an export say different numbers of the same.";
    NumberNegative = "number-negative", Warning, "A number of an export is below zero, and is left out.";
    DaysCountedTwice = "days-counted-twice", Warning, "A row of an export counts days that other readings count too, and is left out.";
    UnknownExperiment = "unknown-experiment", Error, "There is no experiment of that id.";
    ExperimentArms = "experiment-arms", Error, "An experiment has fewer than two arms, or one of them twice.";
    ExperimentsOverlap = "experiments-overlap", Warning, "Two experiments are on one account at the same time.";
    ExperimentSlot = "experiment-slot", Error, "A slot is not as its experiment says: the account, the day or the arm.";
    DecisionOutdated = "decision-outdated", Warning, "The plan was changed since it was decided on.";
}
