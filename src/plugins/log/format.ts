import type { LogEntry } from './entry.ts';

type Writer = (entry: LogEntry) => string;

const placeholders: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ['{type}', (entry) => entry.type],
  ['{name}', (entry) => entry.name],
  ['{class}', (entry) => entry.class],
  ['{proto}', (entry) => entry.proto],
  ['{remote}', (entry) => entry.remote],
  ['{local}', (entry) => entry.local],
  ['{port}', (entry) => String(entry.port)],
  ['{size}', (entry) => String(entry.size)],
  ['{rcode}', (entry) => entry.rcode ?? '-'],
  ['{rsize}', (entry) => String(entry.replySize)],
  ['{duration}', (entry) => `${entry.seconds}s`],
  ['{>id}', (entry) => String(entry.id)],
  ['{>opcode}', (entry) => String(entry.opcode)],
  ['{>do}', (entry) => String(entry.dnssecOk)],
  ['{>bufsize}', (entry) => String(entry.bufsize)],
  ['{>rflags}', (entry) => entry.replyFlags || '-'],
]);

/**
 * Makes a function of a format, once. A placeholder that is not known stays as it is written; metadata (`{/label}`)
 * that nobody has told is `-`.
 */
export function compileFormat(format: string): Writer {
  const writers = format.split(/(\{[^{}]*\})/).map((part): Writer => {
    const known = placeholders.get(part);
    if (known) return known;
    if (!part.startsWith('{/')) return () => part;
    const label = part.slice(2, -1);
    return (entry) => entry.metadata(label) ?? '-';
  });
  return (entry) => {
    let line = '';
    for (const write of writers) line += write(entry);
    return line;
  };
}
