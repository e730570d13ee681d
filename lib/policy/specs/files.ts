import type { Call } from "../call.ts";
import { needsPerson, refused } from "../session.ts";
import type { FlagLists, Table, Tables } from "../table.ts";
import { display, known, type Stream } from "../values.ts";

const HELP = "--help --version ";

/** A program that writes what its operands name. */
function writer(flags: FlagLists, more: Partial<Table> = {}): Table {
  return {
    operands: "write",
    ...more,
    flags: { ...flags, none: `${HELP}-v --verbose ${flags.none ?? ""}` },
  };
}

/** Sources are read (or removed), the last operand is written. */
function transfer(call: Call): void {
  const into = call.given("-t", "--target-directory").length > 0;
  const { operands } = call.options;
  const directories = call.given("-d", "--directory").length > 0 && call.name === "install";
  operands.forEach((arg, index) => {
    const target = directories || (!into && index === operands.length - 1);
    const source = call.name === "mv" ? "delete" : "read";
    call.file(arg, target ? "write" : source);
    if (call.name === "mv" && !target) call.file(arg, "read");
  });
}

/** `chmod`: bits that give the rights of the owner to everyone who runs the file are refused. */
function chmod(call: Call): void {
  const [mode, ...files] = call.args.filter((arg) => !/^-(?:[Rcfv]+|-.*)$/.test(known(arg) ?? ""));
  const text = mode === undefined ? "" : known(mode) ?? "";
  if (/[ugoa]*[+=][rwxXt]*s|^[0-7]*[2-7][0-7]{3}$/.test(text)) {
    call.find(
      refused("privilege", `"chmod ${text}" gives a program the rights of its owner`),
      mode,
    );
  }
  call.find(needsPerson("writes", '"chmod" changes who may do what'));
  for (const file of files) call.file(file, "write");
}

function chown(call: Call): void {
  const [owner, ...files] = call.options.operands;
  call.find(needsPerson("writes", `"${call.name}" changes who owns files`));
  if (owner !== undefined && /^(?:root|0)(?:[:.]|$)|[:.](?:root|0)$/.test(known(owner) ?? "")) {
    call.find(refused("privilege", `"${call.name} ${known(owner)}" makes root the owner`), owner);
  }
  for (const file of files) call.file(file, "write");
}

/** `dd`: its words are `name=value`. */
function dd(call: Call): Stream {
  for (const arg of call.args) {
    const [, name, value] = /^(\w+)=([\s\S]*)$/.exec(display(arg)) ?? [];
    const path = { ...arg, ...call.word(value ?? "", arg) };
    if (name === "of") call.file(path, "write");
    else if (name === "if") call.file(path, "read");
    else if (name === undefined && !/^--(?:help|version)$/.test(display(arg))) {
      call.find(needsPerson("unknown_flag", `"${display(arg)}" is no operand of "dd"`), arg);
    }
  }
  return call.stdin;
}

/** `tar`: listing reads; everything else writes files or an archive. */
function tar(call: Call): void {
  const { operands } = call.options;
  const first = known(call.args[0] ?? call.word("")) ?? "";
  const bundled = /^[A-Za-z]+$/.test(first) && !first.startsWith("-");
  const letters = bundled ? first : "";
  const lists = call.given("-t", "--list").length > 0 || letters.includes("t");
  const creates = call.given("-c", "--create", "-r", "-u", "--append", "--update").length > 0 ||
    /[cru]/.test(letters);
  const rest = bundled ? operands.slice(1) : operands;
  const hasFile = bundled && letters.includes("f");
  if (hasFile && rest[0] !== undefined) call.file(rest[0], creates ? "write" : "read");
  for (const { value } of call.given("-f", "--file")) {
    if (value !== undefined && known(value) !== "-") call.file(value, creates ? "write" : "read");
  }
  if (creates) { for (const arg of hasFile ? rest.slice(1) : rest) call.file(arg, "tree"); }
  const packed = (hasFile ? rest[0] : call.given("-f", "--file")[0]?.value) ?? call.word("-");
  if (creates && known(packed) === "-") {
    call.find(needsPerson("secret", '"tar" would print every file, with the secrets among them'));
  }
  const archives = [
    ...call.given("-f", "--file").map(({ value }) => value),
    hasFile ? rest[0] : undefined,
  ];
  if (archives.some((arg) => arg !== undefined && /^[^/]*:/.test(display(arg)))) {
    call.find(needsPerson("network", "An archive with a colon is on another machine"));
  }
  if (!lists && !creates) call.find(needsPerson("writes", '"tar" unpacks files'));
  if (/[^tvfzjJacxru]/.test(letters)) {
    call.find(needsPerson("unknown_flag", `"${letters}" has letters that are not worked out`));
  }
}

