use std::fs;
use std::path::Path;

use super::grid::{Cell, Holds, Line};
use super::import::Imported;
use super::*;
use crate::calendar::{self, Calendar};
use crate::draft::MediaBook;
use crate::finding::{Code, Content, File, Finding};

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), content: Content::Text(text.to_owned()) }
}

fn files(posts: &[(&str, &str)]) -> Vec<File> {
    let mut files = vec![
        file("kalends.toml", "name = \"M\"\nzone = \"Europe/Lisbon\"\n"),
        file("accounts/news.toml", "platform = \"feed\"\n"),
        file("accounts/x.toml", "platform = \"x\"\n"),
    ];
    files.extend(posts.iter().map(|(id, text)| file(&format!("posts/2027/01/{id}.toml"), text)));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn exported(files: &[File]) -> Table {
    let (calendar, _) = calendar::read(files);
    table(&calendar, files, calendar.posts.iter())
}

fn csv_of(files: &[File]) -> String {
    write_csv(exported(files).lines())
}

fn brought(csv: &str, files: &[File]) -> Imported {
    let (_, grid, findings) = read_csv("a.csv", csv.as_bytes());
    assert_eq!(findings, []);
    brought_grid(&grid, files)
}

fn brought_grid(grid: &Grid, files: &[File]) -> Imported {
    import("a.csv", grid, &calendar::read(files).0, files, &|_: &Calendar| MediaBook::new())
}

const POST: &str = "# A comment that stays.\ntitle = \"Open day\"   # the title\nat = 2027-01-18T09:00:00\nto = [\"news\", \"x\"]\ntext = \"\"\"\n\
    Doors open at ten.\n\n= not a formula = \"quoted\", \\\\ and more\n\"\"\"\nlink = 'https://m.example/a'\ntags = [\"OpenDay\", \"Roof\"]\nagain = true\n\n\
    [[media]]\nfile = \"media/a.png\" # drawn\nalt = \"A child\"\n\n[[media]]\nfile = \"media/b.png\"\n\n[poll]\noptions = [\"Yes, please\", \"No\"]\nopen = \"2d\"\n\n\
    [[thread]]\ntext = \"=2\"\n[[thread.media]]\nfile = \"media/c.png\"\nalt = \"-C\"\n\n[repeat]\nevery = \"first monday\"\nexcept = [2027-02-01]\ntimes = 3\n\n\
    [for.x]\ntext = \"\"\nmedia = []\npoll = { options = [] }\ntags = [ ]\nthread = [{ text = 'Part' }]\n";

#[test]
fn a_post_with_everything_goes_out_and_comes_back_without_a_byte_changed() {
    let files = files(&[
        ("a", POST),
        ("b", "at = 2027-01-19 10:30:00\nto = []\ntext = '''\n  two\n  lines'''\nhold = \"'\"\n"),
    ]);
    let table = exported(&files);
    for column in [
        "media.2.file",
        "thread.1.media.1.alt",
        "for.x.text",
        "for.x.media",
        "for.x.poll.options",
        "repeat.except",
    ] {
        assert!(table.columns.iter().any(|name| name == column), "{column} of {:?}", table.columns);
    }
    let csv = write_csv(table.lines());
    let back = brought(&csv, &files);
    assert_eq!(back, Imported { same: 2, ..Imported::default() }, "{csv}");
    let book = xlsx::write(&table, &[]).unwrap();
    let (grid, findings) = xlsx::read("a.xlsx", &book);
    assert_eq!(findings, []);
    assert_eq!(brought_grid(&grid, &files), Imported { same: 2, ..Imported::default() });
}

/// Returns the files of a folder as the rim reads them.
fn on_disk(root: &Path) -> Vec<File> {
    fn walk(folder: &Path, root: &Path, files: &mut Vec<File>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, files);
            } else if path.extension().is_some_and(|end| end == "toml")
                && let Ok(text) = fs::read_to_string(&path)
            {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.push(file(&name, text.strip_prefix('\u{feff}').unwrap_or(&text)));
            }
        }
    }
    let mut files = Vec::new();
    walk(root, root, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[test]
fn the_sample_and_every_valid_post_of_the_museum_of_findings_come_back_unchanged() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rooms = fs::read_dir(top.join("tests/findings")).unwrap().map(|entry| entry.unwrap().path());
    let (mut posts, mut books) = (0, 0);
    for root in rooms.chain([top.join("calendar")]) {
        let files = on_disk(&root);
        let (calendar, findings) = calendar::read(&files);
        let is_whole = |file: &str| !findings.iter().any(|finding| finding.file == file);
        let whole = calendar.posts.iter().filter(|post| is_whole(&post.file));
        let table = table(&calendar, &files, whole);
        let csv = write_csv(table.lines());
        let back = brought(&csv, &files);
        assert_eq!(
            (back.changes, back.findings, back.same),
            (vec![], vec![], table.rows.len()),
            "{}",
            root.display()
        );
        posts += table.rows.len();
        if let Ok(book) = xlsx::write(&table, &[]) {
            let (grid, findings) = xlsx::read("a.xlsx", &book);
            assert_eq!(findings, []);
            assert_eq!(brought_grid(&grid, &files).same, table.rows.len(), "{}", root.display());
            books += 1;
        }
    }
    assert!(posts > 150 && books > 100, "{posts} posts, {books} workbooks");
}

