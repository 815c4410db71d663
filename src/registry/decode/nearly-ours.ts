import { quoted } from '../../runtime/untyped.ts';
import { nearest } from '../../corefile/suggest.ts';

const istioGroup = 'networking.istio.io';
const istioVersions: readonly string[] = ['v1', 'v1beta1', 'v1alpha3'];
/** How one of them is called, and several. */
const istioKinds: readonly (readonly [kind: string, plural: string])[] = [
  ['ServiceEntry', 'serviceentries'],
  ['WorkloadEntry', 'workloadentries'],
  ['Sidecar', 'sidecars'],
];
const coreKinds: readonly (readonly [kind: string, plural: string])[] = [
  ['Service', 'services'],
  ['Pod', 'pods'],
];
const maxLength = 100;
/** A slip in a shorter word makes another word. */
const minLengthForSlips = 6;

/**
 * `kind serviceentry: did you mean ServiceEntry?`: what is not quite right about the type of an object that must have been meant
 * for us. `undefined` where it is right, or another's: a Service of serving.knative.dev, a Gateway of networking.istio.io.
 */
export function nearlyOurs(apiVersion: string, kind: string): string | undefined {
  if (kind.length > maxLength || apiVersion.length > maxLength) return undefined;
  return ofIstio(apiVersion, kind) ?? ofCore(apiVersion, kind);
}

function ofIstio(apiVersion: string, kind: string): string | undefined {
  const meant = kindMeant(kind, istioKinds);
  if (meant === undefined) return undefined;
  const slash = apiVersion.lastIndexOf('/');
  const group = apiVersion.slice(0, Math.max(0, slash));
  const letters = lettersOf(slash < 0 ? apiVersion : group);
  const isNear = letters.includes('istio') || nearest(letters, [istioGroup]) !== undefined;
  // Nobody else has entries, while a Sidecar may be anybody's.
  const isUnique = kind === meant && meant !== 'Sidecar';
  if (!isNear && !isUnique) return undefined;
  const isRight = group === istioGroup && istioVersions.includes(apiVersion.slice(slash + 1));
  return hint(kind, meant, apiVersion, isRight ? apiVersion : `${istioGroup}/v1`);
}

/** In no group, or in one by the name that the core group goes by. */
function ofCore(apiVersion: string, kind: string): string | undefined {
  const meant = kindMeant(kind, coreKinds);
  if (meant === undefined || !/^(?:core\/)?v\d+(?:(?:alpha|beta)\d+)?$/.test(lettersOf(apiVersion))) return undefined;
  return hint(kind, meant, apiVersion, 'v1');
}

function hint(kind: string, rightKind: string, apiVersion: string, rightVersion: string): string | undefined {
  const wrong: string[] = [];
  if (kind !== rightKind) wrong.push(`kind ${shown(kind)}: did you mean ${rightKind}?`);
  if (apiVersion !== rightVersion) wrong.push(`apiVersion ${shown(apiVersion)}: did you mean ${rightVersion}?`);
  return wrong.length === 0 ? undefined : wrong.join(' ');
}

/** The same letters but for case, blanks and the like, the plural, or one slip. */
function kindMeant(kind: string, known: readonly (readonly [kind: string, plural: string])[]): string | undefined {
  const letters = lettersOf(kind);
  const [found] = known.find(([each, plural]) => each.toLowerCase() === letters || plural === letters) ?? [];
  if (found !== undefined || letters.length < minLengthForSlips) return found;
  return known.find(([each]) => nearest(letters, [each.toLowerCase()], 1) !== undefined)?.[0];
}

function lettersOf(word: string): string {
  return word.replaceAll(/[\s_-]/g, '').toLowerCase();
}

function shown(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : quoted(word);
}
