/**
 * The system prompt. What may be done is enforced in code; this only tells the model where it is
 * and when it is done.
 */
export function systemPrompt(repository: string): string {
  return `You work in the repository "${
    repository.split("/").at(-1)
  }". Do the task with the tools, ` +
    "one call at a time. Look before you change anything, and run the tests after. " +
    "When the task is done, answer in one short paragraph.";
}
