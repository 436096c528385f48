//! What `path.rs` promises, row by row.

use proptest::prelude::*;

use super::*;

const YES: &str = "holds";
const NO: &str = "does not hold";
const MAYBE: &str = "undecidable";

fn said(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => YES,
        Truth::DoesNotHold => NO,
        Truth::Undecidable(_) => MAYBE,
    }
}

#[test]
fn normal_forms() {
    let rows = [
        ("a", "a"),
        (".", "."),
        ("./", "."),
        ("a/..", "."),
        ("/", "/"),
        ("/.", "/"),
        ("/..", "/"),
        ("/../../etc", "/etc"),
        ("///etc", "/etc"),
        ("/a//b///c/", "/a/b/c"),
        ("a/./b/.", "a/b"),
        ("a/b/../c", "a/c"),
        ("..", ".."),
        ("../", ".."),
        ("a/../..", ".."),
        ("a/../../b/../..", "../.."),
        ("...", "..."),
        ("a/.../b", "a/.../b"),
        (".git/config", ".git/config"),
        ("./~x", "./~x"),
        ("./a:b/c", "./a:b/c"),
        ("./$x/y", "./$x/y"),
        ("a b/c d", "a b/c d"),
        ("ü/ﬀ", "ü/ﬀ"),
        ("a~/b", "a~/b"),
        ("-rf", "-rf"),
    ];
    for (text, expected) in rows {
        assert_eq!(normalise(text).map(|path| path.to_string()).as_deref(), Ok(expected), "`{text}`");
    }
}

#[test]
fn what_cannot_be_normalised_says_why() {
    let rows = [
        ("", "empty"),
        ("a\0b", "NUL"),
        ("a\\b", "backslash"),
        ("..\\..\\x", "backslash"),
        ("\\\\server\\share", "backslash"),
        ("%2e%2e/x", "escape"),
        ("a%2fb", "escape"),
        ("100%", "escape"),
        ("~", "`~`"),
        ("~/x", "`~`"),
        ("~root/x", "`~`"),
        ("a\nb", "control"),
        ("a\tb", "control"),
        ("a\u{7f}", "control"),
        ("a\u{85}b", "control"),
        ("a/.g\u{200c}it", "cannot be seen"),
        ("\u{feff}a", "cannot be seen"),
        ("a\u{202e}b", "cannot be seen"),
        ("a\u{2215}b", "look-alike"),
        ("\u{ff0e}\u{ff0e}/x", "look-alike"),
        ("\u{2025}/x", "look-alike"),
        (" a", "white space"),
        ("a ", "white space"),
        ("a/ b", "white space"),
        ("a/.. /b", "white space"),
        ("a\u{3000}/b", "white space"),
        ("$HOME/x", "variable"),
        ("a/${X}/b", "variable"),
        ("a/$(id)", "variable"),
        ("src/*.rs", "wildcard"),
        ("/et?/passwd", "wildcard"),
        ("a/{b,../c}", "wildcard"),
        ("//server/share", "machine"),
        ("C:/Windows", "drive"),
        ("c:x", "drive"),
        ("file:///etc/passwd", "URL"),
        ("https://example.com", "URL"),
        ("host:/etc", "machine"),
    ];
    for (text, part) in rows {
        let why = normalise(text).err().unwrap_or_default();
        assert!(why.contains(part), "`{text}` gives `{why}`, not {part}");
    }
    assert!(normalise(&"a".repeat(PATH_BYTES_MAX)).is_ok());
    assert!(normalise(&"a".repeat(PATH_BYTES_MAX + 1)).is_err());
}

