import type { Call } from "../call.ts";
import type { Tables } from "../table.ts";
import { known } from "../values.ts";
import { HELP, refusedTo } from "./checks.ts";

/** Tools that build, test and check projects. */
export const PROJECT: Tables = {
  "corepack nvm fnm volta asdf mise rustup pyenv rbenv conda mamba micromamba": refusedTo("net"),
  "apt apt-get aptitude dpkg apk yum dnf pacman brew snap flatpak zypper port nix nix-env gem bundle bundler composer cpan cpanm luarocks opam stack cabal pipx easy_install dotnet nuget":
    refusedTo("net"),
  "make gmake just task rake invoke fab ninja meson bazel buck scons cmake ctest mvn gradle ./gradlew ant sbt lein mix rebar3 waf autoconf configure":
    { ...refusedTo("approve"), whole: makeLike },
  "shellcheck hadolint yamllint markdownlint actionlint": {
    style: "exact",
    operands: "read",
    flags: {
      none: `${HELP} -a -C -x -s --strict --no-warnings`,
      text: "-e: -f: -S: -o: --exclude: --format: --severity: --shell:",
      config: "-c: --config: --rcfile: -d: -P:",
      write: "--fix -i",
    },
  },
  "cloc tokei scc sloccount": {
    style: "exact",
    operands: "stat",
    here: true,
    flags: {
      none: `${HELP} --by-file --json --csv --vcs=git -f --files`,
      text: "--exclude-dir: --include-lang: -e: -t: -s: --sort: --exclude:",
    },
  },
};

/** Build tools run what their files say; words on the command line are tried as commands. */
function makeLike(call: Call): void {
  const texts = call.args.map(known);
  call.args.forEach((arg, index) => {
    const text = texts[index] ?? "";
    const value = /^[\w.]+[:+?]?=([\s\S]*)$/.exec(text)?.[1] ??
      /^--eval=([\s\S]*)$/.exec(text)?.[1];
    if (value !== undefined) {
      call.lookForDenials(
        call.word(` ${value.replaceAll(/\$\((?:shell )?([^)]*)\)/g, "$1")}`, arg),
      );
    }
    if (text === "--eval" || text === "-c") {
      const next = texts[index + 1];
      if (next !== undefined) {
        call.lookForDenials(call.word(` ${next.replaceAll(/\$\(shell ([^)]*)\)/g, "$1")}`, arg));
      }
    }
    if (texts[index - 1] === "-E" || text === "-E") {
      const next = texts[index + 1];
      if (next !== undefined) {
        call.session.recorder.onlyDenials(() => call.child(call.args.slice(index + 1)));
      }
    }
  });
}
