import { owned, serviceEntry, type SemanticsCase } from '../case.ts';

/** Sources: what does not depend on the form of a file. For the rest see test/registry/sources. */
export const section11: readonly SemanticsCase[] = [
  {
    section: '11',
    name: 'an object without a namespace, or with an empty one, is in default',
    objects:
      serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1], exportTo: [.]') +
      serviceEntry('b', 'hosts: [b.example.com], addresses: [10.0.0.2], exportTo: [.]', "namespace: ''") +
      serviceEntry('default/c', 'hosts: [c.example.com], addresses: [10.0.0.3], exportTo: [.]'),
    options: 'namespace default',
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      owned('b.example.com A', ['10.0.0.2']),
      owned('c.example.com A', ['10.0.0.3']),
    ],
  },
];
