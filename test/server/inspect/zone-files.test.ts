import { describe, expect, test } from 'vitest';
import { serviceEntry, workloadEntry } from '../../semantics/case.ts';
import { recordsText } from '../../../src/server/inspect/records.ts';
import { inspect, type InspectedCase } from './inspect.ts';

const internal = 'location: MESH_INTERNAL, resolution: STATIC';
const http = 'ports: [{ number: 80, name: http, protocol: HTTP }]';

/** Apex → lines, with single spaces and without SOA, NS and the addresses of the name server. */
function zones(given: InspectedCase, namespace?: string): Record<string, string[]> {
  const text = [...recordsText(inspect(given), { namespace }, 'zone')].join('');
  const found: Record<string, string[]> = {};
  for (const part of text.split(/^; (?=zone |in no zone)/m).slice(1)) {
    const [head = '', ...lines] = part.split('\n');
    const plain = lines.filter((line) => line !== '').map((line) => line.replaceAll('\t', ' '));
    found[head.replace('zone ', '')] = plain.filter((line) => !/ IN (SOA|NS) |^ns\.dns\.\S+ 30 IN A/.test(line));
  }
  return found;
}

function vip(name: string, host: string, rest = http): string {
  return serviceEntry(name, `hosts: ['${host}'], addresses: [10.1.0.1], ${internal}, ${rest}`);
}

/** Without reverse zones. */
function forward(given: InspectedCase, namespace?: string): Record<string, string[]> {
  return Object.fromEntries(Object.entries(zones(given, namespace)).filter(([apex]) => !apex.endsWith('arpa.')));
}

describe('zones', () => {
  test('each has SOA and NS at its apex, and addresses for its name server', () => {
    const text = [...recordsText(inspect({ objects: vip('a/x', 'a.example.com') }), {}, 'zone')].join('');
    for (const apex of ['mesh.test.', 'a.example.com.', '1.0.1.10.in-addr.arpa.']) {
      const part = text.split(`; zone ${apex}\n`)[1]!.split('\n\n')[0]!.split('\n');
      expect(part.slice(0, 2)).toEqual([
        `${apex}\t5\tIN\tSOA\tns.dns.${apex} hostmaster.${apex} 1767225600 7200 1800 86400 5`,
        `${apex}\t30\tIN\tNS\tns.dns.${apex}`,
      ]);
      expect(part).toContain(`ns.dns.${apex}\t30\tIN\tA\t192.0.2.1`);
      expect(part).toContain(`ns.dns.${apex}\t30\tIN\tAAAA\t2001:db8::53`);
    }
  });

  test('an own zone takes what is below it, other hosts are zones of their own, a host below another is in its zone', () => {
    const objects =
      vip('a/x', 'a.mesh.test', '') +
      vip('a/y', 'b.a.example.com', '') +
      vip('a/z', 'a.example.com', '') +
      vip('a/o', 'o.example.com', '');
    expect(forward({ objects })).toEqual({
      'mesh.test.': ['a.mesh.test. 30 IN A 10.1.0.1'],
      'a.example.com.': ['a.example.com. 30 IN A 10.1.0.1', 'b.a.example.com. 30 IN A 10.1.0.1'],
      'o.example.com.': ['o.example.com. 30 IN A 10.1.0.1'],
    });
  });

  test('reverse names are zones of their own, but for those in an own zone', () => {
    const objects = vip('a/x', 'a.mesh.test', '');
    const keys = '.:1053 mesh.test:1053 10.in-addr.arpa:1053';
    expect(zones({ objects })['1.0.1.10.in-addr.arpa.']).toEqual(['1.0.1.10.in-addr.arpa. 30 IN PTR a.mesh.test.']);
    expect(Object.keys(zones({ objects, keys }))).toEqual(['10.in-addr.arpa.', 'mesh.test.']);
  });

  test('an own zone below another is cut off, with glue', () => {
    const given = { keys: '.:1053 mesh.test:1053 sub.mesh.test:1053', objects: vip('a/x', 'a.sub.mesh.test', '') };
    const text = [...recordsText(inspect(given), {}, 'zone')].join('');
    const upper = text.split('; zone mesh.test.\n')[1]!.split('\n\n')[0]!;
    expect(upper).toContain('sub.mesh.test.\t30\tIN\tNS\tns.dns.sub.mesh.test.');
    expect(upper).toContain('ns.dns.sub.mesh.test.\t30\tIN\tA\t192.0.2.1');
    expect(upper).not.toContain('a.sub.mesh.test.');
    expect(forward(given)['sub.mesh.test.']).toEqual(['a.sub.mesh.test. 30 IN A 10.1.0.1']);
  });

  test('SRV and the names of endpoints', () => {
    const objects = serviceEntry(
      'a/x',
      `hosts: [a.mesh.test], ${internal}, ${http}, endpoints: [{ address: 10.2.0.1 }]`,
    );
    expect(forward({ objects })['mesh.test.']).toEqual([
      'a.mesh.test. 30 IN A 10.2.0.1',
      'a.mesh.test. 30 IN SRV 0 100 80 10-2-0-1.a.mesh.test.',
      '10-2-0-1.a.mesh.test. 30 IN A 10.2.0.1',
      '_http._tcp.a.mesh.test. 30 IN SRV 0 100 80 10-2-0-1.a.mesh.test.',
    ]);
  });
});