proptest::proptest! {
    #[test]
    fn posts_with_any_words_come_back_unchanged(
        title in "\\PC{0,20}", text in "(\\PC|\n|\t|\"|'|\\\\|=){0,60}", tags in proptest::collection::vec("\\PC{1,8}", 0..3),
        alt in "\\PC{0,20}", option in "[ a-z,\"\\[]{1,10}",
    ) {
        let mut document = toml_edit::DocumentMut::new();
        document["at"] = "2027-01-18T09:00:00".parse::<toml_edit::Item>().unwrap();
        document["to"] = toml_edit::value(toml_edit::Array::from_iter(["news"]));
        document["title"] = toml_edit::value(&title);
        document["text"] = toml_edit::value(&text);
        document["tags"] = toml_edit::value(toml_edit::Array::from_iter(tags));
        document["media"] = "[{ file = \"media/a.png\" }]".parse::<toml_edit::Value>().map(toml_edit::value).unwrap();
        document["media"][0]["alt"] = toml_edit::value(&alt);
        document["poll"]["options"] = toml_edit::value(toml_edit::Array::from_iter([option]));
        let files = files(&[("a", &document.to_string())]);
        let (calendar, findings) = calendar::read(&files);
        if findings.is_empty() {
            let table = table(&calendar, &files, calendar.posts.iter());
            let csv = write_csv(table.lines());
            let back = brought(&csv, &files);
            proptest::prop_assert_eq!((back.same, back.findings, back.changes), (1, vec![], vec![]), "{}", csv);
            let (grid, _) = xlsx::read("a.xlsx", &xlsx::write(&table, &[]).unwrap());
            proptest::prop_assert_eq!(brought_grid(&grid, &files).same, 1);
        }
    }

    #[test]
    fn any_bytes_at_all_are_read_without_harm(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let files = files(&[("a", POST)]);
        let (_, grid, _) = read_csv("a.csv", &bytes);
        brought_grid(&grid, &files);
        let _ = xlsx::read("a.xlsx", &bytes);
    }

    #[test]
    fn any_cells_at_all_are_read_without_harm(
        head in proptest::collection::vec(proptest::sample::select(&["id", "at", "to", "text", "media.1.file", "media.3.alt", "media", "for.x.thread.2.text",
            "for.x.media", "repeat.every", "repeat", "version", "poll.options", "x", "for.x"][..]), 1..8),
        cells in proptest::collection::vec(proptest::sample::select(&["a", "", "2027-01-18T09:00", "[]", "\"\"", "[\"x\"", "news", "=1", "46405.4", "\u{0}", "first monday"][..]), 0..24),
    ) {
        let files = files(&[("a", POST)]);
        let mut rows = vec![head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()];
        rows.extend(cells.chunks(head.len()).map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()));
        let (_, grid, _) = read_csv("a.csv", write_csv(rows.iter().map(Vec::as_slice)).as_bytes());
        for change in brought_grid(&grid, &files).changes {
            proptest::prop_assert!(change.text.parse::<toml_edit::DocumentMut>().is_ok());
        }
    }
}

