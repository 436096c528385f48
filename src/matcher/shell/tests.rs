//! The tables are read as: pattern, text, and whether it holds (`Y`), does not (`N`) or is undecidable (`U`).

mod runs;

use super::*;

use Expected::{N, U, Y};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Y,
    N,
    U,
}

type Rows = &'static [(&'static str, &'static str, Expected)];

fn check(rows: Rows, matcher: fn(&[CommandPattern], &str) -> Truth) {
    for &(pattern, text, expected) in rows {
        let found = matcher(&[command_pattern(pattern).unwrap()], text);
        let kind = match found {
            Truth::Holds => Y,
            Truth::DoesNotHold => N,
            Truth::Undecidable(_) => U,
        };
        assert_eq!(kind, expected, "`{pattern}` against `{text}`: {found:?}");
    }
}

#[test]
fn only_compares_words() {
    check(
        &[
            ("git status", "git status", Y),
            ("git status", "  git   status  ", Y),
            ("git status", "git", N),
            ("git status", "git status .", N),
            ("git status", "git statusx", N),
            ("git status", "GIT status", N),
            ("git status", "/usr/bin/git status", N),
            ("git status", "/tmp/git status", N),
            ("git status", "./git status", N),
            ("/usr/bin/git status", "/usr/bin/git status", Y),
            ("git status", "gitstatus", N),
            ("npm test", "npm test -- --watch", N),
            ("git log", "git -c core.pager=x log", N),
            ("git log", "git --no-pager log", N),
            ("git status", "sudo git status", N),
            ("git status", "env git status", N),
            ("git status", "env -i git status", N),
            ("git status", "xargs git status", N),
            ("git status", "time git status", N),
            ("git status", "find . -exec git status ;", N),
            ("git status", "find . -exec git status ';'", N),
            ("git status", "sh -c 'git status'", N),
            ("git status", "eval git status", N),
            ("git status", "exec git status", N),
            ("sudo git status", "sudo git status", Y),
            ("make -j4 test", "make -j4 test", Y),
        ],
        only,
    );
}

#[test]
fn only_takes_stars_for_words_without_options() {
    check(
        &[
            ("git log *", "git log main", Y),
            ("git log *", "git log", N),
            ("git log *", "git log a b", N),
            ("git log *", "git log -p", N),
            ("git log *", "git log ''", Y),
            ("git log *", "git log '-p'", N),
            ("git log *", "git log \\-p", N),
            ("git log **", "git log", Y),
            ("git log **", "git log a b/c d", Y),
            ("git log **", "git log --output=f", N),
            ("git log **", "git log main --output=f", N),
            ("git log **", "git log main '--output=f'", N),
            ("git log **", "git log main \"-\"", N),
            ("git log **", "git log -- main", N),
            ("git log **", "git log -", N),
            ("git log -- **", "git log -- main", Y),
            ("git log -- **", "git log -- main --output=f", N),
            ("git log -*", "git log -p", Y),
            ("git log -*", "git log main", Y),
            ("git log -*", "git log -p main", N),
            ("git log -**", "git log", Y),
            ("git log -**", "git log --oneline -5 main", Y),
            ("git log -**", "git -p log", N),
            ("git log -n *", "git log -n 5", Y),
            ("git log -n *", "git log -n -p", N),
            ("ls -l **", "ls -l a b", Y),
            ("ls -l **", "ls a -l", N),
            ("* --version", "node --version", Y),
            ("* --version", "./node --version", N),
        ],
        only,
    );
}

