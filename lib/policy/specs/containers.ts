import type { Call } from "../call.ts";
import { refused } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { display, known, type Stream, UNKNOWN_STREAM } from "../values.ts";

/** Flags that give a container the machine. */
const ESCAPES =
  /^--(?:privileged|cap-add|device|pid=host|network=host|net=host|ipc=host|userns=host|uts=host|cgroupns=host|security-opt(?:=.*(?:unconfined|disable))?)(?:=|$)|docker\.sock|containerd\.sock/;
/** Mounts of places outside the repository. */
const MOUNTS = /^(?:-[a-z]*v|--volume|--mount)(?:=|$)/;
const HOST = /^(?:host|unconfined)$/;

/** A container program: what reaches out of the container is refused, the command inside is judged too. */
function container(call: Call): void {
  call.args.forEach((arg, index) => {
    const text = known(arg) ?? display(arg);
    const value = call.args[index + 1];
    const next = value === undefined ? "" : display(value);
    if (
      ESCAPES.test(text) || (/^--(?:pid|network|net|ipc|userns|uts)$/.test(text) && HOST.test(next))
    ) {
      call.find(refused("container_escape", `"${text}" gives the container the machine`), arg);
    }
    const mount = MOUNTS.test(text)
      ? text.includes("=") ? text : next
      : /^-v./.test(text)
      ? text.slice(2)
      : "";
    if (mount !== "") judgeMount(call, mount);
    if (/^--env-file(?:=|$)/.test(text)) {
      call.role("read", text.includes("=") ? call.word(text.slice(11), arg) : value, arg, text);
    }
  });
  for (let index = 0; index < Math.min(call.args.length, 30); index++) {
    const tail = call.args.slice(index);
    if (/^-/.test(display(tail[0] ?? call.word("")))) continue;
    call.session.recorder.onlyDenials(() => call.child(tail, { external: true, tails: false }));
  }
}

function judgeMount(call: Call, mount: string): void {
  const source = /(?:^|,)(?:source|src)=([^,]+)/.exec(mount)?.[1] ??
    mount.replace(/^--\w+=/, "").split(":")[0] ?? "";
  if (!/^[/~.$]/.test(source)) return;
  const word = call.word(source.replace(/^~(?=\/|$)/, call.session.context.home), call.span);
  if (/^\/(?:$|etc|root|home|var|proc|sys|dev|boot|run)(?:\/|$)?/.test(source) || source === "~") {
    const inside = call.session.context.repository;
    if (!source.startsWith(inside)) {
      call.find(
        refused("container_escape", `"${source}" of the machine would be in the container`),
      );
    }
  }
  call.file(word, "tree");
}

const SHOWS = new Set(["ps", "images", "version", "info", "--version", "-v", "--help"]);

function docker(call: Call): Stream {
  const words = call.args.map((arg) => known(arg));
  const harmless = words.length === 1 && SHOWS.has(words[0] ?? "");
  if (harmless && words[0]?.startsWith("-") === true) return UNKNOWN_STREAM;
  call.role("approve", undefined, call.span, words[0] ?? "");
  if (/^(?:pull|push|login|search|build)$/.test(words[0] ?? "")) {
    call.session.recorder.effect("net", `${call.name} ${words[0]}`);
  }
  if (words[0] === "login" || (words[0] === "config" && words.includes("--raw"))) {
    call.role("credentials", undefined, call.span, words[0]);
  }
  container(call);
  return UNKNOWN_STREAM;
}

const TABLE: Table = { style: "none", whole: docker };

/** Programs that start containers, and services of the machine. */
export const CONTAINERS: Tables = {
  "docker podman nerdctl buildah docker-compose podman-compose": TABLE,
  "kubectl oc helm k9s minikube kind k3s": {
    style: "none",
    whole: (call) => {
      const words = call.args.map(display);
      call.role("net", undefined, call.span, words[0] ?? "");
      if (/\bsecrets?\b|\bconfig view\b.*--raw/.test(words.join(" "))) {
        call.role("credentials", undefined, call.span, words.join(" "));
      }
      container(call);
    },
  },
  "systemctl service systemd-run crontab at batch launchctl update-rc.d chkconfig start-stop-daemon":
    {
      style: "none",
      whole: (call) => {
        call.role("approve", undefined, call.span, call.args.map(display).join(" "));
        container(call);
        const piped = call.stdin.kind === "text" && /^(?:at|batch|crontab)$/.test(call.name);
        if (piped && call.stdin.kind === "text") {
          call.lookForDenials(call.word(` ${call.stdin.text}`));
        }
      },
    },
};
