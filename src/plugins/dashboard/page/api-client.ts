import { useEffect, useState } from 'preact/hooks';

/** What the server has said last; `error` where the last request failed. */
export interface Asked<Value> {
  readonly value: Value | undefined;
  readonly error: string;
}

/** Asks below /api/. Rejects with the server's words. */
async function ask(path: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, { signal, cache: 'no-store' });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error('The server cannot be reached.', { cause: error });
  }
  if (response.ok) return response;
  const { error } = (await response.json().catch(() => ({}))) as { error?: string };
  throw new Error(error ?? `The server answers with status ${response.status}.`);
}

/**
 * Asks for a path, and again each `everyMs` while somebody looks at the page; 0 for once. What was said of another path before stays until
 * there is an answer.
 */
export function useApi<Value>(path: string | undefined, everyMs = 0): Asked<Value> {
  return useAsked(path, everyMs, async (response) => (await response.json()) as Value);
}

/** The same for text. */
export function useApiText(path: string | undefined): Asked<string> {
  return useAsked(path, 0, (response) => response.text());
}

function useAsked<Value>(
  path: string | undefined,
  everyMs: number,
  read: (response: Response) => Promise<Value>,
): Asked<Value> {
  const [asked, setAsked] = useState<Asked<Value>>({ value: undefined, error: '' });
  useEffect(() => {
    if (path === undefined) {
      setAsked({ value: undefined, error: '' });
      return undefined;
    }
    return repeat(everyMs, async (signal) => {
      try {
        const value = await read(await ask(path, signal));
        if (!signal.aborted) setAsked({ value, error: '' });
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!signal.aborted) setAsked(({ value }) => ({ value: everyMs > 0 ? value : undefined, error: message }));
      }
    });
  }, [path, everyMs]);
  return asked;
}

/** Does something at once, and again each `everyMs` after it is done, but not while the page is hidden. Returns what ends it. */
export function repeat(everyMs: number, run: (signal: AbortSignal) => Promise<void>): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = async (): Promise<void> => {
    await run(signal);
    if (everyMs > 0 && !signal.aborted) timer = setTimeout(next, everyMs);
  };
  const next = (): void => {
    if (document.visibilityState === 'visible') void turn();
    else document.addEventListener('visibilitychange', next, { once: true, signal });
  };
  void turn();
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
}

/** Asks for JSON once. */
export async function askJson<Value>(path: string, signal: AbortSignal): Promise<Value> {
  return (await (await ask(path, signal)).json()) as Value;
}
