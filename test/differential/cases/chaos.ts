import { block, type PluginCases } from '../case.ts';

export const chaosCases: PluginCases = {
  plugin: 'chaos',
  groups: [
    {
      name: 'with version and authors',
      mask: [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']],
      corefile: block('chaos CoreDNS-001 one two\nwhoami\nlog'),
      asks: [
        'version.bind. TXT +class=CH',
        'version.server. TXT +class=CH',
        'authors.bind. TXT +class=CH',
        'hostname.bind. TXT +class=CH',
        'id.server. TXT +class=CH',
        'VERSION.bind. TXT +class=CH',
        'version.bind. TXT +class=CH +tcp',
        'version.bind. TXT +class=CH +edns',
        'version.bind. A +class=CH',
        'other.bind. TXT +class=CH',
        'example.org. A +class=HS',
      ],
    },
  ],
};
