import type { Call } from "../call.ts";
import { needsPerson } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { type Arg, display, known, type Stream } from "../values.ts";
import { resolvePath } from "../paths.ts";
import { joinWords } from "./shells.ts";

const DOWNLOAD: Stream = { kind: "unknown", taint: "download" };

/** Remembers a file that a download is written to. */
function remember(call: Call, path: string): void {
  for (const dir of call.state.dirs) call.state.downloads.add(resolvePath(dir, path));
}

/** The file that a URL is saved as when no name is given. */
function nameOf(url: string): string {
  return url.replace(/[?#].*$/, "").replace(/^.*\//, "") || "index.html";
}

function judgeUrl(call: Call, arg: Arg): void {
  const text = display(arg);
  call.session.recorder.effect("net", text);
  if (/^file:/i.test(text)) call.file(call.word(text.replace(/^file:(?:\/\/)?/i, ""), arg), "read");
}

/** Data that is sent: `@file` is read. */
function judgeData(call: Call, value: Arg | undefined): void {
  const text = value === undefined ? undefined : known(value);
  const file = /^(?:[^=@]*=)?[@<](.+)$/.exec(text ?? "")?.[1];
  if (value !== undefined && file !== undefined && file !== "-") {
    call.file(call.word(file.replace(/;.*$/, ""), value), "read");
  }
}

function curl(call: Call): void {
  for (const arg of call.options.operands) judgeUrl(call, arg);
  for (const { value } of call.given("--url")) if (value !== undefined) judgeUrl(call, value);
  for (
    const { value } of call.given(
      "-d",
      "--data",
      "--data-binary",
      "--data-urlencode",
      "-F",
      "--form",
      "--json",
      "-H",
      "--header",
    )
  ) {
    judgeData(call, value);
  }
  const saved = call.given("-o", "--output").flatMap(({ value }) =>
    value === undefined ? [] : [known(value) ?? ""]
  );
  for (const path of saved) remember(call, path);
  if (call.given("-O", "-J", "--remote-name", "--remote-name-all").length > 0) {
    for (const arg of call.options.operands) remember(call, nameOf(display(arg)));
  }
}

function wget(call: Call): void {
  for (const arg of call.options.operands) {
    judgeUrl(call, arg);
    remember(call, nameOf(display(arg)));
  }
  for (const { value } of call.given("-O", "--output-document")) {
    if (value !== undefined) remember(call, known(value) ?? "");
  }
}

/** `ssh host words`: the words are a script on the other machine. */
function ssh(call: Call): Stream | void {
  const [host, ...words] = call.options.operands;
  if (host !== undefined) call.session.recorder.effect("net", display(host));
  for (const { value } of call.given("-o")) {
    if (/command|localforward|knownhosts/i.test(value === undefined ? "" : display(value))) {
      call.find(needsPerson("executes", "The option runs a program"), value);
      if (value !== undefined) call.lookForDenials(value);
    }
  }
  if (words.length > 0) call.script(joinWords(words));
}

function copies(call: Call): void {
  for (const arg of call.options.operands) {
    const text = display(arg);
    if (/^[^/]+:/.test(text)) call.session.recorder.effect("net", text);
    else call.file(arg, "read");
  }
}

const remote = (more: Partial<Table> = {}): Table => ({
  style: "none",
  operands: "text",
  always: { role: "net", why: "" },
  ...more,
});

/** Programs that talk to other machines. */
export const NETWORK: Tables = {
  curl: {
    style: "exact",
    operands: "text",
    flags: {
      none:
        "-# -0 -1 -2 -3 -4 -6 -a -f -g -G -i -I -j -k -l -L -M -n -N -p -q -R -s -S -v -V -Z --fail --fail-with-body --get --head --help --http1.1 --http2 --include " +
        "--insecure --location --location-trusted --compressed --no-progress-meter --progress-bar --silent --show-error --verbose --version --no-buffer --create-dirs --ipv4 --ipv6 --tlsv1.2",
      text:
        "-A: -b: -d: -e: -F: -H: -m: -P: -Q: -r: -t: -w: -x: -X: -y: -Y: -z: --connect-timeout: --cookie: --data: --data-binary: --data-raw: --data-urlencode: --form: --header: --json: --max-time: --max-redirs: --proto: --proxy: --range: --referer: --request: --resolve: --retry: --retry-delay: --url: --user-agent: --write-out: --interface:",
      read: "-T: --upload-file: --cacert: --capath: -E: --cert: --key:",
      write:
        "-o: -O -J -c: -D: --output: --remote-name --remote-name-all --remote-header-name --cookie-jar: --dump-header: --trace: --trace-ascii: --stderr: --output-dir: --etag-save: --hsts: --alt-svc: --libcurl:",
      config: "-K: --config: --engine: --unix-socket: --abstract-unix-socket: --proxy-header:",
      credentials:
        "--netrc --netrc-file: --netrc-optional -u: --user: -U: --proxy-user: --oauth2-bearer:",
    },
    always: { role: "net", why: "" },
    judge: curl,
    output: () => DOWNLOAD,
  },
  wget: {
    style: "exact",
    operands: "text",
    flags: {
      none:
        "-q -v -nv -c -N -S -r -p -k -m -np -nH -nd -4 -6 -b --quiet --verbose --no-verbose --continue --timestamping --spider --server-response --no-check-certificate --recursive --mirror --https-only --show-progress",
      text:
        "-T: -t: -w: -U: -e: -A: -R: -l: --timeout: --tries: --header: --user-agent: --method: --body-data: --post-data: --execute:",
      read: "-i: --input-file: --post-file: --body-file: --ca-certificate:",
      write:
        "-O: -o: -a: -P: --output-document: --output-file: --append-output: --directory-prefix:",
      config: "--config: --use-askpass: --warc-file: --load-cookies:",
      credentials: "--user: --password: --http-user: --http-password:",
    },
    always: { role: "net", why: "" },
    judge: wget,
    output: () => DOWNLOAD,
  },
  "http https xh httpie aria2c axel lynx w3m links elinks fetch lwp-request GET ftp tftp lftp":
    remote({ output: () => DOWNLOAD }),
  ssh: {
    stop: true,
    style: "exact",
    operands: "text",
    flags: {
      none: "-4 -6 -A -a -C -f -G -g -K -k -M -N -n -q -s -T -t -V -v -X -x -Y -y",
      text: "-b: -c: -e: -m: -O: -o: -p: -Q: -B: -l:",
      approve: "-D: -L: -R: -W: -w: -J: -S: -F: -I: -E:",
      read: "-i:",
    },
    always: { role: "net", why: "" },
    output: (call) => ssh(call) ?? DOWNLOAD,
  },
  "scp sftp": {
    style: "exact",
    operands: "text",
    flags: {
      none: "-r -p -q -v -C -3 -4 -6 -B -T -O",
      text: "-P: -c: -l: -o: -J: -i: -F:",
      exec: "-S: -D:",
    },
    always: { role: "net", why: "" },
    judge: copies,
  },
  "nc ncat netcat socat telnet": {
    style: "none",
    always: { role: "net", why: "" },
    whole: (call): Stream => {
      for (const [index, arg] of call.args.entries()) {
        const text = known(arg) ?? "";
        call.session.recorder.onlyDenials(() => call.file(arg, "read"));
        const shell = /^-\w*[ec]$|^--(?:exec|sh-exec)(?:=|$)/.test(text) ||
          /exec:|system:/i.test(text);
        if (shell) {
          call.role(
            "escape",
            undefined,
            arg,
            `${text} ${known(call.args[index + 1] ?? call.word("")) ?? ""}`,
          );
        }
      }
      return DOWNLOAD;
    },
  },
  "ping ping6 traceroute tracepath dig nslookup host whois getent mtr nmap arp tcpdump tshark ip ifconfig netstat ss route iwconfig":
    remote(),
  "ssh-keygen ssh-add ssh-agent ssh-copy-id ssh-keyscan gpg gpg2 pass security op vault age sops secret-tool keyctl":
    {
      style: "none",
      operands: "text",
      whole: keys,
      always: { role: "approve", why: "handles keys" },
    },
  openssl: {
    style: "none",
    operands: "text",
    whole: (call): Stream => {
      const texts = call.args.map((arg) => known(arg) ?? "");
      if (texts.length === 1 && texts[0] === "version") return { kind: "unknown" };
      call.find(needsPerson("needs_person", `"openssl ${texts[0] ?? ""}" is not worked out`));
      for (const arg of call.args) call.session.recorder.onlyDenials(() => call.file(arg, "read"));
      if (call.stdin.kind === "unknown" && call.stdin.taint !== undefined) return call.stdin;
      return { kind: "unknown", taint: texts[0] === "s_client" ? "download" : "decoded" };
    },
  },
  "aws gcloud az gsutil doctl heroku flyctl vercel netlify terraform pulumi ansible ansible-playbook gh glab hub":
    remote({
      whole: (call) => {
        if (
          call.args.length === 1 && /^--?(?:version|help)$/.test(known(call.args[0] as Arg) ?? "")
        ) return;
        const words = call.args.map(display).join(" ");
        if (
          /\b(?:auth (?:token|print|export)|get-secret-value|secrets? (?:versions )?access|print-access-token|get-session-token|export-credentials)\b/
            .test(words)
        ) {
          call.role("credentials", undefined, call.span, words);
        }
      },
    }),
};

function keys(call: Call): void {
  for (const arg of call.args) call.session.recorder.onlyDenials(() => call.file(arg, "read"));
  const words = call.args.map(display).join(" ");
  if (
    /--export-secret|find-generic-password|find-internet-password|dump-keychain|\bkv get\b|\bread\b/
      .test(words)
  ) {
    call.role("credentials", undefined, call.span, words);
  }
}
