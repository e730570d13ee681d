import { patternsMeet } from "./globs.ts";

/** Last names of files that hold keys, tokens, passwords or what was typed; lower case. */
const SECRET_NAMES: readonly string[] = (
  ".env .env.* *.env .envrc kubeconfig *.kubeconfig " +
  "serviceaccount*.json *adminsdk*.json " +
  "password.txt passwords.txt api_key.txt apikey.txt .vault_pass .vault_password fish_history .zhistory " +
  "key4.db logins.json cookies.sqlite .terraformrc " +
  "id_rsa id_dsa id_ecdsa id_ed25519 id_*_sk *.pem *.key *.p12 *.pfx *.jks *.keystore *.kdbx *.ppk " +
  ".netrc _netrc .pgpass .my.cnf .npmrc .pypirc .git-credentials .gitcredentials .htpasswd .dockercfg .s3cfg .boto " +
  ".vault-token .bash_history .zsh_history .sh_history .python_history .psql_history .mysql_history " +
  ".node_repl_history .rediscli_history .lesshst " +
  "credentials.json credentials.csv client_secret*.json service-account*.json service_account*.json " +
  "secrets.json secrets.yml secrets.yaml secrets.toml secret.json secret.yml secret.yaml .secrets " +
  "token.json tokens.json .token *.tfstate *.tfstate.backup accesstokens.json"
).split(" ");

/** Copies of them: what is kept beside a secret under a longer name. */
const COPIES: readonly string[] =
  ".env-* .env_* .env~ id_rsa.* id_rsa_* id_rsa-* id_ed25519.* id_ed25519_* id_ecdsa.*".split(" ");

/** The same as one expression: names are looked at far more often than patterns. */
const SECRET_NAME = new RegExp(
  `^(?:${
    [...SECRET_NAMES, ...COPIES].map((name) => name.replaceAll(".", "\\.").replaceAll("*", ".*"))
      .join("|")
  })$`,
  "s",
);

/** Names that look like those above and hold nothing: examples that are committed. */
const EXAMPLES =
  /^(?:\.env[._-](?:example|sample|template|dist|defaults?)|(?:example|sample|template)\.env|.*\.pub)$/;

/** Directories (as `/`-joined parts of a path) of which every file counts as secret. */
const SECRET_DIRECTORIES: readonly string[] = (
  ".ssh .aws .azure .gnupg .kube .password-store .config/gcloud .config/gh .config/hub .config/op " +
  ".config/rclone .config/doctl .docker .cargo/credentials .cargo/credentials.toml .gem/credentials " +
  ".terraform.d .secrets .local/share/keyrings .mozilla .config/google-chrome .config/chromium " +
  ".config/git/credentials .m2/settings.xml .gradle/gradle.properties"
).split(" ");

/** Absolute places that hold credentials or the memory of other programs. */
const SECRET_PLACES =
  /^\/(?:etc\/(?:shadow|gshadow|sudoers|master\.passwd|security\/opasswd)-?(?:$|\/)|etc\/sudoers\.d(?:$|\/)|etc\/ssh\/ssh_host_|etc\/ssl\/private(?:$|\/)|etc\/krb5\.keytab|proc\/(?:[^/]+|[^/]+\/task\/[^/]+)\/(?:environ|mem|maps|auxv|stack)$|proc\/kcore|dev\/(?:k?mem|port)$|(?:var\/)?run\/secrets(?:$|\/)|var\/lib\/(?:docker|kubelet|containerd)(?:$|\/))/;

/** Whether the name of a file says that it holds a secret. */
export function isSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  if (EXAMPLES.test(lower)) return false;
  return SECRET_NAME.test(lower);
}

/** Whether an absolute path, by its name or its place, holds a secret. */
export function isSecretPath(path: string): boolean {
  if (SECRET_PLACES.test(path)) return true;
  const lower = path.toLowerCase();
  if (isSecretName(lower.slice(lower.lastIndexOf("/") + 1))) return true;
  return SECRET_DIRECTORIES.some((directory) =>
    lower.endsWith(`/${directory}`) || lower.includes(`/${directory}/`)
  );
}

/** Whether a pattern of names could list a secret. */
export function couldNameSecret(pattern: string): boolean {
  const lower = pattern.toLowerCase();
  if (EXAMPLES.test(lower)) return false;
  return [...SECRET_NAMES, ".ssh", ".aws", ".azure", ".gnupg", ".kube", ".docker"]
    .some((secret) =>
      patternsMeet(secret, lower) && (!secret.startsWith(".") || /^[.[]/.test(lower))
    );
}

/** Names that a pattern is held against where `*` also stands for a leading dot (find, grep, rg, git). */
const USUAL_SECRETS: readonly string[] = (
  ".env .env.local .env.production .env.development id_rsa id_ed25519 .netrc .npmrc .pypirc .pgpass " +
  ".git-credentials .bash_history"
).split(" ");

/** The last name of a pattern with its open places filled in two ways. */
function samplesOf(pattern: string): readonly string[] {
  const last = pattern.slice(pattern.lastIndexOf("/") + 1);
  return ["", "x"].map((fill) => last.replaceAll(/\*+|\?|\[[^\]]*\]/g, fill));
}

/**
 * Whether a pattern that a program matches itself selects secrets: `yes` when it names them, `maybe` when it
 * can and is not as broad as no pattern at all.
 */
export function selectsSecrets(pattern: string): "yes" | "maybe" | "no" {
  if (samplesOf(pattern).some(isSecretName)) return "yes";
  const last = pattern.slice(pattern.lastIndexOf("/") + 1).toLowerCase();
  if (!/[*?[]/.test(last) || /^\**$|^\*+\.\*+$/.test(last)) return "no";
  return USUAL_SECRETS.some((secret) => patternsMeet(last, secret)) ? "maybe" : "no";
}

/** Names of environment variables that hold credentials. */
export const SECRET_VARIABLE =
  /SECRET|TOKEN|PASSW(?:OR)?D|PASSPHRASE|CREDENTIAL|PRIVATE_?KEY|ACCESS_?KEY|API_?KEY|(?:^|_)AUTH(?:_|$)/i;