/// Changes one cell of an exported file and returns the post's new text.
fn with(files: &[File], row: usize, column: &str, cell: &str) -> Imported {
    let mut table = exported(files);
    let at = table.columns.iter().position(|name| name == column).unwrap_or_else(|| {
        table.columns.push(column.to_owned());
        table.rows.iter_mut().for_each(|row| row.push(String::new()));
        table.columns.len() - 1
    });
    table.rows[row][at] = cell.to_owned();
    brought(&write_csv(table.lines()), files)
}

#[test]
fn a_changed_cell_changes_its_key_and_nothing_else() {
    let files = files(&[("a", POST)]);
    for (column, cell, from, to) in [
        ("title", "Open night", "\"Open day\"   # the title", "\"Open night\"   # the title"),
        ("at", "2027-01-18 10:00", "T09:00:00", "T10:00:00"),
        ("link", "https://m.example/b", "'https://m.example/a'", "\"https://m.example/b\""),
        ("tags", "Roof", "[\"OpenDay\", \"Roof\"]", "[\"Roof\"]"),
        ("media.1.alt", "A woman", "alt = \"A child\"", "alt = \"A woman\""),
        ("media.2.alt", "B", "file = \"media/b.png\"\n", "file = \"media/b.png\"\nalt = \"B\"\n"),
        ("media.2.file", "", "[[media]]\nfile = \"media/b.png\"\n\n", ""),
        ("poll.options", "[\"Yes, please\", \"Never\"]", "\"No\"", "\"Never\""),
        ("repeat.times", "4", "times = 3", "times = 4"),
        ("for.x.text", "Short", "text = \"\"\nmedia", "text = \"Short\"\nmedia"),
        ("for.x.thread.1.text", "Piece", "'Part'", "\"Piece\""),
        ("text", "One\nTwo", "Doors open at ten.\n\n= not a formula = \"quoted\", \\\\ and more", "One\nTwo"),
        ("again", "", "again = true\n", ""),
    ] {
        let back = with(&files, 0, column, cell);
        assert_eq!(back.findings, [], "{column}");
        assert_eq!(back.changes.len(), 1, "{column}");
        assert_eq!(back.changes[0].text, POST.replacen(from, to, 1), "{column}");
        assert_eq!(back.changes[0].columns, [column]);
    }
}

#[test]
fn a_file_keeps_its_line_ends() {
    let windows = POST.replace('\n', "\r\n");
    let mixed = POST.replacen('\n', "\r\n", 2).replace("[for.x]\n", "[for.x]\r\n");
    for post in [windows, mixed] {
        let files = files(&[("a", &post)]);
        let back = with(&files, 0, "title", "Night");
        assert_eq!(back.changes[0].text, post.replace("Open day", "Night"));
    }
    let files = files(&[("a", &POST.replace('\n', "\r\n"))]);
    let text = &with(&files, 0, "text", "One\nTwo").changes[0].text;
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.contains("\r\nOne\r\nTwo\r\n"), "{text}");
}

#[test]
fn comments_in_a_list_stay_where_its_cell_changes() {
    let post = POST.replace("[\"OpenDay\", \"Roof\"]", "[\"OpenDay\", # first\n \"Roof\"]");
    let back = with(&files(&[("a", &post)]), 0, "tags", "OpenDay, Night");
    assert_eq!(back.changes[0].text, post.replace("\n \"Roof\"]", "\n \"Night\"]"));
}

