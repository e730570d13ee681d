import { formatBytes } from "../core/mod.ts";
import type { Check } from "./check.ts";
import { freeDiskBytes, readMemory } from "./hardware.ts";

const GIB = 1024 ** 3;

/** Below this much available memory not even a small model loads well, in bytes. */
const SCARCE_MEMORY_BYTES = 2 * GIB;

/** Below this much free disk a pull of weights or a state file is in danger, in bytes. */
const SCARCE_DISK_BYTES = GIB;

/** Lists the programs that hold the most memory. */
const BIGGEST = Deno.build.os === "darwin" ? "ps aux -m | head" : "ps aux --sort=-rss | head";

/** Memory, and how much of it is free. */
export const memory: Check = {
  id: "memory",
  title: "Memory",
  run() {
    const { totalBytes, availableBytes } = readMemory();
    const value = `${formatBytes(totalBytes)}, ${formatBytes(availableBytes)} available`;
    return Promise.resolve(
      availableBytes >= SCARCE_MEMORY_BYTES ? { status: "ok", value } : {
        status: "warn",
        value: `${value}: little for a model`,
        fix: BIGGEST,
      },
    );
  },
};

/** Cores that this process may use. */
export const cores: Check = {
  id: "cores",
  title: "Cores",
  run() {
    const { os, arch } = Deno.build;
    return Promise.resolve({
      status: "ok",
      value: `${navigator.hardwareConcurrency} (${os} ${arch})`,
    });
  },
};

/** Free disk where the state and the weights are. */
export const disk: Check = {
  id: "disk",
  title: "Disk",
  async run({ config, shown }) {
    const places = [["state", config.settings.state.dir], ["weights", config.paths.data]] as const;
    const free = await Promise.all(places.map(async ([what, directory]) => {
      const bytes = await freeDiskBytes(directory);
      return { bytes, line: `${formatBytes(bytes)} free for ${what} (${shown(directory)})` };
    }));
    const [first, ...more] = free.map(({ line }) => line);
    const scarce = free.find(({ bytes }) => bytes < SCARCE_DISK_BYTES);
    const said = { value: first ?? "", more };
    return scarce === undefined
      ? { status: "ok", ...said }
      : { status: "warn", ...said, fix: "du -xh ~ 2>/dev/null | sort -h | tail" };
  },
};