#[test]
fn paths_under_folders() {
    let rows = [
        // Absolute.
        ("/home/app", "/home/app", YES),
        ("/home/app/", "/home/app", YES),
        ("/home/app/x", "/home/app/", YES),
        ("/home/app/x/y", "/home/app", YES),
        ("/home/app/../app/x", "/home/app", YES),
        ("/home/other/../app/x", "/home/app", YES),
        ("/../home/app/x", "/home/app", YES),
        ("/home//app/./x", "/home/app", YES),
        ("/x", "/", YES),
        ("/", "/", YES),
        ("/home/app-evil", "/home/app", NO),
        ("/home/app.evil/x", "/home/app", NO),
        ("/home/ap", "/home/app", NO),
        ("/home", "/home/app", NO),
        ("/", "/home/app", NO),
        ("/home/app/../x", "/home/app", NO),
        ("/home/app/../../etc/passwd", "/home/app", NO),
        ("/home/app/..", "/home/app", NO),
        ("/x/home/app", "/home/app", NO),
        // Relative.
        ("src", "src", YES),
        ("./src/x", "src", YES),
        ("src/x", "./src/", YES),
        ("a/../src/x", "src", YES),
        ("x", ".", YES),
        (".", ".", YES),
        ("x/..", ".", YES),
        ("x", "a/..", YES),
        ("src-evil/x", "src", NO),
        ("vendor/src/x", "src", NO),
        ("src/../x", "src", NO),
        ("src/../../x", "src", NO),
        ("../x", "src", NO),
        ("../../etc/passwd", "src", NO),
        ("out/../../.bashrc", "out", NO),
        (".", "src", NO),
        // Out and perhaps back in, by the name of the folder the path starts in.
        ("../app/src/x", "src", MAYBE),
        ("../../a/b/src/x", "src", MAYBE),
        ("../src/x", "src", MAYBE),
        ("../app/x", ".", MAYBE),
        ("..", ".", MAYBE),
        ("../a/b/c/src", "src", NO),
        // Folders that climb.
        ("../lib/x", "../lib", YES),
        ("../lib/../lib/x", "../lib", YES),
        ("x", "..", YES),
        ("../x", "..", YES),
        ("../../x", "../lib", NO),
        ("../../a/lib/x", "../lib", MAYBE),
        ("x", "../lib", MAYBE),
        ("../liberty", "../lib", NO),
        // One of each.
        ("src/x", "/home/app", MAYBE),
        ("../x", "/home/app", MAYBE),
        ("/home/app/src", "src", MAYBE),
        ("/src/x", "src", MAYBE),
        ("/x", ".", MAYBE),
        // What is not read.
        ("", "/", MAYBE),
        ("~/x", "/", MAYBE),
        ("/a/%2e%2e/x", "/a", MAYBE),
        ("/a/..\\x", "/a", MAYBE),
        ("/a/x\0.txt", "/a", MAYBE),
        ("//a/x", "/a", MAYBE),
        ("/a/x", "~/a", MAYBE),
        ("file:///a/x", "/a", MAYBE),
        // Characters that may be others.
        ("/home/APP/x", "/home/app", MAYBE),
        ("/Home/b", "/home/app", NO),
        ("/home/ap\u{ff50}/x", "/home/app", MAYBE),
        ("/home/\u{212a}ey", "/home/key", MAYBE),
        ("/home/.\u{17f}sh/id", "/home/.ssh", MAYBE),
        ("/et[c]/passwd", "/etc", MAYBE),
        ("/$X/passwd", "/etc", MAYBE),
        ("/app/[slug]/x", "/app", YES),
        ("/app/[slug]/x", "/lib", NO),
        ("/app/about/x", "/app/[slug]", NO),
        ("/app/about/x", "/app/a$b", NO),
        ("/home/src/x", "/home/\u{17f}rc", MAYBE),
        ("/b\u{e9}/x", "/b\u{e9}", YES),
        ("/be\u{301}/x", "/b\u{e9}", MAYBE),
        ("/b\u{e9}/x", "/be\u{301}", MAYBE),
        ("/b\u{e9}/x", "/be", NO),
        ("/be\u{301}/x", "/be", NO),
        ("/büro/x", "/docs", NO),
        ("/gürtel/x", "/günther", NO),
        ("/書類/x", "/写真", NO),
        ("/写\u{fa30}/x", "/写侮", MAYBE),
        ("/Übersicht", "/.git", NO),
        ("/é/x", "/ê", MAYBE),
    ];
    for (path, folder, expected) in rows {
        assert_eq!(said(under(path, folder, None, false)), expected, "`{path}` under `{folder}`");
    }
}

