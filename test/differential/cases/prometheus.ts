import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

export const prometheusCases: PluginCases = {
  plugin: 'prometheus',
  groups: [
    {
      name: 'queries of all kinds',
      corefile: block('prometheus 127.0.0.1:%METRICS\nwhoami'),
      asks: [
        'A',
        'AAAA',
        'CNAME',
        'DNSKEY',
        'DS',
        'MX',
        'NSEC',
        'NSEC3',
        'NS',
        'PTR',
        'RRSIG',
        'SOA',
        'SRV',
        'TXT',
        'HTTPS',
        'SVCB',
        'ANY',
        'CAA',
        'TYPE65280',
      ]
        .flatMap((type) => [`example.org. ${type}`])
        .concat(['example.org. A +do', 'example.org. A +edns', 'example.org. A +tcp', 'example.org. AAAA +tcp'])
        .map((ask) => ({ ask, mask: [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']] as const })),
    },
    {
      name: 'zones',
      corefile: `${block('prometheus 127.0.0.1:%METRICS\nwhoami', 'example.org:%PORT example.net:%PORT')}
${block('prometheus 127.0.0.1:%METRICS\nforward . %UPSTREAM', 'example:%PORT')}
${block('whoami', 'uncounted.test:%PORT')}`,
      upstream: exampleZone,
      asks: [
        'a.example.org. A',
        'example.net. A',
        'www.example. A',
        'nothere.example. A',
        'refused.example. A',
        'a.uncounted.test. A',
        'a.b. A',
      ].map((ask) => ({ ask, mask: [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']] as const })),
    },
  ],
};