#[test]
fn only_a_post_of_another_month_moves() {
    let files = files(&[("a", POST)]);
    for (at, has_moved) in
        [("2027-01-25T09:00", false), ("2027-02-18T09:00", true), ("2028-01-18T09:00", true)]
    {
        assert_eq!(with(&files, 0, "at", at).changes[0].has_moved, has_moved, "{at}");
    }
    assert!(!with(&files, 0, "title", "Night").changes[0].has_moved);
}

#[test]
fn a_row_without_an_id_is_a_new_post_and_a_post_without_a_row_stays() {
    let files = files(&[("a", POST)]);
    let csv = "text,at,to,id,media.1.file,media.1.alt,for.x.text\n\"Açaí = one\ntwo \"\"three\"\"\",2027-02-03T09:00,\"news, x\",,media/z.png,Z,Short\n";
    let back = brought(csv, &files);
    assert_eq!(back.absent.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["a"]);
    let expected = "at = 2027-02-03T09:00:00\nto = [\"news\", \"x\"]\ntext = \"\"\"\nAçaí = one\ntwo \"three\"\n\"\"\"\n\n[[media]]\nfile = \"media/z.png\"\nalt = \"Z\"\n\n[for.x]\ntext = \"Short\"\n";
    // The picture is not there.
    assert_eq!(back.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::MediaMissing]);
    let change = &back.changes[0];
    assert_eq!(
        (change.file.as_str(), change.is_new),
        ("posts/2027/02/2027-02-03-acai-one-two-three.toml", true)
    );
    assert_eq!(change.text, expected);
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.name()).collect()
}

#[test]
fn a_post_that_changed_meanwhile_is_not_written_over() {
    let before = files(&[("a", POST)]);
    let after = files(&[("a", &POST.replace("Open day", "Closed day"))]);
    let csv = csv_of(&before);
    let untouched = brought(&csv, &after);
    assert_eq!((untouched.newer.len(), untouched.changes.len(), untouched.findings.len()), (1, 0, 0));
    let edited = brought(&csv.replace("media/b.png", "media/d.png"), &after);
    assert_eq!((codes(&edited.findings), edited.changes.len()), (vec!["row-outdated"], 0));
    assert!(
        edited.findings[0].help.as_ref().unwrap().contains("media.2.file, title"),
        "{:?}",
        edited.findings
    );
    let no_version = brought("id,title\na,Other\n", &before);
    assert_eq!(codes(&no_version.findings), ["row-outdated"]);
    assert_eq!(brought("id,title\na,Open day\n", &before).same, 1, "what says the same needs no version");
    let comment = files(&[("a", &POST.replace("# A comment that stays.", "# Another."))]);
    assert_eq!(
        brought(&csv.replace("media/a.png", "media/d.png"), &comment).changes.len(),
        1,
        "a comment is no change"
    );
}

