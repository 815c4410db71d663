import { explanationText } from '../server/inspect/explain-text.ts';
import type { Explanation, ExplainRequest } from '../server/inspect/inspector.ts';
import type { ExplainFlags } from './explain-command.ts';
import { inspectLocally } from './local.ts';
import { write } from './output.ts';
import { askServer } from './remote.ts';

/** `serviceentry-dns explain`: prints an explanation. Rejects with a message for people. */
export async function runExplain(flags: ExplainFlags, hashSeed: number): Promise<void> {
  const { name, type, client, namespace, isMeshed, port, resolves, server } = flags;
  const request = { name, type, client, namespace, isMeshed, port };
  const explanation =
    server === undefined
      ? await inspectLocally(flags, hashSeed, resolves, (inspector) => inspector.explain(request, resolves))
      : await askServerToExplain(server, request);
  await write(flags.output === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation));
}

async function askServerToExplain(server: string, request: ExplainRequest): Promise<Explanation> {
  const { isMeshed, ...others } = request;
  const response = await askServer(server, '/explain', { ...others, meshed: isMeshed });
  return (await response.json()) as Explanation;
}
