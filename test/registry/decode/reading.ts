import { load, loadAll } from 'js-yaml';
import { expect } from 'vitest';
import type { Pod, RegistryObject, ServiceEntry, WorkloadEntry } from '../../../src/registry/model/object.ts';
import { readObject, type ReadResult } from '../../../src/registry/decode/object.ts';
import type { Rejection } from '../../../src/registry/model/rejection.ts';

export const origin = { text: 'test.yaml:1' };

/** Reads one document of YAML. */
export function readYaml(text: string): ReadResult {
  return readObject(load(text), origin);
}

/** The objects of a manifest all of whose documents are served whole. */
export function readManifest(text: string): RegistryObject[] {
  return loadAll(text).map((document) => objectOf(readObject(document, origin), []));
}

/** `REASON FIELD`, in order. */
export function summary(rejections: readonly Rejection[]): string[] {
  return rejections.map(({ reason, field }) => `${reason} ${field}`.trim());
}

/** The object of a result, which left out exactly this (`REASON FIELD`). */
export function objectOf(result: ReadResult, leftOut: readonly string[]): RegistryObject {
  if (result.type !== 'object') throw new Error(`expected an object, found ${JSON.stringify(result)}`);
  expect(summary(result.rejections)).toEqual(leftOut);
  return result.object;
}

const istio = 'networking.istio.io/v1';

export function serviceEntry(spec: unknown, metadata: object = {}, rest: object = {}): unknown {
  return { apiVersion: istio, kind: 'ServiceEntry', metadata: { name: 'x', ...metadata }, spec, ...rest };
}

export function readServiceEntry(
  spec: object,
  leftOut: readonly string[] = [],
  metadata: object = {},
  rest: object = {},
): ServiceEntry {
  const raw = serviceEntry({ hosts: ['a.example.com'], ...spec }, metadata, rest);
  const object = objectOf(readObject(raw, origin), leftOut);
  if (object.kind !== 'ServiceEntry') throw new Error(`expected a ServiceEntry, found ${object.kind}`);
  return object;
}

export function readWorkloadEntry(
  spec: object,
  leftOut: readonly string[] = [],
  metadata: object = {},
  rest: object = {},
): WorkloadEntry {
  const raw = { apiVersion: istio, kind: 'WorkloadEntry', metadata: { name: 'w', ...metadata }, spec, ...rest };
  const object = objectOf(readObject(raw, origin), leftOut);
  if (object.kind !== 'WorkloadEntry') throw new Error(`expected a WorkloadEntry, found ${object.kind}`);
  return object;
}

export function readPod(raw: object, leftOut: readonly string[] = []): Pod {
  const whole = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {}, ...raw };
  const object = objectOf(readObject(whole, origin), leftOut);
  if (object.kind !== 'Pod') throw new Error(`expected a Pod, found ${object.kind}`);
  return object;
}

/** What is left out of an object that is rejected as a whole. */
export function rejectionsOf(raw: unknown): string[] {
  const result = readObject(raw, origin);
  if (result.type !== 'rejected') throw new Error(`expected a rejection, found ${JSON.stringify(result)}`);
  return summary(result.rejections);
}
