/** What the source makes of the content of files. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ReadObject } from '../../../../src/registry/sources/file/declaration.ts';
import { readObject } from '../../../../src/registry/decode/object.ts';
import { entry, entryObject, startSource, temporaryDirectory } from './support.ts';

function write(content: string | Buffer, name = 'a.yaml'): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, content);
  return path;
}

const list = (...names: string[]): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'List',
  items: names.map((name) => entryObject(name)),
});

describe('the content of files', () => {
  test('a document that does not parse costs only itself', () => {
    const path = write(`${entry('a')}---\nkind: ServiceEntry\nspec: [1,\n  2\nx: y\n---\n${entry('b')}`);
    const { sink, logger } = startSource([path]);
    expect(Object.keys(sink.hosts)).toEqual(['default/a', 'default/b']);
    expect(sink.rejections).toMatchObject([{ reason: 'parse', object: '', origin: `${path}:17:1` }]);
    const warnings = logger.lines.filter(({ level }) => level === 'warning');
    expect(warnings.map(({ message }) => message)).toEqual([`${path}:17:1: ${sink.rejections[0]!.message}`]);
  });

  test.each([
    ['text', 'just text'],
    ['a list', '- a\n- b'],
    ['a number', '42'],
  ])('a document that is %s is no object', (_name, text) => {
    const path = write(`${text}\n---\n${entry('a')}`);
    const { sink } = startSource([path]);
    expect(Object.keys(sink.hosts)).toEqual(['default/a']);
    expect(sink.rejections).toMatchObject([{ reason: 'object', origin: `${path}:1` }]);
  });

  test.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['empty documents', '---\n# x\n---\nnull\n---\n~\n...\n'],
    ['a byte order mark', '\uFEFF'],
  ])('%s is nothing', (_name, content) => {
    const { sink } = startSource([write(content), write(content === '---' ? '' : ' \n', 'b.json')]);
    expect(sink.objects.size).toBe(0);
    expect(sink.lists).toEqual([]);
    expect(sink.batches).toEqual([[]]);
  });

  test.each<[string, string, string | Buffer, string, string, string]>([
    ['a NUL byte', 'a.yaml', `a: 1\nb: \0`, ':2:4', 'parse', 'NUL'],
    ['no UTF-8', 'a.yaml', Buffer.from([0x61, 0xff, 0xfe]), '', 'parse', 'UTF-8'],
    ['a large file', 'a.yaml', `a: "${'x'.repeat(5000)}"`, '', 'size', 'larger than 4096 bytes'],
    ['bad JSON', 'a.json', '{\n  "a": 1,\n}', ':3:1', 'parse', 'expected a key'],
    ['deep JSON', 'a.json', '['.repeat(1000), ':1:101', 'size', '100 levels'],
  ])('%s leaves the file out', (_name, name, content, at, reason, message) => {
    const path = write(content, name);
    const { sink } = startSource([path], { maxFileBytes: 4096 });
    expect(sink.rejections).toMatchObject([
      { reason, origin: path + at, message: expect.stringContaining(message) as string },
    ]);
    expect(sink.objects.size).toBe(0);
  });

  test('a file of exactly the cap is read', () => {
    const text = entry('a');
    const { sink } = startSource([write(text)], { maxFileBytes: text.length });
    expect(sink.objects.size).toBe(1);
  });

  test.each(['LE', 'BE'])(
    'a file in UTF-16%s with a byte order mark, with positions as a person counts them',
    (order) => {
      const bytes = Buffer.from(`\uFEFF# ä €\r\n${entry('a').replaceAll('\n', '\r\n')}---\r\nkind: [\r\n`, 'utf16le');
      const path = write(order === 'LE' ? bytes : bytes.swap16());
      const { sink } = startSource([path]);
      expect(Object.keys(sink.hosts)).toEqual(['default/a']);
      expect(sink.rejections).toMatchObject([
        { reason: 'parse', origin: expect.stringMatching(/:1[67]:\d+$/) as string },
      ]);
    },
  );

  test('a namespace of no letters is none, also in a list', () => {
    const yaml = write(entry('a').replace('namespace: default', 'namespace: ""'));
    const item = (name: string, namespace: unknown): unknown => ({
      ...entryObject(name),
      metadata: { name, namespace },
    });
    const json = write(JSON.stringify({ kind: 'List', items: [item('b', ''), item('c', null)] }), 'b.json');
    const { sink } = startSource([yaml, json]);
    expect(Object.keys(sink.hosts)).toEqual(['default/a', 'default/b', 'default/c']);
    expect(sink.lists).toEqual([]);
  });

  test('lists in YAML and JSON, in lists, and as the API server writes them', () => {
    const yaml = write(
      `---\n${JSON.stringify({ kind: 'List', apiVersion: 'v1', items: [list('a'), entryObject('b')] })}`,
    );
    const json = write(JSON.stringify(list('c', 'd'), undefined, 2), 'b.json');
    const item = entryObject('e');
    const typed = {
      apiVersion: item.apiVersion,
      kind: 'ServiceEntryList',
      items: [{ metadata: item.metadata, spec: item.spec }],
    };
    const api = write(JSON.stringify(typed), 'c.json');
    const { sink } = startSource([yaml, json, api, write(JSON.stringify(entryObject('f')), 'd.json')]);
    const origins = [...sink.objects.values()].map(({ meta }) => [meta.name, meta.origin.text.replace(/^.*\//, '')]);
    expect(origins).toEqual([
      ['a', 'a.yaml:2 items[0] items[0]'],
      ['b', 'a.yaml:2 items[1]'],
      ['c', 'b.json:5 items[0]'],
      ['d', 'b.json:27 items[1]'],
      ['e', 'c.json:1 items[0]'],
      ['f', 'd.json:1'],
    ]);
    expect(sink.lists).toEqual([]);
  });

  test('items that are no array, and lists without end, are reported', () => {
    let nested: Record<string, unknown> = list('a');
    for (let depth = 0; depth < 6; depth++) nested = { kind: 'List', items: [nested] };
    const { sink } = startSource([write('kind: List\nitems: 5'), write(JSON.stringify(nested), 'b.json')]);
    expect(sink.rejections.map(({ reason }) => reason)).toEqual(['object', 'object']);
  });

  test('kinds that are not for DNS are skipped with a debug line', () => {
    const path = write(`apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n---\n${entry('a')}`);
    const { sink, logger } = startSource([path]);
    expect(sink.lists).toEqual([]);
    expect(logger.lines.filter(({ level }) => level === 'debug')).toMatchObject([
      { message: expect.stringMatching(/:1: Deployment apps\/v1 is not for DNS, skipped$/) as string },
    ]);
  });

  test('a directory gives its manifests, not the hidden ones and no deeper ones', () => {
    const directory = temporaryDirectory();
    for (const name of ['a.yaml', 'b.yml', 'c.json', 'd.txt', '.e.yaml', 'f.yaml~'])
      writeFileSync(join(directory, name), name.endsWith('json') ? JSON.stringify(entryObject('c')) : entry(name[0]!));
    mkdirSync(join(directory, 'deep.yaml'));
    writeFileSync(join(directory, 'deep.yaml', 'g.yaml'), entry('g'));
    symlinkSync('a.yaml', join(directory, 'again.yaml'));
    symlinkSync('.', join(directory, 'circle.yaml'));
    const { sink } = startSource([directory, join(directory, 'a.yaml')]);
    expect(Object.keys(sink.hosts)).toEqual(['default/a', 'default/b', 'default/c']);
    expect(sink.lists).toEqual([]);
  });

  test('the order of paths decides between copies, then the name of the file', () => {
    const directory = temporaryDirectory();
    for (const name of ['b', 'a', 'z'])
      writeFileSync(join(directory, `${name}.yaml`), entry('same', `${name}.example.com`));
    expect(startSource([directory]).sink.hosts).toEqual({ 'default/same': ['a.example.com'] });
    const { sink } = startSource([join(directory, 'z.yaml'), directory]);
    expect(sink.hosts).toEqual({ 'default/same': ['z.example.com'] });
    expect(sink.rejections.map(({ origin }) => origin.replace(/^.*\//, ''))).toEqual(['a.yaml:1', 'b.yaml:1']);
  });

  test.each([
    ['YAML', 'a.yaml', (names: string[]) => names.map((name) => entry(name)).join('---\n')],
    ['a JSON list', 'a.json', (names: string[]) => JSON.stringify(list(...names), undefined, 1)],
  ])('10,000 ServiceEntries in %s: all are served, and a change reads one', async (kind, file, render) => {
    const names = Array.from({ length: 10_000 }, (_, index) => `se-${index}`);
    const path = write(render(names), file);
    let reads = 0;
    const counting: ReadObject = (raw, origin) => {
      reads++;
      return readObject(raw, origin);
    };
    const began = performance.now();
    const { sink } = startSource([path], { readObject: counting });
    console.log(`10,000 ServiceEntries in ${kind}: ${(performance.now() - began).toFixed(0)} ms`);
    expect(sink.objects.size).toBe(10_000);
    reads = 0;
    const changed = performance.now();
    writeFileSync(path, render(names).replace('se-5000.example.com', 'new-5000.example.com'));
    await sink.untilHosts('default', 'se-5000', ['new-5000.example.com']);
    console.log(`a change in them is served after ${(performance.now() - changed).toFixed(0)} ms`);
    expect(sink.batches.at(-1)?.length).toBe(1);
    // Items behind it may have moved by a character.
    if (kind === 'YAML') expect(reads).toBe(1);
  });

  test('one name thousands of times takes no long time', () => {
    const path = write(JSON.stringify(list(...Array.from({ length: 20_000 }, () => 'same'))), 'a.json');
    const { sink } = startSource([path]);
    expect(sink.objects.size).toBe(1);
    expect(sink.rejections.length).toBe(10_001);
    expect(sink.rejections.at(-1)?.message).toMatch(/^9999 more objects/);
  });
});
