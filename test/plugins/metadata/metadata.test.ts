import { describe, expect, it, vi } from 'vitest';
import { metadataPlugin } from '../../../src/plugins/metadata/metadata.ts';
import { isMetadataLabel, metadataOf, QueryMetadata, setMetadata } from '../../../src/wire/metadata.ts';
import { parseDirective } from '../../support/plugin.ts';
import { makeQuery } from '../../support/query.ts';

describe('metadata in a Corefile', () => {
  it.each([
    ['metadata', ['example.org.']],
    ['metadata Example.com net.', ['example.com.', 'net.']],
    ['metadata 10.0.0.0/24', ['0.0.10.in-addr.arpa.']],
  ])('%j', (line, zones) => {
    const { config, problems } = parseDirective(metadataPlugin, line);
    expect(problems).toEqual([]);
    expect(config).toEqual({ zones });
    expect(metadataPlugin.settings(config)).toEqual({ metadata: zones });
  });

  it.each([
    ['metadata example.com {\nx\n}', /^Corefile:3:1: error: .*metadata takes no block/],
    ['metadata\nmetadata', /^Corefile:3:1: error: .*COREFILE_REPEATED/],
    ['metadata a..b', /^Corefile:2:10: error: .*COREFILE_ARGUMENT/],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(metadataPlugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('what is known of a query', () => {
  it('is nothing where its block does not collect it', () => {
    const query = makeQuery('example.org', 'A');
    setMetadata(query, 'forward/upstream', '10.0.0.1:53');
    expect(metadataOf(query, 'forward/upstream')).toBeUndefined();
  });

  it('is what sources know when they are asked, and what was told since', () => {
    const query = makeQuery('example.org', 'A');
    const source = vi.fn(() => 'internal');
    query.metadata = new QueryMetadata(new Map([['view/name', source]]));
    expect(source).not.toHaveBeenCalled();
    expect(metadataOf(query, 'view/name')).toBe('internal');
    expect(metadataOf(query, 'forward/upstream')).toBeUndefined();
    setMetadata(query, 'forward/upstream', '10.0.0.1:53');
    setMetadata(query, 'view/name', '');
    expect([metadataOf(query, 'forward/upstream'), metadataOf(query, 'view/name')]).toEqual(['10.0.0.1:53', '']);
    query.read();
    expect(metadataOf(query, 'view/name')).toBeUndefined();
  });

  it.each([
    ['plugin/LABEL', true],
    ['p/L', true],
    ['PLUGIN/LABEL/SUB-LABEL', true],
    ['LABEL', false],
    ['plugin.LABEL', false],
    ['/LABEL', false],
    ['plugin/', false],
    ['/', false],
    ['', false],
  ])('%j is a label: %s', (text, expected) => {
    expect(isMetadataLabel(text)).toBe(expected);
  });
});