#[test]
fn paths_under_folders_with_a_base() {
    let rows = [
        ("x", "/home/app", "/home/app", YES),
        ("src/x", "/home/app", "/home/app", YES),
        ("x", "/home/app", "/home/app/src", YES),
        ("../x", "/home/app", "/home/app/src", YES),
        ("../../x", "/home/app", "/home/app/src", NO),
        ("../app/x", "/home/app", "/home/app", YES),
        ("../app-evil/x", "/home/app", "/home/app", NO),
        ("../../../../../etc/passwd", "/etc", "/home/app", YES),
        ("/home/app/src/x", "src", "/home/app", YES),
        ("/home/app/x", "src", "/home/app", NO),
        ("../app/src/x", "src", "/home/app", YES),
        ("x", "../lib", "/home/app", NO),
        ("../lib/x", "../lib", "/home/app", YES),
        ("/etc/x", "/etc", "no/base", YES),
        ("x", "/etc", "no/base", MAYBE),
        ("x", "/etc", "~", MAYBE),
        ("src/x", "src", "no/base", MAYBE),
        ("x", "src", "", MAYBE),
        ("x", "/home/app", "/home/app/", YES),
        ("x", "/", "/", YES),
    ];
    for (path, folder, base, expected) in rows {
        assert_eq!(said(under(path, folder, Some(base), false)), expected, "`{path}` under `{folder}` from `{base}`");
    }
}

#[test]
fn paths_under_folders_without_case() {
    let rows = [
        ("/Home/APP/x", "/home/app", YES),
        ("/home/app/x", "/HOME/App", YES),
        ("/home/app2/x", "/home/APP", NO),
        ("/home/app./x", "/home/app", MAYBE),
        ("/home/app:stream", "/home/app", MAYBE),
        ("/PROGRA~1/x", "/program files", MAYBE),
        ("/home/ſrc", "/home/src", MAYBE),
        ("/stra\u{df}e", "/strasse", MAYBE),
        ("/Ä/x", "/ä", MAYBE),
        ("/a/~x", "/a", YES),
    ];
    for (path, folder, expected) in rows {
        assert_eq!(said(under(path, folder, None, true)), expected, "`{path}` under `{folder}`");
    }
}

#[test]
fn paths_that_patterns_stand_for() {
    let rows = [
        ("src/*.rs", "src/main.rs", YES),
        ("src/*.rs", "src/.rs", YES),
        ("src/*.rs", "src/a/main.rs", NO),
        ("src/*.rs", "src/main.rs.bak", NO),
        ("src/*.rs", "./src//main.rs", YES),
        ("src/*", "src", NO),
        ("src/*", "src/a", YES),
        ("src/*", "src/a/b", NO),
        ("src/*", "src/.env", YES),
        ("src/**", "src", YES),
        ("src/**", "src/a", YES),
        ("src/**", "src/a/b/c", YES),
        ("src/**", "src/../x", NO),
        ("src/**", "srcs/a", NO),
        ("src/**", "vendor/src/a", NO),
        ("**/src/**", "vendor/src/a", YES),
        ("**/src/**", "src", YES),
        ("**", "a/b", YES),
        ("**", ".", YES),
        ("**/.env", ".env", YES),
        ("**/.env", "a/b/.env", YES),
        ("**/.env", "a/b/x.env", NO),
        ("a/**/b", "a/b", YES),
        ("a/**/b", "a/x/y/b", YES),
        ("a/**/b", "a/x/y/c", NO),
        ("a/**/**/b", "a/b", YES),
        ("a*c", "abc", YES),
        ("a*c", "a/c", NO),
        ("*", "a", YES),
        ("*", ".", NO),
        (".", ".", YES),
        ("/etc/*", "/etc/passwd", YES),
        ("/etc/*", "/etc/ssh/x", NO),
        ("/etc/*", "/x/../etc/passwd", YES),
        ("/**/id_*", "/srv/keys/id_rsa", YES),
        ("/**", "/", YES),
        ("/", "/", YES),
        ("out/**", "out/../../.bashrc", NO),
        ("*.txt", "../a.txt", MAYBE),
        ("a/*.txt", "../b.txt", NO),
        ("**", "../x", MAYBE),
        ("a/**", "../b/a/x", MAYBE),
        ("/etc/*", "passwd", MAYBE),
        ("**/*.md", "/a/b.md", MAYBE),
        ("*.md", "A.MD", MAYBE),
        ("readme", "README", MAYBE),
        ("*.md", "a.\u{ff4d}d", MAYBE),
        ("*.md", "ä.txt", NO),
        ("*ä", "ü", MAYBE),
        ("*ä", "u", NO),
        ("*ä", "xä", YES),
        ("e*", "\u{e9}", NO),
        ("*.md", "~/a.md", MAYBE),
        ("*.md", "*.md", MAYBE),
        ("a/b", "a/b", YES),
        ("a/b/", "a/b", MAYBE),
        ("~/x", "a", MAYBE),
    ];
    for (pattern, path, expected) in rows {
        let truth = path_glob(pattern).map_or(Truth::Undecidable(""), |glob| glob.matches(path, None, false));
        assert_eq!(said(truth), expected, "`{pattern}` against `{path}`");
    }
    let rows = [
        ("src/*.rs", "/home/app/src/a.rs", YES),
        ("**/*.rs", "/home/app/src/a.rs", YES),
        ("**/*.rs", "/home/other/a.rs", NO),
        ("src/*.rs", "../app/src/a.rs", YES),
        ("src/*.rs", "../a.rs", NO),
        ("/home/app/*.rs", "a.rs", YES),
        ("/home/app/*.rs", "../a.rs", NO),
        ("**", "/home", NO),
        ("**", "/home/app", YES),
        ("**", "/home/APP/x", MAYBE),
    ];
    for (pattern, path, expected) in rows {
        let truth = path_glob(pattern).unwrap().matches(path, Some("/home/app"), false);
        assert_eq!(said(truth), expected, "`{pattern}` against `{path}` from /home/app");
    }
    assert_eq!(path_glob("*.md").unwrap().matches("A.MD", None, true), Truth::Holds);
    assert_eq!(said(path_glob("**").unwrap().matches("/a", Some("b"), false)), MAYBE);
}

