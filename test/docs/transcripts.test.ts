import { registriesOf } from '../support/running.ts';
import { readFileSync } from 'node:fs';
import { RECURSION_AVAILABLE, RECURSION_DESIRED, type Answer, type DecodedPacket, type RecordType } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCorefile } from '../../src/cli/load.ts';
import { normalizeAddress } from '../../src/wire/address.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import type { RunningServer } from '../../src/server/control/server.ts';
import { answer, FakeUpstream } from '../support/fake-upstream.ts';
import { blocksFor } from './runners.ts';
import { ask, startCorefile } from './server.ts';

interface Transcript {
  readonly question: string;
  readonly name: string;
  readonly type: RecordType;
  readonly summary: Summary;
}

/** What dig shows of a reply, without the order of the records and without what differs each time. */
interface Summary {
  readonly status: string;
  readonly flags: readonly string[];
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
}

const corefile = readFileSync('deploy/examples/Corefile', 'utf8');
const blocks = [...blocksFor('corefile'), ...blocksFor('printed')];
const transcripts = blocksFor('dig').map(({ text }) => readTranscript(text));

function readTranscript(text: string): Transcript {
  const words = /^\$ dig @127\.0\.0\.1 -p 1053 (.*)$/m.exec(text)![1]!.split(' ');
  const [name, type = 'A'] = words.filter((word) => !word.startsWith('+'));
  const section = (title: string): string[] => {
    const lines = text.split(`;; ${title} SECTION:\n`)[1]?.split('\n') ?? [];
    const end = lines.findIndex((line) => line === '' || line.startsWith(';'));
    return lines.slice(0, end).map(recordText).sort();
  };
  return {
    question: `${name!} ${type}`,
    name: name!,
    type: type as RecordType,
    summary: {
      status: /status: (\w+)/.exec(text)![1]!,
      flags: /flags: ([\w ]+);/.exec(text)![1]!.split(' '),
      answer: section('ANSWER'),
      authority: section('AUTHORITY'),
      additional: section('ADDITIONAL'),
    },
  };
}

/** A line of dig with single spaces, and without the serial of an SOA. */
function recordText(line: string): string {
  return line.replaceAll(/\s+/g, ' ').replace(/(SOA \S+ \S+) \d+/, '$1 SERIAL');
}

function summarize(reply: DecodedPacket): Summary {
  const records = (section: readonly Answer[] | undefined): string[] => (section ?? []).map(formatRecord).sort();
  const flags = {
    qr: reply.type === 'response',
    aa: reply.flag_aa,
    tc: reply.flag_tc,
    rd: reply.flag_rd,
    ra: reply.flag_ra,
  };
  return {
    status: (reply as unknown as { rcode: string }).rcode,
    flags: Object.entries(flags).flatMap(([flag, isSet]) => (isSet ? [flag] : [])),
    answer: records(reply.answers),
    authority: records(reply.authorities),
    additional: records(reply.additionals),
  };
}

function formatRecord(record: Answer): string {
  return recordText(`${record.name}. ${'ttl' in record ? record.ttl : ''} IN ${record.type} ${formatData(record)}`);
}

function formatData(record: Answer): string {
  switch (record.type) {
    case 'A':
      return record.data;
    case 'AAAA':
      return normalizeAddress(record.data)!;
    case 'SRV':
      return `${record.data.priority} ${record.data.weight} ${record.data.port} ${record.data.target}.`;
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      return `${mname}. ${rname}. ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    default:
      return JSON.stringify(record);
  }
}

describe('dig transcripts of the documents', () => {
  let upstream: FakeUpstream;
  let server: RunningServer;

  beforeAll(async () => {
    const record: Answer = { type: 'A', name: 'example.org', ttl: 300, data: '192.0.2.80' };
    const flags = RECURSION_DESIRED | RECURSION_AVAILABLE;
    upstream = await FakeUpstream.start(answer({ flags, answers: [record] }));
    server = await startCorefile(corefile.replace('/etc/resolv.conf', `127.0.0.1:${upstream.port}`), 'Corefile');
  });

  afterAll(async () => {
    await server.stop();
    await upstream.stop();
  });

  it('show all kinds of answers', () => {
    const kinds = transcripts.map(
      ({ summary, type }) => `${type} ${summary.status} ${summary.answer.length > 0 ? 'data' : 'none'}`,
    );
    expect(kinds).toEqual(
      expect.arrayContaining(['A NOERROR data', 'SRV NOERROR data', 'AAAA NOERROR none', 'A NXDOMAIN none']),
    );
  });

  it.each(transcripts)('$question', async ({ name, type, summary }) => {
    expect(summarize(await ask(server.listeners[0]!.port, name, type))).toEqual(summary);
  });

  it('the Corefile shown is that of the examples', () => {
    const shown = blocks.find(({ language, text }) => language === 'corefile' && text.includes('deploy/examples'));
    expect(shown?.text).toBe(corefile);
  });

  it('the start shows as many hosts, and the same host to try', () => {
    const banner = blocks.find(({ text }) => text.includes('hosts served'))!.text;
    expect(banner).toContain(`\n${registriesOf(server)[0]!.status.hosts} hosts served\n`);
    expect(banner).toContain(`\ntry: dig @localhost -p 1053 ${registriesOf(server)[0]!.exampleHost!}\n`);
    expect(registriesOf(server)[0]!.exampleHost).toBe('customers.com');
  });

  it('the errors of a Corefile are those of today', () => {
    const shown = blocks.find(({ text }) => text.startsWith('Corefile:'))!.text;
    const text =
      '.:1053 {\n    serviceentry {\n        file manifests\n        tll 5\n    }\n    foward . 192.0.2.53\n}\n';
    const { problems } = loadCorefile({ file: 'Corefile', text }, 53, {});
    expect(problems.list.map(formatProblem).sort()).toEqual(shown.trimEnd().split('\n').sort());
  });
});
