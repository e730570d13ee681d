/** Marks by which models fence their thoughts. */
const THOUGHT_MARK = /<\/?think(?:ing)?>|\[\/?THINK\]|<\|channel\|>\s*analysis|<\/?reasoning>/;

/** The first mark of thoughts in a text; undefined when there is none. */
export function thoughtMarkIn(text: string): string | undefined {
  return THOUGHT_MARK.exec(text)?.[0];
}

/** The text without fenced thoughts; thoughts that do not end take all that follows. */
export function withoutThoughts(text: string): string {
  return text
    .replaceAll(/<think(?:ing)?>[\s\S]*?(?:<\/think(?:ing)?>|$)/g, "")
    .replaceAll(/\[THINK\][\s\S]*?(?:\[\/THINK\]|$)/g, "")
    .trim();
}
