import { fencedBlocks, userDocuments, type FencedBlock } from './markdown.ts';

/** What runs the fenced blocks of the documents, and the test that has it. */
export const runners = {
  corefile: 'corefiles.test.ts starts it',
  snippet: 'test/deploy/stub-domain.test.ts gives it to CoreDNS',
  manifest: 'manifests.test.ts reads it',
  dig: 'transcripts.test.ts asks it of the examples',
  inspect: 'commands.test.ts has the program explain it',
  session: 'sessions.test.ts follows the page in a network of its own',
  symptom: 'troubleshooting.test.ts makes the symptom, and looks at what the page shows',
  chart: 'test/deploy/chart.test.ts renders the chart with it',
  machine: 'test/deploy/packages/packages.test.ts does it on a machine with systemd',
  cluster: 'test/e2e/documents.test.ts runs it with kubectl and Helm against an API server',
  reference: 'reference.test.ts compares it with the code',
  publishing: 'test/interop/publishing.test.ts sets name servers up with it',
  printed: 'transcripts.test.ts compares what the program prints',
} as const;

export type Runner = keyof typeof runners;

/** Pages whose blocks are followed from the first to the last, as a reader does. */
export const sessionPages = ['docs/quickstart-laptop.md'];

/** The blocks that nothing runs, by their page and something that they hold, and why. */
export const notRun: readonly { readonly page: string; readonly holds: string; readonly why: string }[] = [
  { page: 'README.md', holds: 'npm ci && npm start', why: 'test/package and transcripts.test.ts do the same' },
  { page: 'README.md', holds: 'npm ci && npm test', why: 'it is what runs the tests' },
  { page: 'README.md', holds: 'npm pack', why: 'test/package packs and installs' },
  {
    page: 'README.md',
    holds: 'docker build',
    why: 'test/deploy/image.test.ts builds with buildah, and pushes nothing',
  },
  { page: 'docs/quickstart-laptop.md', holds: 'npm ci', why: 'test/package packs and installs' },
  {
    page: 'docs/quickstart-kubernetes.md',
    holds: 'kind create cluster',
    why: 'it downloads; test/e2e has a real API server with the same CustomResourceDefinitions',
  },
  {
    page: 'docs/quickstart-kubernetes.md',
    holds: 'docker push',
    why: 'test/deploy/image.test.ts builds with buildah, and pushes nothing',
  },
  {
    page: 'deploy/chart/README.md',
    holds: 'kind: HelmRelease',
    why: 'it needs Flux',
  },
  {
    page: 'docs/monitoring.md',
    holds: '# Availability: the share',
    why: 'it has a window for a name; the same rules are tested with promtool in test/deploy/alerts.test.ts',
  },
  {
    page: 'docs/machines.md',
    holds: '# NetworkManager',
    why: 'it needs NetworkManager, as the page says',
  },
  {
    page: 'docs/machines.md',
    holds: 'nmcli',
    why: 'it needs NetworkManager, as the page says',
  },
  {
    page: 'docs/machines.md',
    holds: '# netplan',
    why: 'it needs netplan, as the page says',
  },
  {
    page: 'docs/machines.md',
    holds: 'completion bash',
    why: 'test/cli/completion tries each shell',
  },
  { page: 'docs/operations.md', holds: 'npm pack', why: 'test/package packs and installs' },
  { page: 'docs/performance.md', holds: 'bench:peers', why: 'it measures for minutes' },
  { page: 'docs/debugging.md', holds: '-directory zones', why: 'test/interop/name-servers.test.ts loads such zones' },
  {
    page: 'docs/troubleshooting.md',
    holds: 'last_bookmark_age_seconds|',
    why: 'test/e2e/faults.test.ts takes the API server away and looks at these metrics',
  },
  {
    page: 'deploy/README.md',
    holds: 'docker push',
    why: 'test/deploy/image.test.ts builds with buildah, and pushes nothing',
  },
];

export function isNotRun({ place, text }: FencedBlock): boolean {
  return notRun.some(({ page, holds }) => pageOf(place) === page && text.includes(holds));
}

/** The first that takes the block; `undefined` where none does. */
export function runnerOf({ language, text, place }: FencedBlock): Runner | undefined {
  const page = pageOf(place);
  if (page.startsWith('docs/reference/')) return 'reference';
  if (language === 'corefile') return 'corefile';
  if (page === 'docs/publish.md') return 'publishing';
  if (language === 'coredns') return 'snippet';
  if (sessionPages.includes(page)) return 'session';
  if (page === 'deploy/chart/README.md' && language === 'yaml') return 'chart';
  if (page === 'docs/machines.md' && /^(# (systemd-resolved|dnsmasq|unbound|macOS)$|systemctl )/m.test(text))
    return 'machine';
  if (language === 'yaml') return 'manifest';
  if (language === 'sh') return /^(kubectl|helm|\w+=\$\(kubectl) /m.test(text) ? 'cluster' : undefined;
  if (language !== 'text') return undefined;
  if (text.startsWith('$ kubectl ')) return 'cluster';
  if (page === 'docs/troubleshooting.md') return 'symptom';
  if (text.startsWith('$ dig @127.0.0.1 -p 1053 ')) return 'dig';
  if (/^\$ serviceentry-dns (explain|records) /.test(text)) return 'inspect';
  return text.includes('hosts served') || text.startsWith('Corefile:') ? 'printed' : undefined;
}

/** The blocks of all documents that a test has to run. */
export function blocksFor(runner: Runner): FencedBlock[] {
  return userDocuments()
    .flatMap(fencedBlocks)
    .filter((block) => !isNotRun(block) && runnerOf(block) === runner);
}

export function pageOf(place: string): string {
  return place.replace(/:\d+$/, '');
}
