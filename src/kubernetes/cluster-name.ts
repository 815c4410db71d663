import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ClusterConfig } from './cluster-config.ts';

/** A unique name for each cluster, for people: the context, the host of an endpoint, or `kubernetes`. */
export function clusterNames(clusters: readonly ClusterConfig[]): string[] {
  const taken = new Set<string>();
  return clusters.map((cluster) => {
    const wanted = nameOf(cluster);
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
    taken.add(name);
    return name;
  });
}

function nameOf(cluster: ClusterConfig): string {
  switch (cluster.kind) {
    case 'in-cluster':
      return 'kubernetes';
    case 'kubeconfig':
      return cluster.context ?? currentContext(cluster.file) ?? basename(cluster.file);
    case 'endpoint':
      return URL.parse(cluster.url)?.host ?? cluster.url;
  }
}

/** `undefined` where the file cannot be read, or has no current context. */
function currentContext(file: string): string | undefined {
  try {
    const match = /(?:^|[{,])\s*"?current-context"?:\s*["']?([^\s"',}#]+)/m.exec(readFileSync(file, 'utf8'));
    return match?.[1];
  } catch {
    return undefined;
  }
}
