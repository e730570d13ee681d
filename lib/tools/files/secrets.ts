import { ValidationError } from "../failure.ts";
import { show } from "./paths.ts";

/** Files that hold keys, tokens and passwords wherever they lie: no tool reads or writes them. */
const SECRET_FILE =
  /(?:^|\/)(?:\.env(?:\.(?!example$|sample$|template$|dist$)[^/]+)?|\.netrc|\.npmrc|\.pypirc|\.git-credentials|\.htpasswd|\.pgpass|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|[^/]+\.(?:pem|key|p12|pfx|jks|keystore|kdbx)|credentials(?:\.json)?|secrets?\.(?:json|ya?ml|toml))$|(?:^|\/)\.(?:ssh|aws|gnupg|kube|azure|gcloud|docker)(?:\/|$)/i;

/** Files by which a repository runs code or tells others to: a change of them is no ordinary edit. */
const CONTROL_FILE =
  /(?:^|\/)(?:\.git(?:\/|$)|\.gitmodules$|\.gitattributes$|\.github\/workflows\/|\.gitlab-ci\.ya?ml$|\.circleci\/|\.ci\/|\.husky\/|\.vscode\/|\.idea\/|\.envrc$|owllm\.toml$|policy\.toml$)/i;

/** True for a file whose content no model may see. */
export function isSecretFile(relative: string): boolean {
  return SECRET_FILE.test(relative);
}

/** True for a file whose change needs a person even where edits are granted. */
export function isControlFile(relative: string): boolean {
  return CONTROL_FILE.test(relative);
}

/** @throws {@linkcode ValidationError} for a secret file */
export function refuseSecret(relative: string): void {
  if (!isSecretFile(relative)) return;
  throw new ValidationError(
    `"${show(relative)}" may hold secrets, which no tool reads or writes`,
    "Ask the person for the one value that is needed, or look at an example file beside it",
    { path: relative },
  );
}
