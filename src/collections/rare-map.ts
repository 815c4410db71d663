/**
 * A map for what few names have, and usually none. V8 makes a text unique before it looks it up in a map, which costs more
 * than the rest where a text was made a moment ago, and a million of them are asked for: an empty map is not asked.
 */
export class RareMap<Value> extends Map<string, Value> {
  override get(key: string): Value | undefined {
    return this.size === 0 ? undefined : super.get(key);
  }

  override has(key: string): boolean {
    return this.size > 0 && super.has(key);
  }

  override delete(key: string): boolean {
    return this.size > 0 && super.delete(key);
  }
}
