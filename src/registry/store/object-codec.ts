import type {
  EgressHost,
  Endpoint,
  EndpointAddress,
  Location,
  Node,
  ObjectKind,
  ObjectMeta,
  Origin,
  Pod,
  RegistryObject,
  Resolution,
  Service,
  ServiceEntry,
  ServicePort,
  Sidecar,
  WorkloadEntry,
} from '../model/object.ts';

/**
 * Slim objects as short JSON, for memory: rows of the values in a fixed order without the names of the fields. `null`, and
 * what is missing at the end of a row, is the value that a field has mostly.
 *
 *     [0,[[[0,":7"]],0,"web"],["web.mesh.test"],["10.0.0.1"],0,null,1,1]
 *
 * What most objects share with many others is a number in it: the kind, the file, the namespace and the ports.
 */

type Cell = string | number | null | readonly Cell[];

/** How values of a kind are written and read. */
interface Codec<Value> {
  encode(value: Value): Cell;
  decode(cell: Cell): Value;
  /** The field is missing where its value is `undefined`. */
  readonly isOptional?: boolean;
}

const emptyMap: ReadonlyMap<string, never> = new Map<string, never>();
const emptyList: readonly never[] = Object.freeze([]);

const text: Codec<string> = { encode: (value) => value || null, decode: (cell) => (cell ?? '') as string };
const number: Codec<number> = { encode: (value) => value, decode: (cell) => cell as number };
const flag: Codec<boolean> = { encode: (value) => (value ? 1 : null), decode: (cell) => cell === 1 };
const texts: Codec<readonly string[]> = {
  encode: (value) => (value.length > 0 ? value : null),
  decode: (cell) => (cell ?? emptyList) as readonly string[],
};

const kinds: readonly ObjectKind[] = ['ServiceEntry', 'WorkloadEntry', 'Pod', 'Service', 'Sidecar', 'Node'];

function kind<Kind extends ObjectKind>(value: Kind): Codec<Kind> {
  return { encode: () => kinds.indexOf(value), decode: () => value };
}

function oneOf<Word extends string>(...words: readonly Word[]): Codec<Word> {
  return { encode: (value) => words.indexOf(value) || null, decode: (cell) => words[(cell ?? 0) as number]! };
}

function listOf<Item>(item: Codec<Item>): Codec<readonly Item[]> {
  return {
    encode: (value) => (value.length > 0 ? value.map((each) => item.encode(each)) : null),
    decode: (cell) => (cell === null ? emptyList : (cell as readonly Cell[]).map((each) => item.decode(each))),
  };
}

/** Keys and values in turn. */
function mapOf<Value>(item: Codec<Value>): Codec<ReadonlyMap<string, Value>> {
  return {
    encode: (value) => (value.size > 0 ? Array.from(value).flatMap(([key, each]) => [key, item.encode(each)]) : null),
    decode: (cell) => {
      if (cell === null) return emptyMap;
      const cells = cell as readonly Cell[];
      const map = new Map<string, Value>();
      for (let i = 0; i < cells.length; i += 2) map.set(cells[i] as string, item.decode(cells[i + 1]!));
      return map;
    },
  };
}

/** A value that may be `undefined`: in a list of its own, for what is `null` there may mean something. */
function maybe<Value>(item: Codec<Value>): Codec<Value | undefined> {
  return {
    encode: (value) => (value === undefined ? null : [item.encode(value)]),
    decode: (cell) => (cell === null ? undefined : item.decode((cell as readonly Cell[])[0]!)),
  };
}

function optional<Value>(item: Codec<Value>): Codec<Value | undefined> {
  return { ...maybe(item), isOptional: true };
}

/** An object with these fields, in this order. */
function row<Value extends object>(fields: { readonly [Key in keyof Value]-?: Codec<Value[Key]> }): Codec<Value> {
  const columns = Object.entries<Codec<unknown>>(fields);
  return {
    encode: (value) => {
      const cells = columns.map(([name, codec]) => codec.encode((value as Record<string, unknown>)[name]));
      while (cells.at(-1) === null) cells.pop();
      return cells;
    },
    decode: (cell) => {
      const cells = cell as readonly Cell[];
      const value: Record<string, unknown> = {};
      columns.forEach(([name, codec], i) => {
        const decoded = codec.decode(cells[i] ?? null);
        if (decoded !== undefined || codec.isOptional !== true) value[name] = decoded;
      });
      return value as Value;
    },
  };
}

