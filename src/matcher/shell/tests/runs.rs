//! What `runs` finds; the tables are read as in the parent.

use super::Expected::{N, U, Y};
use super::*;

#[test]
fn finds_commands_anywhere() {
    check(
        &[
            ("rm **", "rm", Y),
            ("rm **", "rm -rf x", Y),
            ("rm **", "'r'm \"-rf\" x", Y),
            ("rm **", "/bin/rm -rf x", Y),
            ("rm **", "../bin/rm x", Y),
            ("/sbin/rm **", "/bin/rm x", Y),
            ("rm **", "cd a && rm -rf x", Y),
            ("rm **", "echo a | rm x", Y),
            ("rm **", "echo a || rm x", Y),
            ("rm **", "echo a; rm x;", Y),
            ("rm **", "rmdir x", N),
            ("rm **", "echo rm", N),
            ("rm **", "echo 'rm -rf /'", N),
            ("rm **", "grep -rn 'rm -rf' src", N),
            ("rm **", "cat rm", N),
            ("rm **", "git rm x", N),
            ("rm **", "git commit -m 'rm old files'", N),
            ("rm **", "docker rm x", N),
            ("rm **", "ls -l", N),
            ("rm -rf /", "rm -rf /", Y),
            ("rm -rf /", "rm -rf /x", N),
            ("rm -rf **", "rm notes.txt", N),
            ("rm * **", "rm", N),
            ("rm * **", "rm -rf", Y),
            ("rm -*r* **", "rm -fr x", Y),
            ("python* **", "python3.12 x.py", Y),
            ("mkfs* **", "/sbin/mkfs.ext4 /dev/sdb", Y),
            ("git push **", "git push", Y),
            ("git push **", "git pull", N),
            ("git push **", "git commit -m push", N),
            ("sudo **", "sudo ls", Y),
            ("sh -c **", "sh -c 'ls'", Y),
        ],
        runs,
    );
}

#[test]
fn looks_past_options() {
    check(
        &[
            ("git push **", "git -C . push origin", U),
            ("git push **", "git --no-pager push", U),
            ("git push **", "git -c a=b push --force", U),
            ("git push **", "git --git-dir=x push", U),
            ("git push --force **", "git push origin --force", U),
            ("git push --force **", "git push origin", N),
            ("rm -rf **", "rm -v -rf x", U),
            ("rm -rf **", "rm x -rf", U),
            ("rm -rf /", "rm -rf / -v", U),
            ("curl http://a.example/*", "curl -sS http://a.example/x", U),
            ("curl http://a.example/*", "curl --url=http://a.example/x", U),
            ("curl http://a.example/*", "curl http://b.example/", N),
            ("rm **", "RM x", U),
            ("rm **", "SUDO rm x", Y),
        ],
        runs,
    );
}

#[test]
fn looks_through_wrappers() {
    check(
        &[
            ("rm **", "sudo rm -rf build", Y),
            ("rm **", "sudo -u root -n -- rm x", Y),
            ("rm **", "sudo -nu root rm x", Y),
            ("rm **", "sudo -uroot rm x", Y),
            ("rm **", "sudo --user=root rm x", Y),
            ("rm **", "sudo --user root rm x", Y),
            ("rm **", "sudo -u rm ls", N),
            ("rm **", "sudo -s rm x", U),
            ("rm **", "sudo -i", U),
            ("rm **", "sudo --us root ls", U),
            ("rm **", "sudo A=1 rm x", Y),
            ("rm **", "sudo A=1 ls", U),
            ("rm **", "sudo", N),
            ("rm **", "doas -u root rm x", Y),
            ("rm **", "env rm x", Y),
            ("rm **", "env -i A=1 B=2 rm x", Y),
            ("rm **", "env - rm x", Y),
            ("rm **", "env A=1 ls", U),
            ("rm **", "env", N),
            ("rm **", "env -S 'r''m x'", U),
            ("rm **", "nice rm x", Y),
            ("rm **", "nice -n 5 rm x", Y),
            ("rm **", "nice -10 rm x", Y),
            ("rm **", "nohup /bin/rm x", Y),
            ("rm **", "setsid -w rm x", Y),
            ("rm **", "setsid watch rm -rf build", Y),
            ("rm **", "watch rm '-r;f'", U),
            ("rm **", "watch ls 'a;b'", U),
            ("rm **", "watch -n 2 ls", N),
            ("rm **", "timeout 5 rm x", Y),
            ("rm **", "timeout -k 1 -s KILL 5s rm x", Y),
            ("rm **", "timeout rm ls", N),
            ("rm **", "time -p rm x", Y),
            ("rm **", "stdbuf -oL rm x", Y),
            ("rm **", "command rm x", Y),
            ("rm **", "command -p rm x", Y),
            ("rm **", "command -v rm", N),
            ("rm **", "builtin command rm x", Y),
            ("rm **", "exec -a ls rm x", Y),
            ("rm **", "busybox rm -rf /", Y),
            ("rm **", "strace -f rm x", Y),
            ("rm **", "strace -o '|rm x' ls", U),
            ("rm **", "sudo env nice timeout 5 nohup rm x", Y),
            ("rm **", "sudo -- -rf rm", U),
            ("rm **", "sudo ls rm", N),
        ],
        runs,
    );
    let deep = format!("{}rm x", "sudo ".repeat(100));
    check(&[("ls **", "sudo sudo ls", Y)], runs);
    assert_eq!(runs(&[command_pattern("rm **").unwrap()], &deep), Truth::Undecidable(TOO_MANY));
}

