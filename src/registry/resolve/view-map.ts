/** A pair of values: for clients whose traffic the mesh does not capture, and for those where it does. */
export interface ByMesh<Value> {
  readonly plain: Value;
  readonly meshed: Value;
}

const noNamespaces: ReadonlyMap<string, never> = new Map<string, never>();

/** A value for every client: for those of the namespaces that are named, and for all others. */
export class ViewMap<Value> {
  readonly others: ByMesh<Value>;
  readonly namespaces: ReadonlyMap<string, ByMesh<Value>>;

  constructor(others: ByMesh<Value>, namespaces: ReadonlyMap<string, ByMesh<Value>> = noNamespaces) {
    this.others = others;
    this.namespaces = namespaces;
  }

  /** The same value for everybody. */
  static uniform<Value>(value: Value): ViewMap<Value> {
    return new ViewMap({ plain: value, meshed: value });
  }

  get(namespace: string | undefined, isMeshed: boolean): Value {
    const pair = (namespace === undefined ? undefined : this.namespaces.get(namespace)) ?? this.others;
    return isMeshed ? pair.meshed : pair.plain;
  }

  /** Nobody gets anything else than the others. */
  get isUniform(): boolean {
    return this.namespaces.size === 0 && this.others.plain === this.others.meshed;
  }

  *values(): Iterable<Value> {
    for (const pair of [this.others, ...this.namespaces.values()]) {
      yield pair.plain;
      if (pair.meshed !== pair.plain) yield pair.meshed;
    }
  }

  /** Another map with the same shape; values that are one object stay one. */
  map<Other>(change: (value: Value) => Other): ViewMap<Other> {
    if (this.isUniform) return ViewMap.uniform(change(this.others.plain));
    const changed = new Map<Value, Other>();
    const once = (value: Value): Other => {
      if (!changed.has(value)) changed.set(value, change(value));
      return changed.get(value)!;
    };
    const pair = ({ plain, meshed }: ByMesh<Value>): ByMesh<Other> => ({ plain: once(plain), meshed: once(meshed) });
    return new ViewMap(pair(this.others), new Map(Array.from(this.namespaces, ([name, value]) => [name, pair(value)])));
  }
}
