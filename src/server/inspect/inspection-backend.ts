import { InspectError, type Asker, type InspectionBackend } from '../../plugins/inspection.ts';
import type { Inspector } from './inspector.ts';
import { checkAsker } from './asker.ts';
import { recordFilter, recordOutputs, recordsText } from './records.ts';

/** Counters of the running server that an inspector does not know. */
export interface WorkerCounts {
  readonly workers: number;
  readonly restarts: number;
}

/** Reads the parameters of `admin`'s URLs and passes them to an inspector: `inspectorOf` gives that of the configuration that runs. */
export function makeInspectionBackend(inspectorOf: () => Inspector, counts: () => WorkerCounts): InspectionBackend {
  return {
    async explain(parameters) {
      known(parameters, ['name', 'type', 'client', 'namespace', 'meshed', 'port']);
      const name = parameters.get('name');
      if (name === null) throw new InspectError('the parameter name is missing');
      const port = parameters.get('port') ?? undefined;
      if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new InspectError(`'${port}' is no port`);
      return await inspectorOf().explain({
        name,
        type: parameters.get('type') ?? undefined,
        port: port === undefined ? undefined : Number(port),
        ...askerOf(parameters),
      });
    },
    records(parameters) {
      known(parameters, ['name', 'type', 'from', 'client', 'namespace', 'meshed', 'output']);
      const text = parameters.get('output') ?? 'json';
      const output = recordOutputs.find((each) => each === text);
      if (!output) throw new InspectError(`'${text}' is no output; there are ${recordOutputs.join(', ')}`);
      const parameter = (name: string): string | undefined => parameters.get(name) ?? undefined;
      const filter = recordFilter(parameter('name'), parameter('type'), parameter('from'), output);
      const asker = askerOf(parameters);
      // A generator would tell of a bad client only when its first piece is asked for.
      checkAsker(asker);
      return recordsText(inspectorOf(), asker, output, filter);
    },
    status() {
      const { workers, restarts } = counts();
      return inspectorOf().status(workers, restarts);
    },
  };
}

function askerOf(parameters: URLSearchParams): Asker {
  return {
    client: parameters.get('client') ?? undefined,
    namespace: parameters.get('namespace') ?? undefined,
    isMeshed: parameters.get('meshed') === 'true',
  };
}

/** A parameter that is misspelt would change the answer in silence. */
function known(parameters: URLSearchParams, names: readonly string[]): void {
  for (const key of parameters.keys()) {
    if (!names.includes(key))
      throw new InspectError(`the parameter '${key}' is not known; there are ${names.join(', ')}`);
  }
}
