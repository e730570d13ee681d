import type { Finding } from "./paths.ts";
import { SECRET_VARIABLE } from "./secrets.ts";
import { needsPerson, refused } from "./session.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Variables of the environment whose value is no secret and no surprise. */
const PLAIN_READS = words(
  "HOME PWD OLDPWD USER LOGNAME SHELL PATH TERM LANG LANGUAGE TZ HOSTNAME UID EUID PPID RANDOM SECONDS " +
    "LINENO BASH_VERSION BASHPID SHLVL COLUMNS LINES CI VIRTUAL_ENV TMPDIR OSTYPE HOSTTYPE MACHTYPE EDITOR " +
    "PAGER NO_COLOR IFS EPOCHSECONDS EPOCHREALTIME LC_ALL LC_CTYPE OPTARG OPTIND REPLY PIPESTATUS",
);
/** Variables that may be put into the environment of a program: they change looks, never what runs. */
const PLAIN_WRITES = words(
  "LANG LANGUAGE LC_ALL LC_CTYPE LC_COLLATE LC_MESSAGES LC_NUMERIC LC_TIME TZ NO_COLOR FORCE_COLOR CLICOLOR " +
    "CLICOLOR_FORCE CI TERM COLUMNS LINES PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED PYTHONHASHSEED " +
    "PYTHONIOENCODING PYTHONUTF8 RUST_BACKTRACE RUST_LOG CARGO_TERM_COLOR NODE_ENV DENO_NO_UPDATE_CHECK " +
    "PY_COLORS LS_COLORS GREP_COLORS GREP_COLOR SOURCE_DATE_EPOCH DO_NOT_TRACK CGO_ENABLED " +
    "QUOTING_STYLE BLOCK_SIZE TIME_STYLE DEBUG VERBOSE HYPOTHESIS_PROFILE GIT_OPTIONAL_LOCKS " +
    "GIT_TERMINAL_PROMPT DENO_NO_PROMPT",
);
/** Pagers that only copy: a value that makes these variables harmless. */
const PAGERS = words("PAGER GIT_PAGER MANPAGER SYSTEMD_PAGER");
/** Variables that programs or the shell act on; a shell that inherited one passes on what is assigned. */
const ACTED_ON =
  /^(?:PATH|IFS|ENV|HOME|SHELL|SHELLOPTS|BASHOPTS|CDPATH|GLOBIGNORE|PS[0-4]|PROMPT_COMMAND|POSIXLY_CORRECT|TMPDIR|TEMP|TMP|EDITOR|VISUAL|BROWSER|PAGER|MANPAGER|MANOPT|INPUTRC|HISTFILE|FCEDIT|EXECIGNORE|COPROC|TERMINFO\w*|LOCPATH|NLSPATH|GCONV_PATH|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|TZDIR|GETCONF_DIR|CC|CXX|CPP|LD|AR|AS|MAKE\w*|TAR_OPTIONS|XZ_\w+|ZSTD\w*|GZIP|BZIP2?|UNZIP\w*|ZIP\w*|AWK\w*|(?:LD|DYLD|BASH|GIT|PYTHON|PYTEST|NODE|NPM|PNPM|YARN|BUN|DENO|TS|ESLINT|PERL|PERL5\w*|RUBY\w*|GEM|BUNDLE|JAVA|JDK|_JAVA|MAVEN|GRADLE|CARGO|RUST\w*|GO\w*|CGO|PIP|UV|POETRY|CONDA|TOX|COVERAGE|MYPY\w*|RUFF|BLACK|DOCKER|COMPOSE|KUBE\w*|SSH|SUDO|LESS\w*|MALLOC|GLIBC|XDG|DBUS|OPENSSL|CURL|WGET\w*|HTTP|HTTPS|FTP|ALL|NO|RIPGREP|GREP|FZF|JQ|YQ|FD|BAT|DIRENV|ASDF|NVM|AWS|AZURE|GOOGLE|CLOUDSDK|VAULT|OWLLM|OLLAMA|OPENAI|ANTHROPIC)_?\w*)$|_PROXY$|_OPTIONS?$|FLAGS$/i;

/** What speaks against putting `name=value` into the environment of a program. */
export function judgeEnvironment(name: string, value: string | undefined): Finding | undefined {
  if (PLAIN_WRITES.has(name) || isPlainIfs(name, value)) return undefined;
  if (PAGERS.has(name) && (value === "cat" || value === "")) return undefined;
  if (/^(?:LD_PRELOAD|LD_LIBRARY_PATH|LD_AUDIT|DYLD_INSERT_LIBRARIES|BASH_ENV)$/.test(name)) {
    return refused("environment", `"${name}" puts foreign code into every program that starts`);
  }
  return needsPerson("environment", `"${name}" may change what the program does`);
}

/** Lines as they are, `IFS=$'\n'`; other separators would split words in places that are not followed. */
function isPlainIfs(name: string, value: string | undefined): boolean {
  return name === "IFS" && value !== undefined && /^\s*$/.test(value);
}

/** What speaks against setting a variable of the shell itself. */
export function judgeAssignment(name: string, value: string | undefined): Finding | undefined {
  if (PLAIN_WRITES.has(name) || !ACTED_ON.test(name)) return undefined;
  return judgeEnvironment(name, value);
}

/** What speaks against using the value of a variable that the command did not set. */
export function judgeVariableRead(name: string): Finding | undefined {
  if (PLAIN_READS.has(name)) return undefined;
  if (SECRET_VARIABLE.test(name)) {
    return refused("secret", `"$${name}" may hold a key, a token or a password`);
  }
  // By convention the shell's own; what such a one holds was not put there for programs.
  if (/^[a-z][a-z0-9_]*$/.test(name) && !ACTED_ON.test(name)) return undefined;
  return needsPerson("environment", `"$${name}" comes from the environment`);
}