/// Each way in which a spreadsheet can be broken: the code, what the finding points at, and a word of what is said.
#[test]
fn what_is_broken_is_told_with_its_row_and_column_and_a_way_out() {
    let files = files(&[("a", "at = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"Hello\"\n")]);
    for (csv, code, at, words) in [
        ("id,at,to,text\n,1/18/2027,news,Hi\n", "bad-value", "1/18/2027", "nobody can tell"),
        (
            "id,at,to,text\n,2027-01-20T09:00,news,=HYPERLINK(1)\n",
            "formula-cell",
            "=HYPERLINK(1)",
            "Paste Special",
        ),
        ("id,at,to,text\n,,news,Hi\n", "missing-key", "", "when it goes out"),
        (
            "id,at,to,text\n,2027-01-20T09:00,nowhere,Hi\n",
            "unknown-account",
            "nowhere",
            "accounts/nowhere.toml",
        ),
        (
            "id,at,to,text,zone\n,2027-01-20T09:00,news,Hi,Europe/Lisbn\n",
            "unknown-zone",
            "Europe/Lisbn",
            "IANA",
        ),
        ("id,at,to,text,link\n,2027-01-20T09:00,news,Hi,nonsense\n", "bad-link", "nonsense", "https://"),
        ("id,at,to,text\nNew Post,2027-01-20T09:00,news,Hi\n", "bad-id", "New Post", "new-post"),
        (
            "id,at,to,text\na,2027-01-18T09:00,news,Hello\na,2027-01-18T09:00,news,Hello\n",
            "duplicate-id",
            "a",
            "one of the two",
        ),
        ("id,at,to,txet\n", "unknown-key", "txet", "write `text`"),
        ("id,at,to,media.1.atl\n", "unknown-key", "media.1.atl", "media.1.alt"),
        ("at,to,text\n2027-01-20T09:00,news,Hi\n", "missing-key", "at", "leave its cells empty"),
        ("id,at,at\n", "bad-value", "at", "take one of them out"),
        ("id,at,to,text\n,2027-01-20T09:00,news,Hi,more\n", "syntax", "more", "comma"),
        (
            "id,at,to,text,repeat.every\n,2027-01-20T09:00,news,Hi,sometimes\n",
            "bad-recurrence",
            "sometimes",
            "",
        ),
    ] {
        let back = brought(csv, &files);
        let finding = &back.findings[0];
        assert_eq!((codes(&back.findings), finding.file.as_str()), (vec![code], "a.csv"), "{csv}");
        assert_eq!(&csv[finding.span.clone().unwrap()], at, "{csv}");
        assert!(finding.help.as_ref().is_some_and(|help| help.contains(words)), "{finding:?}");
    }
    let many = brought("id,at,to,text\n,1/18/2027,news,=1\n,2027-01-20,news,Hi\n", &files);
    assert_eq!(codes(&many.findings), ["bad-value", "formula-cell", "bad-value"], "all at once");
    let noted = brought("id,Notes\n", &files);
    assert_eq!(
        (codes(&noted.findings), noted.findings[0].severity()),
        (vec!["unknown-key"], crate::finding::Severity::Warning)
    );
}

#[test]
fn columns_may_be_in_any_order_or_missing_and_rows_may_be_empty() {
    let files = files(&[("a", POST)]);
    let mut table = exported(&files);
    table.columns.reverse();
    table.rows[0].reverse();
    let csv = format!("{}\r\n,,,\r\n\r\n", write_csv(table.lines()));
    assert_eq!(brought(&csv, &files).same, 1);
    let version = &exported(&files).rows[0]
        [exported(&files).columns.iter().position(|name| name == "version").unwrap()];
    let back = brought(&format!("Title , ID,VERSION\nNight,a,{version}\n"), &files);
    assert_eq!(back.changes[0].text, POST.replace("Open day", "Night"));
}

