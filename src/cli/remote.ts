import { errorMessage } from '../runtime/errors.ts';

const timeoutMs = 30_000;

/**
 * Asks a running server's `admin`. `URL` may leave `http://` out. Rejects with a message for people where it cannot be
 * reached or says no.
 */
export async function askServer(
  server: string,
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): Promise<Response> {
  const text = /^https?:\/\//.test(server) ? server : `http://${server}`;
  if (!URL.canParse(text)) throw new Error(`'${server}' is no URL; expected one like http://localhost:9154`);
  const url = new URL(path, text);
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === false) continue;
    url.searchParams.set(key, String(value));
  }
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(`cannot ask ${url.origin}: ${errorMessage(cause)}; is admin in its Corefile?`, { cause: error });
  }
  if (response.ok) return response;
  const body = await response.text();
  throw new Error(`${url.origin} says: ${errorOf(body) ?? `status ${response.status}`}`);
}

function errorOf(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}
