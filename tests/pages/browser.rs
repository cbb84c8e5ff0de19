//! A real browser that looks at a page: what it has to complain of, what it loads, and what axe-core finds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The longest that a page may take: a script that should not be there may wait for ever.
const PATIENCE_SECS: &str = "60";

/// How a reader likes the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Dark,
    Light,
}

/// Chromium with axe-core.
pub struct Browser {
    axe: PathBuf,
}

/// Runs axe on a page whose folds are open, and writes down what it finds and all that the page loaded.
const LOOK: &str = "
document.querySelectorAll('details').forEach(one => { one.open = true });
axe.run(document, { resultTypes: ['violations'] }).then(found => {
  const lines = found.violations.flatMap(rule => rule.nodes.map(node =>
    rule.id + ': ' + node.html.slice(0, 200) + ' (' + node.failureSummary.replace(/\\s+/g, ' ') + ')'));
  performance.getEntriesByType('resource').map(one => one.name)
    .filter(url => !/^(file|data):/.test(url)).forEach(url => lines.push('loads ' + url));
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) lines.push('is wider than the screen');
  const told = document.createElement('pre');
  told.id = 'told';
  told.textContent = JSON.stringify({ passes: found.passes.length, lines });
  document.body.append(told);
});";

impl Browser {
    /// Finds what is needed, or says what is missing.
    pub fn find() -> Option<Browser> {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
        if Command::new("chromium").arg("--version").output().is_err() {
            eprintln!("skipped: chromium is not installed");
            return None;
        }
        if !axe.exists() {
            eprintln!("skipped: axe-core is not installed; run tests/servers/axe.sh");
            return None;
        }
        Some(Browser { axe })
    }

    /// Returns what the browser says on its console of a page as it is.
    pub fn console(&self, page: &Path) -> Vec<String> {
        let output = open(page, Theme::Light, &["--enable-logging=stderr"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return vec![format!("the browser ended with {}: {said}", output.status)];
        }
        said.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect()
    }

    /// Returns what axe-core finds wrong with a page, what it loads from elsewhere, and whether a phone is too narrow.
    ///
    /// A copy beside the page is looked at, since no script runs on the page itself; `number` tells it from others.
    pub fn axe(&self, page: &Path, theme: Theme, number: usize) -> Vec<String> {
        let text = fs::read_to_string(page).unwrap();
        let policy = text.find("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
        let end = policy + text[policy..].find('>').unwrap() + 1;
        let axe = fs::read_to_string(&self.axe).unwrap();
        let copy = page.with_file_name(format!("looked-at-{number}.html"));
        let looked = format!("<script>{axe}</script><script>{LOOK}</script></body>");
        let text = format!("{}{}", &text[..policy], &text[end..]).replacen("</body>", &looked, 1);
        fs::write(&copy, text).unwrap();
        let output = open(&copy, theme, &["--virtual-time-budget=30000"]);
        fs::remove_file(&copy).unwrap();
        let dom = String::from_utf8_lossy(&output.stdout).into_owned();
        let told = dom.split("<pre id=\"told\">").nth(1).and_then(|rest| rest.split("</pre>").next());
        let Some(told) = told else {
            return vec![format!("axe said nothing: {}", String::from_utf8_lossy(&output.stderr))];
        };
        let told = told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert!(told["passes"].as_u64().unwrap() > 10, "axe looked at the page: {told}");
        let lines = told["lines"].as_array().unwrap();
        lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect()
    }
}

fn open(page: &Path, theme: Theme, more: &[&str]) -> Output {
    let profile = tempfile::tempdir().unwrap();
    // Whoever reads in the dark sits at a desk here, and the others hold a phone.
    let (scheme, size) = if theme == Theme::Dark { (0, "1280,900") } else { (1, "360,800") };
    Command::new("timeout")
        .args([
            PATIENCE_SECS,
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .arg(format!("--window-size={size}"))
        .args(more)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap()
}
