import { quote } from '../../corefile/quote.ts';
import { isOwnEndpoint, type OwnEndpoints } from '../own-endpoints.ts';
import type { Surroundings } from '../plugin.ts';
import { type ForwardConfig, type ForwardLine, formatUpstream, type UpstreamOrigin } from './config.ts';

/**
 * An upstream that is this very server, and sends back what it gets, is an error at its place (COREFILE_CONFLICT). In a file it is a warning,
 * as others write that (the resolv.conf of a pod may name the pod's own address), and is left out; an error at the name of the file where none
 * is left.
 */
export function leaveOutOwn(config: ForwardConfig, surroundings: Surroundings): ForwardConfig {
  const lines = config.lines.map((line, index) => {
    const own = surroundings.ownEndpoints(index);
    if (own.listeners.length === 0) return line;
    report(line, config.origins?.[index] ?? [], own, surroundings);
    return without(line, own);
  });
  return { ...config, lines };
}

function report(
  { upstreams, sources }: ForwardLine,
  origins: readonly UpstreamOrigin[],
  own: OwnEndpoints,
  { problems }: Surroundings,
): void {
  for (const [i, upstream] of upstreams.entries()) {
    const origin = origins[i];
    if (!origin || !isOwnEndpoint(upstream, own)) continue;
    const what = `${formatUpstream(upstream)} is this server itself, where its queries would come back`;
    if (origin.file) problems.warning('COREFILE_CONFLICT', origin.position, `${what}; the line is left out`);
    else problems.error('COREFILE_CONFLICT', origin.position, `${what}; expected another server`);
  }
  const isNamed = sources?.targets.some(({ kind }) => kind === 'name') === true;
  const hasOther = isNamed || upstreams.some((each) => !isOwnEndpoint(each, own));
  const file = origins.find((origin) => origin.file)?.file;
  if (hasOther || !file) return;
  const message = `${quote(file.path)} names no server but this one itself; expected one that knows other names`;
  problems.error('COREFILE_CONFLICT', file.position, message);
}

/** The control half leaves it out too, of what names and files come to say. */
function without(line: ForwardLine, own: OwnEndpoints): ForwardLine {
  const { sources } = line;
  if (!sources) return line;
  const upstreams = line.upstreams.filter((upstream) => !isOwnEndpoint(upstream, own));
  return { ...line, upstreams, sources: { ...sources, own } };
}