#[test]
fn patterns_that_are_none() {
    for text in [
        "",
        "a?",
        "[ab]",
        "{a,b}",
        "!a",
        "a/",
        "a/../b",
        "..",
        "a**",
        "**b/c",
        "***",
        "a\\b",
        "a\0",
        "%41",
        "~/a",
        "$HOME/*",
        "//a/*",
        "C:/*",
        "https://a/*",
        " a",
        "a /b",
        "a\u{200b}b",
    ] {
        assert!(path_glob(text).is_err(), "`{text}`");
    }
    assert!(path_glob(&"a".repeat(PATTERN_BYTES_MAX)).is_ok());
    assert!(path_glob(&"a".repeat(PATTERN_BYTES_MAX + 1)).is_err());
}

#[test]
fn extensions() {
    let rows = [
        ("a.txt", YES),
        ("/x/y/a.txt", YES),
        ("a.md", YES),
        ("a.b.txt", YES),
        ("a.txt/", YES),
        ("a.txt/.", YES),
        ("../a.txt", YES),
        ("x/../a.txt", YES),
        ("a", NO),
        ("a.txt.exe", NO),
        ("a.txtx", NO),
        ("a.tx", NO),
        (".txt", NO),
        ("a.txt/b", NO),
        ("a.txt/..", MAYBE),
        ("x/a.txt/..", NO),
        ("/", NO),
        (".", MAYBE),
        ("..", MAYBE),
        ("a.txt.", MAYBE),
        ("a.TXT", MAYBE),
        ("a.txt ", MAYBE),
        ("a.txt\0.exe", MAYBE),
        ("a.t\u{ff58}t", MAYBE),
        ("a.exe%00.txt", MAYBE),
        ("..txt", YES),
    ];
    for (path, expected) in rows {
        assert_eq!(said(extension(path, &["txt", "md"], false)), expected, "`{path}`");
    }
    assert_eq!(extension("a.TXT", &["txt"], true), Truth::Holds);
    assert_eq!(said(extension("a.exe:x.txt", &["txt"], true)), MAYBE);
    assert_eq!(extension("a.txt", &[], false), Truth::DoesNotHold);
    assert!(["txt", "7z", "tar-gz", "ä"].iter().all(|text| extension_name(text).is_ok()));
    assert!(["", ".txt", "tar.gz", "a/b", "*", "[a]", "a ", "%41"].iter().all(|text| extension_name(text).is_err()));
}

#[test]
fn long_paths_and_patterns_take_bounded_time() {
    let path = "a/".repeat(PATH_BYTES_MAX / 2);
    let pattern = "**/a/".repeat(PATTERN_BYTES_MAX / 5);
    assert_eq!(said(path_glob(pattern.trim_end_matches('/')).unwrap().matches(&path, None, false)), YES);
    let pattern = "*a".repeat(PATTERN_BYTES_MAX / 2);
    assert_eq!(said(path_glob(&pattern).unwrap().matches(&"a".repeat(PATH_BYTES_MAX), None, true)), YES);
    let climbing = "../".repeat(600) + &"a/".repeat(1_000);
    assert_eq!(said(path_glob("**/a/**/b").unwrap().matches(&climbing, None, false)), NO);
}

