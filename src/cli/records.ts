import { printable } from '../runtime/terminal-text.ts';
import { recordFilter, recordsText } from '../server/inspect/records.ts';
import type { RecordsFlags } from './records-command.ts';
import { inspectLocally } from './local.ts';
import { write } from './output.ts';
import { askServer } from './remote.ts';
import { ZoneWriter } from './zone-writer.ts';

/** `serviceentry-dns records`: prints what is served, or writes it as zone files. Rejects with a message for people. */
export async function runRecords(flags: RecordsFlags, hashSeed: number): Promise<void> {
  const { client, namespace, isMeshed, output, directory, server, name, type, from } = flags;
  const zones = directory === undefined ? undefined : new ZoneWriter(directory);
  const take = async (text: string): Promise<void> => {
    if (zones) zones.add(text);
    else await write(printable(text));
  };
  if (server === undefined) {
    const filter = recordFilter(name, type, from, output);
    await inspectLocally(flags, hashSeed, false, async (inspector) => {
      for (const piece of recordsText(inspector, { client, namespace, isMeshed }, output, filter)) await take(piece);
    });
  } else {
    const response = await askServer(server, '/records', {
      name,
      type,
      from,
      client,
      namespace,
      meshed: isMeshed,
      output,
    });
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) await take(decoder.decode(piece as Uint8Array, { stream: true }));
  }
  if (zones) await write(printable(zones.finish()));
}
