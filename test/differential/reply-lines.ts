import { decode } from 'dns-packet';
import { decodeMessage } from '../support/dns-message.ts';

/** RFC 8914. */
const edeCode = 15;

/** A reply as lines that can be compared, `KIND TEXT`; records of a section in any order unless `ordered`. */
export function replyLines(
  reply: Uint8Array,
  { ordered, detailed }: { ordered: boolean; detailed: boolean },
): string[] {
  const message = decodeMessage(reply);
  const section = (kind: string, records: readonly string[]): string[] => {
    const lines = records.map((record) => `${kind} ${record}`);
    return ordered ? lines : lines.sort();
  };
  return [
    `rcode ${message.rcode}`,
    `flags ${detailed ? message.flags : message.flags.replace(' ra', '')}`,
    ...(message.opcode === 0 ? [] : [`opcode ${message.opcode}`]),
    ...message.questions.map((question) => `question ${question}`),
    ...section('answer', message.answer),
    ...section('authority', message.authority),
    ...section('additional', message.additional),
    ...(message.opt ? [`edns ${detailed ? message.opt.payload : 'SIZE'}${message.opt.dnssecOk ? ' do' : ''}`] : []),
    ...(message.opt ? optionLines(reply) : []),
  ];
}

/** The options of an EDNS record: `ede CODE TEXT`, or `option CODE HEX`. */
export function optionLines(bytes: Uint8Array): string[] {
  const opt = (decode(Buffer.from(bytes)).additionals ?? []).find((record) => record.type === 'OPT');
  return (opt?.options ?? []).map((option) => {
    const data: Buffer = (option as unknown as { data?: Buffer }).data ?? Buffer.alloc(0);
    if ((option.code as number) !== edeCode) return `option ${option.code} ${data.toString('hex')}`.trimEnd();
    return `ede ${data.readUInt16BE(0)} ${data.subarray(2).toString('utf8')}`.trimEnd();
  });
}

/** What is in only one of two lists, each as often as it is there more than in the other. */
export function compareLines(
  coreDns: readonly string[],
  ours: readonly string[],
): { readonly coreDns: string[]; readonly ours: string[] } {
  const rest = [...coreDns];
  const onlyOurs = ours.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return { coreDns: rest, ours: onlyOurs };
}