/// Where a path leads, naively: one step at a time from a folder, `None` once it is above that.
fn walk(path: &str) -> Option<Vec<String>> {
    let mut at: Vec<String> = Vec::new();
    for step in path.split('/') {
        if step == ".." {
            at.pop()?;
        } else if !step.is_empty() && step != "." {
            at.push(step.to_owned());
        }
    }
    Some(at)
}

fn path_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[ab]{1,2}",
        3 => Just("..".to_owned()),
        1 => Just(".".to_owned()),
        1 => Just(String::new()),
        1 => "[ a.~:$%\\\\é*]{1,3}",
    ];
    (any::<bool>(), prop::collection::vec(piece, 0..8))
        .prop_map(|(absolute, pieces)| (if absolute { "/" } else { "" }).to_owned() + &pieces.join("/"))
}

proptest! {
    #[test]
    fn a_normal_form_stays_as_it_is(text in path_text()) {
        if let Ok(path) = normalise(&text) {
            let printed = path.to_string();
            prop_assert_eq!(normalise(&printed), Ok(path.clone()), "`{}`", printed);
        }
    }

    #[test]
    fn any_text_is_read_without_trouble(text in any::<String>(), folder in any::<String>()) {
        let _ = under(&text, &folder, Some("/x"), true);
        let _ = extension(&text, &["x"], false);
        if let Ok(glob) = path_glob(&folder) {
            let _ = glob.matches(&text, None, false);
        }
    }

    #[test]
    fn what_shows_without_taking_paths_apart_is_what_their_names_say(
        path in "/?([aAb.]{0,2}/){0,4}[aAb.~%é]{0,2}",
        folder in "/([aAb.]{1,2}/){0,2}[aAb]{1,2}",
    ) {
        prop_assert_eq!(under(&path, &folder, None, false), under_by_names(&path, &folder, None, false));
    }

    #[test]
    fn what_leaves_the_folder_is_not_under_it(path in path_text(), folder in "[ab]{1,2}(/[ab]{1,2}){0,2}") {
        let truth = under(&path, &folder, None, false);
        match walk(&path) {
            _ if path.starts_with('/') => {
                prop_assert!(matches!(truth, Truth::Undecidable(_)));
                let truth = under(&path, &format!("/{folder}"), None, false);
                let mut steps: Vec<String> = Vec::new();
                for step in path.split('/').filter(|step| !step.is_empty() && *step != ".") {
                    if step == ".." { steps.pop(); } else { steps.push(step.to_owned()); }
                }
                let inside = steps.join("/") == folder || steps.join("/").starts_with(&format!("{folder}/"));
                prop_assert!(truth == inside.into() || matches!(truth, Truth::Undecidable(_)));
            }
            None => prop_assert_ne!(truth, Truth::Holds),
            Some(steps) => {
                let inside = steps.join("/") == folder || steps.join("/").starts_with(&format!("{folder}/"));
                prop_assert!(truth == inside.into() || matches!(truth, Truth::Undecidable(_)));
            }
        }
    }

    #[test]
    fn a_base_shows_that_what_was_said_without_it_is_right(
        path in "(\\.\\./){0,3}[ab](/[ab]){0,4}",
        folder in "(\\.\\./){0,2}[ab](/[ab]){0,1}",
        base in "(/[ab]){0,4}",
    ) {
        let base = format!("/{}", base.trim_start_matches('/'));
        let without = under(&path, &folder, None, false);
        let with = under(&path, &folder, Some(&base), false);
        prop_assert!(without == with || matches!(without, Truth::Undecidable(_)), "{:?}, {:?}", without, with);
        prop_assert!(!matches!(with, Truth::Undecidable(_)));
    }

    #[test]
    fn under_is_the_pattern_with_two_stars(
        path in path_text(),
        folder in "/?[ab]{1,2}(/[ab]{1,2}){0,2}",
        base in prop::option::of(Just("/a/b")),
    ) {
        let glob = path_glob(&format!("{folder}/**")).unwrap();
        prop_assert_eq!(said(glob.matches(&path, base, false)), said(under(&path, &folder, base, false)));
    }
}
