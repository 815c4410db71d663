import { describe, expect, it } from 'vitest';
import { pod, serviceEntry } from '../../semantics/case.ts';
import { readObjects } from '../../semantics/in-process.ts';
import { inspectConfig } from '../../server/inspect/inspect.ts';
import { configOfText } from '../../support/running.ts';

const { objects } = readObjects(
  pod('one/p', ['10.0.0.1', '2001:db8::1']) +
    serviceEntry(
      'one/exact',
      'hosts: [a.mesh.test], addresses: [10.1.0.1], location: MESH_INTERNAL, resolution: STATIC',
    ) +
    serviceEntry('two/wild', "hosts: ['*.wild.test'], addresses: [10.1.0.2], resolution: NONE") +
    serviceEntry('two/own', "hosts: [own.test], exportTo: ['.'], addresses: [10.1.0.3], resolution: NONE"),
);

/** Whether a view that wants the value takes the query. */
async function has(label: string, value: string, client: string, name: string): Promise<boolean> {
  const options = 'client 10.2.0.0/16 two\nclient 10.3.0.0/16 unheard-of';
  const registry = `serviceentry mesh.test {\nfile x\n${options}\n}`;
  const config = configOfText(
    `. {\nmetadata\nview x {\nexpr metadata('serviceentry/${label}') == '${value}'\n}\n${registry}\n}\n. {\nwhoami\n}\n`,
  );
  const { block } = await inspectConfig(config, objects).explain({ name, client, isMeshed: false });
  return block!.plugins.includes('view');
}

describe('what the registry tells of a query', () => {
  it.each([
    ['10.0.0.1', 'one'],
    ['2001:db8::1', 'one'],
    ['10.2.0.1', 'two'],
    ['10.3.0.1', 'unheard-of'],
    ['10.4.0.1', ''],
  ])('%s is of namespace %j', async (client, namespace) => {
    for (const value of ['one', 'two', 'unheard-of', '']) {
      expect(await has('client-namespace', value, client, 'a.mesh.test')).toBe(value === namespace);
    }
  });

  it.each([
    ['a.mesh.test', '10.4.0.1', 'a.mesh.test.'],
    ['x.y.wild.test', '10.4.0.1', '*.wild.test.'],
    ['own.test', '10.4.0.1', ''],
    ['own.test', '10.2.0.1', 'own.test.'],
    ['other.test', '10.0.0.1', ''],
  ])('%s for %s is host %j', async (name, client, host) => {
    for (const value of ['a.mesh.test.', '*.wild.test.', 'own.test.', '']) {
      expect(await has('host', value, client, name)).toBe(value === host);
    }
  });
});
