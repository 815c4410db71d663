import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSource } from '../../../../src/registry/sources/file/file-source.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';
import { describeSource, manifestOf, type SourceHarness, type TestObject } from '../source-conformance.ts';

/** One JSON file per object in a directory. */
function directoryOrigin(): Promise<SourceHarness> {
  const directory = mkdtempSync(join(tmpdir(), 'file-source-'));
  const pathOf = (object: { namespace: string; name: string }): string =>
    join(directory, `${object.namespace}.${object.name}.json`);
  const write = (object: TestObject): Promise<void> => {
    writeFileSync(pathOf(object), JSON.stringify(manifestOf(object)));
    return Promise.resolve();
  };
  return Promise.resolve({
    makeSource: () => new FileSource({ paths: [directory], clock: systemClock, logger: new RecordingLogger() }),
    create: write,
    update: write,
    delete(object) {
      rmSync(pathOf(object));
      return Promise.resolve();
    },
    touch(object) {
      utimesSync(pathOf(object), 1, 1);
      return write(object);
    },
    createBad: (namespace, name) => write({ namespace, name, hosts: [] }),
    close() {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
}

/** One YAML file with all objects, replaced by a rename as editors do. */
function fileOrigin(): Promise<SourceHarness> {
  const directory = mkdtempSync(join(tmpdir(), 'file-source-'));
  const path = join(directory, 'all.yaml');
  const objects = new Map<string, string>();
  const write = (): Promise<void> => {
    writeFileSync(`${path}.new`, [...objects.values()].join('\n---\n'));
    renameSync(`${path}.new`, path);
    return Promise.resolve();
  };
  const put = (object: TestObject): Promise<void> => {
    objects.set(`${object.namespace}/${object.name}`, JSON.stringify(manifestOf(object), undefined, 2));
    return write();
  };
  void write();
  return Promise.resolve({
    makeSource: () => new FileSource({ paths: [path], clock: systemClock, logger: new RecordingLogger() }),
    create: put,
    update: put,
    delete(object) {
      objects.delete(`${object.namespace}/${object.name}`);
      return write();
    },
    touch: put,
    createBad: (namespace, name) => put({ namespace, name, hosts: [] }),
    close() {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
}

describeSource('a directory', directoryOrigin);
describeSource('a file', fileOrigin);
