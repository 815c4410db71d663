/** Files that somebody else reads while the source puts in place what those before them say. */
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readFile } from '../../../../src/registry/sources/file/file-reading.ts';
import type { DueFile, FileLoader } from '../../../../src/registry/sources/file/loaded-file.ts';
import type { StartReadAhead } from '../../../../src/registry/sources/file/read-ahead.ts';
import { minBytes, readInThreads } from '../../../../src/registry/sources/file/reading-threads.ts';
import { threadsOf } from '../../../support/threads.ts';
import { entry, entryObject, startSource, temporaryDirectory, type Started } from './support.ts';

const patience = { timeout: 60_000 };

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
  for (const [name, text] of Object.entries(contents)) {
    writeFileSync(join(directory, name), text);
    // One that was just written is read once more.
    utimesSync(join(directory, name), 1, 1);
  }
  return directory;
}

/** A JSON list of ServiceEntries with these names, a line each. */
function listOf(names: readonly string[]): string {
  const items = names.map((name) => JSON.stringify(entryObject(name)));
  return `{"kind": "List", "items": [\n${items.join(',\n')}]}`;
}

/** The code of a reading thread, and something that goes wrong in it. */
function workerWith(fault: string): URL {
  const path = join(temporaryDirectory(), 'worker.mjs');
  const module = new URL('../../../../src/registry/sources/file/reading-worker.ts', import.meta.url);
  // Before the code itself: it is what hears of a question first.
  const faults = `import { parentPort } from 'node:worker_threads';\n${fault}\nawait import('${module.href}');\n`;
  writeFileSync(path, faults);
  return pathToFileURL(path);
}

async function synced(started: Started): Promise<Started> {
  await started.sink.until(() => started.sink.syncedCount > 0);
  return started;
}

/** Reads a file at once, in this thread. */
function readHere({ place }: DueFile, loader: FileLoader): ReturnType<typeof readFile> {
  return readFile(place, { ...loader, onSkipped: () => undefined, known: [], previous: undefined });
}

/** What the source says of a directory, without the directory's name. */
async function told(directory: string, readAhead?: StartReadAhead): Promise<unknown> {
  const { sink, logger } = await synced(startSource([directory], readAhead ? { readAhead } : {}));
  const lines = logger.lines.map(({ level, message }) => `${level} ${message}`);
  const { objects, rejections } = sink;
  return JSON.parse(JSON.stringify([[...objects], rejections, lines]).replaceAll(directory, ''));
}

