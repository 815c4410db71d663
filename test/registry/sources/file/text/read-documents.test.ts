import { describe, expect, test } from 'vitest';
import { readObject } from '../../../../../src/registry/decode/object.ts';
import { originOf, type Declaration } from '../../../../../src/registry/sources/file/declaration.ts';
import { readDocuments, type FileDocuments } from '../../../../../src/registry/sources/file/text/read-documents.ts';
import { entry, entryObject } from '../support.ts';

/** What a file says, and which objects were decoded for it. */
function read(text: string, previous?: FileDocuments, path = 'a.yaml') {
  const decoded: string[] = [];
  const parts: (readonly Declaration[])[] = [];
  const work = readDocuments(text, {
    place: { index: 0, path },
    previous,
    readObject: (raw, origin) => {
      decoded.push(origin.text);
      return readObject(raw, origin);
    },
    onSkipped: () => undefined,
    *onRead(declarations) {
      parts.push(declarations);
      yield;
    },
  });
  for (;;) {
    const step = work.next();
    if (step.done) return { documents: step.value, decoded, parts };
  }
}

function saying({ declarations }: FileDocuments): string[] {
  return declarations.map((each) => `${each.key?.replace('ServiceEntry/default/', '') ?? ''}@${originOf(each)}`);
}

const yaml = (...names: string[]): string => names.map((name) => `---\n${entry(name)}`).join('');
const lines = yaml('a').split('\n').length - 1;

describe('documents whose text a file had before', () => {
  test('are not decoded again, and those that have not moved are the same declarations', () => {
    const { documents: before } = read(yaml('a', 'b', 'c'));
    const { documents, decoded } = read(yaml('a', 'bb', 'c'), before);
    expect(decoded).toEqual([`a.yaml:${lines + 2}`]);
    expect(documents.declarations[0]).toBe(before.declarations[0]);
    expect(documents.declarations[2]?.original).toBe(before.declarations[2]);
    expect(documents.declarations[2]?.position).toBe(before.declarations[2]!.position + 2 * 'b'.length);
  });

  test('may have changed places', () => {
    const { documents: before } = read(yaml('a', 'b', 'c', 'd'));
    const { documents, decoded } = read(yaml('c', 'x', 'a', 'd', 'b'), before);
    expect(decoded.length).toBe(1);
    expect(saying(documents).map((each) => each.charAt(0))).toEqual(['c', 'x', 'a', 'd', 'b']);
  });

  test('that are there twice are taken once each', () => {
    const { documents: before } = read(yaml('a', 'b'));
    const { documents, decoded } = read(yaml('b', 'a', 'b'), before);
    expect(decoded.length).toBe(1);
    expect(new Set(documents.declarations.map((each) => each.original ?? each)).size).toBe(3);
  });

  test('with a fault are read again: its place is named', () => {
    const text = `kind: ServiceEntry\n${yaml('a')}`;
    const { documents: before } = read(text);
    const { documents, decoded } = read(`# moved\n${text}`, before);
    expect(decoded).toEqual(['a.yaml:2']);
    expect(documents.faults.rejections.map(({ rejection }) => rejection.origin)).toEqual(['a.yaml:2']);
  });

  test('in a JSON list are the same where their number is', () => {
    const list = (...names: string[]): string =>
      JSON.stringify({ kind: 'List', items: names.map((name) => entryObject(name)) });
    const { documents: before } = read(list('a', 'b', 'c'), undefined, 'a.json');
    expect(saying(before)).toEqual(['a@a.json:1 items[0]', 'b@a.json:1 items[1]', 'c@a.json:1 items[2]']);
    const { documents, decoded } = read(list('a', 'c', 'b'), before, 'a.json');
    expect(decoded).toEqual(['a.json:1 items[1]', 'a.json:1 items[2]']);
    expect(saying(documents)).toEqual(['a@a.json:1 items[0]', 'c@a.json:1 items[1]', 'b@a.json:1 items[2]']);
  });
});

test('lists in lists say where they are', () => {
  const inner = { kind: 'List', items: [entryObject('a'), entryObject('b')] };
  const { documents } = read(JSON.stringify({ kind: 'List', items: [entryObject('x'), inner] }), undefined, 'a.json');
  expect(saying(documents)).toEqual([
    'x@a.json:1 items[0]',
    'a@a.json:1 items[1] items[0]',
    'b@a.json:1 items[1] items[1]',
  ]);
});

test('declarations are handed over while the file is read', () => {
  const names = Array.from({ length: 100 }, (_, index) => `se-${index}`);
  const { documents, parts } = read(yaml(...names));
  expect(parts.flat()).toEqual(documents.declarations);
  expect(Math.max(...parts.map((part) => part.length))).toBe(30);
});
