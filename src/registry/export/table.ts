import type { Remark, RRset, Served } from './served.ts';

const head = ['NAME', 'TTL', 'TYPE', 'DATA', 'SOURCE'] as const;

/**
 * Records as a table: name, TTL, type, data, ServiceEntry; one line for each record. `list` is gone through twice, so that
 * the columns are as wide as they must be and nothing is kept.
 */
export function* recordTable(list: () => Iterable<Served>): Generator<string, undefined> {
  const widths = head.slice(0, 4).map((title) => title.length);
  for (const served of list()) {
    for (const row of rowsOf(served)) {
      widths.forEach((width, i) => (widths[i] = Math.max(width, row[i]!.length)));
    }
  }
  const line = (row: readonly string[]): string =>
    `${row
      .map((cell, i) => (i < 4 ? cell.padEnd(widths[i]!) : cell))
      .join('  ')
      .trimEnd()}\n`;
  yield line(head);
  for (const served of list()) yield rowsOf(served).map(line).join('');
  return undefined;
}

function rowsOf(served: Served): string[][] {
  if (served.kind === 'remark') {
    const { name, note, sources } = served.remark;
    return [[name, '-', '-', `(${note})`, sourceText(sources)]];
  }
  const { name, ttl, type, data, sources, endpointHostnames = [] } = served.rrset;
  const source = sourceText(sources);
  const rows = data.map((each) => [name, String(ttl), type, each, source]);
  return [...rows, ...endpointHostnames.map((each) => [name, String(ttl), type, `(those of ${each})`, source])];
}

function sourceText(sources: readonly string[]): string {
  const [first = '', ...others] = sources;
  return others.length === 0 ? first : `${first} +${others.length}`;
}

/** Records as a JSON array with a line for each RRset; a host without any has `type` null and a `note`. */
export function* recordJson(list: Iterable<Served>): Generator<string, undefined> {
  let separator = '[\n';
  for (const served of list) {
    const value = served.kind === 'rrset' ? rrsetJson(served.rrset) : remarkJson(served.remark);
    yield separator + JSON.stringify(value);
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
  return undefined;
}

function rrsetJson({ name, ttl, type, data, endpointHostnames, host, sources }: RRset): unknown {
  return { name, ttl, type, data, live: endpointHostnames, host, sources };
}

function remarkJson({ name, note, sources }: Remark): unknown {
  return { name, ttl: null, type: null, data: [], note, host: name, sources };
}