/** Values that many objects share are numbers, and objects that are decoded share one value. */
class Shared<Value> implements Codec<Value> {
  readonly #item: Codec<Value>;
  readonly #values: Value[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(item: Codec<Value>) {
    this.#item = item;
  }

  encode(value: Value): Cell {
    const cell = this.#item.encode(value);
    const json = JSON.stringify(cell);
    const known = this.#numbers.get(json);
    if (known !== undefined) return known;
    // Values come and go: numbers are not given back, but there are not more than these.
    if (this.#values.length === maxShared) return [cell];
    this.#numbers.set(json, this.#values.length);
    return this.#values.push(this.#item.decode(JSON.parse(json) as Cell)) - 1;
  }

  decode(cell: Cell): Value {
    return typeof cell === 'number' ? this.#values[cell]! : this.#item.decode((cell as readonly Cell[])[0]!);
  }
}

const maxShared = 4096;

/** `FILE:LINE`, with the file's path as a shared value. */
class OriginText implements Codec<string> {
  readonly #path = new Shared(text);

  encode(origin: string): Cell {
    const colon = origin.lastIndexOf(':');
    return colon < 0 ? origin : [this.#path.encode(origin.slice(0, colon)), origin.slice(colon)];
  }

  decode(cell: Cell): string {
    if (typeof cell === 'string') return cell;
    const [path, line] = cell as readonly [Cell, string];
    return this.#path.decode(path) + line;
  }
}

/** A host name holds no `/`; an endpoint without an address has the reason with two in front. */
const endpointAddress: Codec<EndpointAddress> = {
  encode: (address) => {
    if (address.kind === 'ip') return address.ip;
    return address.kind === 'host' ? `/${address.host}` : `//${address.reason}`;
  },
  decode: (cell) => {
    const address = cell as string;
    if (address.startsWith('//')) return { kind: 'none', reason: address.slice(2) };
    return address.startsWith('/') ? { kind: 'host', host: address.slice(1) } : { kind: 'ip', ip: address };
  },
};

const endpoint = row<Endpoint>({
  address: endpointAddress,
  ports: mapOf(number),
  locality: text,
  weight: maybe(number),
  index: optional(number),
});

const servicePort = row<ServicePort>({ name: text, number, isUdp: flag, targetPort: maybe(number) });
const egressHost = row<EgressHost>({ namespace: text, host: text });

/** The rows of one store. */
export class ObjectCodec {
  readonly #codecs: { readonly [Kind in ObjectKind]: Codec<Extract<RegistryObject, { kind: Kind }>> };

  constructor() {
    const origin = row<Origin>({ text: new OriginText(), source: optional(number) });
    const meta = row<ObjectMeta>({
      origin,
      namespace: new Shared(text),
      name: text,
      created: maybe(number),
      cluster: optional(text),
    });
    this.#codecs = {
      ServiceEntry: row<ServiceEntry>({
        kind: kind('ServiceEntry'),
        meta,
        hosts: texts,
        vips: texts,
        ports: new Shared(listOf(servicePort)),
        resolution: oneOf<Resolution>('STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS', 'NONE'),
        location: oneOf<Location>('MESH_EXTERNAL', 'MESH_INTERNAL'),
        hasAddresses: flag,
        allowsAutoAddresses: flag,
        endpoints: listOf(endpoint),
        exportTo: texts,
        selector: maybe(mapOf(text)),
        autoAddresses: mapOf(texts),
        ttl: maybe(number),
        networks: optional(texts),
      }),
      WorkloadEntry: row<WorkloadEntry>({
        kind: kind('WorkloadEntry'),
        meta,
        labels: mapOf(text),
        endpoint,
        isHealthy: flag,
        unhealthy: optional(text),
      }),
      Pod: row<Pod>({
        kind: kind('Pod'),
        meta,
        labels: mapOf(text),
        ips: texts,
        isReady: flag,
        ports: mapOf(number),
        isMeshed: flag,
        isHostNetwork: flag,
        hasEnded: flag,
        notReady: optional(text),
        node: optional(new Shared(text)),
        locality: optional(new Shared(text)),
      }),
      Node: row<Node>({ kind: kind('Node'), meta, locality: new Shared(text), ips: texts }),
      Service: row<Service>({ kind: kind('Service'), meta }),
      Sidecar: row<Sidecar>({
        kind: kind('Sidecar'),
        meta,
        selector: maybe(mapOf(text)),
        egressHosts: maybe(listOf(egressHost)),
      }),
    };
  }

  encode(object: RegistryObject): string {
    return JSON.stringify(this.#codecOf(object.kind).encode(object));
  }

  decode(json: string): RegistryObject {
    const cells = JSON.parse(json) as [number, ...Cell[]];
    return this.#codecOf(kinds[cells[0]]!).decode(cells);
  }

  #codecOf(kind: ObjectKind): Codec<RegistryObject> {
    return this.#codecs[kind];
  }
}
