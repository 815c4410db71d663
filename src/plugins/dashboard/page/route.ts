/** What the hash of the URL says: `#/explain/payments.mesh.test?type=SRV`. */
export interface Route {
  /** The first part of the path; '' for the overview. */
  readonly view: string;
  /** What follows it, decoded; '' where nothing does. */
  readonly argument: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const [view = '', argument = ''] = path.split(/\/(.*)/s);
  return { view, argument: decoded(argument), parameters: Object.fromEntries(new URLSearchParams(search)) };
}

/** Parameters that are empty are left out. */
export function formatRoute(view: string, argument = '', parameters: Readonly<Record<string, string>> = {}): string {
  const path = argument === '' ? `#/${view}` : `#/${view}/${encodeURIComponent(argument)}`;
  const search = searchOf(parameters);
  return search === '' ? path : `${path}?${search}`;
}

/** `a=1&b=2`, without those that are empty. */
export function searchOf(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
}

/** What somebody has typed may have a % that is none. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
