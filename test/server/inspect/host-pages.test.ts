import { describe, expect, test } from 'vitest';
import { blockChanges, hostPage } from '../../../src/server/inspect/host-pages.ts';
import { inspectConfig } from './inspect.ts';
import { configFor, readObjects } from '../../semantics/in-process.ts';
import { serviceEntry } from '../../semantics/case.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const objects = names
  .map((name) => serviceEntry(`shop/${name}`, `hosts: [${name}.mesh.test], addresses: [10.0.0.1], resolution: STATIC`))
  .join('');

/** Two server blocks that serve the same objects. */
function blocks() {
  const block = (key: string): string => `${key} {\nbind 192.0.2.1\nserviceentry {\nfile /nowhere\n}\n}\n`;
  return inspectConfig(configFor(`${block('mesh.test:1053')}${block('.:1054')}`), readObjects(objects).objects)
    .inspected;
}

function page(parameters: string) {
  return hostPage(blocks(), new URLSearchParams(parameters));
}

describe('pages of hosts', () => {
  test('have the hosts of one server block behind those of the other', () => {
    const { hosts, total, all, isComplete, choices } = page('limit=100');
    expect(hosts.map(({ host, block }) => `${host} ${block}`)).toEqual([
      ...names.map((name) => `${name}.mesh.test mesh.test.:1053 on 192.0.2.1`),
      ...names.map((name) => `${name}.mesh.test .:1054 on 192.0.2.1`),
    ]);
    expect({ total, all, isComplete }).toEqual({ total: 10, all: 10, isComplete: true });
    expect(choices).toMatchObject({ zones: ['mesh.test'], namespaces: ['shop'], exports: ['*'] });
  });

  test.each([
    ['offset=0&limit=2', ['a', 'b']],
    ['offset=3&limit=4', ['d', 'e', 'a', 'b']],
    ['offset=5&limit=2', ['a', 'b']],
    ['offset=9&limit=500', ['e']],
    ['offset=10', []],
    ['offset=999999999999', []],
    ['q=C.MESH', ['c', 'c']],
    ['q=c.mesh.test.&offset=1', ['c']],
    ['q=%20d.', ['d', 'd']],
    ['zone=mesh.test.&namespace=shop&type=A&answer=external&export=*&limit=1', ['a']],
    ['namespace=bank', []],
  ])('%s', (parameters, expected) => {
    expect(page(parameters).hosts.map(({ host }) => host.slice(0, 1))).toEqual(expected);
  });

  test('say where each host comes from', () => {
    expect(page('q=a.&limit=1').hosts[0]!.entries).toEqual([{ name: 'shop/a', origin: expect.any(String) as string }]);
  });

  test.each([
    ['limit=0', /^'0' is no limit; expected a number from 1 to 500$/],
    ['limit=501', /limit/],
    ['offset=-1', /^'-1' is no offset/],
    ['offset=1e3', /offset/],
    ['answer=wrong', /^'wrong' is no answer; there are internal, external, forwarded$/],
    ['type=MX', /^'MX' is no type/],
  ])('%s makes no sense', (parameters, message) => {
    expect(() => page(parameters)).toThrow(message);
  });

  test('changes of all blocks are by time', () => {
    expect(blockChanges(blocks())).toEqual([]);
  });
});