#[test]
fn only_takes_stars_within_words() {
    check(
        &[
            ("cat *.txt", "cat a.txt", Y),
            ("cat *.txt", "cat .txt", Y),
            ("cat *.txt", "cat a/b.txt", Y),
            ("cat *.txt", "cat a.txt.sh", N),
            ("cat *.txt", "cat --output=x.txt", N),
            ("cat *.txt", "cat -o.txt", N),
            ("cat *.txt", "cat ../a.txt", U),
            ("cat src/*", "cat src/a/b", Y),
            ("cat src/*", "cat src/", Y),
            ("cat src/*", "cat src/a..b", Y),
            ("cat src/*", "cat src/../../etc/passwd", U),
            ("cat src/*", "cat src/..", U),
            ("cat ../lib/*", "cat ../lib/a", Y),
            ("cat ../lib/*", "cat ../lib/../a", U),
            ("git log --format=*", "git log --format=%H", Y),
            ("git log --format=*", "git log '--format=%H %s'", Y),
            ("git log --format=*", "git log --formats=%H", N),
            ("git log --*", "git log --stat", Y),
            ("git log --*", "git log -p", N),
            ("a x*y*z", "a x1y2z", Y),
            ("a x*y*z", "a xyz", Y),
            ("a x*y*z", "a xzy", N),
            ("a x*x", "a x", N),
            ("npm-* **", "npm-check a", Y),
            ("npm-* **", "npm-x/evil a", N),
            ("npm-* **", "npm-x/../../evil a", N),
            ("/opt/*/run", "/opt/a/run", Y),
            ("/opt/*/run", "/opt/a/b/run", N),
            ("/opt/*/run", "/opt/../run", U),
            ("find . -name '*.rs'", "find . -name '*.rs'", Y),
            ("find . -name '*.rs'", "find . -name a.rs", N),
            ("find . -name *.rs", "find . -name '*.rs'", Y),
            ("git commit -m 'fix: '*", "git commit -m 'fix: a b'", Y),
            ("git commit -m *", "git commit -m \"one; two && three\"", Y),
        ],
        only,
    );
}

#[test]
fn only_wants_every_command() {
    let patterns = ["git add *", "git commit -m *", "cat **", "wc -*"].map(|text| command_pattern(text).unwrap());
    for text in [
        "git add a && git commit -m 'b'",
        "git add a&&git commit -m b",
        "cat a | wc -l",
        "cat a|wc -l",
        "cat a || cat b ; cat c;",
        "cat a; cat b; wc -l",
    ] {
        assert_eq!(only(&patterns, text), Truth::Holds, "{text}");
    }
    for text in ["git add a && id", "id && git add a", "cat a | tee b", "cat a; id", "cat a || touch b", "cat a;id"] {
        assert_eq!(only(&patterns, text), Truth::DoesNotHold, "{text}");
    }
    assert_eq!(only(&[], "ls"), Truth::DoesNotHold);
}

#[test]
fn quotes_are_removed() {
    check(
        &[
            ("ls -l a", "'ls' \"-l\" a", Y),
            ("ls -l a", "l's' -\"l\" 'a'''", Y),
            ("ls -l a", "'ls -l a'", N),
            ("echo 'a b'", "echo 'a b'", Y),
            ("echo 'a b'", "echo \"a b\"", Y),
            ("echo 'a b'", "echo a\\ b", Y),
            ("echo 'a b'", "echo a b", N),
            ("echo *", "echo 'it'\\''s'", Y),
            ("echo *", "echo \"a \\\" b\"", Y),
            ("echo *", "echo \"a \\\\\"", Y),
            ("echo 'a\\nb'", "echo \"a\\nb\"", Y),
            ("echo 'a\\nb'", "echo 'a\\nb'", Y),
            ("echo '$x'", "echo \"\\$x\"", Y),
            ("echo '$x'", "echo '$x'", Y),
            ("echo 'a\\' **", "echo 'a\\' ; touch pwned", N),
            ("echo *", "echo \"\"; touch pwned; echo \"\"", N),
            ("echo **", "echo 'über' \"größe ☃\"", Y),
            ("echo *", "echo 'one\n\ntwo'", Y),
            ("echo *", "echo \"one\ntwo\"", Y),
            ("find . -delete", "find . \\-delete", Y),
            ("find . '(' -name x ')'", "find . \\( -name x \\)", Y),
            ("git show *", "git show HEAD~1", Y),
            ("git show *", "git show HEAD^", Y),
            ("curl *", "curl https://a.example/x#y", Y),
            ("ls {} a", "ls {} a", Y),
            ("ls **", "ls a{} {}a.{}", Y),
            ("'if' x", "'if' x", Y),
            ("echo **", "echo then if", Y),
            ("printf **", "printf '[%s]' x", Y),
            ("a *", "a b=c", Y),
        ],
        only,
    );
}

