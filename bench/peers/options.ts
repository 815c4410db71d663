import { parseArgs } from 'node:util';
import { scenarios, type Scenario } from './scenarios.ts';
import { serverNames, type ServerName } from './servers/kind.ts';

export interface Options {
  readonly rounds: number;
  /** Of load in each run. */
  readonly seconds: number;
  readonly scenarios: readonly Scenario[];
  readonly servers: readonly ServerName[];
  /** For the results. */
  readonly out: string;
  /** Only draw the charts of the results that are there. */
  readonly drawsOnly: boolean;
}

export const usage = `npm run bench:peers -- [options]
  --rounds N          runs of each server in each scenario; 3 by default
  --seconds N         of load in each run; 3 by default
  --scenarios A,B     only these of ${scenarios.map(({ name }) => name).join(', ')}
  --servers A,B       only these of ${serverNames.join(', ')};
                      before is the checkout that BENCH_BEFORE names
  --out DIRECTORY     for the results; bench/results by default
  --draw              only draw the charts of the results that are there
  --help              print this
`;

/** Throws an error with a message for people where an option is not understood. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      scenarios: { type: 'string' },
      servers: { type: 'string' },
      out: { type: 'string', default: 'bench/results' },
      draw: { type: 'boolean', default: false },
    },
  });
  const names = chosen(
    'scenario',
    values.scenarios,
    scenarios.map(({ name }) => name),
  );
  return {
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    scenarios: scenarios.filter(({ name }) => names.includes(name)),
    servers: chosen('server', values.servers, serverNames).filter(
      (name) => name !== 'before' || values.servers !== undefined,
    ),
    out: values.out,
    drawsOnly: values.draw,
  };
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1000) throw new Error(`--${option} must be from 1 to 1000`);
  return number;
}

/** The known names that a list names; all where there is no list. */
function chosen<Name extends string>(what: string, list: string | undefined, known: readonly Name[]): readonly Name[] {
  if (list === undefined) return known;
  const names = list.split(',');
  const unknown = names.find((name) => !known.some((each) => each === name));
  if (unknown !== undefined) throw new Error(`no ${what} is named '${unknown}'; there are ${known.join(', ')}`);
  return known.filter((name) => names.includes(name));
}
