/** The shells for which there is a completion script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

// Bash splits words at colons, which model names have: so the words are cut from the line, and
// what stands before the last colon is taken off the candidates again.
const BASH: readonly string[] = [
  '# owllm completions for bash: eval "$(owllm completions bash)"',
  "_owllm() {",
  '  local line=${COMP_LINE:0:COMP_POINT} program=${1/#\\~/$HOME} current prefix="" candidate',
  "  local -a words",
  '  read -ra words <<< "$line"',
  '  if [[ $line == *[[:space:]] ]]; then words+=(""); fi',
  "  current=${words[${#words[@]}-1]}",
  "  if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then prefix=${current%:*}:; fi",
  "  COMPREPLY=()",
  "  while IFS=$'\\t' read -r candidate _; do",
  '    COMPREPLY+=("${candidate#"$prefix"}")',
  '  done < <("$program" complete -- "${words[@]:1}" 2>/dev/null)',
  "}",
  "complete -o default -F _owllm owllm",
];

const ZSH: readonly string[] = [
  "#compdef owllm",
  '# owllm completions for zsh: eval "$(owllm completions zsh)"',
  "_owllm() {",
  "  local line name",
  "  local -a candidates",
  "  while IFS= read -r line; do",
  "    name=${line%%$'\\t'*}",
  "    candidates+=(\"${name//:/\\\\:}:${line#*$'\\t'}\")",
  '  done < <(${(e)words[1]} complete -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)',
  "  if (( $#candidates )); then _describe owllm candidates; else _files; fi",
  "}",
  'if [[ $funcstack[1] == _owllm ]]; then _owllm "$@"; else compdef _owllm owllm; fi',
];

const FISH: readonly string[] = [
  "# owllm completions for fish: owllm completions fish | source",
  "function __owllm_complete",
  "  set -l words (commandline -opc)",
  "  set -l current (commandline -ct)",
  '  command $words[1] complete -- $words[2..-1] "$current" 2>/dev/null',
  "end",
  "complete -c owllm -f -a '(__owllm_complete)'",
  "complete -c owllm -l state -r -F",
  "complete -c owllm -l config -r -F",
];

/** The script that a shell evaluates to complete `owllm`. */
export function completionScript(shell: (typeof SHELLS)[number]): string {
  const lines = { bash: BASH, zsh: ZSH, fish: FISH }[shell];
  return `${lines.join("\n")}\n`;
}