/// Each text, and a part of the reason that no other row shares.
#[test]
fn what_is_not_certain_is_undecidable() {
    let rows = [
        ("", "no command"),
        ("   ", "no command"),
        ("; ls", "is empty"),
        ("ls ;; ls", "is empty"),
        ("ls && && ls", "is empty"),
        ("ls &&", "is empty"),
        ("ls ||", "is empty"),
        ("| ls", "is empty"),
        ("ls |", "is empty"),
        ("ls \0", "NUL"),
        ("ls 'a\0'", "NUL"),
        ("ls\r", "carriage return"),
        ("ls '\r'", "carriage return"),
        ("git status\r\nrm -rf build", "carriage return"),
        ("ls\nls", "line break"),
        ("ls\n", "line break"),
        ("ls \\\n-l", "joins two lines"),
        ("ls \"a\\\nb\"", "joins two lines"),
        ("ls\t-l", "control character"),
        ("ls 'a\tb'", "control character"),
        ("ls \u{1b}[A", "control character"),
        ("ls \u{7f}", "control character"),
        ("ls '\u{85}'", "control character"),
        ("ls\u{a0}-l", "not ASCII"),
        ("ls\u{3000}-l", "not ASCII"),
        ("ls \u{2028}", "not ASCII"),
        ("ls -\u{200b}l", "not ASCII"),
        ("ls größe", "not ASCII"),
        ("ls ａ", "not ASCII"),
        ("ls a；ls", "not ASCII"),
        ("ls 'a", "quote is not closed"),
        ("ls \"a", "quote is not closed"),
        ("ls \"a\\\"", "quote is not closed"),
        ("ls 'a' b'", "quote is not closed"),
        ("ls a\\", "last character"),
        ("l\\s", "not before a space"),
        ("dir C:\\temp", "not before a space"),
        ("ls \\ü", "not before a space"),
        ("ls $HOME", "expansion"),
        ("ls \"$HOME\"", "expansion"),
        ("cat${IFS}/etc/shadow", "expansion"),
        ("echo $(touch pwned)", "expansion"),
        ("echo \"$(touch pwned)\"", "expansion"),
        ("echo $'a'", "expansion"),
        ("echo $\\\n(touch pwned)", "expansion"),
        ("echo `id`", "substitution"),
        ("echo \"`id`\"", "substitution"),
        ("! ls", "earlier command"),
        ("echo !!", "earlier command"),
        ("echo \"a!\"", "earlier command"),
        ("echo 'a\nb!'", "earlier command"),
        ("^a^b", "earlier command"),
        ("echo 'a\n^b^c'", "earlier command"),
        ("cat <<E", "takes input from the text"),
        ("cat <<< x", "takes input from the text"),
        ("cat < x", "redirects"),
        ("cat > x", "redirects"),
        ("cat >| x", "redirects"),
        ("cat 2>&1", "redirects"),
        ("ls <(id)", "redirects"),
        ("ls &", "background"),
        ("ls & ls", "background"),
        ("ls &> x", "background"),
        ("ls |& ls", "background"),
        ("(ls)", "parenthesis"),
        ("ls () ls", "parenthesis"),
        ("ls =(id)", "zsh"),
        ("ls =id", "zsh"),
        ("ls ''=id", "zsh"),
        ("{ ls ; }", "brace"),
        ("ls {a,b}", "brace"),
        ("ls {}}", "brace"),
        ("ls {{}", "brace"),
        ("ls {},{a", "brace"),
        ("{} ls", "brace"),
        ("{}ls", "brace"),
        ("ls *", "file names"),
        ("ls a?", "file names"),
        ("[ a = b ]", "file names"),
        ("[[ x =~ y ]]", "file names"),
        ("ls ]", "file names"),
        ("ls ~", "home directory"),
        ("ls ~root/x", "home directory"),
        ("make prefix=~/x", "home directory"),
        ("ls a:~", "home directory"),
        ("ls ''~", "home directory"),
        ("ls # x", "comment"),
        ("#ls", "comment"),
        ("if ls", "reserved word"),
        ("ls; done", "reserved word"),
        ("function f", "reserved word"),
        ("coproc ls", "reserved word"),
        ("A=1 ls", "variable is set"),
        ("A=1", "variable is set"),
        ("A+=1", "variable is set"),
        ("'A'=1 ls", "variable is set"),
        ("ls; LD_PRELOAD=./evil.so ls", "variable is set"),
        ("'' a", "name is empty"),
        ("'lѕ' a", "name is empty"),
        ("'l\ns'", "name is empty"),
        ("-x ls", "starts with an option"),
        ("ls 'a'\\", "last character"),
    ];
    let patterns = [command_pattern("* -**").unwrap()];
    for (text, reason) in rows {
        for matcher in [only, runs] {
            match matcher(&patterns, text) {
                Truth::Undecidable(why) => assert!(why.contains(reason), "`{text}`: {why}"),
                other => panic!("`{text}`: {other:?}"),
            }
        }
    }
}

