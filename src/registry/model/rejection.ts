/**
 * Why a part of the registry was left out. The words are metric labels and stable; the README lists them.
 */
export const rejectionReasons = {
  parse: 'a document or file is not YAML or JSON',
  size: 'a file is larger than max_file, or a document expands to more than it may',
  file: 'a file or directory cannot be read',
  object: 'a document is not an object of its kind: no name, no spec, a field of the wrong type',
  duplicate: 'another document of the same kind, namespace and name stands before it',
  host: 'a host is not a DNS name',
  address: 'an address is neither an IP address nor a form that is known',
  port: 'a port has no usable number or name, or repeats one',
  endpoint: 'an endpoint has no usable address',
  selector: 'a selector or label is not of the right form',
  field: 'a field has a value that is not known; the default is used',
  conflict: 'fields of the object contradict each other, and none of them counts',
  unknown: 'a field, the port of an endpoint, a kind or an API version is none that there is',
  unused: 'a host matches no name, or the resolution of the object looks up no host names of endpoints',
  'not-allowed': 'allow does not let this object take the host',
  excluded: 'the host is not among those that only and except leave',
} as const;

export type RejectionReason = keyof typeof rejectionReasons;

/** One part that was left out: the smallest that is bad. */
export interface Rejection {
  readonly reason: RejectionReason;
  /** `KIND NAMESPACE/NAME`, or '' where no object could be read. */
  readonly object: string;
  /** Path of the field, `spec.hosts[1]`, or ''. */
  readonly field: string;
  /** What was found and what was expected. */
  readonly message: string;
  /** `FILE:LINE[:COLUMN]` or the cluster's name. */
  readonly origin: string;
  /** Hosts and addresses that are left out, as they were written: `explain` reports them for a query for one of them. */
  readonly written?: readonly string[];
  /** Nothing of the object is served. */
  readonly isWhole?: true;
}
