import { parseArgs } from 'node:util';
import { coreDns, provide } from '../deploy/go-tool.ts';
import { allCases } from './all-cases.ts';
import { deliberateDifferences, type DeliberateDifference } from './deliberate.ts';
import { faultOf, readDifferences, writeDifferences } from './differences.ts';
import { runAll } from './run-all.ts';
import { summary } from './summary.ts';

// From the root of the repository:
//     node test/differential/main.ts [PLUGIN...]                      what differs, but for what is deliberate
//     node test/differential/main.ts --accept WHY=TEXT... PLUGIN...   keeps what differs now in the cases with TEXT in their
//                                                                     name as deliberate; WHY is of deliberate.ts, or several: A+B

const shownLines = 8;

const { values, positionals } = parseArgs({
  options: { accept: { type: 'string', multiple: true } },
  allowPositionals: true,
});
const accepted = (values.accept ?? []).map((rule) => {
  const [, why = '', text = ''] = /^([^=]*)=(.*)$/.exec(rule) ?? [];
  for (const each of why.split('+')) {
    if (!Object.hasOwn(deliberateDifferences, each)) throw new Error(`${each} is not in deliberate.ts`);
  }
  return { why: why.split('+') as DeliberateDifference[], text };
});
const program = await provide(coreDns);
if (program !== undefined) {
  const suites = allCases.filter(({ plugin }) => positionals.length === 0 || positionals.includes(plugin));
  const { results, failures } = await runAll(suites, program);
  for (const { plugin } of suites) {
    const differences = readDifferences(plugin);
    const agreed = new Set<string>();
    for (const result of results.filter((each) => each.plugin === plugin)) {
      const { name, coreDns: theirs, ours } = result;
      const fault = faultOf(result, differences[name]);
      if (fault === '') continue;
      if (accepted.length > 0 && differences[name] && theirs.length + ours.length === 0) {
        // They agree by now.
        agreed.add(name);
        continue;
      }
      const rule = accepted.find(({ text }) => name.includes(text));
      if (rule) {
        differences[name] = { why: rule.why, coreDns: theirs, ours };
        continue;
      }
      const lines = fault.split('\n');
      const shown = [...lines.slice(0, shownLines), ...(lines.length > shownLines ? ['...'] : [])];
      process.stdout.write(`${[name, ...shown.map((line) => `    ${line}`)].join('\n')}\n`);
    }
    if (accepted.length > 0)
      writeDifferences(plugin, Object.fromEntries(Object.entries(differences).filter(([name]) => !agreed.has(name))));
  }
  process.stdout.write(`${[...failures, summary(results)].join('\n')}\n`);
}
