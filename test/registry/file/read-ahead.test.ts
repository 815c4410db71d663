/** Files that somebody else reads while the source puts in place what those before them say. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FilePlace } from '../../../src/registry/file/document.ts';
import { readFile, type FileReading } from '../../../src/registry/file/file-reading.ts';
import { PackedDocuments } from '../../../src/registry/file/packed-documents.ts';
import type { ReadAhead, StartReadAhead } from '../../../src/registry/file/read-ahead.ts';
import { FileSource } from '../../../src/registry/file/file-source.ts';
import { minBytes, readInThreads } from '../../../src/registry/file/reading-threads.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { threadsOf } from '../../support/threads.ts';
import { RecordingSink } from '../source-conformance.ts';
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

/** A JSON list of ServiceEntries with these names, a line each. */
function listOf(names: readonly string[]): string {
  const items = names.map((name) => JSON.stringify(entryObject(name)));
  return `{"kind": "List", "items": [\n${items.join(',\n')}]}`;
}

/** The code of a reading thread, and something that goes wrong in it. */
function workerWith(fault: string): URL {
  const path = join(temporaryDirectory(), 'worker.mjs');
  const module = new URL('../../../src/registry/file/reading-worker.ts', import.meta.url);
  writeFileSync(path, `import '${module.href}';\nimport { workerData } from 'node:worker_threads';\n${fault}\n`);
  return pathToFileURL(path);
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

  test('what is told of a file counts from when it is told, and no more when the file turns out to be none', () => {
    const contents = {
      'a.json': listOf(['a', 'b', 'c', 'd']),
      'b.json': listOf(['x', 'b', 'c']),
      'c.json': listOf(['e', 'x', 'a']),
    };
    const begun = directoryOf(contents);
    const directory = directoryOf({ ...contents, 'b.json': `${contents['b.json']},` });
    const sink = new RecordingSink();
    const names = (): string => Object.keys(sink.hosts).join('').replaceAll('default/', '');
    const told: string[] = [];
    const source = new FileSource({
      paths: [directory],
      clock: systemClock,
      logger: new RecordingLogger(),
      readAhead: (_due, loader) => ({
        take(place, onPart) {
          const read = (path: string): FileReading =>
            readFile({ ...place, path }, { ...loader, onSkipped: () => undefined });
          const documents = new PackedDocuments(place);
          const reading = read(place.path.replace(directory, begun));
          if (reading.type !== 'documents') throw new Error('is no list');
          for (const each of reading.documents.range(0, Infinity)) {
            documents.push(each);
            onPart(documents);
            told.push(names());
          }
          // Of the last file nobody says the end.
          if (place.path.endsWith('c.json')) return undefined;
          return place.path.endsWith('a.json') ? { ...reading, documents } : read(place.path);
        },
        close: () => undefined,
      }),
    });
    source.start(sink);
    onTestFinished(() => source.stop());
    expect(told).toEqual(['a', 'ab', 'abc', 'abcd', 'abcdx', 'abcdx', 'abcdx', 'abcde', 'abcdex', 'abcdex']);
    expect(names()).toBe('abcdex');
    expect(sink.rejections.map(({ reason, origin }) => [reason, origin.replace(directory, '')])).toEqual([
      ['parse', expect.stringMatching(/^\/b\.json:4:/)],
      ['duplicate', '/c.json:4 items[2]'],
    ]);
  });

  test('threads say what the source would say itself', () => {
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
    expect(told(directory, readAhead)).toEqual(told(directory));
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
      let ahead: ReadAhead | undefined;
      let paths: FilePlace[] = [];
      startSource([directory], {
        readAhead(due, loader) {
          ahead = readInThreads(due, loader);
          paths = due.map(({ place }) => place);
          return { take: () => undefined, close: () => undefined };
        },
      });
      await expect.poll(niceThreads).toBe(2);
      expect(paths.map((place) => ahead!.take(place, () => undefined)?.type)).toEqual([
        'documents',
        'documents',
        'documents',
      ]);
      await expect.poll(niceThreads).toBe(0);
      ahead!.close();
    },
  );

  describe('what goes wrong with a thread is logged, and nothing is lost', () => {
    const large = `# ${'x'.repeat(minBytes / 2)}\n`;
    const contents = { 'a.yaml': entry('a') + large, 'b.yaml': entry('b') + large, 'c.yaml': entry('c') };
    const directory = (): string => directoryOf(contents);
    const sayings = (
      worker: URL,
      { startMs = 60_000, patienceMs = 60_000 } = {},
    ): { hosts: unknown; warnings: string[] } => {
      const { sink, logger } = startSource([directory()], {
        readAhead: (due, loader) => readInThreads(due, loader, { worker, startMs, patienceMs }),
      });
      const warnings = logger.lines.filter(({ level }) => level === 'warning').map(({ message }) => message);
      return { hosts: sink.hosts, warnings };
    };
    const hosts = Object.fromEntries(['a', 'b', 'c'].map((name) => [`default/${name}`, [`${name}.example.com`]]));
    const isSilentFor = (name: string): unknown =>
      expect.stringMatching(new RegExp(`says no more: .*${name}\\.yaml is read without it$`));

    test('none can be made', () => {
      const told = sayings(new URL('https://example.com/worker.js'));
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([expect.stringMatching(/^files are read without a thread of their own: /)]);
    });

    test('it cannot begin, and says nothing of that', () => {
      const told = sayings(new URL('data:text/javascript,no JavaScript'), { startMs: 300 });
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([isSilentFor('a'), isSilentFor('b')]);
    });

    test('it says nothing once it has begun', () => {
      const begin = `import { workerData } from 'node:worker_threads'; Atomics.add(workerData.replies, 0, 1);
        Atomics.notify(workerData.replies, 0); setInterval(() => undefined, 1000);`;
      const worker = new URL(`data:text/javascript,${encodeURIComponent(begin)}`);
      const told = sayings(worker, { patienceMs: 300 });
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([isSilentFor('a'), isSilentFor('b')]);
    });

    test('it dies behind its first file', () => {
      const told = sayings(workerWith(`workerData.port.on('message', () => { throw new Error('gone'); });`));
      expect(told.hosts).toEqual(hosts);
      expect(told.warnings).toEqual([isSilentFor('c')]);
    });

    test('it dies within a file, of which it has told parts', () => {
      const fault = `const { port } = workerData;
        const post = port.postMessage.bind(port);
        let parts = 0;
        port.postMessage = (reply, memory) => reply.part && ++parts === 2 ? process.exit() : post(reply, memory);`;
      const names = Array.from({ length: 30_000 }, (_, i) => `many-${i}`);
      const { sink, logger } = startSource([directoryOf({ 'a.json': listOf(names) + ' '.repeat(minBytes) })], {
        readAhead: (due, loader) =>
          readInThreads(due, loader, { worker: workerWith(fault), startMs: 60_000, patienceMs: 60_000 }),
      });
      expect(Object.keys(sink.hosts)).toHaveLength(names.length);
      expect(sink.rejections).toEqual([]);
      expect(logger.lines.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual([
        expect.stringMatching(/says no more: .*a\.json is read without it$/),
      ]);
    });

    test('it dies at its first file, and the other one goes on', () => {
      const fault = `const { port } = workerData;
        const post = port.postMessage.bind(port);
        port.postMessage = (reply, memory) => reply.place.path.endsWith('a.yaml') ? process.exit() : post(reply, memory);`;
      const told = sayings(workerWith(fault));
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
    expect(started).toEqual([false]);
  });
});
