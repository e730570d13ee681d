/** The one argument of the commands that judge a command. */
export const POLICY_COMMAND = {
  brief: "The command as a shell would get it, in quotes",
  parse: String,
  placeholder: "COMMAND",
} as const;
