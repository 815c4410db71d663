import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import type { ObjectMeta, Origin, RegistryObject } from '../model/object.ts';
import type { Rejection } from '../model/rejection.ts';
import { mapField, noFields } from './fields.ts';
import { identify, readMeta } from './meta.ts';
import { nearlyOurs } from './nearly-ours.ts';
import { readNode } from './node.ts';
import { readPod } from './pod.ts';
import { isShort, Report } from './report.ts';
import { readService } from './service.ts';
import { readServiceEntry } from './service-entry.ts';
import { readSidecar } from './sidecar.ts';
import { readWorkloadEntry } from './workload-entry.ts';

/*
 * decode/ turns one document, as it came out of YAML or JSON, into a slim object. Sources call `readObject`.
 *
 *     document ─► meta ─► reader of the kind (service-entry, workload-entry, pod, node, ...) ─► object
 *                   └──────── what is bad ─► Report ─► rejections
 */

/** What became of one document of the registry. */
export type ReadResult =
  /** Served; `rejections` has the parts that were left out. */
  | { readonly type: 'object'; readonly object: RegistryObject; readonly rejections: readonly Rejection[] }
  /** Nothing of it can be served. */
  | { readonly type: 'rejected'; readonly rejections: readonly Rejection[] }
  /** A kind that is not for us, `Deployment apps/v1`. */
  | { readonly type: 'skipped'; readonly what: string };

type Reader = (object: Fields, meta: ObjectMeta, report: Report) => RegistryObject | undefined;

const maxShownLength = 80;
/** Of hosts, and of addresses. */
const maxWritten = 256;

/**
 * Reads one Kubernetes object, as it came out of YAML or JSON, into its slim form. Never throws: whatever is wrong
 * costs the smallest part that is bad. A `List` is for the caller to take apart.
 */
export function readObject(raw: unknown, origin: Origin): ReadResult {
  const object = asFields(raw);
  if (object === undefined) return notAnObject('', raw, 'a map with apiVersion and kind', origin);
  const { apiVersion, kind } = object;
  if (typeof kind !== 'string' || kind === '') return notAnObject('kind', kind, 'a kind like ServiceEntry', origin);
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    return notAnObject('apiVersion', apiVersion, 'an API version like networking.istio.io/v1', origin);
  }
  const reader = readerOf(apiVersion, kind);
  const report = new Report(shown(kind), origin.text);
  if (reader === undefined) {
    const hint = nearlyOurs(apiVersion, kind);
    if (hint === undefined) return { type: 'skipped', what: `${shown(kind)} ${shown(apiVersion)}` };
    identify(asFields(object.metadata) ?? noFields, report);
    report.add('unknown', '', hint);
    return rejected(object, report);
  }
  const meta = readMeta(mapField(object, 'metadata', '', report), report, origin);
  const read = meta === undefined ? undefined : reader(object, meta, report);
  return read === undefined ? rejected(object, report) : { type: 'object', object: read, rejections: report.finish() };
}

/**
 * Nothing of the object is served: `explain` reports all the reasons for each of its hosts and addresses, and for one that is bad
 * itself what is wrong with that.
 */
function rejected(object: Fields, report: Report): ReadResult {
  const rejections = report.finish();
  const reported = new Set(rejections.flatMap(({ written = [] }) => written));
  const written = writtenIn(object).filter((each) => !reported.has(each));
  return { type: 'rejected', rejections: rejections.map((each) => ({ written, ...each, isWhole: true })) };
}

function writtenIn({ spec }: Fields): readonly string[] {
  const { hosts, addresses, address } = asFields(spec) ?? noFields;
  return [...itemsOf(hosts), ...itemsOf(addresses), address].filter(isShort);
}

function itemsOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list.slice(0, maxWritten) : [list];
}

/** All versions of the Istio group have one schema. */
function readerOf(apiVersion: string, kind: string): Reader | undefined {
  switch (apiVersion) {
    case 'networking.istio.io/v1':
    case 'networking.istio.io/v1beta1':
    case 'networking.istio.io/v1alpha3':
      return istioReaderOf(kind);
    case 'v1':
      return coreReaderOf(kind);
    default:
      return undefined;
  }
}

function coreReaderOf(kind: string): Reader | undefined {
  switch (kind) {
    case 'Pod':
      return readPod;
    case 'Service':
      return readService;
    case 'Node':
      return readNode;
    default:
      return undefined;
  }
}

function istioReaderOf(kind: string): Reader | undefined {
  switch (kind) {
    case 'ServiceEntry':
      return readServiceEntry;
    case 'WorkloadEntry':
      return readWorkloadEntry;
    case 'Sidecar':
      return readSidecar;
    default:
      return undefined;
  }
}

function notAnObject(field: string, found: unknown, expected: string, origin: Origin): ReadResult {
  const report = new Report('', origin.text);
  report.add('object', field, `found ${quoted(found)}, expected ${expected}`);
  return { type: 'rejected', rejections: report.finish() };
}

/** A word of a document as a log line shows it: as it is, where it is a usual one. */
function shown(word: string): string {
  return word.length <= maxShownLength && /^[\w./-]+$/.test(word) ? word : quoted(word);
}
