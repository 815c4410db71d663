import { rrClass } from '../../src/wire/codes.ts';
import { typeCode } from '../support/dns-rdata.ts';
import { encodeQuery } from '../support/query.ts';

export interface Question {
  readonly message: Uint8Array;
  readonly transport: 'udp' | 'tcp';
  readonly port: '%PORT' | '%PORT2';
  readonly from: string | undefined;
  readonly isSilent: boolean;
  /** Path of a request by HTTP in place of a query. */
  readonly path: string | undefined;
}

const classes: Readonly<Record<string, number>> = { IN: 1, CH: 3, HS: 4, ANY: 255 };

/** Reads the text of an `Ask`. `id` is that of the query. */
export function readQuestion(text: string, id: number): Question {
  const [name = '', type = '', ...words] = text.split(' ');
  const options = new Map(
    words.map((word) => {
      const [, key = '', value = ''] = /^\+(\w+)(?:=(.*))?$/.exec(word) ?? [];
      if (!knownOptions.has(key)) throw new Error(`no option of a question: ${word}`);
      return [key, value] as const;
    }),
  );
  const path = options.get('get');
  const className = options.get('class') ?? 'IN';
  const message = encodeQuery(path === undefined ? name : '.', path === undefined ? typeCode(type) : 'A', {
    id,
    rd: !options.has('nord'),
    cd: options.has('cd'),
    class: classes[className] ?? rrClass.IN,
    ...ednsOf(options),
  });
  if (options.has('ad')) message[3]! |= 0x20;
  if (options.has('opcode')) message[2]! |= Number(options.get('opcode')) << 3;
  return {
    message,
    transport: options.has('tcp') ? 'tcp' : 'udp',
    port: options.has('port2') ? '%PORT2' : '%PORT',
    from: options.get('from'),
    isSilent: options.has('silence'),
    path,
  };
}

const knownOptions = new Set([
  'ad',
  'cd',
  'class',
  'do',
  'edns',
  'from',
  'get',
  'nord',
  'opcode',
  'option',
  'port2',
  'silence',
  'tcp',
]);

function ednsOf(options: ReadonlyMap<string, string>): Parameters<typeof encodeQuery>[2] {
  const option = options.get('option');
  if (!options.has('edns') && !options.has('do') && option === undefined) return {};
  const [code = '', hex = ''] = (option ?? '').split(':');
  const data = Buffer.from(hex, 'hex');
  const head = Buffer.alloc(4);
  head.writeUInt16BE(Number(code), 0);
  head.writeUInt16BE(data.length, 2);
  const payload = Number(options.get('edns') ?? '') || 1232;
  return {
    edns: {
      payload,
      dnssecOk: options.has('do'),
      options: option === undefined ? new Uint8Array(0) : Buffer.concat([head, data]),
    },
  };
}