describe('reading ahead', () => {
  test('each file is taken once, in order, and read here where it was not read there', async () => {
    const directory = directoryOf(files);
    const calls: string[] = [];
    const readAhead: StartReadAhead = (due, loader) => {
      calls.push(...due.map(({ place }) => `due ${place.path}`));
      return {
        *read(file) {
          const { path } = file.place;
          calls.push(path);
          return /[bd]\./.test(path) ? undefined : yield* readHere(file, loader);
        },
        close: () => calls.push('close'),
      };
    };
    expect(await told(directory, readAhead)).toEqual(await told(directory));
    const paths = Object.keys(files).map((name) => join(directory, name));
    expect(calls).toEqual([...paths.map((path) => `due ${path}`), ...paths, 'close']);
  });

  test('a file that changed after it was looked at is read again', () => {
    const directory = directoryOf({ 'a.yaml': entry('a'), 'b.yaml': entry('b') });
    const readPaths = new Set<string>();
    const readAhead: StartReadAhead = (_due, loader) => ({
      *read(file) {
        const { path } = file.place;
        const isFirst = !readPaths.has(path);
        readPaths.add(path);
        const reading = yield* readHere(file, loader);
        if (isFirst) writeFileSync(path, entry('a', 'changed.example.com', path.endsWith('a.yaml') ? 'x' : 'y'));
        return reading;
      },
      close: () => undefined,
    });
    const { sink } = startSource([directory], { readAhead });
    expect(sink.hosts).toEqual({ 'x/a': ['changed.example.com'], 'y/a': ['changed.example.com'] });
  });

  test('what is told of a file counts from when it is told, and no more when nobody says the end of it', async () => {
    const begun = join(directoryOf({ 'begun.json': listOf(['a', 'b', 'c']) }), 'begun.json');
    const directory = directoryOf({ 'a.json': listOf(['x']), 'b.json': listOf(['c', 'd']) });
    const { sink } = await synced(
      startSource([directory], {
        readAhead: (_due, loader) => ({
          *read(file) {
            if (file.place.path.endsWith('b.json')) return undefined;
            yield* readHere({ ...file, place: { ...file.place, path: begun } }, loader);
            return undefined;
          },
          close: () => undefined,
        }),
      }),
    );
    const told = sink.batches.map((batch) =>
      batch.map((change) => (change.type === 'upsert' ? change.object.meta.name : `-${change.name}`)).join(' '),
    );
    expect(told).toEqual(['a b c', '-c -b -a', 'x', 'c d']);
    expect(sink.lists).toEqual([]);
  });

  test('threads say what the source would say itself', async () => {
    const padding = `# ${'x'.repeat(minBytes)}\n`;
    const many = Array.from({ length: 20_000 }, (_, i) => `many-${i}`);
    const directory = directoryOf({
      ...files,
      'g.yaml': entry('g') + padding,
      'h.json': listOf(many),
      'i.json': listOf(many.toReversed()).replace('many-1.', '".'),
      'j.json': listOf(['many-1', 'j', ...many, 'k']),
    });
    let hasStarted = false;
    const readAhead: StartReadAhead = (due, loader) => {
      const threads = readInThreads(due, loader);
      hasStarted = threads !== undefined;
      return threads;
    };
    expect(await told(directory, readAhead)).toEqual(await told(directory));
    expect(hasStarted).toBe(true);
  });

  test.runIf(process.platform === 'linux')(
    'two threads give way to all others, and each ends with its last file',
    async () => {
      const large = `# ${'x'.repeat(minBytes / 2)}\n`;
      const directory = directoryOf({
        'a.yaml': entry('a') + large,
        'b.yaml': entry('b') + large,
        'c.yaml': entry('c'),
      });
      const niceThreads = (): number => threadsOf(process.pid).filter(({ niceness }) => niceness === 19).length;
      let mayRead = (): void => undefined;
      const wait = new Promise<void>((resolve) => {
        mayRead = resolve;
      });
      const started = startSource([directory], {
        readAhead(due, loader) {
          const ahead = readInThreads(due, loader)!;
          return {
            *read(file) {
              yield wait;
              return yield* ahead.read(file);
            },
            close: () => undefined,
          };
        },
      });
      await expect.poll(niceThreads, patience).toBe(2);
      mayRead();
      await synced(started);
      expect(Object.keys(started.sink.hosts)).toEqual(['default/a', 'default/b', 'default/c']);
      await expect.poll(niceThreads, patience).toBe(0);
    },
  );

  test.runIf(process.platform === 'linux')('a source that is stopped reads no more, and its threads end', async () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `many-${i}`);
    const started = startSource([directoryOf({ 'a.json': listOf(names), 'b.json': listOf(names) })], {
      readAhead: readInThreads,
    });
    await started.sink.until(() => started.sink.batches.length > 0);
    await started.source.stop();
    const { calls } = started.sink;
    await expect.poll(() => threadsOf(process.pid).filter(({ niceness }) => niceness === 19).length, patience).toBe(0);
    expect(started.sink.syncedCount).toBe(0);
    expect(started.sink.calls).toBe(calls);
  });

  test('a change of a large file is read by a thread, which reads again only what is new', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `many-${i}`);
    const path = join(directoryOf({ 'a.json': listOf(names) }), 'a.json');
    const started = await synced(startSource([path], { readAhead: readInThreads }));
    const batches = started.sink.batches.length;
    writeFileSync(path, listOf(['new', ...names.filter((name) => name !== 'many-7')]));
    await started.sink.untilHosts('default', 'many-7', undefined);
    const changes = started.sink.batches.slice(batches).flat();
    expect(changes.map((change) => (change.type === 'upsert' ? change.object.meta.name : `-${change.name}`))).toEqual([
      'new',
      '-many-7',
    ]);
    expect(started.sink.objects.size).toBe(5000);
    expect(started.logger.lines.filter(({ level }) => level === 'warning')).toEqual([]);
  });

  describe('what goes wrong with a thread is logged, and nothing is lost', () => {
    const large = `# ${'x'.repeat(minBytes / 2)}\n`;
    const contents = { 'a.yaml': entry('a') + large, 'b.yaml': entry('b') + large, 'c.yaml': entry('c') };
    const sayings = async (code: URL, some = contents): Promise<{ hosts: object; warnings: string[] }> => {
      const readAhead: StartReadAhead = (due, loader) => readInThreads(due, loader, { code });
      const { sink, logger } = await synced(startSource([directoryOf(some)], { readAhead }));
      const warnings = logger.lines.filter(({ level }) => level === 'warning').map(({ message }) => message);
      return { hosts: sink.hosts, warnings };
    };
    const hosts = Object.fromEntries(['a', 'b', 'c'].map((name) => [`default/${name}`, [`${name}.example.com`]]));
    const isSilentFor = (name: string): unknown =>
      expect.stringMatching(new RegExp(`says no more: .*${name}\\.(yaml|json) is read without it$`));
    const hasDied = expect.stringMatching(/^the thread that reads files has died: /) as unknown;

    test('none can be made', async () => {
      const told = await sayings(new URL('https://example.com/worker.js'));
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([expect.stringMatching(/^files are read without a thread of their own: /)]);
    });

    test('its code cannot be read', async () => {
      const told = await sayings(new URL('data:text/javascript,no JavaScript'));
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings.toSorted()).toEqual([hasDied, hasDied, isSilentFor('a'), isSilentFor('b')]);
    });

    test('it dies behind its first file', async () => {
      const fault = `let files = 0; parentPort.on('message', () => { if (++files === 2) process.exit(); });`;
      const told = await sayings(workerWith(fault));
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([isSilentFor('c')]);
    });

    test('it dies within a file, of which it has told parts', async () => {
      const fault = `const post = parentPort.postMessage.bind(parentPort);
        let parts = 0;
        parentPort.postMessage = (message, memory) => message.part && ++parts === 2 ? process.exit() : post(message, memory);`;
      const names = Array.from({ length: 30_000 }, (_, i) => `many-${i}`);
      const file = listOf(names) + ' '.repeat(minBytes);
      const { sink, logger } = await synced(
        startSource([directoryOf({ 'a.json': file })], {
          readAhead: (due, loader) => readInThreads(due, loader, { code: workerWith(fault) }),
        }),
      );
      expect(sink.objects.size).toBe(names.length);
      expect(sink.rejections).toEqual([]);
      expect(logger.lines.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual([
        isSilentFor('a'),
      ]);
    });

    test('it dies at its first file, and the other one goes on', async () => {
      const fault = `parentPort.on('message', ({ place }) => { if (place.path.endsWith('a.yaml')) process.exit(); });`;
      const told = await sayings(workerWith(fault));
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([isSilentFor('a')]);
    });
  });

  test('no thread is started for little', () => {
    const started: boolean[] = [];
    const readAhead: StartReadAhead = (due, loader) => {
      const thread = readInThreads(due, loader);
      started.push(thread !== undefined);
      return thread;
    };
    startSource([directoryOf(files)], { readAhead });
    expect(new Set(started)).toEqual(new Set([false]));
  });
});
