/**
 * What the author of each rule of the bypass corpus meant, in Countersign's language: by the corpus' `policy_hint`.
 * The rules were written from the hint and the stated intent; the same rules decide the cases and the controls.
 */

/** A rule that allows shell texts that consist of these commands. */
const only = (...patterns) => `rules:
  - tool: bash
    when:
      args: { only_keys: [command] }
      args.command: { shell: { only: ${JSON.stringify(patterns)} } }
    action: allow
`;

/** A rule that blocks shell texts in which one of these runs; everything else is allowed. */
const never = (...patterns) => `default: allow
rules:
  - tool: bash
    when: { args.command: { shell: { runs: ${JSON.stringify(patterns)} } } }
    action: block
`;

/** A rule that allows one tool by one argument. */
const allow = (tool, argument, matcher, others = []) => `rules:
  - tool: ${tool}
    when:
      args: { only_keys: ${JSON.stringify([argument, ...others])} }
      args.${argument}: ${matcher}
    action: allow
`;

/** A rule that blocks one tool by one argument; everything else is allowed. */
const block = (tool, argument, matcher) => `default: allow
rules:
  - { tool: ${tool}, when: { args.${argument}: ${matcher} }, action: block }
`;

/** A command with a number for an option, as in `git log -5`: patterns know no digits, but what a word begins with. */
const counts = (command) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `${command} -${digit}*`);

const neverDelete = ["rm -*r* **", "rm -*R* **", "rm --r* **"];

/** @type {Readonly<Record<string, string>>} */
export const BYPASS_RULES = {
  // Commands: what may run.
  "allow Bash(cd:*)": only("cd **"),
  "allow Bash(ls:*), Bash(cat:*), Bash(cd:*), Bash(ln:*)": only("ls -**", "cat -**", "cd **", "ln -**"),
  "allow Bash(git log:*), Bash(git blame:*)": only("git log **", "git log --oneline **", "git blame **"),
  "allowed-tools ShellTool(true)": only("true"),
  "allowed-tools ShellTool(cat)": only("cat -**"),
  "allow Bash(echo *)": only("echo -**"),
  "whitelist git log": only("git log **", "git log -* **"),
  "allow prefix 'git status'": only("git status -**"),
  "allowlist echo": only("echo -**"),
  "exec allowlist echo": only("echo -**"),
  "auto-execute ls": only("ls -**"),
  "allow Bash(echo:*)": only("echo -**"),
  "allow Bash([[ *)": only("test -**"),
  "allow wc": only("wc -**"),
  "allow echo, mkdir": only("echo -**", "mkdir -**"),
  "allowlist git branch": only("git branch **"),
  "allow Bash(ls:*)": only("ls -**"),
  "allow Bash(find:*)": only("find *", "find * -name *", "find * -name * -newer *"),
  "allow find unless it contains -delete or -exec": only("find *", "find * -name *", "find * -name * -newer *"),
  "allow glob 'git * log*'": only("git log **"),
  "allow glob 'git *show*'": only("git show **"),
  "allow Bash(git grep:*)": only("git grep **"),
  "allow Bash(rg:*)": only("rg **"),
  "block --compress-program, allow sort": only("sort **"),
  "allow Bash(sed -n:*)": only("sed -n **"),
  "allowlist env": only("env"),
  "exec allowlist /opt/tools/run?sh": only("/opt/tools/run-sh", "/opt/tools/run.sh"),
  "block contains .claude/, allow cd and echo": only("cd **", "echo -**"),
  "allow Bash(git log:*)": only(
    "git log **",
    "git log --oneline **",
    ...counts("git log"),
    ...counts("git log --oneline"),
  ),
  "allow both parts": only("git add **", "git commit -m *"),
  "allow cat and wc": only("cat **", "wc -**"),
  "allow prefix 'git commit'": only("git commit -m *"),
  "auto-run make": only("make -**"),

  // Commands: what may not run.
  "excludeTools ShellTool(rm -rf /)": never(...neverDelete),
  "block prefix 'rm -rf'": never(...neverDelete),
  "deny Bash(rm -rf *)": never(...neverDelete),
  "block prefix 'cat /etc/shadow'": never("cat /etc/shadow"),
  "deny Bash(curl http://site.example/*)": never("curl http://site.example/*"),

  // Paths.
  "allow read under /home/user/proj": allow("read_file", "path", "{ path: { under: /home/user/proj } }"),
  "allow write out/**": allow("write_file", "path", "{ path: { under: out } }", ["content"]),
  "block read ~/.ssh/**": block("read_file", "path", "{ path: { under: /home/user/.ssh } }"),
  "deny Read(/etc/passwd)": block("read_file", "path", "{ path: { under: /etc/passwd } }"),
  "allow Edit(src/**)": allow("write_file", "path", "{ path: { under: src } }", ["content"]),
  "denyRead ~/.aws/": block("read_file", "path", "{ path: { under: /home/user/.aws } }"),
  "block \\\\**": block("read_file", "path", "{ not: { path: { under: /, base: /home/user } } }"),
  "allow read /home/user/proj/**": allow("read_file", "path", "{ path: { under: /home/user/proj, extension: txt } }"),

  // URLs.
  "allowed_domains [example.com]": allow("web_fetch", "url", "{ url: { host: example.com } }"),
  "allow url prefix https://good.example": allow("web_fetch", "url", "{ url: { host: good.example, scheme: https } }"),
  "allow url containing https://example.com/": allow(
    "web_fetch",
    "url",
    "{ url: { host: example.com, scheme: https } }",
  ),
  "allow url ending with .example.com": allow("web_fetch", "url", '{ url: { host: "*.example.com" } }'),
  "allow host example.com (suffix compare)": allow(
    "web_fetch",
    "url",
    '{ url: { host: [example.com, "*.example.com"] } }',
  ),
  "allow host good.example": allow("web_fetch", "url", "{ url: { host: good.example } }"),
  "allow host example.com": allow("web_fetch", "url", '{ url: { host: [example.com, "*.example.com"] } }'),
  "block host 169.254.169.254": block("web_fetch", "url", "{ url: { host: 169.254.169.254 } }"),
  "block host localhost": block("web_fetch", "url", "{ url: { host: localhost } }"),
  "block host 127.0.0.1": block("web_fetch", "url", "{ url: { host: 127.0.0.1 } }"),
  "block host evil.example": block("web_fetch", "url", "{ url: { host: evil.example } }"),
  "block host tracker.example": block("web_fetch", "url", "{ url: { host: tracker.example } }"),

  // Names of tools, lists, numbers.
  "block tool Bash": "default: allow\nrules: [{ tool: Bash, action: block }]\n",
  "allow if recipients end with @corp.example": allow(
    "send_email",
    "recipients",
    "{ each: { email: { domain: corp.example } } }",
    ["subject", "body"],
  ),
  "allow if amount <= 100": allow("send_money", "amount", "{ above: 0, at_most: 100 }", [
    "recipient",
    "subject",
    "date",
  ]),
};
