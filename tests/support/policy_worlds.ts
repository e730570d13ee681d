/** Repositories as data that the policy's tests judge commands in. */
import type { PolicyContext } from "../../lib/policy/mod.ts";
import { type FixedFiles, fixedProbe } from "./fixed_probe.ts";

const GIT_CONFIG = `[core]
\trepositoryformatversion = 0
\tbare = false
[remote "origin"]
\turl = https://example.com/repo.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
`;

const PLAIN: FixedFiles = {
  "/work/repo/.git/config": GIT_CONFIG,
  "/work/repo/.git/HEAD": "ref: refs/heads/main\n",
  "/work/repo/.git/hooks": null,
  "/work/repo/.git/objects": null,
  "/work/repo/.git/refs": null,
  "/work/repo/.gitignore": "node_modules\n",
  "/work/repo/.env.example": "API_KEY=\n",
  "/work/repo/.github/workflows/ci.yml": "on: push\n",
  "/work/repo/README.md": "# Example\n",
  "/work/repo/Makefile": "test:\n\tpytest\n",
  "/work/repo/Dockerfile": "FROM scratch\n",
  "/work/repo/package.json": '{"name":"example","scripts":{"test":"node test.js"}}\n',
  "/work/repo/pyproject.toml": "[project]\nname = 'example'\n",
  "/work/repo/Cargo.toml": "[package]\nname = 'example'\n",
  "/work/repo/go.mod": "module example.com/example\n",
  "/work/repo/deno.json": '{"tasks":{"test":"deno test","build":"deno run build.ts"}}\n',
  "/work/repo/main.ts": "export {};\n",
  "/work/repo/install.sh": "echo install\n",
  "/work/repo/build.sh": "echo build\n",
  "/work/repo/src/main.ts": "export const one = 1;\n",
  "/work/repo/src/util.ts": "export const two = 2;\n",
  "/work/repo/src/main.py": "import os\n",
  "/work/repo/src/env.ts": "export {};\n",
  "/work/repo/tests/test_main.py": "def test_one(): pass\n",
  "/work/repo/docs/guide.md": "# Guide\n",
  "/work/repo/data/table.csv": "a,b,c\n",
  "/work/repo/data/numbers.txt": "1\n2\n",
  "/work/repo/data/a.txt": "a\n",
  "/work/repo/data/b.txt": "b\n",
  "/home/user/.bashrc": "# start\n",
  "/home/user/.ssh/id_rsa": "key\n",
  "/home/user/.aws/credentials": "key\n",
  "/etc/passwd": "root:x:0:0\n",
  "/etc/shadow": "root:*:0\n",
  "/etc/hosts": "127.0.0.1 localhost\n",
  "/bin/rm": "",
  "/bin/ls": "",
  "/tmp": null,
};

const HOSTILE: FixedFiles = {
  ...PLAIN,
  "/work/repo/.env": "API_KEY=secret\n",
  "/work/repo/server.pem": "-----BEGIN PRIVATE KEY-----\n",
  "/work/repo/certs/server.key": "-----BEGIN PRIVATE KEY-----\n",
  "/work/repo/id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\n",
  "/work/repo/key-link": "-> /home/user/.ssh/id_rsa",
  "/work/repo/ssh-link": "-> /home/user/.ssh",
  "/work/repo/outside-link": "-> ../other",
  "/work/repo/evil": "#!/bin/sh\n",
  "/work/repo/bare/HEAD": "ref: refs/heads/main\n",
  "/work/repo/bare/config": "[core]\n\tbare = true\n\tfsmonitor = ./evil\n",
  "/work/repo/bare/objects": null,
  "/work/repo/bare/refs": null,
  "/work/repo/vendored/.git/config": "[core]\n\tfsmonitor = ./evil\n",
  "/work/repo/vendored/.git/HEAD": "ref: refs/heads/main\n",
  "/work/other/README.md": "# Other\n",
};

function world(files: FixedFiles): PolicyContext {
  return {
    cwd: "/work/repo",
    repository: "/work/repo",
    home: "/home/user",
    files: fixedProbe(files),
    protectedPaths: ["/home/user/.local/state/owllm"],
  };
}

/** A repository as most are. */
export const PLAIN_WORLD: PolicyContext = world(PLAIN);

/** A repository with secrets, links out, and repositories in it with configurations of their own. */
export const HOSTILE_WORLD: PolicyContext = world(HOSTILE);
