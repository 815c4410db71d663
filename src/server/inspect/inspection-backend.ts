import { InspectError, type Asker, type InspectionBackend } from '../../plugins/inspection.ts';
import { blockChanges, hostPage, hostParameters } from './host-pages.ts';
import type { Inspector, ServerFacts } from './inspector.ts';
import { leftOutPage, leftOutParameters } from './left-out-pages.ts';
import { checkAsker } from './asker.ts';
import { explanationText } from './explain-text.ts';
import { recordFilter, recordOutputs, recordsText } from './records.ts';

/** Reads the parameters of `admin`'s URLs and passes them to an inspector: `inspectorOf` gives that of the configuration that runs. */
export function makeInspectionBackend(inspectorOf: () => Inspector, facts: () => ServerFacts): InspectionBackend {
  return {
    async explain(parameters) {
      known(parameters, ['name', 'type', 'client', 'namespace', 'meshed', 'port', 'output']);
      const name = parameters.get('name');
      if (name === null) throw new InspectError('the parameter name is missing');
      const port = parameters.get('port') ?? undefined;
      if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new InspectError(`'${port}' is no port`);
      const output = parameters.get('output') ?? 'json';
      if (output !== 'json' && output !== 'text')
        throw new InspectError(`'${output}' is no output; there are json, text`);
      const explanation = await inspectorOf().explain({
        name,
        type: parameters.get('type') ?? undefined,
        port: port === undefined ? undefined : Number(port),
        ...askerOf(parameters),
      });
      return output === 'text' ? explanationText(explanation) : explanation;
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
    status: () => inspectorOf().status(facts()),
    prepareHosts() {
      for (const { inspectable } of inspectorOf().inspected) inspectable.hosts();
    },
    hosts(parameters) {
      known(parameters, hostParameters);
      return hostPage(inspectorOf().inspected, parameters);
    },
    changes: () => blockChanges(inspectorOf().inspected),
    leftOut(parameters) {
      known(parameters, leftOutParameters);
      return leftOutPage(inspectorOf().inspected, parameters);
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
