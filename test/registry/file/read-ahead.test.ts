/** Files that somebody else reads while the source puts in place what those before them say. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readFile } from '../../../src/registry/file/file-reading.ts';
import type { StartReadAhead } from '../../../src/registry/file/read-ahead.ts';
import { minBytes, readInThread } from '../../../src/registry/file/reading-thread.ts';
import { threadsOf } from '../../support/threads.ts';
import { entry, entryObject, startSource, temporaryDirectory } from './support.ts';

/** Bad documents and a bad file among good ones, and text that is no ASCII. */
const files: Readonly<Record<string, string>> = {
  'a.yaml': `# ä €\n${entry('a')}---\nkind: ServiceEntry\nspec: [1,\n  2\nx: y\n---\n${entry('b', 'b.example.com', 'team')}`,
  'b.json': `{"kind": "List", "items": [\n${JSON.stringify(entryObject('c'))},\n{"kind": "Secret"}, 7]}`,
  'c.json': `{"kind": "List", "items": [\n${JSON.stringify(entryObject('d'))},\n{"a": }]}`,
  'd.yaml': entry('a', 'again.example.com'),
  'e.yaml': entry('e', 'not a host'),
  'f.yaml': '# nothing\n',
  'g.yaml': entry('g'),
};

function directoryOf(contents: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(directory, name), text);
  return directory;
}

/** What the source says of a directory, without the directory's name. */
function told(directory: string, readAhead?: StartReadAhead): unknown {
  const { sink, logger } = startSource([directory], readAhead ? { readAhead } : {});
  const lines = logger.lines.map(({ level, message }) => `${level} ${message}`);
  const { objects, rejections } = sink;
  return JSON.parse(JSON.stringify([[...objects], rejections, lines]).replaceAll(directory, ''));
}

describe('reading ahead', () => {
  test('each file is taken once, in order, and read here where it was not read there', () => {
    const directory = directoryOf(files);
    const calls: string[] = [];
    const readAhead: StartReadAhead = (due, loader) => {
      calls.push(...due.map(({ place }) => `due ${place.path}`));
      return {
        take(place) {
          calls.push(place.path);
          return /[bd]\./.test(place.path) ? undefined : readFile(place, { ...loader, onSkipped: () => undefined });
        },
        close: () => calls.push('close'),
      };
    };
    expect(told(directory, readAhead)).toEqual(told(directory));
    const paths = Object.keys(files).map((name) => join(directory, name));
    expect(calls).toEqual([...paths.map((path) => `due ${path}`), ...paths, 'close']);
  });

  test('a file that changed after it was looked at is read again', () => {
    const directory = directoryOf({ 'a.yaml': entry('a'), 'b.yaml': entry('b') });
    const readAhead: StartReadAhead = (_due, loader) => ({
      take(place) {
        const reading = readFile(place, { ...loader, onSkipped: () => undefined });
        writeFileSync(place.path, entry('a', 'changed.example.com', place.path.endsWith('a.yaml') ? 'x' : 'y'));
        return reading;
      },
      close: () => undefined,
    });
    const { sink } = startSource([directory], { readAhead });
    expect(sink.hosts).toEqual({ 'x/a': ['changed.example.com'], 'y/a': ['changed.example.com'] });
  });

  test('a thread says what the source would say itself', () => {
    const padding = `# ${'x'.repeat(minBytes)}\n`;
    const directory = directoryOf({ ...files, 'g.yaml': entry('g') + padding });
    let hasStarted = false;
    const readAhead: StartReadAhead = (due, loader) => {
      const thread = readInThread(due, loader);
      hasStarted = thread !== undefined;
      return thread;
    };
    expect(told(directory, readAhead)).toEqual(told(directory));
    expect(hasStarted).toBe(true);
  });

  test.runIf(process.platform === 'linux')('the thread gives way to all others', () => {
    const large = `# ${'x'.repeat(minBytes / 2)}\n`;
    const directory = directoryOf({ 'a.yaml': entry('a') + large, 'b.yaml': entry('b') + large });
    const nicest = (): number => Math.max(...threadsOf(process.pid).map(({ niceness }) => niceness));
    const seen: number[] = [];
    startSource([directory], {
      readAhead(due, loader) {
        const thread = readInThread(due, loader)!;
        return {
          take(place) {
            const reading = thread.take(place);
            seen.push(nicest());
            return reading;
          },
          close: () => thread.close(),
        };
      },
    });
    expect(seen).toEqual([19, 19]);
  });

  describe('what goes wrong with the thread is logged, and nothing is lost', () => {
    const large = `# ${'x'.repeat(minBytes / 2)}\n`;
    const contents = { 'a.yaml': entry('a') + large, 'b.yaml': entry('b') + large, 'c.yaml': entry('c') };
    const directory = (): string => directoryOf(contents);
    const sayings = (worker: URL): { hosts: unknown; warnings: string[] } => {
      const { sink, logger } = startSource([directory()], {
        readAhead: (due, loader) => readInThread(due, loader, { worker, patienceMs: 500 }),
      });
      const warnings = logger.lines.filter(({ level }) => level === 'warning').map(({ message }) => message);
      return { hosts: sink.hosts, warnings };
    };
    const hosts = Object.fromEntries(['a', 'b', 'c'].map((name) => [`default/${name}`, [`${name}.example.com`]]));

    test('none can be made', () => {
      const told = sayings(new URL('https://example.com/worker.js'));
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([expect.stringMatching(/^files are read without a thread of their own: /)]);
    });

    test('it says nothing', () => {
      const told = sayings(new URL('data:text/javascript,setInterval(() => undefined, 1000)'));
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([
        expect.stringMatching(/says no more: .*a\.yaml and what follows is read without it$/),
      ]);
    });

    test('it dies behind the first file', () => {
      const path = join(temporaryDirectory(), 'dying.mjs');
      const module = new URL('../../../src/registry/file/reading-worker.ts', import.meta.url);
      const dying = `workerData.port.on('message', () => { throw new Error('gone'); });`;
      writeFileSync(path, `import '${module.href}';\nimport { workerData } from 'node:worker_threads';\n${dying}\n`);
      const started = performance.now();
      const { sink, logger } = startSource([directory()], {
        readAhead: (due, loader) => readInThread(due, loader, { worker: pathToFileURL(path), patienceMs: 60_000 }),
      });
      expect(sink.hosts).toEqual(hosts);
      expect(logger.lines.map(({ message }) => message)).toEqual([
        expect.stringMatching(/says no more: .*b\.yaml and what follows is read without it$/),
      ]);
      expect(performance.now() - started).toBeLessThan(30_000);
    });
  });

  test('no thread is started for little, nor for one file', () => {
    const started: boolean[] = [];
    const readAhead: StartReadAhead = (due, loader) => {
      const thread = readInThread(due, loader);
      started.push(thread !== undefined);
      return thread;
    };
    startSource([directoryOf(files)], { readAhead });
    startSource([directoryOf({ 'a.yaml': `# ${'x'.repeat(minBytes)}\n` })], { readAhead });
    expect(started).toEqual([false, false]);
  });
});