/** Compressors write beside their input unless they print or only look. */
function compress(call: Call): Stream {
  const looks =
    call.given("-c", "--stdout", "--to-stdout", "-l", "--list", "-t", "--test").length > 0;
  for (const arg of call.options.operands) call.file(arg, looks ? "read" : "write");
  if (call.stdin.kind === "unknown" && call.stdin.taint !== undefined) return call.stdin;
  const unpacks = call.name.startsWith("un") || call.name.startsWith("gun") ||
    call.name.startsWith("bun") ||
    call.given("-d", "--decompress", "--uncompress").length > 0;
  return unpacks ? { kind: "unknown", taint: "decoded" } : { kind: "unknown" };
}

const DESTROYER: Table = { style: "none", operands: "text", always: { role: "destroy", why: "" } };

/** Programs that change files. */
export const FILES: Tables = {
  rm: {
    operands: "delete",
    flags: {
      none:
        `${HELP}-f -i -I -v -d --force --interactive? --verbose --dir --one-file-system --preserve-root?`,
      destroy: "-r -R --recursive --no-preserve-root",
    },
  },
  "rmdir unlink": {
    operands: "delete",
    flags: { none: `${HELP}-p -v --parents --verbose --ignore-fail-on-non-empty` },
  },
  "mkdir touch mkfifo mknod": writer({
    none: "-p -a -c -f -m -h --parents --no-create --no-dereference",
    text: "-d: -t: --date: --time: --mode: --context?",
    stat: "-r: --reference:",
  }),
  mktemp: writer({
    none: "-d -q -u --directory --quiet --dry-run",
    text: "--suffix:",
    write: "-p: --tmpdir? -t",
  }, {
    always: { role: "write", why: "mktemp" },
    operands: "text",
  }),
  "cp mv ln install": writer({
    none:
      "-a -b -d -D -f -H -i -L -l -n -P -p -R -r -s -T -u -x -Z -c -C --archive --force --interactive " +
      "--no-clobber --recursive --symbolic --symbolic-link --link --dereference --no-dereference --update? " +
      "--parents --preserve? --no-target-directory --attributes-only --reflink? --sparse: --backup? " +
      "--directory --compare --strip-trailing-slashes --relative --one-file-system",
    text: "-S: --suffix: -m: -o: -g: --mode: --owner: --group:",
    write: "-t: --target-directory:",
    exec: "--strip-program:",
  }, { operands: "text", judge: transfer }),
  tee: writer({ none: "-a -i -p --append --ignore-interrupts --output-error?" }, {
    output: (call) => call.stdin,
  }),
  truncate: writer({
    none: "-c -o --no-create --io-blocks",
    text: "-s: --size:",
    stat: "-r: --reference:",
  }),
  "split csplit": writer({
    none: "-d -x -e -u -k -n -q -s -z --verbose --elide-empty-files",
    text:
      "-a: -b: -C: -l: -n: -t: -f: --suffix-length: --bytes: --lines: --number: --additional-suffix: --prefix:",
    exec: "--filter:",
  }, { operands: ["read", "write", "text"], always: { role: "write", why: "" } }),
  dd: { style: "none", whole: dd },
  chmod: { style: "none", whole: chmod },
  "chown chgrp": {
    operands: "text",
    flags: {
      none:
        `${HELP}-c -f -v -h -R -H -L -P --recursive --changes --silent --quiet --verbose --dereference ` +
        "--no-dereference --preserve-root",
      text: "--from:",
      stat: "--reference:",
      destroy: "--no-preserve-root",
    },
    judge: chown,
  },
  "setfacl chattr": {
    style: "none",
    operands: "text",
    always: { role: "approve", why: "changes rights" },
  },
  "shred wipefs fdisk sfdisk sgdisk gdisk parted mkswap blkdiscard badblocks cryptsetup mdadm lvremove vgremove srm wipe format":
    DESTROYER,
  "mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mke2fs newfs":
    DESTROYER,
  "shutdown reboot halt poweroff init telinit": DESTROYER,
  tar: {
    operands: "text",
    flags: {
      none:
        `${HELP}-t -x -c -r -u -d -A -v -z -j -J -a -p -k -m -O -S -w -W -h -l -n -P --list --extract --get --create ` +
        "--append --update --diff --compare --delete --concatenate --catenate --verbose --gzip --bzip2 --xz --zstd --auto-compress --lzma " +
        "--keep-old-files --overwrite --to-stdout --no-recursion --wildcards --numeric-owner " +
        "--same-permissions --preserve-permissions --no-same-owner --full-time --absolute-names",
      text:
        "-f: --file: -b: --exclude: --strip-components: --transform: --xform: --owner: --group: --mode: --sort: --mtime: --format: " +
        "--occurrence? --totals? --quoting-style: --checkpoint? --warning: -N: --newer: --after-date:",
      read: "-T: --files-from: -X: --exclude-from:",
      dir: "-C: --directory:",
      exec: "--to-command: -I: --use-compress-program: --checkpoint-action: -F: --info-script: " +
        "--new-volume-script: --rsh-command: --rmt-command:",
      write:
        "--remove-files --unlink-first --recursive-unlink -g: --listed-incremental: --index-file: --one-top-level?",
    },
    judge: tar,
  },
  "gzip gunzip bzip2 bunzip2 xz unxz lzma zstd unzstd pigz": {
    operands: "text",
    numeric: true,
    flags: {
      none:
        `${HELP}-c -d -f -k -l -n -N -q -r -t -v -z -e -T --stdout --to-stdout --decompress --uncompress ` +
        "--force --keep --list --test --quiet --verbose --best --fast --recursive --no-name --name",
      text: "-S: --suffix:",
      write: "-o: -b:",
    },
    output: compress,
  },
  unzip: {
    operands: ["read", "text"],
    style: "exact",
    flags: {
      none: "-l -v -t -Z -q -qq -z -p -c",
      write: "-o -n -u -f -j -d: -x",
    },
    judge: (call) => {
      if (call.given("-l", "-v", "-t", "-Z", "-z", "-p", "-c").length === 0) {
        call.find(needsPerson("writes", '"unzip" unpacks files'));
      }
    },
    output: () => ({ kind: "unknown", taint: "decoded" }),
  },
  zipinfo: {
    operands: ["read", "text"],
    style: "exact",
    flags: { none: "-1 -2 -l -m -s -v -h -t -z -T" },
  },
  zip: {
    style: "exact",
    operands: ["write", "tree"],
    flags: { none: "-r -q -v -9 -0 -j -x", exec: "-T -TT: --unzip-command:", write: "-m -d -u -f" },
  },
  rsync: {
    operands: "write",
    style: "exact",
    flags: {
      none:
        "-a -v -r -n -z -h -u -t -p -l -c -q -P --dry-run --archive --verbose --progress --stats",
      text: "--exclude: --include:",
      destroy: "--delete --delete-after --delete-before --delete-excluded --remove-source-files",
      exec: "-e: --rsh: --rsync-path:",
      read: "--exclude-from: --include-from: --files-from: --password-file:",
    },
    always: { role: "net", why: "" },
  },
  patch: writer({
    none: "-R -N -s -f -t -l -u -E --reverse --forward --dry-run --silent --force",
    text: "-p: -F: --strip: --fuzz:",
    read: "-i: --input:",
    dir: "-d: --directory:",
    write: "-o: -r: -b --backup --output: --reject-file:",
    exec: "-e --ed",
  }, { always: { role: "write", why: "" } }),
  "kill pkill killall killall5 skill xkill": {
    style: "none",
    whole: (call) => {
      const texts = call.args.map(known);
      if (texts.length === 1 && /^-[lL]$/.test(texts[0] ?? "")) return;
      const all = texts.slice(1).some((text) => text === "-1" || text === "1");
      call.find(
        all
          ? refused("destroys", `"${call.name} ${texts.join(" ")}" ends every process`)
          : needsPerson("signals", `"${call.name}" ends processes`),
      );
    },
  },
};
