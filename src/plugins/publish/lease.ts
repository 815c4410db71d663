import { Credentials } from '../../kubernetes/credentials.ts';
import { HttpApiClient } from '../../kubernetes/http-api-client.ts';
import { HttpLease } from '../../kubernetes/lease.ts';
import { LeaderElector } from '../../kubernetes/leader-elector.ts';
import type { Host } from '../control.ts';
import type { LeaseConfig } from './config.ts';

/** Half of the time in which the holder must renew. */
const timeoutMs = 5000;

/** Decides which replica writes; `onChange` is called when that becomes another one. */
export function leaderElector(
  { namespace, name, cluster }: LeaseConfig,
  identity: string,
  { clock, logger }: Pick<Host, 'clock' | 'logger'>,
  random: () => number,
  onChange: () => void,
): LeaderElector {
  const at = `plugin/publish: lease ${namespace}/${name}`;
  const onWithheld = (server: string): void =>
    logger.warning(`${at}: credentials are not sent to ${server}, which is no https`);
  const api = new HttpApiClient(new Credentials(cluster, onWithheld));
  return new LeaderElector({
    lease: new HttpLease({ api, namespace, name, clock, timeoutMs }),
    identity,
    clock,
    random,
    onChange(isLeader) {
      logger.info(`${at}: ${isLeader ? 'this process writes' : 'this process does not write any more'}`);
      onChange();
    },
    onTrouble: (message) => logger.warning(`${at}: ${message}`),
  });
}