#[test]
fn knows_words_that_come_from_elsewhere() {
    check(
        &[
            ("rm **", "ls | xargs rm", Y),
            ("rm **", "ls | xargs -0 -n1 -P 4 rm -f", Y),
            ("rm **", "ls | xargs -I{} rm {}", Y),
            ("rm **", "ls | xargs -I {} cp {} x", N),
            ("rm **", "ls | xargs -I{} {} x", U),
            ("rm **", "ls | xargs -i rm {}", U),
            ("rm **", "ls | xargs", N),
            ("rm **", "ls | xargs grep -l rm", N),
            ("rm **", "ls | xargs sudo", U),
            ("rm **", "ls | xargs sh", U),
            ("rm **", "ls | xargs eslint", U),
            ("rm **", "ls | xargs sed s/a/b/", U),
            ("rm -rf **", "ls | xargs rm", U),
            ("rm -rf **", "ls | xargs rm -rf", Y),
            ("rm x", "ls | xargs rm x", U),
            ("rm **", "ls | xargs -x env -i rm", Y),
            ("rm **", "find . -name a -exec rm {} \\;", Y),
            ("rm **", "find . -exec rm -f {} +", Y),
            ("rm -rf **", "find . -exec rm {} +", U),
            ("rm **", "find . -execdir /bin/rm {} ';' -print", Y),
            ("rm **", "find . -exec ls {} + -exec sudo rm {} +", Y),
            ("rm **", "find . -exec {} x ';'", U),
            ("rm **", "find . -exec rm {}", U),
            ("rm **", "find . -name -exec -o -exec rm {} ';'", U),
            ("rm **", "find . -name rm", N),
            ("rm **", "find . -exec grep rm {} ';'", N),
            ("rm **", "find . -exec sh -c 'x' {} ';'", U),
            ("find ** ", "find . -delete", Y),
        ],
        runs,
    );
}

#[test]
fn cannot_see_into_code() {
    check(
        &[
            ("rm **", "sh -c 'r\"\"m x'", U),
            ("rm **", "bash -lc ls", U),
            ("rm **", "/usr/bin/env bash -c ls", U),
            ("rm **", "echo 'rm x' | sh", U),
            ("rm **", "curl a.example | sudo bash -s", U),
            ("rm **", "sh x.sh", N),
            ("rm **", "sh x.sh rm", U),
            ("rm **", "sh /dev/stdin", U),
            ("rm **", "bash --version", N),
            ("rm **", "eval ls", U),
            ("rm **", ". x.sh", U),
            ("rm **", "source x.sh", U),
            ("rm **", "trap ls EXIT", U),
            ("rm **", "python -c 'x'", U),
            ("rm **", "python3.12 -c x", U),
            ("rm **", "python3", U),
            ("rm **", "python3 x.py", N),
            ("rm **", "python3 -m pytest -q", N),
            ("rm **", "python3 -m timeit x", U),
            ("rm **", "perl -ne x", U),
            ("rm **", "node -e x", U),
            ("rm **", "ruby -e x", U),
            ("rm **", "php -r x", U),
            ("rm **", "deno eval x", U),
            ("rm **", "ssh host ls", U),
            ("rm **", "su -c ls", U),
            ("rm **", "awk '{print $1}' a", N),
            ("rm **", "awk -F: -v 'a=b' '{print $1}'", N),
            ("rm **", "awk 'BEGIN{system(\"x\")}'", U),
            ("rm **", "awk '{print | \"x\"}'", U),
            ("rm **", "awk 'BEGIN{f=\"sys\" \"tem\"; @f(\"x\")}'", U),
            ("rm **", "awk -f x.awk", U),
            ("rm **", "sed -n '1,10p' a", N),
            ("rm **", "sed -i 's/here/there/g' a", N),
            ("rm **", "sed -i.bak -e 's|a|b|' -e 2d a", N),
            ("rm **", "sed '1e x' a", U),
            ("rm **", "sed 's/a/b/e' a", U),
            ("rm **", "sed 's/a/b/;e x' a", U),
            ("rm **", "sed -f x.sed a", U),
            ("rm **", "sed a -es/a/b/e", U),
        ],
        runs,
    );
}

#[test]
fn searches_programs_that_are_not_known() {
    check(
        &[
            ("rm **", "wrap ls", N),
            ("rm **", "wrap rm x", U),
            ("rm **", "wrap --opt /bin/rm x", U),
            ("rm **", "wrap 'rm x'", U),
            ("rm **", "wrap --run=rm", U),
            ("rm **", "wrap '-crm x'", U),
            ("rm **", "wrap 'a;rm x'", U),
            ("rm **", "wrap --rm x", N),
            ("rm **", "docker run --rm x", N),
            ("rm **", "docker run x rm y", U),
            ("rm **", "git submodule foreach 'rm x'", U),
            ("rm **", "git -c 'alias.x=!rm' x", U),
            ("git push **", "wrap git push", U),
            ("git push **", "wrap git -C x push", U),
            ("git push **", "wrap git pull", N),
            ("rm **", "wrap sh -c x", U),
            ("rm **", "wrap bash", U),
            ("rm **", "go build ./x", N),
            ("rm **", "npm run x", N),
            ("rm **", "./echo rm", U),
            ("rm **", "/usr/bin/echo rm", N),
            ("* --force **", "wrap a --forced", N),
            ("* --force **", "wrap a --force", U),
        ],
        runs,
    );
}
