import { join } from 'node:path';
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import type { Ask, Group, PluginCases, StartCase } from './case.ts';
import { logLines } from './log-lines.ts';
import { metricLines } from './metric-lines.ts';
import { readQuestion } from './question.ts';
import { compareLines, replyLines } from './reply-lines.ts';
import { Side, type Program } from './side.ts';

/** A SOA record whose serial is the time. */
const serial = [/\b1[789]\d{8}\b/g, 'TIME'] as const;

export interface Programs {
  readonly coreDns: Program;
  readonly ours: Program;
}

export interface CaseResult {
  readonly plugin: string;
  readonly name: string;
  /** Lines that only one of them has. */
  readonly coreDns: readonly string[];
  readonly ours: readonly string[];
}

/** The names of all cases; without a run. */
export function caseNames({ plugin, groups = [], starts = [] }: PluginCases): string[] {
  return [
    ...groups.flatMap((group) => [
      ...askNames(plugin, group),
      ...(hasLog(group) ? [`${plugin}: ${group.name}: log`] : []),
      ...(hasMetrics(group) ? [`${plugin}: ${group.name}: metrics`] : []),
    ]),
    ...starts.map(({ name }) => `${plugin}: start: ${name}`),
  ];
}

/** What is asked for the second time says so. */
function askNames(plugin: string, group: Group): string[] {
  const texts = group.asks.map((ask) => (typeof ask === 'string' ? ask : ask.ask));
  return texts.map((text, i) => {
    const before = texts.slice(0, i).filter((each) => each === text).length;
    return `${plugin}: ${group.name}: ${text}${before === 0 ? '' : ` (${before + 1})`}`;
  });
}

function hasLog({ corefile }: Group): boolean {
  return /^\s*(?:log|errors)\b/m.test(corefile);
}

function hasMetrics({ corefile }: Group): boolean {
  return /%METRICS\b/.test(corefile);
}

/** Starts both with the Corefile, asks, and compares. */
export async function runGroup(plugin: string, group: Group, programs: Programs): Promise<CaseResult[]> {
  const starts = await Promise.allSettled([Side.start(group, programs.coreDns), Side.start(group, programs.ours)]);
  const sides = starts.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  try {
    const [coreDns, ours] = sides;
    if (coreDns === undefined || ours === undefined) {
      const why = starts.map((each) => (each.status === 'rejected' ? String(each.reason) : 'started')).join('\n');
      throw new Error(`${plugin}: ${group.name}:\n${why}`);
    }
    const results: CaseResult[] = [];
    const add = (name: string, lines: readonly (readonly string[])[]): void => {
      results.push({ plugin, name, ...compareLines(lines[0]!, lines[1]!) });
    };
    const names = askNames(plugin, group);
    for (const [i, each] of group.asks.entries()) {
      const ask: Ask = typeof each === 'string' ? { ask: each } : each;
      for (const [name, text] of Object.entries(ask.write ?? {})) {
        for (const side of sides) side.write(name, text);
      }
      if (ask.reloads) await Promise.all(sides.map((side) => side.reload()));
      if (ask.after !== undefined) await new Promise((resolve) => setTimeout(resolve, ask.after));
      const lines = await Promise.all([askSide(coreDns, group, ask, i), askSide(ours, group, ask, i)]);
      add(names[i]!, lines);
    }
    if (hasLog(group)) add(`${plugin}: ${group.name}: log`, await logLines(sides, group.detailed === true));
    if (hasMetrics(group))
      add(`${plugin}: ${group.name}: metrics`, await metricLines(coreDns, ours, group.detailed === true));
    return results;
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}

async function askSide(side: Side, group: Group, ask: Ask, index: number): Promise<string[]> {
  const question = readQuestion(ask.ask, 1000 + index);
  const before = side.received();
  const lines: string[] = [];
  if (question.path !== undefined) {
    const { status, body } = await side.get(question.path);
    lines.push(`http ${status} ${body.trim()}`);
  } else {
    const reply = await side.ask(question);
    lines.push(
      ...(reply
        ? replyLines(reply, { ordered: ask.ordered === true, detailed: group.detailed === true })
        : ['no reply']),
    );
  }
  lines.push(...side.upstreamLines(before));
  return lines
    .filter((line) => ask.only === undefined || ask.only.includes(line.split(' ')[0]!))
    .map((line) =>
      [serial, ...(group.mask ?? []), ...(ask.mask ?? [])].reduce(
        (text, [pattern, by]) => text.replaceAll(pattern, by),
        side.mask(line),
      ),
    )
    .map((line, i) => (ask.ordered === true ? `${i} ${line}` : line));
}

/** What `block` begins with. */
const anyZone = '.:%PORT {\n';
/** Processes take most of the time. */
const blocksAtOnce = 40;

/** Those that CoreDNS takes together in one Corefile, with a zone for each, and the others one by one. */
export function startJobs(
  plugin: string,
  starts: readonly StartCase[],
  programs: Programs,
): (() => Promise<CaseResult[]>)[] {
  const isAlike = ({ coreDns, corefile, environment, files }: StartCase): boolean =>
    coreDns === 'starts' && corefile.startsWith(anyZone) && environment === undefined && files === starts[0]!.files;
  const together = starts.filter(isAlike);
  const batches = Array.from({ length: Math.ceil(together.length / blocksAtOnce) }, (_, i) =>
    together.slice(i * blocksAtOnce, (i + 1) * blocksAtOnce),
  );
  const single = (start: StartCase) => async () => [await runStart(plugin, start, programs)];
  return [
    ...batches.map((batch) => () => runBatch(plugin, batch, programs)),
    ...starts.filter((start) => !isAlike(start)).map(single),
  ];
}

async function runBatch(plugin: string, batch: readonly StartCase[], programs: Programs): Promise<CaseResult[]> {
  const corefile = batch.map((start, i) => start.corefile.replace('.:', `z${i}.test:`)).join('');
  const side = await Side.launch({ corefile, files: batch[0]!.files ?? {} }, programs.coreDns);
  try {
    if (await side.server.hasStarted()) return batch.map((start) => startResult(plugin, start, side, true));
  } finally {
    await side.stop();
  }
  // Two of them want one port, or CoreDNS refuses one.
  const results: CaseResult[] = [];
  for (const start of batch) results.push(await runStart(plugin, start, programs));
  return results;
}

/** Starts CoreDNS with it, and checks it with this server. */
async function runStart(plugin: string, start: StartCase, { coreDns }: Programs): Promise<CaseResult> {
  // CoreDNS has no check of a Corefile.
  const side = await Side.launch(start, coreDns, start.environment);
  try {
    return startResult(plugin, start, side, await side.server.hasStarted());
  } finally {
    await side.stop();
  }
}

function startResult(plugin: string, start: StartCase, side: Side, starts: boolean): CaseResult {
  const { problems } = loadCorefile(
    { file: join(side.directory, 'Corefile'), text: side.fill(start.corefile) },
    side.port('%PORT'),
    { ...process.env, ...start.environment },
  );
  const expected = start.coreDns === 'starts';
  const accepts = !problems.hasErrors;
  const ours = problems.list.map(formatProblem).join('; ');
  return {
    plugin,
    name: `${plugin}: start: ${start.name}`,
    coreDns: starts === expected ? [] : [starts ? 'starts' : `refuses: ${side.mask(side.server.output)}`],
    ours: accepts === expected ? [] : [accepts ? 'starts' : `refuses: ${side.mask(ours)}`],
  };
}
