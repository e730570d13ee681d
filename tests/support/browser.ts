/** A real headless browser over its debugging protocol, with an empty profile of its own. */

/** A page in the browser. */
export interface BrowserPage {
  /** The URLs that the page asked for, refused ones too. */
  readonly requests: readonly string[];
  /** What the page's console and its policy complained about. */
  readonly complaints: readonly string[];
  /** The value of an expression, outside the page's own policy. */
  evaluate(expression: string): Promise<unknown>;
  /** A PNG of the whole page. */
  screenshot(): Promise<Uint8Array>;
}

/** How the page is looked at. */
export interface BrowserView {
  readonly width: number;
  readonly scheme?: "light" | "dark";
  /** Takes the browser's network away before the page is opened. */
  readonly offline?: boolean;
}

/** Longest wait for an answer of the browser. */
const ANSWER_MS = 20_000;

interface CdpMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Opens `url` in a fresh browser, hands the loaded page to `body`, and ends the browser. */
export async function withPage(
  program: string,
  url: string,
  view: BrowserView,
  body: (page: BrowserPage) => Promise<void>,
): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "owllm-browser-" });
  const child = new Deno.Command(program, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const port = await debuggingPort(profile);
    const list = await fetch(`http://127.0.0.1:${port}/json/list`);
    const targets = await list.json() as { type: string; webSocketDebuggerUrl: string }[];
    const target = targets.find(({ type }) => type === "page");
    if (target === undefined) throw new Error("The browser opened no page");
    await using session = await connect(target.webSocketDebuggerUrl);
    await open(session, url, view);
    await body(pageOf(session));
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await removeProfile(profile);
  }
}

/** Chromium's helpers write into the profile for a moment after the browser has ended. */
async function removeProfile(profile: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    try {
      return await Deno.remove(profile, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`The profile "${profile}" cannot be removed`);
}

/** The browser writes its port into its profile once it listens. */
async function debuggingPort(profile: string): Promise<string> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
    const [port] = text.split("\n");
    if (port) return port;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("The browser did not start within 30 s");
}

async function open(session: Session, url: string, view: BrowserView): Promise<void> {
  for (const domain of ["Page", "Runtime", "Network", "Log"]) {
    await session.send(`${domain}.enable`);
  }
  await session.send("Emulation.setDeviceMetricsOverride", {
    width: view.width,
    height: 900,
    deviceScaleFactor: 1,
    mobile: view.width < 600,
  });
  await session.send("Emulation.setEmulatedMedia", {
    features: [{ name: "prefers-color-scheme", value: view.scheme ?? "light" }],
  });
  if (view.offline === true) {
    const nothing = { latency: 0, downloadThroughput: 0, uploadThroughput: 0 };
    await session.send("Network.emulateNetworkConditions", { offline: true, ...nothing });
  }
  const loaded = session.once("Page.loadEventFired");
  await session.send("Page.navigate", { url });
  await loaded;
}

function pageOf(session: Session): BrowserPage {
  return {
    requests: session.requests,
    complaints: session.complaints,
    async evaluate(expression) {
      const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
        userGesture: true,
      }) as { result: { value?: unknown }; exceptionDetails?: { text: string } };
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
      return result.value;
    },
    async screenshot() {
      const { data } = await session.send("Page.captureScreenshot", {
        captureBeyondViewport: true,
      }) as { data: string };
      return Uint8Array.fromBase64(data);
    },
  };
}

interface Session extends AsyncDisposable {
  readonly requests: string[];
  readonly complaints: string[];
  send(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  once(method: string): Promise<void>;
}

async function connect(url: string): Promise<Session> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const requests: string[] = [];
  const complaints: string[] = [];
  const waiting = new Map<number, (message: CdpMessage) => void>();
  const listeners = new Map<string, () => void>();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as CdpMessage;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    const { method = "", params = {} } = message;
    if (method === "Network.requestWillBeSent") {
      requests.push((params["request"] as { url: string }).url);
    }
    if (method === "Log.entryAdded") complaints.push((params["entry"] as { text: string }).text);
    listeners.get(method)?.();
  };
  return {
    requests,
    complaints,
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        const late = setTimeout(() => reject(new Error(`${method}: no answer`)), ANSWER_MS);
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id);
          clearTimeout(late);
          if (error === undefined) resolve(result ?? {});
          else reject(new Error(`${method}: ${error.message}`));
        });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    once: (method) => new Promise((resolve) => listeners.set(method, resolve)),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
    },
  };
}