#[test]
fn a_workbook_s_formulas_merged_cells_and_dates_are_seen() {
    let files = files(&[("a", POST)]);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("Posts").unwrap();
    for (column, name) in (0..).zip(["id", "at", "to", "text"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    sheet.write_number(1, 1, 46_405.375).unwrap();
    sheet.write_string(1, 2, "news").unwrap();
    sheet.write_formula(1, 3, "=A1&\"x\"").unwrap();
    sheet.merge_range(3, 0, 3, 2, "x", &rust_xlsxwriter::Format::new()).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let (grid, findings) = xlsx::read("a.xlsx", &bytes);
    assert_eq!(codes(&findings), ["bad-value"]);
    assert!(findings[0].message.contains("A4:C4"), "{findings:?}");
    let back = brought_grid(&grid, &files);
    assert_eq!(back.findings[0].code, Code::FormulaCell);
    assert!(back.findings[0].message.contains("(sheet `Posts`, cell D2)"), "{:?}", back.findings);
    assert_eq!(grid.lines[1].cells[1].text, "46405.375");
}

#[test]
fn a_workbook_s_day_or_time_alone_is_no_moment_and_its_midnight_is() {
    use rust_xlsxwriter::{Format, Workbook};
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Posts").unwrap();
    for (column, name) in (0..).zip(["id", "at", "to", "text"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    let cells = [
        (10.0 / 24.0, "hh:mm", "10:00:00"),
        (46_357.0, "dd/mm/yyyy", "2026-12-01"),
        (46_357.0, "yyyy-mm-dd hh:mm", "2026-12-01T00:00:00"),
        (46_357.0, "[$-zh-CN]yyyy-mm-dd \"(hot)\"", "2026-12-01"),
        (46_357.5, "yyyy-mm-dd", "2026-12-01T12:00:00"),
        (30.5, "yyyy-mm-dd hh:mm", "30.5"),
        (46_357.0, "General", "46357"),
    ];
    for (row, (number, format, _)) in (1..).zip(cells) {
        sheet.write_number_with_format(row, 1, number, &Format::new().set_num_format(format)).unwrap();
        sheet.write_string(row, 2, "news").unwrap();
        sheet.write_string(row, 3, format).unwrap();
    }
    let (grid, findings) = xlsx::read("a.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(findings, []);
    let read: Vec<&str> = grid.lines[1..].iter().map(|line| line.cells[1].text.as_str()).collect();
    assert_eq!(read, cells.map(|(_, _, text)| text));
    let back = brought_grid(&grid, &files(&[]));
    let places: Vec<bool> = [2, 3, 5, 7, 8]
        .iter()
        .zip(&back.findings)
        .map(|(row, finding)| finding.message.contains(&format!("cell B{row})")))
        .collect();
    assert_eq!(
        (places, back.findings.len(), back.changes.len()),
        (vec![true; 5], 5, 2),
        "{:?}",
        back.findings
    );
    let midnight = files(&[("a", "at = 2027-01-18T00:00:00\nto = [\"news\"]\ntext = \"Hi\"\n")]);
    let bytes = xlsx::write(&exported(&midnight), &[]).unwrap();
    assert_eq!(brought_grid(&xlsx::read("a.xlsx", &bytes).0, &midnight).same, 1);
}

#[test]
fn a_cell_that_is_an_error_is_no_text() {
    let line = |number, cells: [(&str, Holds); 4]| Line {
        number,
        cells: (0..)
            .zip(cells)
            .map(|(column, (text, holds))| Cell {
                text: text.to_owned(),
                holds,
                place: Place::Book("Posts".to_owned(), format!("{}{number}", super::grid::letters(column))),
            })
            .collect(),
    };
    let head = line(1, ["id", "at", "to", "text"].map(|text| (text, Holds::Value)));
    let row = [
        ("", Holds::Value),
        ("2027-01-20T09:00", Holds::Value),
        ("news", Holds::Value),
        ("#REF!", Holds::Fault),
    ];
    let back = brought_grid(&Grid { lines: vec![head, line(2, row)] }, &files(&[]));
    assert_eq!((codes(&back.findings), back.changes.len()), (vec!["bad-value"], 0));
    assert!(back.findings[0].message.contains("`#REF!` (sheet `Posts`, cell D2)"), "{:?}", back.findings);
}

#[test]
fn a_workbook_that_lies_or_swells_is_refused() {
    for (bytes, word) in [(&b"PK\x03\x04 no"[..], "no Excel workbook"), (b"id,text", "no Excel workbook")] {
        assert!(xlsx::read("a.xlsx", bytes).1[0].message.contains(word));
    }
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..300 {
        std::io::Write::write_all(&mut archive, &zeros).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20);
    assert_eq!(xlsx::read("a.xlsx", &bytes).1[0].code, Code::TooLarge);
}
