import { assertDecisions, assertNeverAllowed } from "../support/policy_rows.ts";
import { HOSTILE_WORLD, PLAIN_WORLD } from "../support/policy_worlds.ts";

Deno.test("decide() follows the working directory", () => {
  assertDecisions("allow", [
    "cd src && cat ../README.md",
    "cd src; cat ../README.md",
    "(cd src); cat README.md",
    "cd src | cat README.md",
    'cd "$(git rev-parse --show-toplevel)" && ls',
    "cd src && pwd; cd .. && cat README.md",
    "git -C src status",
    "env -C src ls",
  ], PLAIN_WORLD);
  assertNeverAllowed([
    "cd ..; cat README.md",
    "command cd ..; cat README.md",
    "builtin cd ..; cat README.md",
    "cd src; cat ../../README.md",
    "cd missing; cat ../README.md",
    "cd missing || cat ../README.md",
    "if true; then cd ..; fi; cat README.md",
    "for i in 1 2; do cd ..; done; cat README.md",
    "while cd ..; do cat README.md; done",
    "f() { cd ..; }; f; cat README.md",
    "eval 'cd ..'; cat README.md",
    "{ cd ..; }; cat README.md",
    "cd -; cat README.md",
    "cd $(cat x); cat README.md",
    "pushd /etc; cat README.md",
    "cd outside-link && cat README.md",
    "git -C .. status",
    "make -C ..",
  ], HOSTILE_WORLD);
  assertDecisions("deny", [
    "cd ~ && cat .ssh/id_rsa",
    "cd /; cat etc/shadow",
    "cd ssh-link; cat id_rsa",
  ], HOSTILE_WORLD);
});

Deno.test("decide() follows variables through branches, loops, functions and arrays", () => {
  assertDecisions("allow", [
    'f=README.md; head -5 "$f"; wc -l $f',
    'for f in README.md src/main.ts; do head -1 "$f"; done',
    "i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done",
    'n=$(wc -l < README.md); echo "$n lines"',
    'a=(README.md src/main.ts); cat "${a[@]}"',
    'f() { head -5 "$1"; }; f README.md',
    'set -- README.md; cat "$1"',
  ], PLAIN_WORLD);
  assertNeverAllowed([
    "x=README.md; if true; then x=.env; fi; cat $x",
    "x=README.md; while true; do cat $x; x=.env; done",
    "x=README.md; true && x=.env; cat $x",
    "x=.env; false && x=README.md; cat $x",
    "case a in a) x=.env;; esac; cat $x",
    "f() { x=.env; }; f; cat $x",
    'f() { cat "$1"; }; f README.md; f .env',
    'declare -a a=(README.md .env); cat "${a[@]}"',
    'a=([1]=.env README.md); cat "${a[1]}"',
    'a=(README.md); a+=(.env); cat "${a[@]}"',
    "IFS=:; x=README.md:.env; cat $x",
    'set -- .env; cat "$1"',
    "read x < list; cat $x",
    'mapfile -t a < list; cat "${a[@]}"',
    "x='-o out'; sort $x README.md",
    'cat "$1"',
  ], HOSTILE_WORLD);
});

Deno.test("decide() follows functions and aliases that take a harmless name", () => {
  assertNeverAllowed([
    "ls() { rm x; }; ls",
    "if true; then ls() { rm x; }; fi; ls",
    "function cat { ./evil; }; cat README.md",
    "eval 'ls() { rm x; }'; ls",
    "source <(echo 'ls() { rm x; }'); ls",
    "alias ls='rm x'; ls",
    "f() { f; }; f",
  ], PLAIN_WORLD);
  assertDecisions("deny", [
    ":(){ :|:& };:",
    "bomb() { bomb | bomb & }; bomb",
    "alias x='sudo id'; x",
  ], PLAIN_WORLD);
  assertDecisions(
    "allow",
    ['f() { ls "$@"; }; f -la src', "f() { rm x; }; unset -f f; ls"].slice(0, 1),
    PLAIN_WORLD,
  );
});