#[test]
fn builtins_that_run_subscripts_are_undecidable() {
    check(
        &[
            ("unset *", "unset A", Y),
            ("unset *", "unset 'a[1]'", Y),
            ("unset *", "unset 'a[$(touch pwned)]'", U),
            ("test -v *", "test -v 'a[`touch pwned`]'", U),
            ("printf -*", "printf '[$]'", U),
            ("printf -**", "printf -v x %s%s 'a[' '$(touch pwned)]'", U),
            ("wait -**", "wait -n -p 'a[$(touch pwned)]'", U),
            ("echo *", "echo 'a[$(id)]'", Y),
        ],
        only,
    );
    check(
        &[
            ("rm **", "unset 'a[' '$(r\"\"m x)]'", U),
            ("rm **", "test -v 'a[$(r\"\"m x)]'", U),
            ("rm **", "test -d 'a[0]'", N),
        ],
        runs,
    );
}

#[test]
fn a_bad_pattern_says_why() {
    let rows = [
        ("", "no command"),
        ("ls | wc", "more than one command"),
        ("ls; wc", "more than one command"),
        ("ls && wc", "more than one command"),
        ("ls & wc", "background"),
        ("ls > x", "redirects"),
        ("ls $HOME", "expansion"),
        ("ls ~/x", "home directory"),
        ("ls [ab]", "file names"),
        ("ls a?", "file names"),
        ("ls 'a", "quote is not closed"),
        ("**", "cannot be `**`"),
        ("** ls", "can only be the last word"),
        ("-**", "starts with an option"),
        ("-* ls", "starts with an option"),
        ("ls ** x", "can only be the last word"),
        ("ls -** x", "can only be the last word"),
        ("ls a**", "a word of its own"),
        ("ls a**b", "a word of its own"),
        ("ls ***", "a word of its own"),
        ("A=1 ls", "variable is set"),
        ("if ls", "reserved word"),
        ("lѕ", "not ASCII"),
        ("# ls", "comment"),
        ("ls\twc", "control character"),
    ];
    for (text, reason) in rows {
        match command_pattern(text) {
            Err(why) => assert!(why.contains(reason), "`{text}`: {why}"),
            Ok(pattern) => panic!("`{text}`: {pattern:?}"),
        }
    }
}

#[test]
fn long_texts_take_no_long_time() {
    let patterns = ["rm -rf **", "a *b*b*b* **"].map(|text| command_pattern(text).unwrap());
    for text in ["sudo ", "a ", "find . -exec ", "xargs ", "a;", "'a'", "-", "a b", "abbb", "((((", "a=b "] {
        let long = text.repeat(100_000);
        let _ = (only(&patterns, &long), runs(&patterns, &long), command_pattern(&long));
        let _ = runs(&patterns, &format!("wrap {long}"));
    }
}
