import { oneOf, takes } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { isLabel } from '../../registry/model/host.ts';
import type { ClusterConfig } from '../../kubernetes/cluster-config.ts';
import type { KubernetesConfig } from '../../registry/sources/kubernetes/config.ts';
import { badRequirement } from '../../kubernetes/label-selector.ts';
import { noKubernetes } from './config.ts';

/** What the options about the Kubernetes API have said so far. */
export interface KubernetesDraft {
  clusters: ClusterConfig[];
  /** Stands until the end of the block: `tls` may come before `endpoint`. */
  tls: { cert: string; key: string; ca: string } | undefined;
  namespaces: string[];
  namespaceLabels: string;
  labels: string;
  revision: string | undefined;
  pods: KubernetesConfig['pods'];
  snapshot: string | undefined;
}

export function kubernetesDefaults(): KubernetesDraft {
  return { ...noKubernetes, clusters: [], namespaces: [], tls: undefined };
}

/** Reads a line into the draft. */
export type KubernetesOption = (line: Directive, draft: KubernetesDraft, problems: Problems) => void;

/** What each option does to the draft, by its name. */
export const kubernetesOptions: Readonly<Record<string, KubernetesOption>> = {
  kubernetes(line, draft, problems) {
    if (takes(line, { max: 0 }, '', problems)) draft.clusters.push({ kind: 'in-cluster' });
  },
  kubeconfig(line, draft, problems) {
    if (!takes(line, { min: 1, max: 2 }, 'FILE [CONTEXT]', problems)) return;
    const [file, context] = line.args;
    draft.clusters.push({ kind: 'kubeconfig', file: file!.text, context: context?.text });
  },
  endpoint(line, draft, problems) {
    const token = only(line, 'URL', problems);
    if (!token) return;
    const url = URL.parse(token.text);
    if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && url.username === '') {
      draft.clusters.push({ kind: 'endpoint', url: token.text.replace(/\/+$/, ''), tls: undefined });
    } else {
      const message = `endpoint must be a URL such as 'https://10.0.0.1:6443', found ${quote(token.text)}`;
      problems.error('COREFILE_ARGUMENT', token.position, message);
    }
  },
  tls(line, draft, problems) {
    if (!takes(line, { min: 3, max: 3 }, 'CERT KEY CACERT', problems)) return;
    const [cert, key, ca] = line.args.map(({ text }) => text);
    draft.tls = { cert: cert!, key: key!, ca: ca! };
  },
  namespaces(line, draft, problems) {
    if (!takes(line, { min: 1 }, 'NAMESPACE...', problems)) return;
    for (const token of line.args) {
      if (!isLabel(token.text)) {
        const message = `expected a namespace (lower-case letters, digits and '-', at most 63), found ${quote(token.text)}`;
        problems.error('COREFILE_ARGUMENT', token.position, message);
      } else if (!draft.namespaces.includes(token.text)) draft.namespaces.push(token.text);
    }
  },
  namespace_labels(line, draft, problems) {
    draft.namespaceLabels = expression(line, problems) ?? draft.namespaceLabels;
  },
  labels(line, draft, problems) {
    draft.labels = expression(line, problems) ?? draft.labels;
  },
  revision(line, draft, problems) {
    const token = only(line, 'NAME', problems);
    if (!token) return;
    if (isLabel(token.text)) draft.revision = token.text;
    else {
      const message = `revision must be lower-case letters, digits and '-', at most 63, found ${quote(token.text)}`;
      problems.error('COREFILE_ARGUMENT', token.position, message);
    }
  },
  pods(line, draft, problems) {
    const token = only(line, 'auto | on | off', problems);
    draft.pods = (token && oneOf(token, 'pods', ['auto', 'on', 'off'], problems)) ?? draft.pods;
  },
  snapshot(line, draft, problems) {
    const token = only(line, 'FILE', problems);
    if (token) draft.snapshot = token.text;
  },
};

/** Options that may stand several times. */
export const repeatableKubernetesOptions: readonly string[] = ['kubeconfig', 'namespaces'];

/** Those that say what is watched, but not where. */
const refinements = ['namespaces', 'namespace_labels', 'labels', 'revision', 'pods', 'snapshot'];

/**
 * What the options come to together. `seen` has the name of each option that stands in the block. Without any source the
 * account of the Pod is taken.
 */
export function finishKubernetes(
  draft: KubernetesDraft,
  seen: ReadonlyMap<string, Token>,
  problems: Problems,
): KubernetesConfig {
  const { tls, clusters, ...others } = draft;
  const labels = seen.get('namespace_labels');
  if (labels && seen.has('namespaces')) {
    const message = 'namespace_labels and namespaces exclude each other';
    problems.error('COREFILE_CONFLICT', labels.position, message);
  }
  const tlsToken = seen.get('tls');
  if (tlsToken && !seen.has('endpoint')) {
    problems.error('COREFILE_CONFLICT', tlsToken.position, "tls belongs to 'endpoint URL', and there is none");
  }
  const names = ['file', 'kubernetes', 'kubeconfig', 'endpoint'];
  const isDefault = !names.some((name) => seen.has(name));
  if (!isDefault && names.slice(1).every((name) => !seen.has(name))) {
    for (const name of refinements) {
      const token = seen.get(name);
      const message = `${name} says what is watched in a cluster, and none is named; add kubernetes, kubeconfig or endpoint`;
      if (token) problems.error('COREFILE_CONFLICT', token.position, message);
    }
  }
  const named = clusters.map((each): ClusterConfig => (each.kind === 'endpoint' ? { ...each, tls } : each));
  return { ...others, clusters: isDefault ? [{ kind: 'in-cluster' }] : named };
}

function only(line: Directive, usage: string, problems: Problems): Token | undefined {
  return takes(line, { min: 1, max: 1 }, usage, problems) ? line.args[0] : undefined;
}

/** All arguments of the line together: a selector may have blanks. */
function expression(line: Directive, problems: Problems): string | undefined {
  if (!takes(line, { min: 1 }, 'EXPRESSION', problems)) return undefined;
  const text = line.args.map((token) => token.text).join(' ');
  const bad = badRequirement(text);
  if (bad === undefined) return text;
  const expected = "such as 'app=x', '!old' or 'env in (a,b)'";
  const message = `${line.name.text} must be a label selector ${expected}, found ${quote(bad)}`;
  problems.error('COREFILE_ARGUMENT', line.args[0]!.position, message);
  return undefined;
}
