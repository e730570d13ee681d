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