describe('what has no form in a zone is a comment', () => {
  const rows: (InspectedCase & { name: string; apex: string; lines: (string | RegExp)[]; namespace?: string })[] = [
    {
      name: 'a wildcard: its addresses are records, SRV is not',
      objects: vip('a/x', '*.w.mesh.test'),
      apex: 'mesh.test.',
      lines: [
        '*.w.mesh.test. 30 IN A 10.1.0.1',
        '; *.w.mesh.test. SRV 0 100 80 *.w.mesh.test.: the target is the name that is asked for',
        /^; _http\._tcp\.\*\.w\.mesh\.test\. SRV .*in its middle$/,
      ],
    },
    {
      name: 'a wildcard with a host below its suffix',
      objects: vip('a/x', '*.w.mesh.test', '') + vip('a/y', 'h.w.mesh.test', ''),
      apex: 'mesh.test.',
      lines: [
        '*.w.mesh.test. 30 IN A 10.1.0.1',
        'h.w.mesh.test. 30 IN A 10.1.0.1',
        '; *.w.mesh.test. answers here for names that lie below, or above, h.w.mesh.test. too; in a zone it does not (RFC 4592)',
      ],
    },
    {
      name: 'a wildcard outside of the own zones: its apex is not ours',
      objects: vip('a/x', '*.example.com', ''),
      apex: 'in no zone',
      lines: ['; *.example.com. A 10.1.0.1: is a wildcard in no zone that is served'],
    },
    {
      name: 'a union that is resolved live',
      objects: serviceEntry(
        'a/x',
        'hosts: [a.mesh.test], location: MESH_INTERNAL, resolution: DNS, endpoints: [{ address: 10.2.0.1 }, { address: db.test }]',
      ),
      apex: 'mesh.test.',
      lines: [
        'a.mesh.test. 30 IN A 10.2.0.1',
        '10-2-0-1.a.mesh.test. 30 IN A 10.2.0.1',
        '; a.mesh.test. A: and the addresses of db.test., resolved when it is asked for',
        '; a.mesh.test. AAAA: and the addresses of db.test., resolved when it is asked for',
      ],
    },
    {
      name: 'a forwarded host',
      objects: serviceEntry('a/x', `hosts: [a.example.com], resolution: DNS, ${http}`),
      apex: 'in no zone',
      lines: ['; a.example.com. forwarded; SRV where upstream has none'],
    },
    {
      name: 'a hidden host',
      objects: vip('a/x', 'a.mesh.test', "exportTo: ['.']"),
      apex: 'mesh.test.',
      lines: ['; a.mesh.test. not visible to this client'],
    },
    {
      name: 'a host that this namespace sees',
      objects: vip('a/x', 'a.mesh.test', "exportTo: ['.']"),
      namespace: 'a',
      apex: 'mesh.test.',
      lines: ['a.mesh.test. 30 IN A 10.1.0.1'],
    },
    {
      name: 'an SRV record whose target is in the zone and has no address',
      objects: serviceEntry(
        'a/x',
        `hosts: [a.mesh.test], location: MESH_INTERNAL, resolution: DNS, ${http}, endpoints: [{ address: gone.mesh.test }]`,
      ),
      apex: 'mesh.test.',
      lines: [
        /; a\.mesh\.test\. A: and/,
        /; a\.mesh\.test\. AAAA: and/,
        '; a.mesh.test. SRV 0 100 80 gone.mesh.test.: its target has no address here',
        '; _http._tcp.a.mesh.test. SRV 0 100 80 gone.mesh.test.: its target has no address here',
      ],
    },
    {
      name: 'a name that is no host name',
      objects: serviceEntry('a/x', `hosts: [a.mesh.test], ${internal}, endpoints: [{ address: '::1' }]`),
      apex: 'mesh.test.',
      lines: [
        'a.mesh.test. 30 IN AAAA ::1',
        '; --1.a.mesh.test. AAAA ::1: no host name (RFC 952), which name servers refuse',
      ],
    },
    {
      name: 'more records than BIND takes',
      objects: serviceEntry(
        'a/x',
        `hosts: [a.mesh.test], addresses: [${Array.from({ length: 101 }, (_, i) => `10.3.0.${i + 1}`).join(', ')}], ${internal}`,
      ),
      apex: 'mesh.test.',
      lines: [
        ...Array.from({ length: 101 }, (_, i) => `a.mesh.test. 30 IN A 10.3.0.${i + 1}`),
        '; a.mesh.test. A: 101 records, of which BIND takes 100 unless max-records-per-type says more',
      ],
    },
    {
      name: 'a host that no server block serves',
      keys: 'mesh.test:1053',
      objects: vip('a/x', 'a.example.com', ''),
      apex: 'in no zone',
      lines: ['; a.example.com. no server block sends queries for it here'],
    },
  ];
  test.each(rows)('$name', ({ apex, lines, namespace, ...given }) => {
    const wanted = lines.map((line) => (typeof line === 'string' ? line : (expect.stringMatching(line) as string)));
    expect(forward(given, namespace)[apex]).toEqual(wanted);
  });
});

test('a name of a server that a host has taken keeps the addresses of the host', () => {
  const objects = vip('a/x', 'ns.dns.mesh.test', '') + workloadEntry('a/w', 'address: 10.0.0.9');
  const text = [...recordsText(inspect({ objects }), {}, 'zone')].join('');
  const zone = text.split('; zone mesh.test.\n')[1]!.split('\n\n')[0]!;
  expect(zone).toContain('ns.dns.mesh.test.\t30\tIN\tA\t10.1.0.1');
  expect(zone).not.toContain('192.0.2.1');
});
