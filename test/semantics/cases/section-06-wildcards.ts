import { nodata, owned, serviceEntry, type SemanticsCase } from '../case.ts';
import { srv } from './srv.ts';

const internal = 'location: MESH_INTERNAL';
/** 245 octets on the wire: 9 more fit before it, and 12 do not. */
const longName = [...Array.from({ length: 3 }, () => 'a'.repeat(63)), 'a'.repeat(45), 'w.com'].join('.');

/** SRV of wildcard hosts. */
export const wildcards: readonly SemanticsCase[] = [
  {
    section: '6',
    name: 'a wildcard host’s targets lie under the concrete name, at any depth',
    objects: serviceEntry(
      'w',
      `hosts: ['*.w.com'], ${internal}, resolution: STATIC, ports: [{ number: 80, name: http }],
       endpoints: [{ address: 10.0.0.1 }, { address: 10.0.0.2 }]`,
    ),
    queries: [
      srv(
        '_http._tcp.x.y.w.com SRV',
        ['0 50 80 10-0-0-1.x.y.w.com.', '0 50 80 10-0-0-2.x.y.w.com.'],
        ['10-0-0-1.x.y.w.com. 30 IN A 10.0.0.1', '10-0-0-2.x.y.w.com. 30 IN A 10.0.0.2'],
      ),
      owned('10-0-0-1.x.y.w.com A', ['10.0.0.1']),
      owned('10-0-0-1.X.w.com A', ['10.0.0.1']),
      // No target: just another name below the wildcard.
      owned('10-0-0-3.x.w.com A', ['10.0.0.1', '10.0.0.2']),
      owned('10-0-0-1.w.com A', ['10.0.0.1', '10.0.0.2']),
    ],
  },
  {
    section: '6',
    name: 'below a wildcard a target that would be longer than 255 octets is left out',
    objects: serviceEntry(
      'w',
      `hosts: ['*.w.com'], ${internal}, resolution: STATIC, ports: [{ number: 80, name: p }],
       endpoints: [{ address: 10.0.0.1 }, { address: '2001:db8::1' }]`,
    ),
    queries: [
      {
        ...srv(
          `_p._tcp.${longName} SRV`,
          [`0 50 80 10-0-0-1.${longName}.`],
          [`10-0-0-1.${longName}. 30 IN A 10.0.0.1`],
        ),
        edns: true,
      },
    ],
  },
  {
    section: '6',
    name: 'below a wildcard where every target would be longer than 255 octets there is no SRV record: NODATA',
    objects: serviceEntry(
      'w',
      `hosts: ['*.w.com'], ${internal}, resolution: STATIC, ports: [{ number: 80, name: p }],
       endpoints: [{ address: '2001:db8::1' }]`,
    ),
    // `hostmaster` has no room below the name itself.
    queries: [nodata(`_p._tcp.${longName} SRV`, `${longName.replace(/^a+\./, '')}.`)],
  },
];
