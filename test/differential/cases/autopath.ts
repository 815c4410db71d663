import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';
import { starts } from '../starts.ts';

const zone = `${exampleZone}
svc.ns.svc.cluster.test. 30 IN A 10.96.0.10
www.svc.cluster.test. 30 IN A 10.96.0.11
only.cluster.test. 30 IN A 10.96.0.12
`;

const files = {
  'resolv.conf': 'nameserver 127.0.0.1\nsearch ns.svc.cluster.test svc.cluster.test cluster.test\noptions ndots:5\n',
};

const asks = [
  'svc.ns.svc.cluster.test. A',
  'www.ns.svc.cluster.test. A',
  'only.ns.svc.cluster.test. A',
  'www.example.ns.svc.cluster.test. A',
  'www.example.ns.svc.cluster.test. AAAA',
  'alias.example.ns.svc.cluster.test. A',
  'nothere.example.ns.svc.cluster.test. A',
  'one.example.ns.svc.cluster.test. AAAA',
  'fail.example.ns.svc.cluster.test. A',
  'www.example.ns.svc.cluster.test. TXT',
  'www.example.ns.svc.cluster.test. A +tcp',
  'www.example.ns.svc.cluster.test. A +edns',
  'WWW.example.NS.svc.cluster.test. A',
  'www.example.svc.cluster.test. A',
  'www.example. A',
];

export const autopathCases: PluginCases = {
  plugin: 'autopath',
  groups: [
    {
      name: 'of a file',
      corefile: block('autopath %DIR/resolv.conf\nforward . %UPSTREAM\nlog\nerrors\nprometheus 127.0.0.1:%METRICS'),
      files,
      upstream: zone,
      asks,
    },
    {
      name: 'for a zone',
      corefile: block('autopath cluster.test %DIR/resolv.conf\nforward . %UPSTREAM'),
      files,
      upstream: zone,
      asks,
    },
    {
      name: 'for another zone',
      corefile: block('autopath other.test %DIR/resolv.conf\nforward . %UPSTREAM'),
      files,
      upstream: zone,
      asks: asks.slice(0, 5),
    },
    {
      name: 'before hosts and cache',
      corefile: block(
        'autopath %DIR/resolv.conf\nhosts {\n192.0.2.88 www.example\nfallthrough\n}\ncache\nforward . %UPSTREAM',
      ),
      files,
      upstream: zone,
      asks: [...asks.slice(0, 6), ...asks.slice(0, 6)],
    },
  ],
  starts: [
    ...starts(
      'starts',
      'autopath /etc/resolv.conf',
      'autopath example.org /etc/resolv.conf',
      'autopath a.test b.test /etc/resolv.conf',
      'autopath @kubernetes',
      'autopath @nothere',
    ),
    ...starts(
      'refuses',
      'autopath',
      'autopath %DIR/nothere',

      'autopath /etc/resolv.conf {\nx\n}',
    ),
  ],
};
