import type { MakeSources } from '../../../src/plugins/serviceentry/registry-service.ts';
import { KubernetesSource } from '../../../src/registry/sources/kubernetes/kubernetes-source.ts';
import type { ReflectorTiming } from '../../../src/kubernetes/timing.ts';

/** Silence is found out after seconds. A healthy watch is cut for it too now and then, which must do no harm. */
const impatient: Partial<ReflectorTiming> = {
  watchdogMs: 3000,
  responseTimeoutMs: 3000,
  absentRetryMs: 1000,
  maxBackoffMs: 5000,
};

/** The Kubernetes source of a Corefile, with times that a test can wait for. */
export const impatientSources: MakeSources = ({ kubernetes, registry }, { clock, logger }) => [
  new KubernetesSource({
    config: kubernetes,
    watchesServices: registry.services,
    watchesSidecars: registry.sidecars,
    watchesNodes: registry.nodes,
    clock,
    logger,
    timing: impatient,
  }),
];
