import { OwllmError } from "../../core/mod.ts";
import { demandSuccess, errorMessageIn, postJson, readBody, send } from "../http.ts";

/** A model made of another one; everything that is not given stays as it is in `from`. */
export interface Derivation {
  /** Name of the new model. */
  readonly model: string;
  readonly from: string;
  readonly template?: string;
  /** A list replaces the list of `from`. */
  readonly parameters: Readonly<Record<string, number | readonly string[]>>;
}

/**
 * Makes a derived model on an Ollama server by `/api/create`.
 *
 * @throws `model` with the server's own words.
 */
export async function createDerived(
  baseUrl: string,
  derivation: Derivation,
  signal?: AbortSignal,
): Promise<void> {
  const url = `${baseUrl}/api/create`;
  const response = await postJson(url, { ...derivation, stream: false }, signal);
  const body = await readBody(response, url, signal);
  const said = errorMessageIn(body);
  if (said === undefined) return;
  throw new OwllmError({
    code: "model",
    message: `Ollama could not create "${derivation.model}": ${said}`,
    context: { model: derivation.model, from: derivation.from },
  });
}

/** Removes a model from an Ollama server. */
export async function deleteModel(
  baseUrl: string,
  model: string,
  signal?: AbortSignal,
): Promise<void> {
  const url = `${baseUrl}/api/delete`;
  const body = JSON.stringify({ model });
  const headers = { "content-type": "application/json" };
  const response = await send({ method: "DELETE", url, body, headers, signal });
  await demandSuccess(response, url, signal);
  await response.body?.cancel();
}