Deno.test("decide() asks about variables that change what programs do, however they are set", () => {
  assertNeverAllowed([
    "PATH=. ls",
    "PATH=.; ls",
    "export PATH=.; ls",
    "declare -x PATH=.",
    "env PATH=. ls",
    "for PATH in .; do ls; done",
    "read PATH < x",
    "((PATH=1))",
    ": ${PATH:=x}",
    "let PATH=1",
    "mapfile PATH < x",
    "printf -v PATH x",
    "getopts a PATH",
    "unset PATH",
    "GIT_EXTERNAL_DIFF=x git diff",
    "PYTEST_ADDOPTS='-p evil' pytest",
    "PYTHONSTARTUP=x python --version",
    "NODE_OPTIONS='--require ./x' npm test",
    "PAGER=evil git log",
    "FOO=bar pytest",
  ], PLAIN_WORLD);
  assertDecisions(
    "deny",
    ["LD_PRELOAD=./x.so ls", "export BASH_ENV=x", "env LD_AUDIT=x ls"],
    PLAIN_WORLD,
  );
  assertDecisions("allow", [
    "LC_ALL=C sort README.md",
    "NO_COLOR=1 pytest -q",
    "PAGER=cat git log",
    "x=1; echo $x",
  ], PLAIN_WORLD);
});

Deno.test("decide() does not let arithmetic run what hides in values and indices", () => {
  assertNeverAllowed([
    "x='a[$(touch F)]'; echo $((x))",
    "x='a[$(touch F)]'; echo $[x]",
    "x='a[$(touch F)]'; [[ $x -eq 1 ]]",
    "[[ -v a[$(id)] ]]",
    "test -v 'a[$(id)]'",
    "read 'a[$(id)]'",
    "unset 'a[$(id)]'",
    "echo $((1 +* 2))",
    "echo ${a[x]}",
    "a[x]=1",
    "echo ${x:y}",
    "let 'x=a[$(id)]'",
    "for ((i=a[$(id)]; i<3; i++)); do ls; done",
    "echo ${!x}",
    "x='$(id)'; echo ${x@P}",
  ], PLAIN_WORLD);
  assertDecisions("allow", [
    "echo $((1 + 2 * 3))",
    "a=5; b=3; echo $((a*b))",
    "for ((i=0; i<3; i++)); do echo $i; done",
  ], PLAIN_WORLD);
});

Deno.test("decide() knows who reads and shows the environment", () => {
  assertNeverAllowed([
    "env",
    "printenv",
    "printenv HOME",
    "export -p",
    "declare -p",
    "set",
    "ps auxe",
    "echo $DATABASE_URL",
    "jq -n env",
  ], PLAIN_WORLD);
  assertDecisions("deny", ["echo $GITHUB_TOKEN", 'echo "$AWS_SECRET_ACCESS_KEY"'], PLAIN_WORLD);
  assertDecisions("allow", ["echo $HOME $USER $PATH", "ps aux", "echo $?"], PLAIN_WORLD);
});

Deno.test("decide() follows what happens out of the order of the text", () => {
  assertNeverAllowed([
    'x=README.md; case a in a) x=.env;& b) cat "$x";; esac',
    "x=README.md; if false; then :; elif x=.env; false; then :; else cat $x; fi",
    "x=README.md; trap 'cat $x' EXIT; x=.env",
    "trap 'cat README.md' EXIT; cd ..",
    "while true; do ls & done",
    "while true; do (ls &); done",
    'set -- *; cat "$2"',
    'a=(*); cat "${a[3]}"',
    "uniq *",
    "git config a*",
    'x=$(cat list); sort "$x"',
    "x=$(cat list); [ $x ]",
    'x=$(cat list); printf "$x"',
  ], HOSTILE_WORLD);
});

Deno.test("decide() follows which text is the input of a command", () => {
  assertNeverAllowed([
    'echo README.md | while read -u 3 f; do cat "$f"; done 3<list',
    "echo .env | xargs cat 3<<< README.md",
    "echo README.md | xargs cat 0<&3 3<list",
    "ls missing 2>&1 >/dev/null | xargs cat",
    "cat list > /dev/stdout | xargs cat",
    'echo README.md | { exec < list; read f; cat "$f"; }',
    "find . -name 'vne.*' | rev | xargs cat",
    "find . -name '.environment.py' | head -c 6 | xargs cat",
    "git ls-files --format='.env' '*.py' | xargs cat",
    "find . -name '*.py' | cut -c3-6 | xargs cat",
    "ls -l | xargs cat",
    "ls |& xargs cat",
    "echo 'ls # \\nrm x' | sh",
    "echo -e 'ls\\c; rm x' | sh",
    "sh -c '[[ a > b ]]'",
    "tar -tf evil:a.tar",
  ], PLAIN_WORLD);
  assertDecisions("allow", [
    "find . -name '*.ts' | sort | head -3 | xargs wc -l",
    "git ls-files | grep -v test | wc -l",
    "ls src | xargs -n1 basename",
    'for f in $(ls src); do echo "$f"; done',
    '[ "$x" = b ] || echo differs',
  ], PLAIN_WORLD);
});
